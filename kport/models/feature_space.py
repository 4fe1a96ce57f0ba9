"""Columns of a table to one vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from .. import ops
from ..configurable import Configurable, serialize
from ..errors import LayerError
from ..layers.core.input_layer import Input
from ..layers.layer import Layer
from ..layers.preprocessing import (
    CategoryEncoding,
    Discretization,
    HashedCrossing,
    Hashing,
    IntegerLookup,
    Normalization,
    Rescaling,
    StringLookup,
)
from ..layers.preprocessing.feature_layers import MODULE, TFDConcat, TFDIdentity
from ..layers.preprocessing.index_lookup import IndexLookup
from ..naming import UniqueNames
from ..ops.promotion import dtype_of, is_integer
from ..registry import layers as registry
from .model import Model


class Feature(Configurable):
    """A column: its dtype, the layer that it goes through, and its form ("int", "one_hot" or "float")."""

    keras_module = MODULE

    def __init__(self, dtype: str, preprocessor: Any, output_mode: str):
        self.dtype = dtype
        self.preprocessor: Layer = registry.get(preprocessor)
        self.output_mode = output_mode


class Cross(Configurable):
    """Columns that are hashed together into `crossing_dim` bins, in the form "int" or "one_hot"."""

    keras_module = MODULE

    def __init__(self, feature_names: Iterable[str], crossing_dim: int, output_mode: str = "one_hot"):
        self.feature_names = tuple(feature_names)
        self.crossing_dim = crossing_dim
        self.output_mode = output_mode

    @property
    def name(self) -> str:
        return "_X_".join(self.feature_names)


def _kinds(hashing_dim: int, bins: int) -> dict[str, tuple[str, Callable[..., Layer], dict[str, Any], str]]:
    """What a feature that is only a word means: dtype, layer with its arguments, form."""
    return {
        "float": ("float32", TFDIdentity, {}, "float"),
        "float_rescaled": ("float32", Rescaling, {"scale": 1.0}, "float"),
        "float_normalized": ("float32", Normalization, {"axis": -1}, "float"),
        "float_discretized": ("float32", Discretization, {"num_bins": bins}, "one_hot"),
        "integer_categorical": ("int32", IntegerLookup, {}, "one_hot"),
        "string_categorical": ("string", StringLookup, {}, "one_hot"),
        "integer_hashed": ("int32", Hashing, {"num_bins": hashing_dim}, "one_hot"),
        "string_hashed": ("string", Hashing, {"num_bins": hashing_dim}, "one_hot"),
    }


automatic_name = UniqueNames().next


def _feature_of(kind: str, name: str | None, output_mode: str | None = None, **arguments: Any) -> Feature:
    """A feature by its word, with arguments for its layer."""
    dtype, layer, _, form = _kinds(0, 0)[kind]
    return Feature(dtype, layer(name=f"{name or automatic_name(kind)}_preprocessor", **arguments), output_mode or form)


def _columns(dataset: Any) -> dict[str, Any]:
    """The columns of a tf.data.Dataset of rows or batches."""
    rows = [{key: np.asarray(x).reshape(-1) for key, x in row.items()} for row in dataset]
    return {key: np.concatenate([row[key] for row in rows]) for key in rows[0]} if rows else {}


@registry()
class FeatureSpace(Model):
    """Each column through its layer, some also hashed together; as vectors, side by side in the order of their names.

    x: a dict of columns (batch,) or (batch, 1) → (batch, K) float32, columns first and crosses after them; with
    `output_mode` "dict": a dict of them.
    Arguments: features (a Feature, its configuration, or a word such as "float_normalized", for each column); crosses (a
    Cross, its configuration, or a list of columns; those lists get `crossing_dim` bins); hashing_dim and
    num_discretization_bins (of the words). Source: `keras.utils.FeatureSpace`.
    """

    keras_module = "keras.utils"

    def __init__(
        self,
        features: dict[str, Any],
        output_mode: str = "concat",
        crosses: Any = None,
        crossing_dim: int = 32,
        hashing_dim: int = 32,
        num_discretization_bins: int = 32,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        if output_mode not in ("concat", "dict"):
            raise LayerError(f"expected output_mode 'concat' or 'dict'. Received: {output_mode=}", self.name)
        self.output_mode = output_mode
        self.crossing_dim = crossing_dim
        self.hashing_dim = hashing_dim
        self.num_discretization_bins = num_discretization_bins
        self.features = {key: self._feature(key, value) for key, value in features.items()}
        self.crosses = [self._cross(cross) for cross in crosses or ()]
        self.preprocessors = {key: feature.preprocessor for key, feature in self.features.items()}
        self.crossers = {cross.name: HashedCrossing(cross.crossing_dim, name=cross.name) for cross in self.crosses}
        self.inputs = {key: Input((1,), dtype=feature.dtype, name=key) for key, feature in self.features.items()}
        for key, layer in self.preprocessors.items():
            layer(self.inputs[key])  # builds it
        self.built = True

    # columns by the words of `features`, with arguments

    @classmethod
    def cross(cls, feature_names: Iterable[str], crossing_dim: int, output_mode: str = "one_hot") -> Cross:
        """Columns that are hashed together."""
        return Cross(feature_names, crossing_dim, output_mode)

    @classmethod
    def feature(cls, dtype: str, preprocessor: Any, output_mode: str) -> Feature:
        """A column that goes through a layer of one's own."""
        return Feature(dtype, preprocessor, output_mode)

    @classmethod
    def float(cls, name: str | None = None) -> Feature:
        """Numbers as they are."""
        return _feature_of("float", name)

    @classmethod
    def float_rescaled(cls, scale: Any = 1.0, offset: Any = 0.0, name: str | None = None) -> Feature:
        """scale · x + offset"""
        return _feature_of("float_rescaled", name, scale=scale, offset=offset)

    @classmethod
    def float_normalized(cls, name: str | None = None) -> Feature:
        """Numbers with mean 0 and deviation 1."""
        return _feature_of("float_normalized", name)

    @classmethod
    def float_discretized(
        cls, num_bins: int, bin_boundaries: Any = None, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """The bins that numbers fall into."""
        return _feature_of("float_discretized", name, output_mode, num_bins=num_bins, bin_boundaries=bin_boundaries)

    @classmethod
    def integer_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Whole numbers by the place they have in a vocabulary."""
        rest = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _feature_of("integer_categorical", name, output_mode, **rest)

    @classmethod
    def string_categorical(
        cls, max_tokens: int | None = None, num_oov_indices: int = 1, output_mode: str = "one_hot", name: str | None = None
    ) -> Feature:
        """Words by the place they have in a vocabulary."""
        rest = {"max_tokens": max_tokens, "num_oov_indices": num_oov_indices}
        return _feature_of("string_categorical", name, output_mode, **rest)

    @classmethod
    def string_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Words by their hash."""
        return _feature_of("string_hashed", name, output_mode, num_bins=num_bins)

    @classmethod
    def integer_hashed(cls, num_bins: int, output_mode: str = "one_hot", name: str | None = None) -> Feature:
        """Whole numbers by their hash."""
        return _feature_of("integer_hashed", name, output_mode, num_bins=num_bins)

    def get_inputs(self) -> dict[str, Any]:
        """The symbolic columns."""
        return self.inputs

    def get_encoded_features(self) -> Any:
        """The symbolic result."""
        return self(self.inputs)

    def get_config(self) -> dict[str, Any]:
        names = ("features", "output_mode", "crosses", "crossing_dim", "hashing_dim", "num_discretization_bins")
        return {"name": self.name} | {key: serialize(getattr(self, key)) for key in names}

    def _feature(self, key: str, value: Any) -> Feature:
        if isinstance(value, Feature):
            return value
        if isinstance(value, dict):
            return Feature(**value["config"])
        kinds = _kinds(self.hashing_dim, self.num_discretization_bins)
        if value not in kinds:
            raise LayerError(
                f"expected a Feature, its configuration or one of {', '.join(kinds)}. Received: {value!r}", self.name
            )
        dtype, layer, arguments, form = kinds[value]
        return Feature(dtype, layer(name=f"{key}_preprocessor", **arguments), form)

    def _cross(self, value: Any) -> Cross:
        if isinstance(value, Cross):
            return value
        cross = Cross(**value["config"]) if isinstance(value, dict) else Cross(value, self.crossing_dim)
        unknown = sorted(set(cross.feature_names) - set(self.features))
        if unknown:
            raise LayerError(f"expected crosses of the features {sorted(self.features)}. Received: {unknown}", self.name)
        return cross

    def adapt(self, dataset: Any) -> None:
        """Lets each layer that can learn from its column: a dict of arrays or lists, or a tf.data.Dataset of such dicts."""
        data = dataset if isinstance(dataset, dict) else _columns(dataset)
        for key, layer in self.preprocessors.items():
            given = isinstance(layer, IndexLookup) and layer.vocabulary is not None
            given = given or (isinstance(layer, Normalization) and layer.mean is not None)
            given = given or (isinstance(layer, Discretization) and layer.num_bins is None)
            if hasattr(layer, "adapt") and not given:
                layer.adapt(np.asarray(data[key]).reshape(-1, 1))

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, dict):
            raise LayerError(
                f"expected a dict of the columns {list(self.features)}. Received: {type(inputs).__name__}", self.name
            )
        columns = {key: x if len(x.shape) > 1 else ops.expand_dims(x, -1) for key, x in inputs.items()}
        encoded = {key: self.preprocessors[key](columns[key]) for key in sorted(self.features)}
        crossed = {c.name: self.crossers[c.name]([encoded[n] for n in c.feature_names]) for c in self.crosses}
        specs: dict[str, Feature | Cross] = {**self.features, **{c.name: c for c in self.crosses}}
        values = encoded | {key: crossed[key] for key in sorted(crossed)}
        values = {key: self._vector(key, x) if specs[key].output_mode == "one_hot" else x for key, x in values.items()}
        if self.output_mode == "dict":
            return values
        numbers = [key for key, x in values.items() if is_integer(dtype_of(x) or "") or dtype_of(x) == "string"]
        if numbers:
            raise LayerError(f"expected vectors to join; use output_mode='dict'. Received: {numbers} of mode 'int'", self.name)
        return TFDConcat(-1, name="concat")(list(values.values()))

    def _vector(self, key: str, x: Any) -> Any:
        """Integers (batch, T) as (batch, size) of zeros and ones."""
        layer = self.preprocessors.get(key) or self.crossers[key]
        if isinstance(layer, IndexLookup):
            size = layer.vocabulary_size()
        elif isinstance(layer, CategoryEncoding):
            size = layer.num_tokens
        elif isinstance(layer, (Discretization, HashedCrossing, Hashing)) and layer.num_bins is not None:
            size = layer.num_bins
        else:
            raise LayerError(
                f"expected a layer whose number of categories is known, for feature '{key}' of output_mode='one_hot'. "
                f"Received: {layer!r}; use output_mode='int'",
                self.name,
            )
        return CategoryEncoding(size, "multi_hot", name=f"{key}_one_hot")(x)
