"""The TFLite Micro runtime: real files, in the real interpreter."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_tflite, skip_if_missing

from export.errors import RuntimeMissingError
from export.runtimes import litert, micro

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture
def installed() -> None:
    skip_if_missing(micro.check_installed)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("signature", ["reconstruct", "encode", "decode"])
def test_each_signature_of_one_file_gives_what_keras_gives(
    tiny_tflite: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, signature: str
) -> None:
    expected = keras_outputs(tiny_signatures[signature], tiny_samples[signature])
    received = micro.open_signature(tiny_tflite, signature)(tiny_samples[signature])
    assert received.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-5)


@pytest.mark.usefixtures("installed")
def test_quantized_inputs_and_outputs_keep_their_units(tiny_int8: Path, tiny_samples: Samples) -> None:
    assert litert.signatures(tiny_int8)["reconstruct"].inputs["image"].dtype == "int8"
    received, expected = (
        runtime.open_signature(tiny_int8, "reconstruct")(tiny_samples["reconstruct"])["reconstruction"]
        for runtime in (micro, litert)
    )
    assert received.dtype == np.float32
    np.testing.assert_allclose(received, expected, atol=2 / 256)


@pytest.mark.usefixtures("installed")
def test_inputs_and_outputs_go_by_name(tmp_path: Path) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((2, 1), tf.float32, name=name) for name in ("b", "a")])
    def quotients(b: Any, a: Any) -> dict[str, Any]:
        return {"z": a / b, "y": b / a}

    tf.saved_model.save(tf.Module(), str(tmp_path / "quotients"), signatures={"quotients": quotients})
    run = micro.open_signature(make_tflite(tmp_path / "quotients", tmp_path / "q.tflite", ["quotients"]), "quotients")
    received = run({"a": np.array([[1.0], [2.0], [6.0], [8.0]]), "b": np.full((4, 1), 2.0)})
    np.testing.assert_array_equal(received["z"], [[0.5], [1.0], [3.0], [4.0]])
    np.testing.assert_allclose(received["y"], [[2.0], [1.0], [1 / 3], [0.25]], atol=1e-6)


@pytest.mark.usefixtures("installed")
def test_a_refusal_is_an_error_and_no_noise(
    tiny_static_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(str(tiny_static_model), signature_keys=["reconstruct"])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    path = tmp_path / "float16.tflite"
    path.write_bytes(converter.convert())
    capfd.readouterr()
    with pytest.raises(ValueError, match=r"TFLite Micro refuses 'reconstruct' of .*float16\.tflite: DEQUANTIZE: .*"):
        micro.open_signature(path, "reconstruct")
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("installed")
def test_what_no_gate_knows_is_said_in_micros_words(tmp_path: Path) -> None:
    """Adding integers of 64 bits: the operator is there, its kernel for them is not."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.int64, name="x")])
    def doubled(x: Any) -> dict[str, Any]:
        return {"y": x + x}

    tf.saved_model.save(tf.Module(), str(tmp_path / "doubled"), signatures={"doubled": doubled})
    path = make_tflite(tmp_path / "doubled", tmp_path / "doubled.tflite", ["doubled"])
    with pytest.raises(ValueError, match=r"refuses 'doubled' of .*: .*INT64"):
        micro.open_signature(path, "doubled")({"x": np.ones((1, 4), np.int64)})


@pytest.mark.usefixtures("installed")
def test_all_operators_that_micro_lacks_are_named(tmp_path: Path) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def largest(x: Any) -> dict[str, Any]:
        return {"y": tf.tile(tf.math.top_k(x, 2).values, [2, 2])}

    tf.saved_model.save(tf.Module(), str(tmp_path / "top"), signatures={"largest": largest})
    path = make_tflite(tmp_path / "top", tmp_path / "top.tflite", ["largest"])
    for refused in (micro.open_signature, micro.smallest_arena):
        with pytest.raises(ValueError, match=r"TOPK_V2.*TILE"):
            refused(path, "largest")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("signature", ["reconstruct", "encode"])
def test_the_smallest_arena_is_enough_and_less_is_not(tiny_tflite: Path, signature: str) -> None:
    arena = micro.smallest_arena(tiny_tflite, signature)
    command = [sys.executable, "-m", "export.runtimes.micro", str(tiny_tflite), signature]
    codes = [subprocess.run([*command, str(size)], capture_output=True).returncode for size in (arena, arena - 64)]
    assert codes[0] == 0
    assert codes[1] != 0


@pytest.mark.usefixtures("installed")
def test_an_unknown_signature_names_the_nearest(tiny_tflite: Path) -> None:
    with pytest.raises(ValueError, match=r"tiny\.tflite has no signature 'encoder'\. Did you mean 'encode'"):
        micro.open_signature(tiny_tflite, "encoder")


@pytest.mark.usefixtures("installed")
def test_a_broken_file_is_named(tiny_tflite: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(tiny_tflite.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"broken\.tflite is a broken TFLite file"):
        micro.open_signature(broken, "encode")


def test_what_to_install_is_said(tiny_tflite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    for function in (micro.open_signature, micro.smallest_arena):
        with pytest.raises(RuntimeMissingError, match="pip install tflite-micro=="):
            function(tiny_tflite, "encode")
