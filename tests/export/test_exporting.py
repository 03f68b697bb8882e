import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from export import FORMATS, ExportError, Score, export_model, tflite
from export.warmup import replay

SEGFAULT = "import os; os.kill(os.getpid(), 11)"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def export_encode(
    tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], folder: Path, **options: Any
) -> dict[str, Any]:
    """An export of one signature in one format: the quickest there is."""
    samples = {"encode": tiny_samples["encode"]}
    signatures = {"encode": tiny_signatures["encode"]}
    options = {"calibration": samples, "samples": samples, "formats": ("float32",), **options}
    return export_model(signatures, folder, name="encoder", **options)


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """A run folder with what an earlier export left."""
    folder = tmp_path / "run"
    for path in (
        "saved_model/2/saved_model.pb",
        "tflite/float32.tflite",
        "tflite/int8.tflite",
        "report.json",
    ):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"earlier {path}")
    return folder


def test_writes_all_and_nothing_else(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "pictures",
        "report.json",
        "saved_model",
        "tflite",
    ]
    assert [entry["format"] for entry in report["files"]] == ["saved_model", *FORMATS]
    for entry in report["files"][1:]:
        content = (folder / entry["path"]).read_bytes()
        assert entry["bytes"] == len(content)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()


def test_the_saved_model_is_what_serving_wants(tiny_export: tuple[Path, dict]) -> None:
    signatures = tf.saved_model.load(str(tiny_export[0] / "saved_model" / "1")).signatures
    assert set(signatures) == {
        "reconstruct",
        "encode",
        "decode",
        "serving_default",
        "reconstruct_from_bytes",
        "encode_from_bytes",
    }
    assert signatures["serving_default"].structured_outputs.keys() == {"reconstruction"}
    for function in signatures.values():
        tensors = [*function.structured_input_signature[1].values(), *function.structured_outputs.values()]
        assert all(tensor.shape[0] is None for tensor in tensors)


def test_serving_finds_its_configuration_and_a_warm_up(tiny_export: tuple[Path, dict]) -> None:
    folder = tiny_export[0] / "saved_model"
    assert sorted(path.name for path in folder.iterdir()) == ["1", "batching.config", "models.config"]
    assert replay(folder / "1") == 6


def test_the_saved_model_holds_each_weight_once(tiny_export: tuple[Path, dict]) -> None:
    variables = tf.train.list_variables(str(tiny_export[0] / "saved_model" / "1" / "variables" / "variables"))
    assert len([name for name, shape in variables if shape]) == 8  # kernel and bias of four layers


def test_a_saved_model_fingerprint_can_be_made_by_hand(tiny_export: tuple[Path, dict]) -> None:
    folder, report = tiny_export
    command = "find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum"
    made = subprocess.run(command, shell=True, cwd=folder / "saved_model" / "1", capture_output=True, text=True)
    assert made.stdout.split()[0] == report["files"][0]["sha256"]


def test_a_new_export_keeps_versions_and_drops_outdated_files(
    earlier: Path, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]
) -> None:
    report = export_encode(tiny_signatures, tiny_samples, earlier)
    assert [entry["path"] for entry in report["files"]] == ["saved_model/3", "tflite/float32.tflite"]
    assert (earlier / "saved_model" / "2" / "saved_model.pb").read_text().startswith("earlier")
    assert [path.name for path in (earlier / "tflite").iterdir()] == ["float32.tflite"]


def test_the_oldest_versions_go(earlier: Path, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]) -> None:
    (earlier / "saved_model" / "1").mkdir()
    export_encode(tiny_signatures, tiny_samples, earlier, keep=2)
    assert [path.name for path in sorted((earlier / "saved_model").iterdir()) if path.is_dir()] == ["2", "3"]


def test_a_crash_leaves_everything_as_it_was(
    earlier: Path,
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, Any],
    child_module: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = contents(earlier)
    monkeypatch.setattr(tflite, "CONVERTER", child_module(SEGFAULT))
    with pytest.raises(ExportError, match="ended with SIGSEGV"):
        export_encode(tiny_signatures, tiny_samples, earlier)
    assert contents(earlier) == before


def test_a_failed_first_export_leaves_no_folder(
    tmp_path: Path,
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, Any],
    child_module: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tflite, "CONVERTER", child_module(SEGFAULT))
    with pytest.raises(ExportError):
        export_encode(tiny_signatures, tiny_samples, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_file_that_loses_too_much_is_not_published(
    earlier: Path, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]
) -> None:
    before = contents(earlier)
    codes = tiny_signatures["encode"].predict(tiny_samples["encode"]["image"], verbose=0)["code"]
    distance = Score(
        "distance",
        "encode",
        codes,
        lambda outputs, targets: 1e-4 + float(np.abs(outputs["code"] - targets).mean()),
        higher_is_better=False,
        largest_loss={"saved_model": 1.0},
    )
    message = r"tflite/int8\.tflite .* litert: signature 'encode', output 'code': .* distance lost .* at most 5"
    with pytest.raises(ExportError, match=message):
        export_encode(tiny_signatures, tiny_samples, earlier, formats=("int8",), score=distance)
    assert contents(earlier) == before


def test_a_read_only_folder_is_told_before_anything_slow(
    earlier: Path, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]
) -> None:
    before = contents(earlier)
    earlier.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        # Root writes everywhere, so be nobody for a moment.
        for parent in earlier.parents[:3]:
            parent.chmod(parent.stat().st_mode | 0o055)
        os.seteuid(65534)
    try:
        with pytest.raises(PermissionError, match="run"):
            export_encode(tiny_signatures, tiny_samples, earlier)
    finally:
        os.seteuid(user)
        earlier.chmod(0o755)
    assert contents(earlier) == before
