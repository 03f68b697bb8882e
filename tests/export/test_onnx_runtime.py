"""ONNX Runtime: the peer that a benchmark times beside TFLite, which must compute the same."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, skip_if_missing

from export import ExportError, peers
from export.errors import RuntimeMissingError
from export.runtimes import onnx

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def installed() -> None:
    skip_if_missing(onnx.check_installed)


@pytest.fixture(scope="module")
def saved_model(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_saved_model({"model": tiny_signatures["encode"]}, tmp_path_factory.mktemp("onnx") / "saved_model")


@pytest.fixture(scope="module")
def onnx_file(installed: None, saved_model: Path) -> Path:
    path = saved_model.parent / "files" / "model.onnx"
    path.parent.mkdir()
    onnx.convert(saved_model, "model", path)
    return path


def test_gives_what_keras_gives_at_any_batch_size(
    onnx_file: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples
) -> None:
    run = onnx.open_signature(onnx_file, "model", threads=2)
    expected = keras_outputs(tiny_signatures["encode"], tiny_samples["encode"])["code"]
    together = run(tiny_samples["encode"])
    assert list(together) == ["code"]
    np.testing.assert_allclose(together["code"], expected, rtol=0, atol=1e-3)
    one = run({"image": tiny_samples["encode"]["image"][:1].astype(np.float64)})
    np.testing.assert_allclose(one["code"], expected[:1], rtol=0, atol=1e-3)


def test_a_conversion_leaves_one_file(onnx_file: Path) -> None:
    assert [path.name for path in onnx_file.parent.iterdir()] == ["model.onnx"]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"picture": np.zeros((1, 8, 8, 1))}, "'encode' takes the inputs image; received picture"),
        ({"image": np.zeros((1, 8, 9, 1))}, r"must have the shape \(n, 8, 8, 1\)"),
    ],
)
def test_wrong_inputs(onnx_file: Path, inputs: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        onnx.open_signature(onnx_file, "encode")(inputs)


def test_a_file_that_is_no_model(installed: None, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ONNX Runtime cannot open .*none\.onnx"):
        onnx.open_signature(tmp_path / "none.onnx", "encode")
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(ValueError, match=r"ONNX Runtime cannot open .*text\.onnx"):
        onnx.open_signature(tmp_path / "text.onnx", "encode")


@pytest.mark.parametrize(
    ("signature", "time_limit", "message"),
    [
        ("encoder", 300.0, "tf2onnx cannot convert 'encoder': exit code 1; its last words: "),
        ("model", 0.01, r"tf2onnx did not convert 'model' within 0\.01 seconds"),
    ],
    ids=["refused", "too slow"],
)
def test_a_failed_conversion_leaves_the_earlier_file(
    installed: None, saved_model: Path, tmp_path: Path, signature: str, time_limit: float, message: str
) -> None:
    path = tmp_path / "model.onnx"
    path.write_text("earlier")
    with pytest.raises(ExportError, match=message):
        onnx.convert(saved_model, signature, path, time_limit=time_limit)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("model.onnx", "earlier")]


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "PACKAGES", ("numpy", "a_package_that_is_not_there"))
    with pytest.raises(RuntimeMissingError, match="needs a_package_that_is_not_there: pip install numpy a_package"):
        onnx.check_installed()


def test_a_peer_that_computes_something_else_is_refused(
    onnx_file: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    def convert(saved_model: Path, signature: str, path: Path) -> None:
        shutil.copy(onnx_file, path)

    monkeypatch.setattr(onnx, "convert", convert)
    model, sample = tiny_signatures["encode"], tiny_samples["encode"]
    assert list(peers.onnx_peer(model, sample, (1, 2)).runs) == [1, 2]
    other = keras.Model(model.input, {"code": model.output["code"] + 1.0})
    with pytest.raises(ExportError, match=r"ONNX Runtime gives 'code' with a difference of .* from Keras, expected"):
        peers.onnx_peer(other, sample, (1,))
