"""Inputs of more than four axes: a file has them with four, and runs on samples of either shape."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite

from export.four_axes import four_axes_signatures
from export.gates import verdicts
from export.runtimes import litert
from export.runtimes.fixed_batch import four_axes_shape
from export.signatures import named_signatures

STRIP_SHAPE = (3, 4, 5, 2)


@pytest.fixture(scope="module")
def signatures() -> dict[str, Any]:
    """`count`, which cuts strips of images apart to see each of them alone, beside a number of its own, and `plain`."""
    import keras
    from keras import layers, ops

    keras.utils.set_random_seed(7)
    images, offset = keras.Input(STRIP_SHAPE, name="images"), keras.Input((1,), name="offset")
    x = layers.Conv2D(2, 3, activation="relu")(ops.reshape(images, (-1, *STRIP_SHAPE[1:])))
    x = ops.reshape(layers.Dense(1)(layers.Flatten()(x)), (-1, STRIP_SHAPE[0]))
    return named_signatures(
        {
            "count": keras.Model([images, offset], {"counts": x + offset}, name="count"),
            "plain": keras.Model(offset, {"counts": offset + 1.0}, name="plain"),
        }
    )


@pytest.fixture(scope="module")
def samples() -> dict[str, np.ndarray]:
    random = np.random.default_rng(7)
    return {
        "images": random.normal(size=(6, *STRIP_SHAPE)).astype(np.float32),
        "offset": random.normal(size=(6, 1)).astype(np.float32),
    }


@pytest.fixture(scope="module")
def path(signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("four_axes")
    saved_model = make_saved_model(four_axes_signatures(signatures), folder / "static", batch_size=1)
    return make_tflite(saved_model, folder / "strips.tflite", ["count", "plain"])


@pytest.mark.parametrize(
    ("shape", "merged"),
    [
        ((), ()),
        ((7,), (7,)),
        ((7, 28, 28, 1), (7, 28, 28, 1)),
        ((7, 4, 28, 28, 1), (7, 112, 28, 1)),
        ((7, 2, 4, 28, 28, 3), (7, 224, 28, 3)),
        ((None, 4, 28, 28, 1), (None, 112, 28, 1)),
        ((0, 4, 28, 28, 1), (0, 112, 28, 1)),
    ],
)
def test_the_axes_in_front_become_one(shape: tuple[int, ...], merged: tuple[int, ...]) -> None:
    assert four_axes_shape(shape) == merged


def test_a_signature_of_four_axes_or_fewer_stays_itself(signatures: dict[str, Any]) -> None:
    merged = four_axes_signatures(signatures)
    assert merged["plain"] is signatures["plain"]
    assert {name: tensor.shape for name, tensor in merged["count"].input.items()} == {
        "images": (None, 12, 5, 2),
        "offset": (None, 1),
    }
    assert merged["count"].weights == signatures["count"].weights


def test_no_tensor_of_the_file_has_more_axes(path: Path) -> None:
    assert litert.signatures(path)["count"].inputs["images"].shape == (1, 12, 5, 2)
    assert verdicts(path)["gpu"] == []


def test_samples_of_either_shape_give_what_keras_gives(
    path: Path, signatures: dict[str, Any], samples: dict[str, np.ndarray]
) -> None:
    run = litert.open_signature(path, "count")
    received = run(samples)["counts"]
    expected = keras_outputs(signatures["count"], samples)["counts"]
    np.testing.assert_allclose(received, expected, atol=1e-5)
    merged = {**samples, "images": samples["images"].reshape(6, 12, 5, 2)}
    np.testing.assert_array_equal(run(merged)["counts"], received)


@pytest.mark.parametrize("shape", [(6, 3, 5, 4, 2), (6, 2, 4, 5, 2), (6, 12, 2, 5), (6, 120)])
def test_samples_of_another_shape_are_refused_by_their_own(
    path: Path, samples: dict[str, np.ndarray], shape: tuple[int, ...]
) -> None:
    other = {**samples, "images": np.zeros(shape, np.float32)}
    message = rf"input 'images' .* must have the shape \(n, 12, 5, 2\) .*received \({', '.join(map(str, shape))}\)"
    with pytest.raises(ValueError, match=message):
        litert.open_signature(path, "count")(other)
