from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from export import ExportError, tflite
from export.four_axes import four_axes_signatures
from export.gates import verdicts
from export.metadata import describe_file, read_metadata
from export.operators import operators
from export.runtimes import litert
from export.signatures import describe, named_signatures, weight_count


def convert(
    signatures: dict[str, Any],
    samples: dict[str, Any],
    folder: Path,
    time_limit: float = 300,
    file_format: str = "float32",
    metadata: dict[str, Any] | None = None,
    per_channel: bool = True,
) -> None:
    scratch = folder / "scratch"
    scratch.mkdir()
    tflite.write_tflite(
        named_signatures(signatures),
        folder / "tflite",
        samples,
        scratch,
        formats=[file_format],
        time_limit=time_limit,
        metadata=metadata,
        per_channel=per_channel,
    )


@keras.saving.register_keras_serializable("tests")
class LowBits(keras.layers.Layer):
    """Needs an operator that plain LiteRT does not have."""

    def call(self, values: Any) -> Any:
        return tf.cast(tf.bitwise.bitwise_and(tf.cast(values, tf.int32), 3), tf.float32)


def test_a_foreign_operator_is_named_with_its_layer(tmp_path: Path) -> None:
    code = keras.Input((4,), name="code")
    model = keras.Model(code, {"bits": LowBits(name="low_bits")(code)})
    with pytest.raises(ExportError, match=r"float32: .* does not have: BitwiseAnd in .*low_bits"):
        convert({"hash": model}, {"hash": {"code": np.zeros((1, 4), np.float32)}}, tmp_path)


@pytest.mark.parametrize(
    ("code", "time_limit", "error", "message"),
    [
        ("import os; os.kill(os.getpid(), 11)", 60, ExportError, "float32: .*the converter ended with SIGSEGV"),
        ("return 139", 60, ExportError, "float32: .*the converter ended with SIGSEGV"),
        (
            "import time; time.sleep(60)",
            0.5,
            ExportError,
            "float32: the converter did not finish within 0.5 seconds",
        ),
        (
            "raise TypeError('no such thing')",
            60,
            ExportError,
            "float32: .*the converter ended with exit code 1; its last words: TypeError: no such thing",
        ),
        ("return 74", 60, OSError, "float32: the converter could not write .* is the disk full"),
    ],
    ids=["crash", "crash seen by a shell", "hang", "unknown", "full disk"],
)
def test_what_becomes_of_the_child_is_told(
    code: str,
    time_limit: float,
    error: type[Exception],
    message: str,
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, Any],
    tmp_path: Path,
    child_module: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tflite, "CONVERTER", child_module(code))
    with pytest.raises(error, match=message):
        convert({"encode": tiny_signatures["encode"]}, {"encode": tiny_samples["encode"]}, tmp_path, time_limit)


def test_int8_is_int8_within_and_float_without(tiny_export: tuple[Path, dict]) -> None:
    interpreter = Interpreter(str(tiny_export[0] / "tflite" / "int8.tflite"))
    runner = interpreter.get_signature_runner("encode")
    assert runner.get_input_details()["image"]["dtype"] == np.float32
    assert runner.get_output_details()["code"]["dtype"] == np.float32
    assert operators(tiny_export[0] / "tflite" / "int8.tflite")["QUANTIZE"] == 3
    kinds = [tensor["dtype"] for tensor in interpreter.get_tensor_details()]
    assert kinds.count(np.int8) > kinds.count(np.float32)


@keras.saving.register_keras_serializable("tests")
class Likeliest(keras.layers.Layer):
    """Integer outputs, as token ids are."""

    def call(self, values: Any) -> Any:
        return tf.argmax(values, axis=-1, output_type=tf.int32)


def test_full_int8_is_int8_without_too_where_it_was_float(tmp_path: Path) -> None:
    keras.utils.set_random_seed(7)
    code = keras.Input((4,), name="code")
    logits = keras.layers.Dense(5, name="logits")(code)
    soft_code = keras.layers.Activation("sigmoid", name="sigmoid")(logits)
    bits = keras.layers.Activation(keras.ops.round, name="rounded")(soft_code)
    ids = keras.Input((3,), dtype="int32", name="ids")
    vectors = keras.layers.Embedding(6, 4, name="embedding")(ids)
    signatures = {
        "hash": keras.Model(code, {"soft_code": soft_code, "bits": bits, "likeliest": Likeliest()(logits)}),
        "embed": keras.Model(ids, {"vectors": vectors}),
    }
    random = np.random.default_rng(7)
    samples: dict[str, dict[str, np.ndarray]] = {
        "hash": {"code": random.normal(size=(16, 4)).astype(np.float32)},
        "embed": {"ids": random.integers(0, 6, (16, 3)).astype(np.int32)},
    }
    convert(signatures, samples, tmp_path, file_format="full_int8", metadata={"name": "hasher"})

    path = tmp_path / "tflite" / "full_int8.tflite"
    described = litert.signatures(path)
    assert {name: tensor.dtype for name, tensor in described["hash"].inputs.items()} == {"code": "int8"}
    assert {name: tensor.dtype for name, tensor in described["hash"].outputs.items()} == {
        "soft_code": "int8",
        "bits": "int8",
        "likeliest": "int32",
    }
    assert described["embed"].inputs["ids"].dtype == "int32"
    assert described["embed"].outputs["vectors"].dtype == "int8"
    outputs = litert.open_signature(path, "hash")(samples["hash"])
    np.testing.assert_allclose(
        outputs["soft_code"], signatures["hash"](samples["hash"]["code"])["soft_code"], atol=0.02
    )
    np.testing.assert_allclose(outputs["bits"], np.round(outputs["soft_code"]), atol=0.01)
    assert np.mean(outputs["likeliest"] == outputs["soft_code"].argmax(1)) > 0.8
    assert read_metadata(path.read_bytes())["name"] == "hasher"


