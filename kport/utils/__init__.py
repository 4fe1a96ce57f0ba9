"""`keras.utils`: what data need before a model and around it. Names are loaded when they are first used."""

from __future__ import annotations

import importlib
from typing import Any

_NAMES = {
    "Config": "kport.utils.mutable_config",
    "CustomObjectScope": "kport.saving",
    "FeatureSpace": "kport.models.feature_space",
    "Progbar": "kport.callbacks.progress_bar",
    "PyDataset": "kport.training.py_dataset",
    "Sequence": "kport.training.py_dataset",
    "array_to_img": "kport.utils.images",
    "audio_dataset_from_directory": "kport.utils.audio_dataset",
    "clear_session": "kport.utils.session",
    "custom_object_scope": "kport.saving",
    "deserialize_keras_object": "kport.saving",
    "disable_interactive_logging": "kport.messages",
    "enable_interactive_logging": "kport.messages",
    "get_custom_objects": "kport.saving",
    "get_file": "kport.utils.downloads",
    "get_registered_name": "kport.saving",
    "get_registered_object": "kport.saving",
    "get_source_inputs": "kport.utils.graphs",
    "image_dataset_from_directory": "kport.utils.image_dataset",
    "img_to_array": "kport.utils.images",
    "is_interactive_logging_enabled": "kport.messages",
    "is_keras_tensor": "kport.utils.graphs",
    "load_img": "kport.utils.images",
    "model_to_dot": "kport.utils.plotting",
    "normalize": "kport.utils.numerical",
    "pack_x_y_sample_weight": "kport.training.unpacking",
    "pad_sequences": "kport.utils.sequences",
    "plot_model": "kport.utils.plotting",
    "register_keras_serializable": "kport.saving",
    "save_img": "kport.utils.images",
    "serialize_keras_object": "kport.saving",
    "set_random_seed": "kport.random.seeds",
    "split_dataset": "kport.utils.splitting",
    "standardize_dtype": "kport.ops.promotion",
    "text_dataset_from_directory": "kport.utils.text_dataset",
    "timeseries_dataset_from_array": "kport.utils.timeseries_dataset",
    "to_categorical": "kport.utils.numerical",
    "unpack_x_y_sample_weight": "kport.training.unpacking",
}
_MODULES = ("bounding_boxes", "legacy", "np_utils")

__all__ = sorted([*_MODULES, *_NAMES])


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"kport.utils.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'kport.utils' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
