"""ImageDataGenerator beside Keras's: with the same seed of NumPy's generator the batches are the same."""

from __future__ import annotations

import importlib
import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras.src.legacy.preprocessing import image as theirs

import kport
from kport.errors import MissingComponentError, UsageError
from kport.legacy import KportDeprecationWarning
from kport.preprocessing import image as ours

pytestmark = [
    pytest.mark.filterwarnings("ignore::kport.legacy.KportDeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*scipy.ndimage.interpolation:DeprecationWarning"),  # Keras's
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's variables
]

RNG = np.random.default_rng(7)
LABELS = np.tile(np.arange(3), 4)


def images(*shape: int) -> np.ndarray:
    """12 images of numbers from 0 to 255."""
    return RNG.uniform(0, 255, (12, *(shape or (8, 8, 3)))).astype("float32")


def both(run: Callable[[Any], Any], seed: int = 5) -> tuple[Any, Any]:
    """What `run` gives here and with Keras's module, each from the same state of NumPy's generator; the draws must be as many."""
    found = []
    for module in (ours, theirs):
        np.random.seed(seed)
        found.append((run(module), np.random.random()))
    assert found[0][1] == found[1][1], "another number of draws"
    return found[0][0], found[1][0]


def assert_same(run: Callable[[Any], Any], tolerance: float = 0) -> None:
    """`run` gives the same here and there: arrays, or nested lists and tuples of them."""
    _compare(*both(run), tolerance)


def _compare(mine: Any, other: Any, tolerance: float) -> None:
    if isinstance(mine, (list, tuple)):
        assert (type(mine), len(mine)) == (type(other), len(other))
        for pair in zip(mine, other, strict=True):
            _compare(*pair, tolerance)
    elif isinstance(mine, np.ndarray):
        assert (mine.shape, mine.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(mine, other, rtol=tolerance, atol=tolerance)
    else:
        assert mine == other


PUBLIC = importlib.import_module("keras._tf_keras.keras.preprocessing.image")
"""Keras 2's names, which Keras 3 keeps for TensorFlow."""


@pytest.mark.parametrize("name", [name for name in dir(PUBLIC) if not name.startswith("_")])
def test_names_and_their_arguments(name: str) -> None:
    mine, other = getattr(ours, name), getattr(PUBLIC, name)
    methods = [n for n in dir(other) if not n.startswith("_") and callable(getattr(other, n))] if isinstance(other, type) else []
    for method in (None, *(n for n in methods if n != "set_processing_attrs")):
        pair = [getattr(of, method) if method else of for of in (mine, other)]
        parameters = [inspect.signature(function).parameters for function in pair]
        wanted = [n for n in parameters[1] if (name, n) != ("smart_resize", "kwargs")]
        assert list(parameters[0])[: len(wanted)] == wanted


LAST = {"row_axis": 0, "col_axis": 1, "channel_axis": 2}
FUNCTIONS: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
    ("random_rotation", (30,), LAST),
    ("random_rotation", (30,), {"fill_mode": "constant", "cval": 3.0}),
    ("random_shift", (0.3, 0.2), LAST),
    ("random_shift", (0.3, 0.2), {"fill_mode": "wrap", "interpolation_order": 3}),
    ("random_shear", (25,), LAST | {"fill_mode": "reflect"}),
    ("random_zoom", ((0.6, 1.5),), LAST),
    ("random_zoom", ((1, 1),), LAST),
    ("random_channel_shift", (40.0,), {"channel_axis": 2}),
    ("random_brightness", ((0.3, 1.6),), {}),
    ("random_brightness", ((0.3, 1.6),), {"scale": False}),
    ("apply_channel_shift", (-20.0,), {"channel_axis": 2}),
    ("apply_brightness_shift", (1.3,), {}),
    ("apply_affine_transform", (20, 1.5, -2, 15, 0.8, 1.2), LAST),
    ("apply_affine_transform", (20, 1.5, -2, 15, 0.8, 1.2), {"row_axis": 1, "col_axis": 0, "channel_axis": 2, "order": 0}),
    ("apply_affine_transform", (), LAST),
]


