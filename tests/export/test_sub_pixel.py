"""Transposed convolutions as sub-pixel convolutions: what they gave, in every format and runtime."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite, skip_if_missing
from keras import layers

from export.convert_child import convert
from export.flatbuffer import pack, unpack
from export.formats import FORMATS
from export.gates import verdicts
from export.operators import operators
from export.runtimes import gpu, litert, micro
from export.sub_pixel import sub_pixel_convolutions

Samples = dict[str, np.ndarray]
CODE_SHAPE = (3, 5, 4)


def enlarged(code: Any, filters: int, size: Any, strides: Any, **options: Any) -> Any:
    layer = layers.Conv2DTranspose(filters, size, strides=strides, bias_initializer="normal", **options)
    return keras.Model(code, {"image": layer(code)}, name="enlarged")


@pytest.fixture(scope="module")
def code() -> Any:
    keras.utils.set_random_seed(7)
    return keras.Input(CODE_SHAPE, name="code")


@pytest.fixture(scope="module")
def samples() -> Samples:
    return {"code": np.random.default_rng(7).normal(size=(16, *CODE_SHAPE)).astype(np.float32)}


@pytest.fixture(scope="module")
def decoder(code: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel of two signatures: `decode`, with a ReLU and without one of two biases, and `enlarge`."""
    x = first = layers.Conv2DTranspose(40, 4, strides=2, padding="same", bias_initializer="normal", name="first")(code)
    x = layers.ReLU(name="relu")(x)
    x = layers.Cropping2D(((0, 1), (0, 1)), name="cropping")(x)
    x = layers.Conv2DTranspose(1, 4, strides=2, padding="same", use_bias=False, name="second")(x)
    image = layers.Activation("sigmoid", name="sigmoid")(x)
    signatures = {
        "decode": keras.Model(code, {"image": image}, name="decode"),
        "enlarge": keras.Model(code, {"features": first}, name="enlarge"),
    }
    return make_saved_model(signatures, tmp_path_factory.mktemp("decoder") / "static", batch_size=1)


@pytest.fixture(scope="module", params=FORMATS)
def files(
    request: pytest.FixtureRequest, decoder: Path, samples: Samples, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path, Path]:
    """A format, its file as the converter writes it, and as it is then made."""
    folder = tmp_path_factory.mktemp(request.param)
    calibration, transposed, sub_pixel = (folder / name for name in ("samples.npz", "before.tflite", "after.tflite"))
    arrays: dict[str, Any] = {f"{signature}/code": samples["code"] for signature in ("decode", "enlarge")}
    np.savez(calibration, **arrays)
    transposed.write_bytes(convert(decoder, request.param, calibration))
    sub_pixel.write_bytes(sub_pixel_convolutions(transposed.read_bytes()))
    return request.param, transposed, sub_pixel


@pytest.mark.parametrize("kernels", ["xnnpack", "reference"])
@pytest.mark.parametrize("signature", ["decode", "enlarge"])
def test_a_file_gives_what_it_gave(
    files: tuple[str, Path, Path], signature: str, kernels: str, samples: Samples
) -> None:
    file_format, *paths = files
    expected, received = (litert.open_signature(path, signature, kernels=kernels)(samples) for path in paths)
    for name, values in expected.items():
        assert np.ptp(values) > 0.1
        np.testing.assert_allclose(received[name], values, rtol=0, atol=0 if "int8" in file_format else 1e-6)


def test_a_file_holds_what_it_needs_and_no_more(files: tuple[str, Path, Path]) -> None:
    before, after = (operators(path) for path in files[1:])
    new = {"PAD": 3, "CONV_2D": 3, "DEPTH_TO_SPACE": 3, "SLICE": 3}
    assert after == {name: count for name, count in before.items() if name != "TRANSPOSE_CONV"} | new
    assert verdicts(files[2])["gpu"] == []
    assert files[2].stat().st_size < files[1].stat().st_size + 6_000


@pytest.mark.parametrize("runtime", [gpu, micro])
def test_other_runtimes_give_it_too(files: tuple[str, Path, Path], runtime: Any, samples: Samples) -> None:
    file_format, _, path = files
    skip_if_missing(runtime.check_installed)
    if verdicts(path)["micro"] and runtime is micro:
        pytest.skip(f"TFLite Micro takes no {file_format} files")
    expected = litert.open_signature(path, "decode")(samples)["image"]
    received = runtime.open_signature(path, "decode")(samples)["image"]
    np.testing.assert_allclose(received, expected, atol=1e-4 if file_format in {"float32", "float16"} else 0.02)


@pytest.mark.parametrize(
    ("size", "stride", "padding"),
    [
        (2, 2, "same"),
        (4, 2, "same"),
        (4, 2, "valid"),
        (6, 2, "same"),
        (6, 3, "valid"),
        (8, 4, "same"),
        ((4, 6), 2, "same"),
    ],
)
def test_kernels_of_all_sizes_give_what_keras_gives(
    size: Any, stride: int, padding: str, code: Any, samples: Samples, tmp_path: Path
) -> None:
    model = enlarged(code, 3, size, stride, padding=padding, activation="relu6")
    saved_model = make_saved_model({"enlarge": model}, tmp_path / "static", batch_size=1)
    path = make_tflite(saved_model, tmp_path / "enlarge.tflite", ["enlarge"])
    path.write_bytes(sub_pixel_convolutions(path.read_bytes()))
    assert "TRANSPOSE_CONV" not in operators(path)
    expected = keras_outputs(model, samples)["image"]
    for kernels in litert.KERNELS:
        received = litert.open_signature(path, "enlarge", kernels=kernels)(samples)["image"]
        np.testing.assert_allclose(received, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("size", "strides", "options"),
    [(3, 2, {}), (4, 1, {}), (4, (2, 1), {}), (4, 2, {"output_padding": 1})],
    ids=["size", "stride 1", "strides", "output padding"],
)
def test_what_cannot_be_sorted_by_pixel_is_left_alone(
    size: int, strides: Any, options: dict[str, Any], code: Any, tmp_path: Path
) -> None:
    model = enlarged(code, 3, size, strides, **options)
    saved_model = make_saved_model({"enlarge": model}, tmp_path / "static", batch_size=1)
    content = make_tflite(saved_model, tmp_path / "enlarge.tflite", ["enlarge"]).read_bytes()
    assert "TRANSPOSE_CONV" in operators(content)
    assert sub_pixel_convolutions(content) is content


def test_a_kernel_that_is_computed_is_left_alone(decoder: Path, tmp_path: Path) -> None:
    model = unpack(make_tflite(decoder, tmp_path / "decoder.tflite", ["enlarge"]))
    (subgraph,) = model.subgraphs
    (convolution,) = [operator for operator in subgraph.operators if len(operator.inputs) == 4]
    subgraph.tensors[convolution.inputs[1]].buffer = 0
    content = pack(model)
    assert sub_pixel_convolutions(content) is content


def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(ValueError, match="no TFLite file"):
        sub_pixel_convolutions(b"PNG")
