"""What an app must know of a file, inside the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from export.flatbuffer import pack, unpack
from export.metadata import describe_file, read_metadata, with_metadata
from export.signatures import describe, named_signatures

METADATA = {"name": "tiny", "assets": {"class_names.txt": '고양이\n{"EXPORT_JSON": a dog}\n'}}


@pytest.fixture
def content(tiny_export: tuple[Path, dict]) -> bytes:
    return (tiny_export[0] / "tflite" / "float32.tflite").read_bytes()


def test_what_was_written_is_read(content: bytes) -> None:
    assert read_metadata(with_metadata(content, METADATA)) == {"EXPORT_JSON": 1, **METADATA}


def test_the_file_runs_as_before(content: bytes, tiny_samples: dict[str, Any]) -> None:
    image = tiny_samples["encode"]["image"][:1]
    codes = [
        Interpreter(model_content=file).get_signature_runner("encode")(image=image)["code"]
        for file in (content, with_metadata(content, METADATA))
    ]
    assert np.array_equal(*codes)


def test_an_app_finds_it_without_a_library(content: bytes) -> None:
    file = with_metadata(content, METADATA)
    start = file.index(b'{"EXPORT_JSON":')
    size = int.from_bytes(file[start - 4 : start], "little")
    assert json.loads(file[start : start + size]) == {"EXPORT_JSON": 1, **METADATA}
    assert file.count(b'{"EXPORT_JSON":') == 1


def test_it_is_written_once(content: bytes) -> None:
    once = with_metadata(content, METADATA)
    twice = with_metadata(once, {"name": "another"})
    assert read_metadata(twice) == {"EXPORT_JSON": 1, "name": "another"}
    assert [entry.name for entry in unpack(twice).metadata] == [entry.name for entry in unpack(once).metadata]


def test_says_what_a_file_takes(tiny_signatures: dict[str, Any], tiny_samples: dict[str, Any]) -> None:
    signatures = describe(named_signatures(tiny_signatures), {"encode": ["text"]})
    images = {"image": np.array([[0.0], [255.0]], np.float32).reshape(2, 1, 1, 1) * np.ones((1, 8, 8, 1), np.float32)}
    described = describe_file("tiny", signatures, {**tiny_samples, "encode": images}, {"a.txt": "b"})
    assert described["assets"] == {"a.txt": "b"}
    assert described["signatures"]["encode"] == {
        "inputs": {"image": {"shape": [1, 8, 8, 1], "dtype": "float32", "range": [0.0, 255.0]}},
        "outputs": {"code": {"shape": [1, 4], "dtype": "float32"}},
    }
    assert json.loads(json.dumps(described)) == described
    assert signatures["encode"]["inputs"]["image"] == {"shape": [None, 8, 8, 1], "dtype": "float32"}


def test_a_file_without_it_is_refused(content: bytes) -> None:
    model = unpack(content)
    model.metadata = [entry for entry in model.metadata if entry.name != b"EXPORT_JSON"]
    with pytest.raises(ValueError, match="expected metadata named EXPORT_JSON in the TFLite file, received none"):
        read_metadata(pack(model))


@pytest.mark.parametrize("value", [float("nan"), object()], ids=["not finite", "not JSON"])
def test_what_json_cannot_hold_is_refused(value: Any, content: bytes) -> None:
    with pytest.raises(ValueError, match="metadata must hold finite numbers, texts, lists and dictionaries only"):
        with_metadata(content, {"value": value})
