"""What a layer is: a configuration, weights, and a `call` written in `kport.ops`."""

from __future__ import annotations

import reprlib
from functools import wraps
from typing import Any, ClassVar

from .. import dtype_policies
from ..configurable import Configurable, constructor_parameters, serialize
from ..errors import LayerError
from ..ir import Graph, Symbolic, TensorType, current_scope, scope
from ..naming import UniqueNames, snake_case
from ..ops.autocast import autocast, in_full_precision
from ..ops.backend import is_tensorflow
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
from .call_context import (
    are_masks_given,
    current_phase,
    is_outermost,
    kept,
    known_mask,
    masks_given,
    own_masks,
    remember_mask,
    training_phase,
)
from .call_context import calling as calling
from .call_context import keeping as keeping
from .keras_tensor import KerasTensor, LayerCall
from .penalties import Penalties
from .tensorflow_call import REMEDY, infer_by_tensorflow, is_written_in_tensorflow

_names = UniqueNames()

ONLY_IF_SET = ("lora_rank", "lora_alpha")
"""Arguments that Keras writes only where they are set: its older versions don't know them."""


def automatic_name(cls: type) -> str:
    """dense, dense_1, ...: the class's name as Keras derives it, numbered from the second on."""
    return _names.next(snake_case(cls.__name__))


