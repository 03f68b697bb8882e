"""Texts as assets: in the SavedModel, where they go with it, beside the TFLite files, and in report and card."""

import copy
import hashlib
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from artifacts import keras_outputs
from tensorflow.core.protobuf import saved_model_pb2

from export import check_report, export_model
from export.assets import listed_assets
from export.runtimes import serving

# What is easily lost: a line end of Windows, letters beyond ASCII, the lack of a last line end, and a text of nothing.
ASSETS = {"class_names.txt": "cat\r\nStraße\n삼", "empty.json": ""}


def export_encode(
    tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], folder: Path, assets: dict[Any, Any]
) -> dict[str, Any]:
    """An export of one signature in one format: the quickest there is."""
    samples = {"encode": tiny_samples["encode"]}
    signatures = {"encode": tiny_signatures["encode"]}
    options = {"calibration": samples, "samples": samples, "formats": ("float32",), "assets": assets}
    return export_model(signatures, folder, name="encoder", **options)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def exported(
    tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """Folder and report of an export with assets, moved since to another place."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    report = export_encode(tiny_signatures, tiny_samples, folder, ASSETS)
    return Path(shutil.move(folder, folder.with_name("moved"))), report


def test_they_lie_in_the_saved_model_as_they_were_given(exported: tuple[Path, dict[str, Any]]) -> None:
    assert contents(exported[0] / "saved_model" / "1" / "assets") == {
        name: text.encode() for name, text in ASSETS.items()
    }


def test_they_lie_beside_the_tflite_files_as_they_were_given(exported: tuple[Path, dict[str, Any]]) -> None:
    beside = contents(exported[0] / "tflite")
    assert beside.pop("float32.tflite")
    assert beside == {name: text.encode() for name, text in ASSETS.items()}


def test_the_saved_model_knows_them_where_it_is_now(exported: tuple[Path, dict[str, Any]]) -> None:
    saved_model = exported[0] / "saved_model" / "1"
    content = (saved_model / "saved_model.pb").read_bytes()
    (graph,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
    assert {asset.filename for asset in graph.asset_file_def} == set(ASSETS)
    assert b"/first/" not in content
    loaded = tf.saved_model.load(str(saved_model))
    paths = {asset.asset_path.numpy().decode() for asset in loaded.assets}
    assert paths == {str(saved_model / "assets" / name) for name in ASSETS}


def test_serving_still_gives_what_keras_gives(
    exported: tuple[Path, dict[str, Any]], tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]
) -> None:
    received = serving.open_signature(exported[0] / "saved_model" / "1", "encode")(tiny_samples["encode"])
    expected = keras_outputs(tiny_signatures["encode"], tiny_samples["encode"])
    np.testing.assert_allclose(received["code"], expected["code"], atol=1e-5)


def test_the_report_has_their_fingerprints(exported: tuple[Path, dict[str, Any]]) -> None:
    _, report = exported
    assert report["assets"] == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in ASSETS.items()}
    wrong = copy.deepcopy(report)
    wrong["assets"]["class_names.txt"] = None
    with pytest.raises(ValueError, match=r"report\.assets\.class_names\.txt: expected str, received None"):
        check_report(wrong)


def test_the_card_links_to_them(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = exported
    line = re.search("^Texts that go with the model.*$", (folder / "README.md").read_text(encoding="utf-8"), re.M)
    assert line is not None
    links = re.findall(r"\]\(([^)]+)\)", line[0])
    assert links == [f"{place}/{name}" for place in ("tflite", "saved_model/1/assets") for name in ASSETS]
    assert all((folder / link).is_file() for link in links)


def test_without_them_nothing_is_said_of_them(tiny_export: tuple[Path, dict[str, Any]]) -> None:
    folder, report = tiny_export
    assert "assets" not in report
    assert "assets" not in (folder / "README.md").read_text(encoding="utf-8")
    assert contents(folder / "saved_model" / "1" / "assets") == {}
    assert {Path(name).suffix for name in contents(folder / "tflite")} == {".tflite"}


def test_those_of_an_earlier_export_go_and_what_else_lies_there_stays(
    exported: tuple[Path, dict[str, Any]], tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(exported[0], tmp_path / "run"))
    (folder / "tflite" / "notes.txt").write_text("mine")
    report = export_encode(tiny_signatures, tiny_samples, folder, {"empty.json": "{}"})
    assert report["assets"].keys() == {"empty.json"}
    beside = contents(folder / "tflite")
    assert beside.keys() == {"float32.tflite", "empty.json", "notes.txt"}
    assert beside["empty.json"] == b"{}"
    assert (folder / "saved_model" / "1" / "assets" / "class_names.txt").exists()


def test_a_failed_export_leaves_them(
    exported: tuple[Path, dict[str, Any]],
    tiny_signatures: dict[str, Any],
    tiny_samples: dict[str, Any],
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(exported[0], tmp_path / "run"))
    before = contents(folder / "tflite")
    (folder / "README.md").unlink()
    (folder / "README.md").mkdir()  # what is moved after them cannot be
    with pytest.raises(IsADirectoryError):
        export_encode(tiny_signatures, tiny_samples, folder, {"class_names.txt": "dog", "new.txt": "new"})
    assert contents(folder / "tflite") == before


@pytest.mark.parametrize(
    "report", ["", "[]", "{}", '{"assets": null}', '{"assets": ["a.txt"]}', '{"assets": {"../a.txt": ""}}']
)
def test_a_report_that_lists_no_assets_makes_nothing_go(report: str, tmp_path: Path) -> None:
    assert listed_assets(tmp_path / "report.json") == []
    (tmp_path / "report.json").write_text(report)
    assert listed_assets(tmp_path / "report.json") == []


@pytest.mark.parametrize(
    ("assets", "message"),
    [
        ({name: "cat"}, rf"expected a file name such as class_names\.txt .* received {re.escape(repr(name))}")
        for name in ("", ".", "..", ".hidden", "a/b.txt", "/b.txt", "a\\b.txt", "a b.txt", "a.txt\n", 7)
    ]
    + [
        (
            {name: "cat"},
            rf"assets: {re.escape(name)} would pass for one of the TFLite files beside it; choose another ending",
        )
        for name in ("float32.tflite", "Int8.TFLite", "mine.tflite")
    ]
    + [
        ({"a.txt": b"cat"}, r"expected text for a\.txt, received bytes"),
        ({"a.txt": ["cat", "dog"]}, r"expected text for a\.txt, received list"),
        ({"a.txt": "\udce9"}, r"the text of a\.txt cannot be written as UTF-8"),
    ],
)
def test_what_cannot_be_an_asset_is_told_before_anything_is_made(
    assets: dict[Any, Any], message: str, tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        export_encode(tiny_signatures, tiny_samples, tmp_path / "run", assets)
    assert not (tmp_path / "run").exists()