@pytest.mark.parametrize("file_format", ["float32", "int8"])
def test_a_file_has_the_form_that_a_gpu_takes(file_format: str, tmp_path: Path) -> None:
    """No input of five axes, and no ReLU fused into a transposed convolution, for which a bias is needed. One whose
    kernel is a multiple of its stride is none any more."""
    keras.utils.set_random_seed(7)
    images = keras.Input((2, 4, 4, 1), name="images")
    x = keras.ops.reshape(images, (-1, 4, 4, 1))
    x = keras.layers.Conv2DTranspose(3, 3, strides=2, activation="relu", bias_initializer="ones")(x)
    x = keras.layers.Conv2DTranspose(3, 4, strides=2, activation="relu", bias_initializer="ones")(x)
    sums = keras.ops.reshape(keras.layers.GlobalAveragePooling2D()(x), (-1, 2, 3))
    signatures = named_signatures({"sum": keras.Model(images, {"sums": sums})})
    samples = {"sum": {"images": np.random.default_rng(7).normal(size=(16, 2, 4, 4, 1)).astype(np.float32)}}
    described = describe_file("sums", describe(four_axes_signatures(signatures)), samples, {})
    convert(signatures, samples, tmp_path, file_format=file_format, metadata=described)

    path = tmp_path / "tflite" / f"{file_format}.tflite"
    counts = operators(path)
    assert (counts["TRANSPOSE_CONV"], counts["RELU"], counts["DEPTH_TO_SPACE"]) == (1, 1, 1)
    assert verdicts(path)["gpu"] == []
    shape = litert.signatures(path)["sum"].inputs["images"].shape
    assert list(shape) == read_metadata(path.read_bytes())["signatures"]["sum"]["inputs"]["images"]["shape"]
    expected = signatures["sum"].predict(samples["sum"], verbose=0)["sums"]
    received = litert.open_signature(path, "sum")(samples["sum"])["sums"]
    np.testing.assert_allclose(received, expected, atol=1e-5 if file_format == "float32" else 0.05)


@pytest.mark.parametrize("per_channel", [True, False])
def test_int8_weights_have_a_scale_a_channel_or_a_layer(
    per_channel: bool, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], tmp_path: Path
) -> None:
    """Of 4 channels, of 64, and of one."""
    signatures, samples = ({"reconstruct": named["reconstruct"]} for named in (tiny_signatures, tiny_samples))
    convert(signatures, samples, tmp_path, file_format="int8", per_channel=per_channel)

    path = tmp_path / "tflite" / "int8.tflite"
    details = Interpreter(str(path)).get_tensor_details()
    kernels = {tensor["name"]: tensor for tensor in details if tensor["dtype"] == np.int8 and tensor["shape"][0] > 1}
    scales = {len(tensor["quantization_parameters"]["scales"]) for tensor in kernels.values()}
    assert scales == ({1, 4, 64} if per_channel else {1})
    expected = signatures["reconstruct"].predict(samples["reconstruct"], verbose=0)["reconstruction"]
    received = litert.open_signature(path, "reconstruct")(samples["reconstruct"])["reconstruction"]
    np.testing.assert_allclose(received, expected, atol=0.05)


def test_every_file_has_every_signature_at_batch_1(tiny_export: tuple[Path, dict]) -> None:
    for path in (tiny_export[0] / "tflite").iterdir():
        interpreter = Interpreter(str(path))
        assert interpreter.get_signature_list() == {
            "reconstruct": {"inputs": ["image"], "outputs": ["reconstruction"]},
            "encode": {"inputs": ["image"], "outputs": ["code"]},
            "decode": {"inputs": ["code"], "outputs": ["reconstruction"]},
        }
        shape = interpreter.get_signature_runner("encode").get_input_details()["image"]["shape_signature"]
        assert shape.tolist() == [1, 8, 8, 1]


def test_a_file_without_its_weights_is_refused(tiny_export: tuple[Path, dict]) -> None:
    path = tiny_export[0] / "tflite" / "float32.tflite"
    tflite.check_file(path, "float32", weights=100)
    with pytest.raises(ExportError, match=r"too few to hold 1000000 weights"):
        tflite.check_file(path, "float32", weights=1_000_000)


def test_a_file_with_variables_is_refused(tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    encode = tiny_signatures["encode"]
    function = tf.function(encode, [tf.TensorSpec((1, 8, 8, 1), name="image")]).get_concrete_function()
    path = tmp_path / "model.tflite"
    path.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], encode).convert())
    with pytest.raises(ExportError, match=r"variables that are not frozen \(READ_VARIABLE, VAR_HANDLE\)"):
        tflite.check_file(path, "float32", weights=encode.count_params())


def test_shared_weights_are_counted_once(tiny_signatures: dict[str, Any]) -> None:
    reconstruct = tiny_signatures["reconstruct"]
    assert weight_count(tiny_signatures) == reconstruct.count_params()
