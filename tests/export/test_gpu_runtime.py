"""The GPU runtime: real files, compiled by LiteRT's GPU delegate for a real Vulkan driver, if only one in software."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite, skip_if_missing

from export.errors import RuntimeMissingError
from export.runtimes import gpu

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def installed() -> None:
    skip_if_missing(gpu.check_installed)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("signature", ["reconstruct", "encode", "decode"])
def test_each_signature_of_one_file_gives_on_the_gpu_what_keras_gives(
    tiny_tflite: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, signature: str
) -> None:
    expected = keras_outputs(tiny_signatures[signature], tiny_samples[signature])
    received = gpu.open_signature(tiny_tflite, signature)(tiny_samples[signature])
    assert received.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-4)


@pytest.mark.usefixtures("installed")
def test_quantized_inputs_and_outputs_keep_their_units_on_the_gpu(
    tiny_static_model: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path: Path
) -> None:
    samples = tiny_samples["reconstruct"]
    int8 = make_tflite(tiny_static_model, tmp_path / "int8.tflite", ["reconstruct"], samples)
    expected = keras_outputs(tiny_signatures["reconstruct"], samples)
    received = gpu.open_signature(int8, "reconstruct")(samples)
    np.testing.assert_allclose(received["reconstruction"], expected["reconstruction"], atol=0.05)


def test_each_operator_that_would_fall_back_to_the_cpu_is_named_with_its_reason(
    installed: None, tmp_path: Path
) -> None:
    import keras
    from keras import layers

    image = keras.Input((8, 8, 1), name="image")
    x = layers.Conv2D(1, 3, name="taken")(image)
    # With a bias of zeros the converter would not fuse the ReLU.
    x = layers.Conv2DTranspose(1, 4, strides=2, activation="relu", bias_initializer="ones", name="refused")(x)
    saved_model = make_saved_model({"row": keras.Model(image, {"row": x[:, 0]})}, tmp_path / "static", batch_size=1)
    path = make_tflite(saved_model, tmp_path / "refused.tflite", ["row"])
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is checked below
        gpu.open_signature(path, "row")
    assert str(refused.value) == (
        f"the GPU delegate refuses 'row' of {path}: STRIDED_SLICE (Slice does not support shrink_axis_mask parameter), "
        "TRANSPOSE_CONV (Max version supported: 3. Requested version 4)"
    )


def test_a_batch_that_is_not_fixed_is_refused(installed: None, tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    saved_model = make_saved_model({"encode": tiny_signatures["encode"]}, tmp_path / "any_batch")
    path = make_tflite(saved_model, tmp_path / "any_batch.tflite", ["encode"])
    with pytest.raises(ValueError, match=r"refuses 'encode' of .*only supports static-sized tensors"):
        gpu.open_signature(path, "encode")


@pytest.mark.usefixtures("installed")
def test_nothing_of_it_leaks_into_the_caller(tiny_tflite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_driver_named(monkeypatch)
    code = (
        "import os, sys; from export.runtimes.gpu import open_signature; environment = dict(os.environ); "
        f"open_signature({str(tiny_tflite)!r}, 'encode'); "
        "print(os.environ == environment, sorted(sys.modules.keys() & {'tensorflow', 'keras'}))"
    )
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout == "True []\n"


@pytest.mark.usefixtures("installed")
def test_a_driver_without_a_device_is_named(tiny_tflite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_driver_named(monkeypatch)
    monkeypatch.setenv(gpu.DRIVER_VARIABLE, str(tmp_path / "no_driver.json"))
    code = f"from export.runtimes.gpu import open_signature; open_signature({str(tiny_tflite)!r}, 'encode')"
    # A process of its own, since the first file that is compiled chooses the driver for its process.
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RuntimeMissingError: the Vulkan driver" in finished.stderr
    assert "no_driver.json finds no device on this machine" in finished.stderr


def test_a_missing_driver_says_what_to_install(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    _no_driver_named(monkeypatch)
    monkeypatch.setattr(gpu, "SOFTWARE_DRIVERS", ())
    with pytest.raises(RuntimeMissingError, match="apt-get install chromium"):
        gpu.check_installed()
    monkeypatch.setenv(gpu.DRIVER_VARIABLE, "my_gpu.json")
    gpu.check_installed()


def test_missing_vulkan_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "VULKAN", "libno_such_vulkan.so.1")
    with pytest.raises(RuntimeMissingError, match="apt-get install libvulkan1"):
        gpu.check_installed()


def _no_driver_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (gpu.DRIVER_VARIABLE, gpu.NEWER_DRIVER_VARIABLE):
        monkeypatch.delenv(variable, raising=False)
