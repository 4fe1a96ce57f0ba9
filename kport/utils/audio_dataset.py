"""Sounds in folders as a dataset."""

from __future__ import annotations

import importlib
from typing import Any

from ..errors import MissingComponentError, UsageError
from ..ops.backend import tf
from .directories import Reading, datasets


def audio_dataset_from_directory(
    directory: Any,
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Any = None,
    batch_size: int | None = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """A tf.data.Dataset of the `.wav` files in a folder, whose subfolders are classes, with `class_names`.

    Gives (sounds, labels), or sounds alone with labels=None: sounds (batch, samples, channels), float32 from -1 to 1, of
    output_sequence_length samples, or padded with 0 to the longest of the batch, or with ragged=True ragged. sampling_rate:
    samples a second to resample to, which needs tensorflow-io. The other arguments are those of
    `image_dataset_from_directory`.
    """
    if ragged and output_sequence_length is not None:
        raise UsageError(f"expected ragged or output_sequence_length. Received: ragged=True, {output_sequence_length=}")
    if sampling_rate is not None and (not isinstance(sampling_rate, int) or sampling_rate <= 0):
        raise UsageError(f"expected a whole number above 0. Received: sampling_rate={sampling_rate!r}")
    resample = _resampler() if sampling_rate is not None else None

    def load(path: Any) -> Any:
        length = -1 if output_sequence_length is None else output_sequence_length
        sound, rate = tf.audio.decode_wav(tf.io.read_file(path), desired_samples=length)
        if resample is not None:
            sound = resample(input=sound, rate_in=tf.cast(rate, tf.int64), rate_out=sampling_rate)
        return tf.RaggedTensor.from_tensor(sound) if ragged else sound

    def batched(dataset: Any, batch_size: int | None) -> Any:
        dataset = dataset.prefetch(tf.data.AUTOTUNE)
        if batch_size is None:
            return dataset
        return dataset.padded_batch(batch_size) if output_sequence_length is None and not ragged else dataset.batch(batch_size)

    found = datasets(
        Reading("audio", (".wav",), load, batched), directory, labels=labels, label_mode=label_mode, class_names=class_names,
        batch_size=batch_size, shuffle=shuffle, seed=seed, validation_split=validation_split, subset=subset,
        follow_links=follow_links, verbose=verbose,
    )  # fmt: skip
    return tuple(found) if subset == "both" else found


def _resampler() -> Any:
    try:
        return importlib.import_module("tensorflow_io").audio.resample
    except ImportError as error:
        raise MissingComponentError("expected tensorflow-io for sampling_rate: pip install tensorflow-io") from error
