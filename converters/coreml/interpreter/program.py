"""What a model.mlmodel says: the model's description and its MIL program.

Field numbers from coremltools' mlmodel/format/Model.proto, FeatureTypes.proto and MIL.proto.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....errors import FileError
from .types import DTYPES, ListType, OtherType, StateType, TensorType, Type
from .wire import Message

ARRAY_DTYPES: dict[int, str] = {65552: "fp16", 65568: "fp32", 65600: "fp64", 131080: "int8", 131104: "int32"}
"""FeatureTypes.proto, ArrayDataType"""
ANY_SIZE = -1
"""The upper bound of a size without one"""


@dataclass(frozen=True)
class Feature:
    """An input or output as apps see it. kind: "array", or another that has no tensor.

    shapes: those that it may have, if they are listed; ranges: the least and largest of each size, if there are ranges;
    shape: else its shape, or its default. An output's shape may be left out.
    """

    name: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    shapes: tuple[tuple[int, ...], ...]
    ranges: tuple[tuple[int, int], ...]
    optional: bool

    def admits(self, shape: tuple[int, ...]) -> bool:
        """Whether an array of this shape may be given."""
        if self.shapes:
            return shape in self.shapes
        if self.ranges:
            return len(shape) == len(self.ranges) and all(
                low <= size and (high == ANY_SIZE or size <= high) for size, (low, high) in zip(shape, self.ranges, strict=True)
            )
        return shape == self.shape


@dataclass(frozen=True)
class Value:
    """A constant: within the program, or (`file`, `offset`) in a file of weights."""

    type: Type
    content: Message
    file: str = ""
    offset: int = 0


Binding = str | Value
"""What a parameter gets: another value's name, or a constant"""


@dataclass(frozen=True)
class Operation:
    """type: such as "conv". A parameter may have several bindings, as `values` of concat has."""

    type: str
    inputs: Mapping[str, list[Binding]]
    outputs: list[tuple[str, Type]]
    blocks: list[Block]
    attributes: Mapping[str, Value]
    label: str

    def __str__(self) -> str:
        return f"{self.type} '{self.label}'"


@dataclass(frozen=True)
class Block:
    inputs: list[tuple[str, Type]]
    outputs: list[str]
    operations: list[Operation]


@dataclass(frozen=True)
class Model:
    """specification: the version of the format; opset: the name of the operation set that `block` is in."""

    specification: int
    inputs: list[Feature]
    outputs: list[Feature]
    states: list[Feature]
    metadata: Mapping[str, str]
    arguments: list[tuple[str, Type]]
    opset: str
    block: Block


def read_model(data: bytes | memoryview) -> Model:
    """The model in a model.mlmodel. FileError if it is none, or has no program."""
    model = Message(data)
    if 502 not in model:
        raise FileError("expected a CoreML model with an ML program (iOS 15 or later)")
    description = model.message(2)
    functions = model.message(502).map(2)
    main = description.text(21) or "main"
    if main not in functions:
        raise FileError(f"expected a function {main} in the ML program. Received: {', '.join(functions) or 'none'}")
    function = functions[main]
    opset = function.text(2)
    blocks = function.map(3)
    if opset not in blocks:
        raise FileError(f"expected the function's block for {opset or 'its opset'}. Received: {', '.join(blocks) or 'none'}")
    return Model(
        specification=model.integer(1),
        inputs=[_feature(m) for m in description.messages(1)],
        outputs=[_feature(m) for m in description.messages(10)],
        states=[_feature(m) for m in description.messages(13)],
        metadata=description.message(100).text_map(100),
        arguments=_named_types(function.messages(1)),
        opset=opset,
        block=_block(blocks[opset]),
    )


def _feature(message: Message) -> Feature:
    kind = message.message(3)
    array = kind.message(8).message(1) if 8 in kind else kind.message(5)
    return Feature(
        name=message.text(1),
        kind="array" if 5 in kind or 8 in kind else "image" if 4 in kind else "other",
        dtype=ARRAY_DTYPES.get(array.integer(2), f"type {array.integer(2)}"),
        shape=tuple(array.integers(1)),
        shapes=tuple(tuple(shape.integers(1)) for shape in array.message(21).messages(1)),
        ranges=tuple((size.integer(1), size.integer(2)) for size in array.message(31).messages(1)),
        optional=bool(kind.integer(1000)),
    )


def _block(message: Message) -> Block:
    return Block(
        inputs=_named_types(message.messages(1)),
        outputs=message.texts(2),
        operations=[_operation(m) for m in message.messages(3)],
    )


def _operation(message: Message) -> Operation:
    outputs = _named_types(message.messages(3))
    attributes = {name: _value(m) for name, m in message.map(5).items()}
    return Operation(
        type=message.text(1),
        inputs={name: [_binding(b) for b in argument.messages(1)] for name, argument in message.map(2).items()},
        outputs=outputs,
        blocks=[_block(m) for m in message.messages(4)],
        attributes=attributes,
        label=outputs[0][0] if outputs else "",
    )


def _binding(message: Message) -> Binding:
    return _value(message.message(2)) if 2 in message else message.text(1)


def _value(message: Message) -> Value:
    kind = _type(message.message(2))
    if 5 in message:
        blob = message.message(5)
        return Value(kind, Message(), blob.text(1), blob.integer(2))
    return Value(kind, message.message(3))


def _named_types(messages: list[Message]) -> list[tuple[str, Type]]:
    return [(m.text(1), _type(m.message(2))) for m in messages]


def _type(message: Message) -> Type:
    if 1 in message:
        tensor = message.message(1)
        code = tensor.integer(1)
        if code not in DTYPES:
            raise FileError(f"damaged model: no data type has number {code}")
        if tensor.integer(2) < 0:
            return TensorType(DTYPES[code], None)
        shape = tuple(_size(m) for m in tensor.messages(3))
        if len(shape) != tensor.integer(2):
            raise FileError(f"damaged model: a tensor of rank {tensor.integer(2)} has {len(shape)} sizes")
        return TensorType(DTYPES[code], shape)
    if 2 in message:
        sequence = message.message(2)
        return ListType(_type(sequence.message(1)), _size(sequence.message(2)))
    if 5 in message:
        return StateType(_type(message.message(5).message(1)))
    return OtherType("tuple" if 3 in message else "dictionary" if 4 in message else "no type")


def _size(message: Message) -> int | None:
    return message.message(1).integer(1) if 1 in message else None
