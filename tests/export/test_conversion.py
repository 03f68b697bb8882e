import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from export import ExportError, tflite
from export.signatures import named_signatures, weight_count


def convert(signatures: dict[str, Any], samples: dict[str, Any], folder: Path, time_limit: float = 300) -> None:
    scratch = folder / "scratch"
    scratch.mkdir()
    tflite.write_tflite(
        named_signatures(signatures),
        folder / "tflite",
        samples,
        scratch,
        formats=["float32"],
        time_limit=time_limit,
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
    ("code", "error", "message"),
    [
        ("import os; os.kill(os.getpid(), 11)", ExportError, "float32: the converter crashed with SIGSEGV"),
        ("import sys; sys.exit(139)", ExportError, "float32: the converter crashed with SIGSEGV"),
        (
            "import time; time.sleep(60)",
            ExportError,
            "float32: the converter did not finish within 0.5 seconds",
        ),
        (
            "raise SystemExit('no such thing')",
            ExportError,
            "float32: the converter exited with 1: no such thing",
        ),
        ("import sys; sys.exit(74)", OSError, "float32: the converter could not write .* is the disk full"),
    ],
    ids=["crash", "crash seen by a shell", "hang", "unknown", "full disk"],
)
def test_what_becomes_of_the_child_is_told(
    code: str,
    error: type[Exception],
    message: str,
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tflite, "CHILD_COMMAND", (sys.executable, "-c", code))
    with pytest.raises(error, match=message):
        convert({"encode": tiny_signatures["encode"]}, {"encode": tiny_samples["encode"]}, tmp_path, 0.5)


def test_int8_is_int8_within_and_float_without(tiny_export: tuple[Path, dict]) -> None:
    interpreter = Interpreter(str(tiny_export[0] / "tflite" / "int8.tflite"))
    runner = interpreter.get_signature_runner("encode")
    assert runner.get_input_details()["image"]["dtype"] == np.float32
    assert runner.get_output_details()["code"]["dtype"] == np.float32
    assert tiny_export[1]["files"][-1]["operators"]["QUANTIZE"] == 3
    kinds = [tensor["dtype"] for tensor in interpreter.get_tensor_details()]
    assert kinds.count(np.int8) > kinds.count(np.float32)


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
