"""What a layer is: a configuration, weights, and a `call` written in `kport.ops`."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from .. import dtype_policies, initializers
from ..configurable import Configurable, constructor_parameters, serialize
from ..errors import LayerError
from ..ir import Graph, Symbolic, TensorType, current_scope, scope
from ..naming import UniqueNames, snake_case
from ..ops.autocast import autocast, in_full_precision
from ..ops.promotion import dtype_of
from ..ops.variable import Variable
from ..tree import flatten, map_structure, pack_like
from .arguments import (
    build_arguments,
    call_parameters,
    cast_float,
    described,
    holds_tensors,
    is_tensor,
    map_shapes,
    named_arguments,
    type_of,
)
from .keras_tensor import KerasTensor, LayerCall

_names = UniqueNames()

ONLY_IF_SET = ("lora_rank", "lora_alpha")
"""Arguments that Keras writes only where they are set: its older versions don't know them."""


@contextmanager
def keeping(keep: Keep | None) -> Iterator[None]:
    """Within the block `keep` may take the place of `call`: targets that write layers keep them whole by it."""
    token = _keep.set(keep)
    try:
        yield
    finally:
        _keep.reset(token)


def calling() -> AbstractContextManager[None]:
    """Within the block every layer's own `call` computes."""
    return keeping(None)


def automatic_name(cls: type) -> str:
    """dense, dense_1, ...: the class's name as Keras derives it, numbered from the second on."""
    return _names.next(snake_case(cls.__name__))


Keep = Callable[[Any, tuple[Any, ...], dict[str, Any]], Any]
"""(layer, args, kwargs) → outputs, in place of the layer's own `call`; NotImplemented if that is to compute them."""
_keep: ContextVar[Keep | None] = ContextVar("kport_keep", default=None)

REFUSALS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What Python, NumPy and TensorFlow raise where they are given what they can't compute on."""

PLAIN = frozenset({bool, float, int, str, type(None)})
"""Types of attributes that hold no layers: most are of these."""


