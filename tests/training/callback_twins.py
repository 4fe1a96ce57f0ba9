"""The same small model in Keras and in kport, with the same weights and data."""

from __future__ import annotations

from typing import Any

import numpy as np

FEATURES = 5


def data(samples: int = 37, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points and the class, 0 or 1, that they are in, for some of them the wrong one."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(samples, FEATURES)).astype("float32")
    y = (x @ rng.normal(size=(FEATURES, 1)) + rng.normal(size=(samples, 1)) > 0).astype("float32")
    return x, y


def model(keras: Any, optimizer: Any = "sgd", compiled: bool = True, **arguments: Any) -> Any:
    """`keras` is Keras or kport."""
    rng = np.random.default_rng(5)
    made = keras.Sequential(
        [
            keras.Input((FEATURES,), name="points"),
            keras.layers.Dense(6, activation="relu", name="inner"),
            keras.layers.Dense(1, activation="sigmoid", name="outer"),
        ],
        name="small",
    )
    made.set_weights([rng.normal(size=w.shape).astype("float32") for w in made.weights])
    if compiled:
        made.compile(optimizer, "binary_crossentropy", metrics=["accuracy"], jit_compile=False, **arguments)
    return made


def both() -> list[Any]:
    """Keras and kport, as modules that code is run with."""
    import keras

    import kport

    return [keras, kport]


def recorder(keras: Any, events: list[Any]) -> Any:
    """A callback that notes all calls, with the names in the logs."""

    def note(name: str) -> Any:
        def hook(self: Any, *args: Any, **kwargs: Any) -> None:
            logs = kwargs.get("logs", args[-1] if args and isinstance(args[-1], dict) else None)
            position = [a for a in args if isinstance(a, int)]
            events.append((name, position, sorted(logs or {})))

        return hook

    hooks = [name for name in dir(keras.callbacks.Callback) if (name.startswith("on_") and "_batch_" in name) or "_epoch" in name]
    names = [*hooks, *(f"on_{kind}_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end"))]
    return type("Recorder", (keras.callbacks.Callback,), {name: note(name) for name in names})()


def close(ours: dict[str, list[float]], theirs: dict[str, list[float]], tolerance: float = 2e-5) -> None:
    """Histories with the same names, in the same order, and numbers."""
    assert list(ours) == list(theirs)
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=tolerance, atol=tolerance, err_msg=name)
