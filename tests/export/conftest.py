"""What the export tests share: a small autoencoder with three signatures, samples for it, one export."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import make_saved_model, make_tflite

IMAGE_SHAPE = (8, 8, 1)
CODE_SIZE = 4


@pytest.fixture(scope="session")
def tiny_signatures() -> dict[str, Any]:
    """`reconstruct`, `encode` and `decode` of an untrained 8x8x1 autoencoder with 4 numbers of code."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    image = keras.Input(IMAGE_SHAPE, name="image")
    x = layers.Rescaling(1 / 255, name="scaling")(image)
    x = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu", name="conv")(x)
    x = layers.Flatten(name="flatten")(x)
    code = layers.Dense(CODE_SIZE, name="code")(x)
    encoder = keras.Model(image, code, name="encoder")

    code_input = keras.Input((CODE_SIZE,), name="code")
    x = layers.Dense(4 * 4 * 4, activation="relu", name="dense")(code_input)
    x = layers.Reshape((4, 4, 4), name="reshape")(x)
    x = layers.Conv2DTranspose(1, 4, strides=2, padding="same", name="upsample")(x)
    reconstruction = layers.Activation("sigmoid", name="reconstruction")(x)
    decoder = keras.Model(code_input, reconstruction, name="decoder")

    return {
        "reconstruct": keras.Model(image, {"reconstruction": decoder(encoder.output)}, name="reconstruct"),
        "encode": keras.Model(image, {"code": encoder.output}, name="encode"),
        "decode": keras.Model(code_input, {"reconstruction": decoder.output}, name="decode"),
    }


@pytest.fixture(scope="session")
def tiny_samples(tiny_signatures: dict[str, Any]) -> dict[str, dict[str, np.ndarray]]:
    """16 random images (float32, 0-255) for the image signatures, and their codes for `decode`."""
    images = np.random.default_rng(7).uniform(0, 255, (16, *IMAGE_SHAPE)).astype(np.float32)
    codes = tiny_signatures["encode"].predict(images, verbose=0)["code"]
    return {"reconstruct": {"image": images}, "encode": {"image": images}, "decode": {"code": codes}}


@pytest.fixture(scope="session")
def tiny_static_model(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel of the tiny autoencoder for batches of one, which a `.tflite` file is made of."""
    return make_saved_model(tiny_signatures, tmp_path_factory.mktemp("tiny") / "static", batch_size=1)


@pytest.fixture(scope="session")
def tiny_tflite(tiny_static_model: Path) -> Path:
    """A float32 file with the three signatures."""
    return make_tflite(tiny_static_model, tiny_static_model.parent / "tiny.tflite", ["reconstruct", "encode", "decode"])


@pytest.fixture(scope="session")
def tiny_int8(tiny_static_model: Path, tiny_samples: dict[str, dict[str, np.ndarray]]) -> Path:
    """A file with `reconstruct` alone, int8 inputs and outputs included."""
    path = tiny_static_model.parent / "int8.tflite"
    return make_tflite(tiny_static_model, path, ["reconstruct"], tiny_samples["reconstruct"])


@pytest.fixture(scope="session")
def tiny_export(
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, dict[str, np.ndarray]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, dict[str, Any]]:
    """Folder and report of the tiny autoencoder, exported once in every format, with all options."""
    from export import Score, export_model

    images = tiny_samples["reconstruct"]["image"] / 255
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    picture = tmp_path_factory.mktemp("pictures") / "walk.png"
    picture.write_bytes(b"\x89PNG")
    report = export_model(
        tiny_signatures,
        folder,
        name="tiny",
        calibration=tiny_samples,
        samples=tiny_samples,
        score=Score(
            "squared_error",
            "reconstruct",
            images,
            lambda outputs, right: float(np.square(outputs["reconstruction"] - right).sum(axis=(1, 2, 3)).mean()),
            higher_is_better=False,
        ),
        pictures={"A walk between two codes": picture},
        details={"seed": 7},
        description="A tiny autoencoder.",
        command="pytest",
    )
    return folder, report


@pytest.fixture
def child_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Makes modules for `export.forking`, of what is done when they are loaded and of what their ``main`` does."""
    from export import forking

    names = []

    def make(code: str, top: str = "") -> str:
        name = f"child_module_{len(names)}"
        (tmp_path / f"{name}.py").write_text(
            f"{top}\ndef main(arguments): {code}\nif __name__ == '__main__': import sys; sys.exit(main(sys.argv[1:]))\n"
        )
        names.append(name)
        return name

    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield make
    for name in names:
        if origin := forking._origins.pop(name, None):
            origin.process.kill()
            origin.process.wait()
