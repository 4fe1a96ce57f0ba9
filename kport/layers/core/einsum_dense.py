"""A fully connected layer over any axes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ... import activations, constraints, initializers, ops, regularizers
from ...errors import LayerError
from ...ir.types import Shape
from ...registry import layers
from ..layer import Layer

_EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@layers()
class EinsumDense(Layer):
    """y = activation(einsum(equation, x, kernel) + bias), as in "abc,cd->abd" or "...x,xy->...y".

    output_shape: sizes of the output without batch and without what an ellipsis stands for; None where it is that of
    the input. bias_axes: the letters of the output's axes that have a bias of their own.
    Weights: kernel, with a size for each of its letters; bias, from the first of its axes on, 1 for axes in between.
    lora_rank, lora_alpha and gptq_unpacked_column_size are kept for files.
    """

    def __init__(
        self,
        equation: str,
        output_shape: int | Sequence[int | None],
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.equation = equation
        self.output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.lora_rank = lora_rank
        self.lora_alpha = lora_alpha
        self.gptq_unpacked_column_size = gptq_unpacked_column_size

    def build(self, input_shape: Shape) -> None:
        kernel_shape, bias_shape, roles = weight_shapes(self.equation, self.bias_axes, input_shape, self.output_shape)
        initializer = self.kernel_initializer
        if isinstance(initializer, initializers.VarianceScaling) and None in (initializer.input_axes, initializer.output_axes):
            initializer = type(initializer).from_config(initializer.get_config() | {"seed": initializer.seed} | roles)
        self.kernel = self.add_weight(
            kernel_shape,
            initializer,
            name="kernel",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.bias = None
        if bias_shape is not None:
            self.bias = self.add_weight(
                bias_shape,
                self.bias_initializer,
                name="bias",
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        y = ops.einsum(self.equation, inputs, self.kernel)
        return self.activation(y if self.bias is None else ops.add(y, self.bias))


def weight_shapes(
    equation: str, bias_axes: str | None, input_shape: Shape, output_shape: Shape
) -> tuple[Shape, Shape | None, dict[str, list[int]]]:
    """Shapes of kernel and bias, and which axes of the kernel are inputs and outputs. What doesn't fit is a LayerError."""
    found = _EQUATION.fullmatch(equation.replace(" ", ""))
    if found is None or (found[1], found[3]) != (found[5], found[7]) or (found[1] and found[3]):
        raise LayerError(
            f"expected an equation like 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...'. Received: equation={equation!r}"
        )
    before, inputs, _, kernel, _, outputs, after = found.groups()
    elided = len(input_shape) - len(inputs)
    if elided < 0 or (elided > 0 and not (before or after)):
        raise LayerError(f"expected an input with the axes of {equation!r}. Received: input_shape={input_shape}")
    # the ellipsis before stands for the batch and more, so the sizes of the output follow it
    known = (
        (*input_shape[: max(elided, 1)], *output_shape)
        if before
        else (input_shape[0], *output_shape, *input_shape[len(inputs) :])
    )
    shift = elided if before else 0
    input_sizes = dict(zip(inputs, input_shape[shift:], strict=False))
    output_sizes = dict(zip(outputs, known[shift:], strict=False))
    if (
        set(kernel) - set(inputs) - set(outputs)
        or set(outputs) - set(inputs) - set(kernel)
        or len(known) != elided + len(outputs)
    ):
        raise LayerError(
            f"expected each letter of the kernel in input or output, and a size of every output axis. "
            f"Received: equation={equation!r}, output_shape={output_shape}"
        )
    sizes = input_sizes | {letter: size for letter, size in output_sizes.items() if size is not None}
    kernel_shape = tuple(sizes[letter] for letter in kernel)
    roles = {
        "input_axes": [i for i, letter in enumerate(kernel) if letter not in outputs],
        "output_axes": [i for i, letter in enumerate(kernel) if letter in outputs],
    }
    if bias_axes is None:
        return kernel_shape, None, roles
    if not set(bias_axes) <= set(outputs):
        raise LayerError(f"expected bias_axes among the output's axes {outputs!r}. Received: bias_axes={bias_axes!r}")
    first = min(outputs.index(letter) for letter in bias_axes)
    bias_shape = tuple(sizes[letter] if letter in bias_axes else 1 for letter in outputs[first:])
    return kernel_shape, bias_shape + (1,) * (elided if after else 0), roles
