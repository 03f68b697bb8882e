"""The LiteRT runtime: real files, in the real interpreter."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite

from export.runtimes import litert
from export.runtimes.signature import Signature, Tensor

Samples = dict[str, dict[str, np.ndarray]]


@pytest.mark.parametrize("signature", ["reconstruct", "encode", "decode"])
def test_each_signature_of_one_file_gives_what_keras_gives(
    tiny_tflite: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, signature: str
) -> None:
    expected = keras_outputs(tiny_signatures[signature], tiny_samples[signature])
    received = litert.open_signature(tiny_tflite, signature)(tiny_samples[signature])
    assert received.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-5)


def test_one_sample_is_the_batch_of_one(tiny_tflite: Path, tiny_samples: Samples) -> None:
    run = litert.open_signature(tiny_tflite, "encode", threads=2)
    images = tiny_samples["encode"]["image"]
    first, second = run({"image": images[:1]})["code"], run({"image": images[1:2]})["code"]
    assert first.shape == (1, 4)
    np.testing.assert_array_equal(np.concatenate([first, second]), run({"image": images[:2]})["code"])


def test_pixels_as_they_come_are_cast(tiny_tflite: Path, tiny_samples: Samples) -> None:
    run = litert.open_signature(tiny_tflite, "encode")
    pixels = tiny_samples["encode"]["image"].astype(np.uint8)
    received = run({"image": pixels})["code"]
    np.testing.assert_array_equal(received, run({"image": pixels.astype(np.float32)})["code"])


def test_a_fixed_batch_larger_than_one(tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path: Path) -> None:
    signatures = {"encode": tiny_signatures["encode"]}
    saved_model = make_saved_model(signatures, tmp_path / "static", batch_size=4)
    run = litert.open_signature(make_tflite(saved_model, tmp_path / "four.tflite", ["encode"]), "encode")
    expected = keras_outputs(tiny_signatures["encode"], tiny_samples["encode"])["code"]
    np.testing.assert_allclose(run(tiny_samples["encode"])["code"], expected, atol=1e-4)
    with pytest.raises(ValueError, match="multiple of its batch size 4, received 3 samples"):
        run({"image": tiny_samples["encode"]["image"][:3]})


def test_quantized_inputs_and_outputs_keep_their_units(
    tiny_int8: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples
) -> None:
    tensors = litert.signatures(tiny_int8)["reconstruct"]
    assert tensors.inputs["image"].dtype == tensors.outputs["reconstruction"].dtype == "int8"
    expected = keras_outputs(tiny_signatures["reconstruct"], tiny_samples["reconstruct"])
    received = litert.open_signature(tiny_int8, "reconstruct")(tiny_samples["reconstruct"])
    assert received["reconstruction"].dtype == np.float32
    np.testing.assert_allclose(received["reconstruction"], expected["reconstruction"], atol=0.05)


def test_values_beyond_the_quantized_range_are_clipped(tiny_int8: Path, tiny_samples: Samples) -> None:
    run = litert.open_signature(tiny_int8, "reconstruct")
    shape = tiny_samples["reconstruct"]["image"][:1].shape
    far, limit = run({"image": np.full(shape, 1e6)}), run({"image": np.full(shape, 255.0)})
    np.testing.assert_allclose(far["reconstruction"], limit["reconstruction"], atol=0.02)


def test_signatures_are_described(tiny_tflite: Path) -> None:
    described = litert.signatures(tiny_tflite)
    assert described.keys() == {"reconstruct", "encode", "decode"}
    image, code = Tensor((1, 8, 8, 1), "float32"), Tensor((1, 4), "float32")
    assert described["encode"] == Signature({"image": image}, {"code": code})


def test_an_unknown_signature_names_the_nearest_and_all(tiny_tflite: Path) -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'encode'.*decode, encode, reconstruct"):
        litert.open_signature(tiny_tflite, "encoder")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"picture": np.zeros((1, 8, 8, 1))}, "takes the inputs image; received picture"),
        ({}, "takes the inputs image; received none"),
        ({"image": np.zeros((2, 8, 9, 1))}, r"shape \(n, 8, 8, 1\).*received \(2, 8, 9, 1\)"),
        ({"image": np.zeros((8, 8, 1))}, r"shape \(n, 8, 8, 1\).*received \(8, 8, 1\)"),
        ({"image": np.zeros((0, 8, 8, 1))}, "at least one"),
    ],
)
def test_wrong_inputs_say_what_is_expected(tiny_tflite: Path, inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        litert.open_signature(tiny_tflite, "encode")(inputs)


@pytest.mark.parametrize("threads", [0, 128])
def test_threads_out_of_range(tiny_tflite: Path, threads: int) -> None:
    with pytest.raises(ValueError, match=f"1 to 127, received {threads}"):
        litert.open_signature(tiny_tflite, "encode", threads=threads)


@pytest.mark.parametrize("kernels", litert.KERNELS)
def test_all_kernels_agree(tiny_tflite: Path, tiny_samples: Samples, kernels: str) -> None:
    default = litert.open_signature(tiny_tflite, "reconstruct")(tiny_samples["reconstruct"])
    received = litert.open_signature(tiny_tflite, "reconstruct", kernels=kernels)(tiny_samples["reconstruct"])
    np.testing.assert_allclose(received["reconstruction"], default["reconstruction"], atol=1e-5)


@pytest.mark.parametrize(("kernels", "delegated"), [("xnnpack", True), ("builtin", False), ("reference", False)])
def test_only_xnnpack_starts_its_delegate(tiny_tflite: Path, kernels: str, delegated: bool) -> None:
    code = (
        "import numpy; from export.runtimes.litert import open_signature; "
        f"open_signature({str(tiny_tflite)!r}, 'decode', kernels={kernels!r})({{'code': numpy.zeros((1, 4))}})"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ("XNNPACK delegate" in finished.stderr) == delegated


def test_unknown_kernels(tiny_tflite: Path) -> None:
    with pytest.raises(ValueError, match="one of xnnpack, builtin, reference; received 'fast'"):
        litert.open_signature(tiny_tflite, "encode", kernels="fast")


@pytest.mark.parametrize("kept", [None, 0, 100, -1], ids=["missing", "empty", "start only", "one byte short"])
def test_a_broken_file_is_named(tiny_tflite: Path, tmp_path: Path, kept: int | None) -> None:
    broken = tmp_path / "broken.tflite"
    if kept is not None:
        broken.write_bytes(tiny_tflite.read_bytes()[:kept])
    with pytest.raises(ValueError, match=r"expected a whole \.tflite file at .*broken\.tflite"):
        litert.open_signature(broken, "encode")


def test_a_foreign_file_is_named(tmp_path: Path) -> None:
    foreign = tmp_path / "picture.tflite"
    foreign.write_bytes(b"\x89PNG" + bytes(range(256)) * 4)
    with pytest.raises(ValueError, match=r"expected a whole \.tflite file at .*picture\.tflite"):
        litert.signatures(foreign)


def test_an_operator_that_litert_lacks_is_named(tmp_path: Path) -> None:
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((1, 4), tf.float32, name="x")])
    def beta(x: Any) -> dict[str, Any]:
        return {"y": tf.raw_ops.Betainc(a=x, b=x, x=x)}

    tf.saved_model.save(tf.Module(), str(tmp_path / "custom"), signatures={"beta": beta})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "custom"), signature_keys=["beta"])
    converter.allow_custom_ops = True
    path = tmp_path / "custom.tflite"
    path.write_bytes(converter.convert())
    with pytest.raises(ValueError, match=r"LiteRT cannot run 'beta' of .*custom\.tflite: .*Betainc"):
        litert.open_signature(path, "beta")({"x": np.ones((1, 4), np.float32)})


def test_neither_tensorflow_nor_keras_is_imported(tiny_tflite: Path) -> None:
    code = (
        "import sys; from export.runtimes.litert import open_signature; "
        f"open_signature({str(tiny_tflite)!r}, 'encode'); "
        "print(sorted(sys.modules.keys() & {'tensorflow', 'keras'}))"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.strip() == "[]"
