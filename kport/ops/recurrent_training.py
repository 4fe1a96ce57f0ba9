"""Recurrent operations on TensorFlow where gradients are wanted: loops whose gradients are derived by hand.

TensorFlow's own gradient of a loop keeps every intermediate result of every step. Here a step forward keeps the slopes that a
step backward multiplies by, as it has them at hand; the weights' gradients are summed on the way back.

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
    """The steps of one sequence: how many, their order, and which of them count for which sample.

    mask: (T, batch, 1) bool or None; a step that doesn't count keeps the states. outputs: whether gradients come through the
    states of all steps, not only through the final ones.
    """

    def __init__(self, length: Any, reverse: bool, mask: Any, outputs: bool):
        self.length = length
        self.reverse = reverse
        self.mask = mask
        self.outputs = outputs

    def forward(self, step: Callable[..., Any], states: Sequence[Any], x: Any, kept: Sequence[int]) -> tuple[Any, Any, Any]:
        """The final states, the first state after every step, and the TensorArrays of what else is kept of every step.

        step(states, slice of x) → (new states, what to keep, of the widths `kept`).
        """

        def body(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            new, others = step(states, slices[0])
            if self.mask is not None:
                new = [tf.where(slices[1], a, b) for a, b in zip(new, states, strict=True)]
            return new, [new[0], *others]

        types = [type_of(states[0]), *(type_of(states[0], width) for width in kept)]
        sequences = [x, *self._counts(states[0])]
        finals, (firsts, *others) = tensorflow_loop(
            body, states, sequences, types, self.reverse, self.length, differentiable=False, stacked=1
        )
        return finals, firsts, others

    def backward(
        self,
        step: Callable[..., Any],
        d_states: Sequence[Any],
        d_hs: Any,
        kept: Sequence[Any],
        width: int,
        sums: Sequence[Any],
    ) -> tuple[list[Any], Any, list[Any]]:
        """In the other direction: D initial states, an output of this width of every step, and sums over all steps.

        step(D new states, slices of what is kept) → (D states, output, what to add to `sums`).
        """
        counts, zero, n = self._counts(d_states[0]), tf.zeros_like(d_states[0]), len(d_states)
        by_outputs = [d_hs] if self.outputs else []

        def body(states: list[Any], slices: list[Any]) -> tuple[list[Any], list[Any]]:
            d_new, sums = states[:n], states[n:]
            if by_outputs:
                d_new[0] += slices.pop()
            if counts:
                counting = slices.pop()
                through = [tf.where(counting, d, zero) for d in d_new]
                d_old, output, addends = step(through, slices)
                d_old = [tf.where(counting, a, b) for a, b in zip(d_old, d_new, strict=True)]
            else:
                d_old, output, addends = step(d_new, slices)
            return [*d_old, *(a + b for a, b in zip(sums, addends, strict=True))], [output]

        states, sequences, types = [*d_states, *sums], [*kept, *counts, *by_outputs], [type_of(d_states[0], width)]
        finals, (outputs,) = tensorflow_loop(body, states, sequences, types, not self.reverse, self.length, differentiable=False)
        return finals[:n], outputs, finals[n:]

    def _counts(self, state: Any) -> list[Any]:
        """The mask as a sequence, repeated for each unit: to select by a smaller one is slow. None without a mask."""
        if self.mask is None:
            return []
        return [tf.broadcast_to(self.mask, tf.concat((tf.shape(self.mask)[:2], [state.shape[-1]]), 0))]


def type_of(x: Any, width: int | None = None) -> TensorType:
    """The type of a tensor (batch, width), or of one like it with another width."""
    batch, own = x.shape
    return TensorType(x.dtype.name, (batch, own if width is None else width))


def with_one(x: Any) -> Any:
    """x and a last column of ones, by which a bias is a row of a matrix: summed with it, and no operation of its own."""
    return tf.concat((x, tf.ones_like(x[..., :1])), -1)


def linear_loop(
    time: Time,
    x: Any,
    states: Sequence[Any],
    weights: Sequence[Any],
    forward: Callable[..., Any],
    backward: Callable[..., Any],
    kept: int,
) -> Any:
    """A loop whose step begins with z = (x, 1) · (W; b) + h·R: (all h', the final states). The first product needn't wait for the
    step before, so TensorFlow computes it meanwhile.

    weights: W, R and b or None; forward(z, states) → (new states, `kept` slopes as wide as they);
    backward(D new states, slopes) → (Dz, D of the states but h, what it gets through z left out). Dh = Dz·Rᵀ, Dx = Dz·Wᵀ.
    """
    n = len(states)

    def run(x: Any, *given: Any) -> Any:
        states, (kernel, recurrent_kernel, *bias) = given[:n], given[n:]
        matrix = kernel
        if bias:
            x, matrix = with_one(x), tf.concat((kernel, bias[0][None]), 0)

        def step(states: list[Any], x: Any) -> Any:
            new, slopes = forward(tf.matmul(x, matrix) + tf.matmul(states[0], recurrent_kernel), states)
            return new, [x, states[0], *slopes]

        widths = (matrix.shape[0], *(states[0].shape[-1],) * (kept + 1))
        finals, hs, others = time.forward(step, states, x, widths)

        def gradient(d_hs: Any, *d_finals: Any) -> Any:
            def step(d_new: list[Any], slices: list[Any]) -> Any:
                x, h, *slopes = slices
                d_z, d_others = backward(d_new, slopes)
                d_h, d_x = (tf.matmul(d_z, part, transpose_b=True) for part in (recurrent_kernel, kernel))
                return [d_h, *d_others], d_x, [tf.matmul(a, d_z, transpose_a=True) for a in (x, h)]

            zeros = [tf.zeros_like(matrix), tf.zeros_like(recurrent_kernel)]
            d_states, d_x, (d_matrix, d_recurrent) = time.backward(step, d_finals, d_hs, others, kernel.shape[0], zeros)
            d_kernel, *d_bias = tf.split(d_matrix, [kernel.shape[0], *[1] * len(bias)], 0)
            return d_x, *d_states, d_kernel, d_recurrent, *(d[0] for d in d_bias)

        return (hs, *finals), gradient

    return tf.custom_gradient(run)(x, *states, *(w for w in weights if w is not None))


def simple_rnn(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """h' = α(z): (all h', the last one). Dz = Dh' · α'(z)."""
    activation, derivative = functions[0]

    def forward(z: Any, states: list[Any]) -> Any:
        h = activation(z)
        return [h], [h]

    def backward(d_new: list[Any], slopes: list[Any]) -> Any:
        return derivative(slopes[0], d_new[0]), []

    return linear_loop(time, x, states, weights, forward, backward, 1)


def lstm(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """i, f, g, o = z, c' = ρ(f)·c + ρ(i)·α(g), h' = ρ(o)·α(c'): (all h', the last one, the last c').

    Dc' gets Dh' · ρ(o) · α'(c'); Dz = (Dc' · α(g) · ρ'(i), Dc' · c · ρ'(f), Dc' · ρ(i) · α'(g), Dh' · α(c') · ρ'(o));
    Dc = Dc' · ρ(f).
    """
    (activation, derivative), (recurrent, recurrent_derivative) = functions

    def forward(z: Any, states: list[Any]) -> Any:
        i, f, g, o = tf.split(z, 4, -1)
        i, f, g, o = recurrent(i), recurrent(f), activation(g), recurrent(o)
        before = states[1]
        c = f * before + i * g
        a = activation(c)
        by_c = [recurrent_derivative(i, g), recurrent_derivative(f, before), derivative(g, i)]
        return [o * a, c], [derivative(a, o), *by_c, recurrent_derivative(o, a), f]

    def backward(d_new: list[Any], slopes: list[Any]) -> Any:
        d_h, d_c = d_new
        from_h, by_i, by_f, by_g, by_o, f = slopes
        d_c = d_c + d_h * from_h
        return tf.concat((d_c * by_i, d_c * by_f, d_c * by_g, d_h * by_o), -1), [d_c * f]

    return linear_loop(time, x, states, weights, forward, backward, 6)


def gru(time: Time, x: Any, states: Sequence[Any], weights: Sequence[Any], functions: Sequence[Activation]) -> Any:
    """x̂ = (x, 1) · (W; b), u = (h, 1) · (R; b'), z = ρ(x̂_z + u_z), r = ρ(x̂_r + u_r), g = α(x̂_g + r · u_g),
    h' = z · h + (1 - z) · g: (all h', the last one).

    Dx̂ = Dh' · ((h - g) · ρ'(z), (1 - z) · α'(g) · u_g · ρ'(r), (1 - z) · α'(g)); Du is the same but for its last third, which is
    r times that; Dh = Dh' · z + Du·Rᵀ, Dx = Dx̂·Wᵀ.
    """
    (activation, derivative), (recurrent, recurrent_derivative) = functions
    units = states[0].shape[-1]

    def run(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, *bias: Any) -> Any:
        matrices = [kernel, recurrent_kernel]
        if bias:
            matrices = [tf.concat((matrix, b[None]), 0) for matrix, b in zip(matrices, tf.unstack(bias[0]), strict=True)]
            x = with_one(x)

        def step(states: list[Any], x: Any) -> Any:
            (h,), (input_matrix, state_matrix) = states, matrices
            row = with_one(h) if bias else h
            x_z, x_r, x_g = tf.split(tf.matmul(x, input_matrix), 3, -1)
            u_z, u_r, u_g = tf.split(tf.matmul(row, state_matrix), 3, -1)
            z, r = recurrent(x_z + u_z), recurrent(x_r + u_r)
            g = activation(x_g + r * u_g)
            by_g = derivative(g, 1 - z)
            slopes = [recurrent_derivative(z, h - g), recurrent_derivative(r, by_g * u_g), by_g, by_g * r, z]
            return [g + z * (h - g)], [x, row, *slopes]

        widths = [*(matrix.shape[0] for matrix in matrices), *[units] * 5]
        (last,), hs, kept = time.forward(step, [h], x, widths)

        def gradient(d_hs: Any, d_last: Any) -> Any:
            def step(d_new: list[Any], slices: list[Any]) -> Any:
                (d_h,), (x, row, by_z, by_r, by_g, by_u, z) = d_new, slices
                d_z, d_r = d_h * by_z, d_h * by_r
                d_x, d_u = tf.concat((d_z, d_r, d_h * by_g), -1), tf.concat((d_z, d_r, d_h * by_u), -1)
                sums = [tf.matmul(x, d_x, transpose_a=True), tf.matmul(row, d_u, transpose_a=True)]
                d_h = d_h * z + tf.matmul(d_u, recurrent_kernel, transpose_b=True)
                return [d_h], tf.matmul(d_x, kernel, transpose_b=True), sums

            zeros = [tf.zeros_like(matrix) for matrix in matrices]
            (d_h,), d_x, (d_input, d_state) = time.backward(step, [d_last], d_hs, kept, kernel.shape[0], zeros)
            d_bias = [tf.stack((d_input[-1], d_state[-1]))] if bias else []
            return d_x, d_h, d_input[: kernel.shape[0]], d_state[:units], *d_bias

        return (hs, last), gradient

    return tf.custom_gradient(run)(x, *states, *(w for w in weights if w is not None))