@pytest.mark.parametrize(("name", "given", "named"), FUNCTIONS)
def test_functions(name: str, given: tuple[Any, ...], named: dict[str, Any]) -> None:
    image = images(6, 9, 3)[0] if named.get("channel_axis") == 2 or "bright" in name else images(3, 6, 9)[0]
    assert_same(lambda module: getattr(module, name)(image.copy(), *given, **named))


def test_brightness_outside_of_bytes() -> None:
    image = images(6, 9, 1)[0] * 3 - 200
    for scale in (True, False):
        assert_same(lambda module, scale=scale: module.apply_brightness_shift(image, 0.7, scale))


OPTIONS: list[dict[str, Any]] = [
    {},
    {"rotation_range": 40},
    {"width_shift_range": 0.3, "height_shift_range": 0.2},
    {"width_shift_range": 3, "height_shift_range": [-2, 1, 4]},
    {"width_shift_range": [0.1, 0.4], "height_shift_range": 2.5},
    {"shear_range": 20, "fill_mode": "constant", "cval": 9.0},
    {"zoom_range": 0.4, "fill_mode": "reflect"},
    {"zoom_range": [0.5, 0.9], "fill_mode": "wrap", "interpolation_order": 0},
    {"channel_shift_range": 50.0},
    {"brightness_range": (0.4, 1.7)},
    {"horizontal_flip": True, "vertical_flip": True},
    {"rescale": 1 / 255, "preprocessing_function": lambda x: x[..., ::-1] + 1},
    {"samplewise_center": True, "samplewise_std_normalization": True},
    {"dtype": "float64", "rotation_range": 10},
    {
        "rotation_range": 20,
        "width_shift_range": 0.1,
        "height_shift_range": 0.2,
        "shear_range": 0.2,
        "zoom_range": 0.2,
        "channel_shift_range": 20,
        "brightness_range": [0.8, 1.1],
        "horizontal_flip": True,
        "vertical_flip": True,
        "rescale": 1 / 255,
        "samplewise_center": True,
    },
]


@pytest.mark.parametrize("options", OPTIONS, ids=[", ".join(options) or "none" for options in OPTIONS])
def test_transformations(options: dict[str, Any]) -> None:
    x = images(6, 9, 3)

    def run(module: Any) -> Any:
        generator = module.ImageDataGenerator(**options)
        flow = generator.flow(x, LABELS, batch_size=5)
        drawn = generator.get_random_transform((6, 9, 3), seed=3)
        return [next(flow) for _ in range(4)], generator.random_transform(x[0].copy(), seed=4), list(drawn.items())

    assert_same(run)


def test_channels_first() -> None:
    x = images(1, 6, 9)
    options = {"rotation_range": 30, "width_shift_range": 0.2, "horizontal_flip": True, "vertical_flip": True, "zoom_range": 0.2}
    assert_same(lambda module: next(module.ImageDataGenerator(data_format="channels_first", **options).flow(x, batch_size=12)))
    old = ours.ImageDataGenerator(dim_ordering="th", brightness_range=(0.5, 0.5))
    np.testing.assert_allclose(next(old.flow(x, shuffle=False)), x / 2, atol=1)


def test_apply_transform_takes_some_amounts() -> None:
    x = images(6, 9, 3)[0]
    for amounts in ({"theta": 30}, {"flip_vertical": True}, {"zx": 0.5, "brightness": 0.5}, {"channel_shift_intensity": 9.0}):
        assert_same(lambda module, amounts=amounts: module.ImageDataGenerator().apply_transform(x.copy(), amounts))


FITTED: list[dict[str, Any]] = [
    {"featurewise_center": True, "featurewise_std_normalization": True},
    {"featurewise_center": True, "zca_whitening": True, "zca_epsilon": 1e-3},
    {"featurewise_center": True, "featurewise_std_normalization": True, "rescale": 0.1, "data_format": "channels_first"},
]


@pytest.mark.parametrize("options", FITTED)
@pytest.mark.parametrize("augment", [False, True])
def test_fit(options: dict[str, Any], augment: bool) -> None:
    x = images(3, 4, 4) if options.get("data_format") else images(4, 4, 3)

    def run(module: Any) -> Any:
        generator = module.ImageDataGenerator(rotation_range=10, horizontal_flip=True, **options)
        generator.fit(x, augment=augment, rounds=2, seed=4)
        learned = [s for s in (generator.mean, generator.std, generator.zca_whitening_matrix) if s is not None]
        return learned, generator.standardize(x.copy()), next(generator.flow(x, batch_size=4))

    assert_same(run, tolerance=1e-5)


