"""Recurrent operations on TensorFlow where gradients are wanted: loops whose gradients are derived by hand.

TensorFlow's own gradient of a loop keeps every intermediate result of every step, and multiplies matrices at every step to
sum what each contributes to the weights' gradients. Here a step forward keeps the state and what the activations saw; what
doesn't depend on the steps to come is computed from these for all steps at once, and so are the weights' gradients; a step
backward is one matrix product and a few elementwise operations.

Sequences are time-major: (T, batch, ...). D names the gradient of a loss with respect to what follows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..ir import TensorType
from .backend import tf
from .scan import tensorflow_loop

Function = Callable[..., Any]

DERIVATIVES: dict[str, Function] = {
    "linear": lambda y, d: d,
    "relu": lambda y, d: tf.raw_ops.ReluGrad(gradients=d, features=y),
    "sigmoid": lambda y, d: tf.raw_ops.SigmoidGrad(y=y, dy=d),
    "tanh": lambda y, d: tf.raw_ops.TanhGrad(y=y, dy=d),
}
"""d · f'(x) as a function of y = f(x) and d, by the names of the activation functions f that have one."""

Activation = tuple[Function, Function]
"""f(x), and d · f'(x) from f(x) and d."""


class Time:
    """The steps of one sequence: their order, and which of them count for which sample.

    mask: (T, batch, 1) bool or None; a step that doesn't count keeps the states.
    """

    def __init__(self, reverse: bool, mask: Any):
        self.reverse = reverse
        self.mask = mask

    def forward(
        self, step: Callable[..., Any], states: Sequence[Any], x: Any, kept: Sequence[int], stacked: int | None = None
    ) -> tuple[Any, Any]:
        """The final states and what is kept of every step: step(states, slice of x) → (new states, others to keep).

        All the new states are kept, then the others, whose widths are `kept`; the first `stacked` (all) as tensors, the others as
        TensorArrays.
        """

        def body(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            new, others = step(states, slices[0])
            if self.mask is not None:
                new = [tf.where(slices[1], a, b) for a, b in zip(new, states, strict=True)]
            return new, [*new, *others]

        sequences = [x, *self.counts(states[0].shape[-1])]
        types = [*(type_of(s) for s in states), *(type_of(states[0], width) for width in kept)]
        return tensorflow_loop(body, states, sequences, types, self.reverse, differentiable=False, stacked=stacked)

    def backward(self, step: Callable[..., Any], states: Sequence[Any], sequences: Sequence[Any], width: int) -> tuple[Any, Any]:
        """As `forward`, in the other direction, with one output of this width: step(states, slices) → (new states, output)."""

        def body(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            new, output = step(states, slices)
            return new, [output]

        finals, (outputs,) = tensorflow_loop(
            body, states, sequences, [type_of(states[0], width)], not self.reverse, differentiable=False
        )
        return finals, outputs

    def before(self, states: Any, initial: Any) -> Any:
        """The states that the steps started from."""
        if self.reverse:
            return tf.concat([states[1:], initial[None]], 0)
        return tf.concat([initial[None], states[:-1]], 0)

    def counted(self, x: Any, otherwise: float = 0.0) -> Any:
        """x where steps count."""
        return x if self.mask is None else tf.where(self.mask, x, tf.constant(otherwise, x.dtype))

    def counts(self, units: int) -> list[Any]:
        """The mask as a sequence, repeated for each unit: to select by a smaller one is slow. None without a mask."""
        if self.mask is None:
            return []
        return [tf.broadcast_to(self.mask, tf.concat((tf.shape(self.mask)[:2], [units]), 0))]


def type_of(x: Any, width: int | None = None) -> TensorType:
    """The type of a tensor (batch, width), or of one like it with another width."""
    batch, own = x.shape
    return TensorType(x.dtype.name, (batch, own if width is None else width))


def parted(gradients: list[Any], counts: list[Any]) -> tuple[list[Any], list[Any]]:
    """The gradients of new states: what goes through the step, and what goes by it, where it doesn't count (None: nothing)."""
    if not counts:
        return gradients, [None] * len(gradients)
    through = [tf.where(counts[0], d, tf.zeros_like(d)) for d in gradients]
    return through, [d - t for d, t in zip(gradients, through, strict=True)]


def plus(a: Any, b: Any) -> Any:
    """a + b; a if there is no b."""
    return a if b is None else a + b


def product(a: Any, b: Any) -> Any:
    """Σ over time and batch of aᵀ · b: the gradient of a matrix that a was multiplied by."""
    return tf.matmul(tf.reshape(a, (-1, a.shape[-1])), tf.reshape(b, (-1, b.shape[-1])), transpose_a=True)


def simple_rnn(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """h' = α(x + h·R): (all h', the last one). Dz = Dh' · α'; Dh = Dz·Rᵀ."""
    (activation, derivative), units = functions[0], states[0].shape[-1]

    def run(x: Any, h: Any, recurrent_kernel: Any) -> Any:
        initial = h
        (last,), (hs,) = time.forward(
            lambda states, x: ([activation(x + tf.matmul(states[0], recurrent_kernel))], []), [h], x, ()
        )

        def gradient(d_hs: Any, d_last: Any) -> Any:
            def step(states: list[Any], slices: list[Any]) -> Any:
                d_y, y, *counts = slices
                (d_h,), (kept_h,) = parted([states[0] + d_y], counts)
                d_z = derivative(y, d_h)
                return [plus(tf.matmul(d_z, recurrent_kernel, transpose_b=True), kept_h)], d_z

            (d_h,), d_zs = time.backward(step, [d_last], [d_hs, hs, *time.counts(units)], units)
            return d_zs, d_h, product(time.before(hs, initial), d_zs)

        return (hs, last), gradient

    return tf.custom_gradient(run)(x, *states, *weights)


def lstm(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """i, f, g, o = z = x + h·R; c' = ρ(f)·c + ρ(i)·α(g); h' = ρ(o)·α(c'): (all h', the last one, the last c').

    Dc' gets Dh' · ρ(o) · α'(c'); Dz = (Dc' · α(g) · ρ'(i), Dc' · c · ρ'(f), Dc' · ρ(i) · α'(g), Dh' · α(c') · ρ'(o));
    Dh = Dz·Rᵀ; Dc = Dc' · ρ(f).
    """
    (activation, derivative), (recurrent, recurrent_derivative) = functions
    units = states[0].shape[-1]

    def run(x: Any, h: Any, c: Any, recurrent_kernel: Any) -> Any:
        def step(states: list[Any], x: Any) -> Any:
            before = states[1]
            z = x + tf.matmul(states[0], recurrent_kernel)
            i, f, g, o = tf.split(z, 4, -1)
            i, f, g, o = recurrent(i), recurrent(f), activation(g), recurrent(o)
            c = f * before + i * g
            a = activation(c)
            return [o * a, c], [before, i, f, g, o, a]

        (last_h, last_c), (hs, _, *kept) = time.forward(step, [h, c], x, (units,) * 6, stacked=1)

        def gradient(d_hs: Any, d_last_h: Any, d_last_c: Any) -> Any:
            def step(states: list[Any], slices: list[Any]) -> Any:
                d_y, before, i, f, g, o, a, *counts = slices
                (d_h, d_c), (kept_h, kept_c) = parted([states[0] + d_y, states[1]], counts)
                d_c = d_c + derivative(a, d_h * o)
                d_i, d_f = recurrent_derivative(i, d_c * g), recurrent_derivative(f, d_c * before)
                d_z = tf.concat((d_i, d_f, derivative(g, d_c * i), recurrent_derivative(o, d_h * a)), -1)
                return [plus(tf.matmul(d_z, recurrent_kernel, transpose_b=True), kept_h), plus(d_c * f, kept_c)], d_z

            (d_h, d_c), d_zs = time.backward(step, [d_last_h, d_last_c], [d_hs, *kept, *time.counts(units)], 4 * units)
            return d_zs, d_h, d_c, product(time.before(hs, h), d_zs)

        return (hs, last_h, last_c), gradient

    return tf.custom_gradient(run)(x, *states, *weights)


def gru(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """u = h·R + b; z = ρ(x_z + u_z), r = ρ(x_r + u_r), g = α(x_g + r · u_g), h' = z · h + (1 - z) · g: (all h', the last one).

    Du = Dh' · ((h - g) · ρ'(z), (1 - z) · α'(g) · u_g · ρ'(r), (1 - z) · α'(g) · r); Dx is the same but for its last third,
    Dh' · (1 - z) · α'(g); Dh = Dh' · z + Du·Rᵀ.
    """
    (activation, derivative), (recurrent, recurrent_derivative) = functions
    units = states[0].shape[-1]

    def gates(x: Any, u: Any) -> tuple[Any, Any, Any, Any]:
        """z, r, g and u_g"""
        (x_z, x_r, x_g), (u_z, u_r, u_g) = tf.split(x, 3, -1), tf.split(u, 3, -1)
        r = recurrent(x_r + u_r)
        return recurrent(x_z + u_z), r, activation(x_g + r * u_g), u_g

    def run(x: Any, h: Any, recurrent_kernel: Any, *bias: Any) -> Any:
        initial = h

        def step(states: list[Any], x: Any) -> Any:
            u = tf.matmul(states[0], recurrent_kernel)
            u = tf.nn.bias_add(u, bias[0]) if bias else u
            z, _, g, _ = gates(x, u)
            return [g + z * (states[0] - g)], [u]

        (last,), (hs, us) = time.forward(step, [h], x, (3 * units,))

        def gradient(d_hs: Any, d_last: Any) -> Any:
            z, r, g, u_g = gates(x, us)
            before = time.before(hs, initial)
            by_g = time.counted(derivative(g, 1 - z))
            by_z = time.counted(recurrent_derivative(z, before - g))
            slopes = tf.concat((by_z, recurrent_derivative(r, by_g * u_g), by_g * r), -1)

            def step(states: list[Any], slices: list[Any]) -> Any:
                d_y, slopes, z = slices
                d_h = states[0] + d_y
                d_u = tf.concat((d_h, d_h, d_h), -1) * slopes
                return [d_h * z + tf.matmul(d_u, recurrent_kernel, transpose_b=True)], d_h

            (d_h,), d_all = time.backward(step, [d_last], [d_hs, slopes, time.counted(z, 1.0)], units)
            d_us = tf.concat((d_all, d_all, d_all), -1) * slopes
            d_x = tf.concat((d_us[..., : 2 * units], d_all * by_g), -1)
            return d_x, d_h, product(before, d_us), *(tf.reduce_sum(d_us, (0, 1)) for _ in bias)

        return (hs, last), gradient

    return tf.custom_gradient(run)(x, *states, *weights)
