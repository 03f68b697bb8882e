"""Texts as assets of the SavedModel: they lie in it, go where it goes, and stand in report and card."""

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
from export.runtimes import serving

# What is easily lost: a line end of Windows, letters beyond ASCII, the lack of a last line end, and a text of nothing.
ASSETS = {"class_names.txt": "cat\r\nStraße\n삼", "empty.json": ""}


@pytest.fixture(scope="module")
def exported(
    tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    """Folder and report of an export with assets, moved since to another place."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    samples = {"encode": tiny_samples["encode"]}
    report = export_model(
        {"encode": tiny_signatures["encode"]},
        folder,
        name="encoder",
        calibration=samples,
        samples=samples,
        formats=("float32",),
        assets=ASSETS,
    )
    return Path(shutil.move(folder, folder.with_name("moved"))), report


def test_they_lie_in_the_saved_model_as_they_were_given(exported: tuple[Path, dict[str, Any]]) -> None:
    assets = exported[0] / "saved_model" / "1" / "assets"
    assert {path.name: path.read_bytes() for path in assets.iterdir()} == {
        name: text.encode() for name, text in ASSETS.items()
    }


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
    links = re.findall(r"\]\(([^)]+/assets/[^)]+)\)", (folder / "README.md").read_text(encoding="utf-8"))
    assert links == [f"saved_model/1/assets/{name}" for name in ASSETS]
    assert all((folder / link).is_file() for link in links)


def test_without_them_nothing_is_said_of_them(tiny_export: tuple[Path, dict[str, Any]]) -> None:
    folder, report = tiny_export
    assert "assets" not in report
    assert "assets" not in (folder / "README.md").read_text(encoding="utf-8")
    assert list((folder / "saved_model" / "1" / "assets").iterdir()) == []


@pytest.mark.parametrize(
    ("assets", "message"),
    [
        ({name: "cat"}, rf"expected a file name such as class_names\.txt .* received {re.escape(repr(name))}")
        for name in ("", ".", "..", ".hidden", "a/b.txt", "/b.txt", "a\\b.txt", "a b.txt", "a.txt\n", 7)
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
    samples = {"encode": tiny_samples["encode"]}
    signatures = {"encode": tiny_signatures["encode"]}
    with pytest.raises(ValueError, match=message):
        export_model(signatures, tmp_path / "run", name="encoder", calibration=samples, samples=samples, assets=assets)
    assert not (tmp_path / "run").exists()
