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

Function = Callable[[Any], Any]

DERIVATIVES: dict[str, Function] = {
    "linear": lambda y: tf.ones_like(y),
    "relu": lambda y: tf.cast(y > 0, y.dtype),
    "sigmoid": lambda y: y * (1 - y),
    "tanh": lambda y: 1 - y * y,
}
"""f'(x) as a function of y = f(x), by the names of the activation functions f that have one."""

Activation = tuple[Function, Function]
"""f(x), and f'(x) from f(x)."""


class Time:
    """The steps of one sequence: their order, and which of them count for which sample.

    mask: (T, batch, 1) bool or None; a step that doesn't count keeps the states.
    """

    def __init__(self, reverse: bool, mask: Any):
        self.reverse = reverse
        self.mask = mask

    def forward(self, step: Callable[..., Any], states: Sequence[Any], x: Any, kept: Sequence[int]) -> tuple[Any, Any]:
        """The final states and what is kept of every step: step(states, slice of x) → (new states, others to keep).

        All the new states are kept, then the others, whose widths are `kept`.
        """

        def body(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            new, others = step(states, slices[0])
            if self.mask is not None:
                new = [tf.where(slices[1], a, b) for a, b in zip(new, states, strict=True)]
            return new, [*new, *others]

        sequences = [x] if self.mask is None else [x, self.mask]
        types = [*(type_of(s) for s in states), *(type_of(states[0], width) for width in kept)]
        return tensorflow_loop(body, states, sequences, types, self.reverse, differentiable=False)

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

    def kept(self, dtype: Any) -> list[Any]:
        """The share of a state that a step keeps as it is: 1 where it doesn't count; nothing without a mask."""
        return [] if self.mask is None else [1 - tf.cast(self.mask, dtype)]


def type_of(x: Any, width: int | None = None) -> TensorType:
    """The type of a tensor (batch, width), or of one like it with another width."""
    batch, own = x.shape
    return TensorType(x.dtype.name, (batch, own if width is None else width))


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
                d_y, slope, *kept = slices
                d_h = states[0] + d_y
                d_z = d_h * slope
                d_before = tf.matmul(d_z, recurrent_kernel, transpose_b=True)
                return [d_before + kept[0] * d_h if kept else d_before], d_z

            slopes = time.counted(derivative(hs))
            (d_h,), d_zs = time.backward(step, [d_last], [d_hs, slopes, *time.kept(x.dtype)], units)
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
        initial = c

        def step(states: list[Any], x: Any) -> Any:
            z = x + tf.matmul(states[0], recurrent_kernel)
            i, f, g, o = tf.split(z, 4, -1)
            c = recurrent(f) * states[1] + recurrent(i) * activation(g)
            return [recurrent(o) * activation(c), c], [z]

        (last_h, last_c), (hs, cs, zs) = time.forward(step, [h, c], x, (4 * units,))

        def gradient(d_hs: Any, d_last_h: Any, d_last_c: Any) -> Any:
            i, f, g, o = tf.split(zs, 4, -1)
            i, f, g, o, before = recurrent(i), recurrent(f), activation(g), recurrent(o), time.before(cs, initial)
            a = activation(cs if time.mask is None else f * before + i * g)
            by_c = (g * recurrent_derivative(i), before * recurrent_derivative(f), i * derivative(g))
            slopes = time.counted(tf.concat((*by_c, a * recurrent_derivative(o)), -1))
            to_c = time.counted(o * derivative(a))

            def step(states: list[Any], slices: list[Any]) -> Any:
                d_y, to_c, slopes, f, *kept = slices
                d_h = states[0] + d_y
                d_c = states[1] + d_h * to_c
                d_z = tf.concat((d_c, d_c, d_c, d_h), -1) * slopes
                d_before = tf.matmul(d_z, recurrent_kernel, transpose_b=True)
                return [d_before + kept[0] * d_h if kept else d_before, d_c * f], d_z

            sequences = [d_hs, to_c, slopes, time.counted(f, 1.0), *time.kept(x.dtype)]
            (d_h, d_c), d_zs = time.backward(step, [d_last_h, d_last_c], sequences, 4 * units)
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
            by_g = time.counted((1 - z) * derivative(g))
            by_z = time.counted((before - g) * recurrent_derivative(z))
            slopes = tf.concat((by_z, by_g * u_g * recurrent_derivative(r), by_g * r), -1)

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
