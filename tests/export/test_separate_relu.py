"""A ReLU taken out of a transposed convolution: the same bits in LiteRT, and a file that the GPU takes."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import make_saved_model, make_tflite

from export.errors import RuntimeMissingError
from export.flatbuffer import pack, unpack
from export.gates import verdicts
from export.operators import operators
from export.runtimes import gpu, litert
from export.separate_relu import separate_relu

FUSED = "TRANSPOSE_CONV: the GPU delegate takes versions up to 3, this is 4"


def converted(folder: Path, activation: str, in_int8: bool = False) -> tuple[bytes, dict[str, np.ndarray]]:
    """A file of two signatures, ``decode`` and ``image``, and samples of their input; int8 has but the first."""
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    code = keras.Input((2, 2, 3), name="code")
    x = code
    for index, width in enumerate((4, 2), start=1):
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", bias_initializer="normal", name=f"up_{index}")(
            x
        )
        x = layers.Activation(activation, name=f"activation_{index}")(x)
    image = layers.Conv2D(1, 3, activation="sigmoid", name="image")(x)
    signatures = {"decode": keras.Model(code, {"features": x, "image": image})}
    if not in_int8:
        signatures["image"] = keras.Model(code, {"image": image})
    saved_model = make_saved_model(signatures, folder / "static", batch_size=1)
    samples = {"code": 4 * np.random.default_rng(7).normal(size=(16, 2, 2, 3)).astype(np.float32)}
    calibration = samples if in_int8 else None
    path = make_tflite(saved_model, folder / "fused.tflite", list(signatures), calibration)
    return pack(unpack(path)), samples


def runs(content: bytes, signature: str, path: Path) -> Any:
    path.write_bytes(content)
    return litert.open_signature(path, signature)


@pytest.mark.parametrize(
    ("activation", "in_int8"), [("relu", False), ("relu6", False), ("relu", True), ("relu6", True)]
)
def test_it_gives_the_same_bits_in_a_form_that_the_gpu_takes(activation: str, in_int8: bool, tmp_path: Path) -> None:
    fused, samples = converted(tmp_path, activation, in_int8)
    separate = separate_relu(fused)
    assert (verdicts(fused)["gpu"], verdicts(separate)["gpu"]) == ([FUSED], [])
    signatures = litert.signatures(tmp_path / "fused.tflite")
    convolutions = 2 * len(signatures)
    assert operators(separate) == operators(fused) | {activation.upper(): convolutions}
    assert len(separate) < len(fused) + 400 * convolutions
    for signature in signatures:
        before = runs(fused, signature, tmp_path / "before.tflite")(samples)
        after = runs(separate, signature, tmp_path / "after.tflite")(samples)
        for name, values in before.items():
            assert values.any()
            np.testing.assert_array_equal(after[name], values)


@pytest.mark.parametrize("kernels", ["builtin", "reference"])
def test_other_kernels_give_the_same_bits_too(kernels: str, tmp_path: Path) -> None:
    fused, samples = converted(tmp_path, "relu", in_int8=True)
    (tmp_path / "fused.tflite").write_bytes(fused)
    (tmp_path / "separate.tflite").write_bytes(separate_relu(fused))
    before, after = (
        litert.open_signature(tmp_path / f"{name}.tflite", "decode", kernels=kernels)(samples)
        for name in ("fused", "separate")
    )
    np.testing.assert_array_equal(after["image"], before["image"])


def test_the_gpu_runs_it_as_the_cpu_does(tmp_path: Path) -> None:
    try:
        gpu.check_installed()
    except RuntimeMissingError as error:
        pytest.skip(str(error))
    fused, samples = converted(tmp_path, "relu")
    path = tmp_path / "separate.tflite"
    expected = runs(separate_relu(fused), "decode", path)(samples)
    received = gpu.open_signature(path, "decode")(samples)
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-4)


def test_a_file_without_a_fused_relu_comes_back_as_it_is(tmp_path: Path) -> None:
    content, _ = converted(tmp_path, "tanh")
    assert separate_relu(content) is content
    assert separate_relu(separate_relu(content)) is content


def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no TFLite file"):
        separate_relu(b"PNG")