REFUSALS = (TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What Python, NumPy and TensorFlow raise where they are given what they can't compute on."""


class Layer(Penalties, Configurable):
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
    autograph_info__: ClassVar[dict[str, Any]] = {}
    """TensorFlow's AutoGraph doesn't rewrite what has this: in a `tf.function` or `Dataset.map` a layer is called as it is."""
    supports_jit: bool = True
    """Models of such layers alone are trained in functions that XLA compiles, unless `compile` says otherwise."""
    initial_weights: Any = None
    """Arrays that the weights get when they are made (the argument `weights` of Keras 1 and 2)."""

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
        self._trainable = bool(trainable)
        self.dtype_policy = dtype_policies.get(dtype)
        self.activity_regularizer = activity_regularizer
        self.batch_shape = (None, *input_shape) if input_shape is not None else batch_shape
        self.quantization_config = quantization_config
        self.autocast = autocast and type(self).autocast
        self.built = False
        self.own_weights: list[Variable] = []
        self._penalties: list[Any] = []

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = _then_built(cls.build)  # type: ignore[method-assign]

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
        except LayerError:
            raise
        except REFUSALS as error:
            values = ", ".join(f"{key}={reprlib.repr(value)}" for key, value in config.items())
            raise LayerError(
                f"expected arguments that {cls.__name__} can be made with. Received: {values} ({type(error).__name__}: {error})",
                config.get("name"),
            ) from error

    # weights

    def build(self, input_shape: Any) -> None:
        """Creates the weights. `input_shape` has None for unknown sizes; with several inputs it is a list, or one
        argument `<name>_shape` for each argument of `call`. Whoever calls it, the layer is built then."""
        self.built = True

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
        if is_outermost():
            if any(is_tensorflow(x) for x in flatten([args, kwargs])):
                self.forget_penalties()
            with own_masks():
                return self._compute_with_masks(args, kwargs)
        return self._compute_with_masks(args, kwargs)

    def _compute_with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Computes with the masks that go with the arguments, and lets that of the outputs go with them."""
        if are_masks_given():
            with masks_given(False):
                return self._compute_in_phase(args, kwargs)[0]
        masks = map_structure(known_mask, args)
        kwargs = self._with_masks(args, kwargs, masks)
        outputs, mask = self._compute_in_phase(args, kwargs)
        if mask is NotImplemented:
            makes_masks = type(self).compute_mask is not Layer.compute_mask
            given = kwargs.get("mask")
            given = given if given is not None else masks[0] if masks else None
            if not makes_masks and not any(m is not None for m in flatten(given)):
                return outputs
            with scope(self.name):
                mask = self.compute_mask(args[0] if args else None, given)
        leaves = flatten(outputs)
        masks_of_outputs = flatten(mask) if isinstance(mask, (list, tuple, dict)) else [mask, *[None] * (len(leaves) - 1)]
        for output, one in zip(leaves, masks_of_outputs, strict=False):
            remember_mask(output, one)
        return outputs

    def _compute_in_phase(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """The outputs and their mask (NotImplemented if `compute_mask` says it), in the phase that is said."""
        names = call_parameters(type(self))
        at = names.index("training") if "training" in names else None
        training = args[at] if at is not None and at < len(args) else kwargs.get("training")
        if training is None:
            training = current_phase()
        if at is None:
            kwargs = {key: value for key, value in kwargs.items() if key != "training"} if "training" in kwargs else kwargs
        elif training is not None and at >= len(args):
            kwargs = {**kwargs, "training": training}
        with scope(self.name), training_phase(training):
            self._build_once(args, kwargs)
            compute = self.compute_dtype
            with autocast(compute if self.autocast and compute != self.variable_dtype else None):
                if self.autocast:
                    args, kwargs = map_structure(lambda x: cast_float(x, compute), (args, kwargs))
                outputs = kept(self, args, kwargs)
                mask = NotImplemented
                if outputs is NotImplemented:
                    outputs, mask = self.outputs_and_mask(args, kwargs)
            if self.activity_regularizer is not None:
                self.penalise_activity(outputs)
        return outputs, mask

    def outputs_and_mask(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
        """What `call` gives, and its mask where that is known already; else NotImplemented."""
        return self.call(*args, **kwargs), NotImplemented

    def _refusal(self, args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception) -> LayerError:
        """The error for arguments that a kernel broke on: that of the operations' type rules, where one of them has one."""
        if is_written_in_tensorflow(type(self)) and any(isinstance(x, Symbolic) for x in flatten([args, kwargs])):
            return LayerError(f"expected a layer that can be converted. Received: {type(self).__name__}. {REMEDY}", self.name)
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
        kwargs = self._with_masks(args, kwargs, masks)
        with masks_given(True):
            outputs = self(*args, **kwargs)
        given = kwargs.get("mask")
        with scope(self.name):
            mask = self.compute_mask(args[0] if args else None, given if given is not None else masks[0] if masks else None)
        return outputs, mask

    def _with_masks(self, args: tuple[Any, ...], kwargs: dict[str, Any], masks: tuple[Any, ...]) -> dict[str, Any]:
        """The keyword arguments with those of the masks that `call` has a parameter for."""
        if not any(m is not None for m in flatten(masks)):
            return kwargs
        kwargs = dict(kwargs)
        names = call_parameters(type(self))
        only = sum(holds_tensors(x) for x in (*args, *(v for k, v in kwargs.items() if k != "constants"))) == 1
        for index, (argument, mask) in enumerate(zip(names, masks, strict=False)):
            own = (
                f"{argument}_mask" if f"{argument}_mask" in names else "mask" if index == 0 and only and "mask" in names else None
            )
            if own and kwargs.get(own) is None and any(m is not None for m in flatten(mask)):
                kwargs[own] = mask
        return kwargs

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the output, from the first argument of `call` and its mask. None: all of it counts."""
        return mask if self.supports_masking else None

    def _build_once(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self.built:
            self.build(**build_arguments(type(self), args, kwargs))
            self.built = True  # whatever class the method is of

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
        if is_written_in_tensorflow(type(self)):
            return infer_by_tensorflow(self, args, kwargs)
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


def _then_built(build: Any) -> Any:
    """`build` of a class, after which the layer is built: a layer's own code may build the layers in it."""

    @wraps(build)
    def and_done(self: Layer, *args: Any, **kwargs: Any) -> None:
        build(self, *args, **kwargs)
        if type(self).build is and_done:  # not where a subclass goes on
            self.built = True
            if self.initial_weights is not None:
                self.set_weights(self.initial_weights)

    return and_done


def _placeholder(x: Any) -> Any:
    """What stands for a tensor where only types count."""
    return KerasTensor(TensorType(dtype_of(x) or "float32", tuple(x.shape))) if is_tensor(x) else x
