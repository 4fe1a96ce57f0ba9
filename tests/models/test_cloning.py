"""Models cloned by kport and by Keras."""

from __future__ import annotations

from typing import Any

import pytest

import kport
from kport.errors import UsageError
from kport.models import clone_model
from tests.compare import assert_same
from tests.saving.fresh import BUILDERS, floats


@pytest.mark.parametrize("recursive", [False, True])
@pytest.mark.parametrize("name", BUILDERS)
def test_a_clone_computes_the_same_with_the_same_weights(name: str, recursive: bool) -> None:
    model, inputs = BUILDERS[name](kport)
    clone = clone_model(model, recursive=recursive)
    assert [x.name for x in clone.layers] == [x.name for x in model.layers]
    assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}
    if not any(hasattr(layer, "save_assets") for layer in model.layers):
        clone.set_weights(model.get_weights())
        assert_same(clone(inputs), model(inputs))


def inner_and_outer(k: Any) -> Any:
    x = k.Input((3,))
    shared = k.layers.Dense(3, name="shared")
    inner = k.Model(x, shared(shared(x)), name="inner")
    y = k.Input((3,))
    return k.Model(y, k.layers.Dense(2, name="last")(inner(y)))


def test_functions_are_called_as_keras_calls_them() -> None:
    keras = pytest.importorskip("keras")
    seen: dict[str, list[Any]] = {}
    for k in (kport, keras):
        log: list[Any] = seen.setdefault(k.__name__, [])

        def clone(layer: Any, log: list[Any] = log) -> Any:
            log.append(("clone", layer.name))
            return type(layer).from_config(layer.get_config())

        def call(layer: Any, *args: Any, log: list[Any] = log, **kwargs: Any) -> Any:
            log.append(("call", layer.name))
            return layer(*args, **kwargs)

        k.models.clone_model(inner_and_outer(k), clone_function=clone, call_function=call, recursive=True)
        log[:] = [entry for entry in log if not entry[1].startswith("input")]
    assert sorted(seen["kport"]) == sorted(seen["keras"])


def test_layers_put_in_by_the_call() -> None:
    model = inner_and_outer(kport)

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        y = layer(*args, **kwargs)
        return kport.layers.ReLU(name="after")(y) if layer.name == "last" else y

    clone = clone_model(model, clone_function=lambda layer: layer, call_function=call)
    assert [x.name for x in clone.layers][-1] == "after"
    assert_same(clone(floats(2, 3)), kport.ops.relu(model(floats(2, 3))))


def test_inputs_of_ones_own_and_what_was_compiled() -> None:
    model = kport.Sequential([kport.Input((3,)), kport.layers.Dense(2)])
    model.compile("sgd", "mse", metrics=["mae"])
    clone = clone_model(model, input_tensors=kport.Input((3,), name="mine"))
    assert clone.input_names == ["mine"] and clone.loss == "mse" and clone.optimizer is not model.optimizer
    functional = inner_and_outer(kport)
    assert clone_model(functional, input_tensors=kport.Input((3,), name="own")).input_names == ["own"]


def test_what_is_refused() -> None:
    class Own(kport.Model):
        def call(self, x: Any) -> Any:
            return x

    with pytest.raises(UsageError, match="call_function"):
        clone_model(kport.Sequential([kport.layers.Dense(2)]), call_function=lambda layer, x: x)
    with pytest.raises(UsageError, match="clone_function"):
        clone_model(Own(), clone_function=lambda layer: layer)
    with pytest.raises(UsageError, match="KerasTensor"):
        clone_model(inner_and_outer(kport), input_tensors=[floats(2, 3)])
    assert isinstance(clone_model(Own()), Own)
