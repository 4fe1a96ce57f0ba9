"""Pictures of models: what they show, in every form."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import kport
from kport.errors import MissingComponentError, UsageError
from kport.utils import model_to_dot, plot_model
from kport.utils.model_graph import Shown, picture_of
from kport.utils.pictures import drawn
from tests.saving.fresh import BUILDERS


def edges(model: Any, **options: bool) -> set[tuple[str, str]]:
    picture = picture_of(model, Shown(**options))
    names = [re.sub(r"_\d+", "", box.rows[0][0].text) for box in picture.boxes]
    return {(names[a], names[b]) for a, b in picture.edges}


def test_boxes_and_arrows() -> None:
    model, _ = BUILDERS["branches"](kport)
    assert edges(model) == {
        ("InputLayer", "Dense"), ("Dense", "Functional"), ("Functional", "Sequential"), ("Functional", "Add"),
        ("Functional", "Multiply"), ("Add", "Concatenate"), ("Multiply", "Concatenate"), ("Concatenate", "Dense"),
    }  # fmt: skip
    inner = edges(model, nested=True)
    assert ("BatchNormalization", "Add") in inner and ("BatchNormalization", "Dense") in inner and ("Dense", "PReLU") in inner


def test_as_many_arrows_as_keras_draws() -> None:
    keras = pytest.importorskip("keras")
    pytest.importorskip("pydot")
    for name in ("branches", "attention", "sequential"):  # masks are boxes of their own in Keras's
        for nested in (False, True):
            theirs = keras.utils.model_to_dot(BUILDERS[name](keras)[0], expand_nested=nested)
            found = {(e.get_source(), e.get_destination()) for e in _edges(theirs)}
            assert len(picture_of(BUILDERS[name](kport)[0], Shown(nested=nested)).edges) == len(found), (name, nested)


def _edges(graph: Any) -> list[Any]:
    return [*graph.get_edges(), *(edge for inner in graph.get_subgraphs() for edge in _edges(inner))]


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_svg(rankdir: str, tmp_path: Path) -> None:
    model, _ = BUILDERS["branches"](kport)
    options = {"show_shapes": True, "show_dtype": True, "show_layer_names": True, "show_trainable": True}
    plot_model(model, tmp_path / "m.svg", rankdir=rankdir, expand_nested=True, show_layer_activations=True, **options)
    root = ElementTree.parse(tmp_path / "m.svg").getroot()
    texts = {t.text for t in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"shared (Dense)", "Output shape: (None, 6)", "Output dtype: float32", "Activation: linear", "Trainable"} <= texts
    assert "tower" in texts
    width, height = (float(root.get(side, "").removesuffix("pt")) for side in ("width", "height"))
    for rectangle in root.iter("{http://www.w3.org/2000/svg}rect"):
        if rectangle.get("x"):
            x, y, w, h = (float(rectangle.get(k, "0")) for k in ("x", "y", "width", "height"))
            assert x >= 0 and y >= 0 and x + w <= width + 1 and y + h <= height + 1


def test_boxes_dont_overlap() -> None:
    drawing = drawn(picture_of(BUILDERS["branches"](kport)[0], Shown(shapes=True, names=True)))
    boxes = [r[:4] for r in drawing.rectangles]
    for i, (x, y, w, h) in enumerate(boxes):
        for u, v, s, t in boxes[:i]:
            assert x + w <= u + 0.01 or u + s <= x + 0.01 or y + h <= v + 0.01 or v + t <= y + 0.01


def test_pixels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images = pytest.importorskip("PIL.Image")
    model, _ = BUILDERS["sequential"](kport)
    plot_model(model, tmp_path / "small.png", dpi=50)
    plot_model(model, tmp_path / "large", dpi=100)
    with images.open(tmp_path / "small.png") as small, images.open(tmp_path / "large") as large:
        assert large.format == "PNG" and abs(large.width - 2 * small.width) <= 2 and small.getextrema()[0] == (0, 255)
    monkeypatch.setitem(__import__("sys").modules, "PIL", None)
    with pytest.raises(MissingComponentError, match=r"kport\[plot\]"):
        plot_model(model, tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_dot(tmp_path: Path) -> None:
    model, _ = BUILDERS["branches"](kport)
    text = model_to_dot(model, expand_nested=True, show_shapes=True)
    assert text.startswith("digraph") and text.count("{") == text.count("}") and text.count("->") >= 10
    plot_model(model, tmp_path / "m.dot", expand_nested=True, show_shapes=True, show_layer_names=True)
    assert (tmp_path / "m.dot").read_text() == text
    assert model_to_dot(model, subgraph=True).startswith('subgraph "cluster_')


def test_a_subclassed_model_is_one_box() -> None:
    class Own(kport.Model):
        def call(self, x: Any) -> Any:
            return x

    model = Own()
    with pytest.raises(UsageError, match="built"):
        plot_model(model, "there.svg")
    model.built = True
    assert len(picture_of(model, Shown()).boxes) == 1


@pytest.mark.parametrize(("options", "message"), [({"to_file": "m.tex"}, r"\.svg"), ({"rankdir": "UP"}, "rankdir")])
def test_what_is_refused(options: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        plot_model(BUILDERS["sequential"](kport)[0], **{"to_file": tmp_path / "m.svg", **options})