class Layer(Configurable):
    """Base of all layers.

    A subclass keeps each constructor argument in an attribute of the same name, creates weights in
    `build(input_shape)` with `add_weight`, and computes in `call`, written in `kport.ops`. Output shapes follow from
    `call`. Attributes that hold layers or lists of them are tracked; their names are those of Keras, because files
    refer to them.

    Arguments: name; trainable; dtype (a dtype or policy, "float32" by default); autocast (False: see the attribute);
    activity_regularizer (training only); input_shape (the first layer of a Sequential: the input's shape without the
    batch), batch_shape (with it); quantization_config (that of a file: weights are
    dequantized, so it isn't written again).
    """

    keras_module = "keras.layers"
    supports_masking: ClassVar[bool] = False
    """The mask of the input is also the mask of the output."""
    takes_masks: bool = False
    """Calls after one of this layer don't see the masks of its inputs. See `kport.models.masks`."""
    autocast: bool = True
    """In a mixed-precision layer, float inputs and weights are seen in the compute dtype."""

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        activity_regularizer: Any = None,
        input_shape: tuple[int | None, ...] | None = None,
        batch_shape: tuple[int | None, ...] | None = None,
        quantization_config: Any = None,
    ):
        self.name = name or automatic_name(type(self))
        self.trainable = trainable
        self.dtype_policy = dtype_policies.get(dtype)
        self.activity_regularizer = activity_regularizer
        self.batch_shape = (None, *input_shape) if input_shape is not None else batch_shape
        self.quantization_config = quantization_config
        self.autocast = autocast and type(self).autocast
        self.built = False
        self.own_weights: list[Variable] = []

    # configuration

    @property
    def dtype(self) -> str:
        return self.variable_dtype

    @property
    def compute_dtype(self) -> str:
        return self.variable_dtype if in_full_precision() else self.dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        return self.dtype_policy.variable_dtype

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, as JSON can hold them, in Keras 3's form."""
        own = [p for p in constructor_parameters(type(self)) if p not in constructor_parameters(Layer)]
        config: dict[str, Any] = {"name": self.name, "trainable": self.trainable, "dtype": serialize(self.dtype_policy)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = serialize(self.activity_regularizer)
        return config | {p: serialize(getattr(self, p)) for p in own if p not in ONLY_IF_SET or getattr(self, p) is not None}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A new layer from `get_config`'s result or Keras 3's; arguments that it can't be made with are a LayerError."""
        known = constructor_parameters(cls)
        unknown = sorted(set(config) - set(known))
        if unknown:
            received = ", ".join(f"{name}={config[name]!r}" for name in unknown)
            raise LayerError(
                f"expected arguments of {cls.__name__}: {', '.join(known)}. Received: {received}", config.get("name")
            )
        try:
            return cls(**config)
        except REFUSALS as error:
            values = ", ".join(f"{key}={reprlib.repr(value)}" for key, value in config.items())
            raise LayerError(
                f"expected arguments that {cls.__name__} can be made with. Received: {values} ({type(error).__name__}: {error})",
                config.get("name"),
            ) from error

    # weights

    def build(self, input_shape: Any) -> None:
        """Creates the weights. `input_shape` has None for unknown sizes; with several inputs it is a list, or one
        argument `<name>_shape` for each argument of `call`."""

    def add_weight(
        self,
        shape: tuple[int | None, ...],
        initializer: Any = "glorot_uniform",
        *,
        name: str,
        dtype: str | None = None,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
    ) -> Variable:
        """A new weight. An unknown size in `shape` is a LayerError."""
        if None in shape:
            raise LayerError(
                f"expected a known shape for weight '{name}'. Received: shape={shape}; give the input's size", self.name
            )
        variable = Variable(
            tuple(int(d) for d in shape if d is not None),
            dtype or self.variable_dtype,
            initializers.get(initializer),
            name=name,
            trainable=trainable,
            regularizer=regularizer,
            constraint=constraint,
        )
        variable.path = f"{self.name}/{name}"
        self.own_weights.append(variable)
        return variable

    def sublayers(self) -> Iterator[Layer]:
        """The layers held in attributes, in the order they were set, lists and dicts of them included."""
        seen: set[int] = set()
        for key, value in vars(self).items():
            if type(value) in PLAIN or key.startswith("_keras_"):
                continue
            items = list(value.values()) if isinstance(value, dict) else value
            for item in flatten(items) if isinstance(items, (list, tuple)) else (items,):
                if isinstance(item, Layer) and id(item) not in seen:
                    seen.add(id(item))
                    yield item

    @property
    def weights(self) -> list[Variable]:
        """All weights: the layer's own, trainable ones first, then its sublayers', in order of creation."""
        found = {id(w): w for w in sorted(self.own_weights, key=lambda w: not w.trainable)}
        for layer in self.sublayers():
            found.update((id(w), w) for w in layer.weights)
        return list(found.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """Weights that training changes."""
        if not self.trainable:
            return []
        found = {id(w): w for w in self.own_weights if w.trainable}
        for layer in self.sublayers():
            found.update((id(w), w) for w in layer.trainable_weights)
        return list(found.values())

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trainable = {id(w) for w in self.trainable_weights}
        return [w for w in self.weights if id(w) not in trainable]

    def get_weights(self) -> list[Any]:
        return [w.numpy() for w in self.weights]

    def set_weights(self, arrays: list[Any]) -> None:
        """Replaces all weights, in the order of `weights`."""
        weights = self.weights
        if len(arrays) != len(weights):
            raise LayerError(f"expected {len(weights)} arrays. Received: {len(arrays)} arrays", self.name)
        for weight, array in zip(weights, arrays, strict=True):
            weight.assign(array)

    def count_params(self) -> int:
        return sum(w.type.size or 0 for w in self.weights)

    # calling

    def call(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError(f"layer {type(self).__name__} has no call")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Computes on arrays or tensors; on KerasTensors it adds a call to the functional model being put together.

        Arguments that the layer can't take are a LayerError, whatever broke on them.
        """
        symbolic = any(isinstance(x, KerasTensor) for x in flatten([args, kwargs]))
        try:
            return self._call_symbolically(args, kwargs) if symbolic else self._compute(args, kwargs)
        except LayerError as error:
            error.layer = self.path_of(error.layer)
            raise
        except REFUSALS as error:
            raise self._refusal(args, kwargs, error) from error

    def path_of(self, inner: str | None) -> str:
        """The path of this layer, or that of the layer `inner` in it, as messages name them."""
        outside = current_scope()
        path = f"{outside}/{self.name}" if outside else self.name
        if inner is None or inner == self.name:
            return path
        return inner if f"{inner}/".startswith(f"{path}/") else f"{path}/{inner}"

    def _compute(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with scope(self.name):
            self._build_once(args, kwargs)
            compute = self.compute_dtype
            with autocast(compute if self.autocast and compute != self.variable_dtype else None):
                if self.autocast:
                    args, kwargs = map_structure(lambda x: cast_float(x, compute), (args, kwargs))
                keep = _keep.get()
                kept = NotImplemented if keep is None else keep(self, args, kwargs)
                return self.call(*args, **kwargs) if kept is NotImplemented else kept

    def _refusal(self, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> LayerError:
        """The error for arguments that a kernel broke on: that of the operations' type rules, where one of them has one."""
        if any(is_tensor(x) and not isinstance(x, Symbolic) for x in flatten([args, kwargs])):
            try:
                self.infer(*map_structure(_placeholder, (args, kwargs)))
            except LayerError as refusal:
                return refusal
            except REFUSALS:
                pass  # nothing better to say than what the kernel did
        received = ", ".join(f"{name}={described(x)}" for name, x in named_arguments(type(self), args, kwargs).items())
        return LayerError(
            f"expected arguments that {type(self).__name__} takes. Received: {received} ({type(error).__name__}: {error})",
            self.name,
        )

    def call_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> tuple[Any, Any]:
        """Calls the layer with the masks of its positional arguments (the same structure, None where there is none).

        Returns the outputs and their masks. A mask goes to the parameter `<argument>_mask` of `call`, unless the caller
        gave one; or to `mask`, if it is that of the only argument with tensors: as in Keras 3, a recurrent layer that is
        called with `initial_state` takes no mask by itself.
        """
        kwargs = dict(kwargs)
        names = call_parameters(type(self))
        only = sum(holds_tensors(x) for x in (*args, *(v for k, v in kwargs.items() if k != "constants"))) == 1
        for index, (argument, mask) in enumerate(zip(names, masks, strict=False)):
            own = (
                f"{argument}_mask" if f"{argument}_mask" in names else "mask" if index == 0 and only and "mask" in names else None
            )
            if own and kwargs.get(own) is None and any(m is not None for m in flatten(mask)):
                kwargs[own] = mask
        outputs = self(*args, **kwargs)
        given = kwargs.get("mask")
        with scope(self.name):
            mask = self.compute_mask(args[0] if args else None, given if given is not None else masks[0] if masks else None)
        return outputs, mask

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output, from the first argument of `call` and its mask. None: all of it counts."""
        return mask if self.supports_masking else None

    def _build_once(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self.built:
            self.build(**build_arguments(type(self), args, kwargs))
            self.built = True

    def _call_symbolically(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._build_once(args, kwargs)
        call = LayerCall(self, args, kwargs)
        outputs = self.infer(args, kwargs)
        tensors = [KerasTensor(t, call, i) for i, t in enumerate(flatten(outputs))]
        call.outputs = pack_like(outputs, tensors)
        self._keras_last_call = call
        return call.outputs

    @property
    def input(self) -> Any:
        """What the layer was last called on in a functional model."""
        args = self._last_call().args
        return args[0] if len(args) == 1 else args

    @property
    def output(self) -> Any:
        """What the layer gave when it was last called in a functional model."""
        return self._last_call().outputs

    def _last_call(self) -> LayerCall:
        call: LayerCall | None = getattr(self, "_keras_last_call", None)
        if call is None:
            raise LayerError("expected a layer that was called in a functional model. Received: one that was not", self.name)
        return call

    def infer(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The types of the outputs for symbolic arguments; computes nothing."""
        graph = Graph(types_only=True)
        args, kwargs = map_structure(lambda x: graph.add_input("x", x.type) if isinstance(x, Symbolic) else x, (args, kwargs))
        return map_structure(type_of, self(*args, **kwargs))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape(s) of the output for the shape(s) of the input."""
        types = map_shapes(lambda shape: KerasTensor(TensorType(self.compute_dtype, tuple(shape))), input_shape)
        self._build_once((types,), {})
        return map_structure(lambda t: t.shape, self.infer((types,), {}))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _placeholder(x: Any) -> Any:
    """What stands for a tensor where only types count."""
    return KerasTensor(TensorType(dtype_of(x) or "float32", tuple(x.shape))) if is_tensor(x) else x