FLOWS: list[dict[str, Any]] = [
    {},
    {"y": LABELS},
    {"y": LABELS, "sample_weight": np.arange(12.0)},
    {"y": LABELS, "shuffle": False},
    {"y": LABELS, "seed": 3},
    {"y": LABELS, "subset": "training", "batch_size": 4},
    {"y": LABELS, "subset": "validation", "batch_size": 4, "seed": 1},
    {"y": np.arange(12), "subset": "training", "ignore_class_split": True},
]


@pytest.mark.parametrize("options", FLOWS)
@pytest.mark.parametrize("beside", [None, np.arange(12), [np.arange(12), np.ones((12, 2))]])
def test_flow(options: dict[str, Any], beside: Any) -> None:
    x = images()
    options = {"batch_size": 5, **options}

    def run(module: Any) -> Any:
        flow = module.ImageDataGenerator(validation_split=0.5, horizontal_flip=True).flow(
            x if beside is None else (x, beside), **options
        )
        found = [next(flow) for _ in range(len(flow) + 1)]
        flow.reset()
        found += [next(flow), flow[len(flow) - 1]]
        flow.on_epoch_end()
        return [*found, flow[0], flow.n, len(flow), flow.total_batches_seen]

    assert_same(run)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of seven images each, one of them in a folder within."""
    for name in ("cat", "dog"):
        (tmp_path / name / "more").mkdir(parents=True)
        for i in range(7):
            path = tmp_path / name / ("more" if i == 3 else "") / f"{i}.png"
            kport.utils.save_img(path, RNG.uniform(0, 255, (7, 10, 3)), scale=False)
    (tmp_path / "cat" / "notes.txt").write_text("no image")
    return tmp_path


DIRECTORIES: list[dict[str, Any]] = [
    *({"class_mode": mode} for mode in ("categorical", "binary", "sparse", "input", None)),
    *({"color_mode": mode} for mode in ("grayscale", "rgb", "rgba")),
    {"subset": "training"},
    {"subset": "validation", "class_mode": "sparse"},
    {"classes": ["dog", "cat"], "shuffle": False},
    {"classes": ["dog"], "interpolation": "bilinear", "seed": 4},
    {"keep_aspect_ratio": True, "follow_links": True},
]


def attributes(flow: Any) -> list[Any]:
    names = ("filenames", "samples", "class_indices", "image_shape", "class_mode", "target_size", "n", "filepaths")
    return [*(getattr(flow, name, None) for name in names), len(flow)]


@pytest.mark.parametrize("options", DIRECTORIES, ids=str)
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_flow_from_directory(folder: Path, options: dict[str, Any], data_format: str) -> None:
    def run(module: Any) -> Any:
        generator = module.ImageDataGenerator(
            validation_split=0.3, horizontal_flip=True, rotation_range=15, rescale=1 / 255, data_format=data_format
        )
        flow = generator.flow_from_directory(str(folder), target_size=(5, 6), batch_size=4, **options)
        classes = flow.classes, flow.labels, flow.num_classes
        return [next(flow) for _ in range(3)], flow[0], attributes(flow), classes

    assert_same(run)


def test_save_to_dir(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    def run(module: Any) -> Any:
        written = []
        for name in ("arrays", "files"):
            to = tmp_path_factory.mktemp(name)
            saving = {"save_to_dir": str(to), "save_prefix": "p", "save_format": "png", "seed": 3, "batch_size": 4}
            generator = module.ImageDataGenerator(horizontal_flip=True)
            flow = generator.flow(images_, **saving) if name == "arrays" else generator.flow_from_directory(folder, **saving)
            batch = next(flow)
            paths = sorted(to.iterdir())
            written.append((batch, [path.name for path in paths], [np.asarray(kport.utils.load_img(path)) for path in paths]))
        return written

    images_ = images()
    assert_same(run)


def table() -> dict[str, list[Any]]:
    """Columns for the images of `folder`."""
    names = [f"{name}/{i}.png" for name in ("cat", "dog") for i in (0, 1, 2, 4, 5, 6)]
    return {
        "filename": names,
        "class": [name[:3] for name in names],
        "several": [["cat", "soft"] if i % 3 else ["dog"] for i in range(12)],
        "number": list(range(12)),
        "size": [i / 4 for i in range(12)],
    }


TABLES: list[dict[str, Any]] = [
    *({"class_mode": mode} for mode in ("categorical", "binary", "sparse", "input", None)),
    {"y_col": "several"},
    {"y_col": "several", "classes": ["soft", "cat"]},
    {"classes": ["dog"], "class_mode": "sparse"},
    {"class_mode": "raw", "y_col": "size", "weight_col": "number"},
    {"class_mode": "raw", "y_col": ["number", "size"]},
    {"class_mode": "multi_output", "y_col": ["number", "size"]},
    {"subset": "training", "shuffle": False},
    {"subset": "validation", "seed": 1, "validate_filenames": False},
]


@pytest.mark.parametrize("options", TABLES, ids=str)
def test_flow_from_dataframe(folder: Path, options: dict[str, Any]) -> None:
    pandas = pytest.importorskip("pandas", reason="not run: Keras's takes a pandas.DataFrame alone")

    def run(module: Any) -> Any:
        generator = module.ImageDataGenerator(validation_split=0.3, vertical_flip=True)
        frame = pandas.DataFrame(table(), index=np.arange(12)[::-1])
        flow = generator.flow_from_dataframe(frame, folder, target_size=(5, 6), batch_size=5, **options)
        return [next(flow) for _ in range(3)], flow[0], attributes(flow), getattr(flow, "classes", None)

    assert_same(run)


def test_dataframe_as_dictionary(folder: Path) -> None:
    generator = ours.ImageDataGenerator(rescale=1 / 255)
    options: dict[str, Any] = {"target_size": (5, 6), "batch_size": 12, "shuffle": False}
    x, y = next(generator.flow_from_dataframe(table(), folder, **options))
    np.testing.assert_array_equal(y, np.eye(2)[[0] * 6 + [1] * 6])
    by_folder = generator.flow_from_directory(folder, **options | {"batch_size": 20})
    wanted = [by_folder.filenames.index(name) for name in table()["filename"]]
    np.testing.assert_array_equal(x, next(by_folder)[0][wanted])
    assert len(generator.flow_from_dataframe(table(), folder, y_col="several", classes=["soft"], **options).filenames) == 8
    raw = generator.flow_from_dataframe(table(), folder, class_mode="raw", y_col=["number", "size"], weight_col="size", **options)
    assert [part.shape for part in next(raw)] == [(12, 5, 6, 3), (12, 2), (12,)]
    with pytest.warns(KportDeprecationWarning, match="class_mode='raw'"):
        generator.flow_from_dataframe(table(), folder, class_mode="other", **options)
    with pytest.warns(DeprecationWarning, match="has_ext does nothing"):
        generator.flow_from_dataframe(table(), folder, has_ext=True, **options)
    missing = table() | {"filename": ["cat/no.png", *table()["filename"][1:]]}
    with pytest.warns(UserWarning, match="1 files of x_col"):
        assert generator.flow_from_dataframe(missing, folder, **options).samples == 11


def network(package: Any) -> Any:
    package.utils.set_random_seed(1)
    weights = [np.linspace(-1, 1, 192 * 3).reshape(192, 3) % 0.3 - 0.15, np.zeros(3)]
    model = package.Sequential([package.Input((8, 8, 3)), package.layers.Flatten(), package.layers.Dense(3, "softmax")])
    model.set_weights(weights)
    model.compile(package.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_training() -> None:
    """The same history, where kport looks at two batches first, as each `fit` of Keras does, so that their seeds are gone."""
    x = images()
    histories = []
    for package, module in ((kport, ours), (keras, theirs)):
        model = network(package)
        random = module.ImageDataGenerator(rotation_range=20, horizontal_flip=True, rescale=1 / 255, validation_split=0.25)
        plain = module.ImageDataGenerator(rescale=1 / 255, validation_split=0.25)
        training = random.flow(x, LABELS, 4, subset="training", seed=3)
        validation = plain.flow(x, LABELS, 4, subset="validation", shuffle=False)
        if package is kport:
            _ = training[0], training[1], training.on_epoch_end()
        history = model.fit(training, epochs=3, validation_data=validation, verbose=0, shuffle=False).history
        evaluated = model.evaluate(validation, verbose=0)
        predicted = model.predict(plain.flow(x, batch_size=5, shuffle=False), verbose=0)
        histories.append((history, evaluated, predicted, training.total_batches_seen))
    (history, evaluated, predicted, seen), other = histories
    assert history.keys() == other[0].keys()
    for name, values in history.items():
        np.testing.assert_allclose(values, other[0][name], rtol=1e-5, err_msg=name)
    np.testing.assert_allclose(evaluated, other[1], rtol=1e-5)
    np.testing.assert_allclose(predicted, other[2], rtol=1e-4, atol=1e-6)
    assert (len(predicted), seen) == (12, other[3])


def test_script_of_keras_1_and_2() -> None:
    """`fit_generator` with samples (Keras 1), with steps (Keras 2), with workers, and a loop over `flow` by hand."""
    x = images()
    flow = ours.ImageDataGenerator(rescale=1 / 255, dim_ordering="tf").flow(x, LABELS, batch_size=4)
    model = network(kport)
    model.fit_generator(flow, samples_per_epoch=12, nb_epoch=1, verbose=0)
    model.fit_generator(flow, steps_per_epoch=3, epochs=1, workers=2, verbose=0)
    for count, (x_batch, y_batch) in enumerate(flow):
        model.train_on_batch(x_batch, y_batch)
        if count == 4:
            break
    assert flow.next()[0].shape == (4, 8, 8, 3)
    assert isinstance(flow, kport.utils.Sequence)


def test_pickled() -> None:
    flow = ours.ImageDataGenerator().flow(images(), batch_size=5, shuffle=False)
    np.testing.assert_array_equal(next(pickle.loads(pickle.dumps(flow))), next(flow))


def test_own_iterator() -> None:
    def run(module: Any) -> Any:
        class Own(module.Iterator):
            def _get_batches_of_transformed_samples(self, index_array: Any) -> Any:
                return index_array

        flow = Own(7, 3, True, 5)
        return [next(flow) for _ in range(7)]

    assert_same(run)
    with pytest.raises(NotImplementedError):
        next(ours.Iterator(3, 2, False, None))


@pytest.mark.filterwarnings("default::kport.legacy.KportDeprecationWarning")
def test_warnings() -> None:
    with pytest.warns(KportDeprecationWarning, match="image_dataset_from_directory and of the layers RandomRotation") as caught:
        kport.preprocessing.image.ImageDataGenerator()
    assert [w.filename for w in caught] == [__file__]
    for options, message in (
        ({"zca_whitening": True}, "zca_whitening=True is used with featurewise_center=True"),
        ({"featurewise_std_normalization": True}, "used with featurewise_center=True"),
        ({"samplewise_std_normalization": True}, "used with samplewise_center=True"),
        (
            {"featurewise_center": True, "zca_whitening": True, "featurewise_std_normalization": True},
            "used with featurewise_std_normalization=False",
        ),
    ):
        with pytest.warns(UserWarning, match=message):
            assert getattr(ours.ImageDataGenerator(**options), message.split()[-1].split("=")[0]) == message.endswith("True")
    with pytest.warns(UserWarning, match="needs fit"):
        ours.ImageDataGenerator(featurewise_center=True).standardize(images())
    with pytest.warns(UserWarning, match="channels on axis 3"):
        ours.ImageDataGenerator().flow(images(3, 8, 8))


FLAT = np.zeros((12, 8, 8))
WRONG: list[tuple[str, Callable[[Any, Path], Any]]] = [
    ("zoom_range=", lambda g, _: g(zoom_range=[1, 2, 3])),
    ("zoom_range=None", lambda g, _: g(zoom_range=None)),
    ("brightness_range=0.3", lambda g, _: g(brightness_range=0.3)),
    ("validation_split=1.5", lambda g, _: g(validation_split=1.5)),
    ("data_format='NHWC'", lambda g, _: g(data_format="NHWC")),
    ("fill_mode='none'", lambda g, _: g(fill_mode="none")),
    ("rank 4", lambda g, _: g().flow(FLAT)),
    ("rank 4", lambda g, _: g().fit(FLAT)),
    ("y with 3", lambda g, _: g().flow(images(), [1, 2, 3])),
    ("sample_weight with 3", lambda g, _: g().flow(images(), LABELS, sample_weight=[1, 2, 3])),
    (r"x\[1\] with 3", lambda g, _: g().flow((images(), np.arange(3)))),
    ("3 arrays in x", lambda g, _: g().flow((images(), LABELS, LABELS))),
    ("subset='test'", lambda g, _: g(validation_split=0.5).flow(images(), subset="test")),
    ("same classes", lambda g, _: g(validation_split=0.5).flow(images(), np.arange(12), subset="training")),
    ("batch_size=0", lambda g, _: g().flow(images(), batch_size=0)),
    ("idx=3", lambda g, _: g().flow(images(), batch_size=4)[3]),
    ("directory=", lambda g, folder: g().flow_from_directory(folder / "none")),
    ("color_mode='hsv'", lambda g, folder: g().flow_from_directory(folder, color_mode="hsv")),
    ("class_mode='raw'", lambda g, folder: g().flow_from_directory(folder, class_mode="raw")),
    ("subset='test'", lambda g, folder: g().flow_from_directory(folder, subset="test")),
    ("interpolation='none'", lambda g, folder: next(g().flow_from_directory(folder, interpolation="none"))),
    ("a column 'path'", lambda g, folder: g().flow_from_dataframe(table(), folder, x_col="path")),
    ("column x_col='number'", lambda g, folder: g().flow_from_dataframe(table(), folder, x_col="number")),
    ("column y_col='number'", lambda g, folder: g().flow_from_dataframe(table(), folder, y_col="number")),
    ("one column", lambda g, folder: g().flow_from_dataframe(table(), folder, y_col=["class"])),
    ("a list of columns", lambda g, folder: g().flow_from_dataframe(table(), folder, class_mode="multi_output")),
    ("Received: 1", lambda g, folder: g().flow_from_dataframe(table(), folder, class_mode="binary", classes=["cat"])),
    ("weight_col='class'", lambda g, folder: g().flow_from_dataframe(table(), folder, weight_col="class")),
    ("Received: size", lambda g, folder: g().flow_from_dataframe(table(), folder, size=3)),
    ("Received: ndarray", lambda g, folder: g().flow_from_dataframe(FLAT, folder)),
    ("Received: {'row_axis': 0", lambda _g, _: ours.random_rotation(images()[0], 3, row_axis=0, col_axis=0)),
    ("of rank 3", lambda _g, _: ours.random_rotation(images(), 3)),
    ("zoom_range=", lambda _g, _: ours.random_zoom(images()[0], (1,))),
    ("brightness_range=", lambda _g, _: ours.random_brightness(images()[0], (1,))),
]


@pytest.mark.parametrize(("message", "call"), WRONG, ids=[f"{i} {message}" for i, (message, _) in enumerate(WRONG)])
def test_wrong_arguments(folder: Path, message: str, call: Callable[[Any, Path], Any]) -> None:
    with pytest.raises(UsageError, match=message):
        call(ours.ImageDataGenerator, folder)


@pytest.mark.parametrize(
    ("name", "command", "options"),
    [("scipy.ndimage", "pip install scipy", {"rotation_range": 9}), ("PIL", "pip install pillow", {"brightness_range": (2, 3)})],
)
def test_what_is_not_installed(name: str, command: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(module: str, *arguments: Any) -> Any:
        if module.startswith(name):
            raise ImportError(module)
        return find(module, *arguments)

    find = importlib.import_module
    monkeypatch.setattr(importlib, "import_module", absent)
    assert next(ours.ImageDataGenerator().flow(images())).shape == (12, 8, 8, 3)
    with pytest.raises(MissingComponentError, match=command):
        next(ours.ImageDataGenerator(**options).flow(images()))
