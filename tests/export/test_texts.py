"""Text made of ids: in the SavedModel only, and what Keras's ids say."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from artifacts import keras_outputs

from export import ExportError, Text, check_report, export_model
from export.proof import prove
from export.runtimes import serving
from export.runtimes.signature import Tensor
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from export.texts import join_texts
from export.verify import verify

LENGTH = 30
# 0 padding, 1 start, 2 end; letters of one to four bytes, and a piece that is longer than a short string.
PIECES = ("", "", "", " ", "a", "ß", "삼", "𝟛", "twenty-three letters ...")
TEXTS = {"read": {"text": Text("token_ids", PIECES, end=2)}}
IDS = [
    [4, 3, 5, 2, 0, 0],
    [6, 7, 2, 4, 4, 2],  # what follows the first end is no more of the text
    [2],
    [1, 4, 0, 6, 2],
    [4, 5] * (LENGTH // 2),  # no end at all
    [8, 8, 8, 2],
]
SAID = ["a ß", "삼𝟛", "", "a삼", "aß" * (LENGTH // 2), PIECES[8] * 3]
Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def signatures() -> dict[str, Any]:
    """`read`: scores that are 1 for an id and 0 for the others come out as they go in, and as that id."""
    import keras
    from keras import layers, ops

    scores = keras.Input((LENGTH, len(PIECES)), name="scores")
    scored = layers.Dense(len(PIECES), kernel_initializer="identity", name="scored")(scores)
    ids = ops.sum(scored * np.arange(len(PIECES), dtype=np.float32), axis=-1)
    outputs = {"token_ids": ops.cast(ids, "int32"), "scored": scored}
    return named_signatures({"read": keras.Model(scores, outputs, name="read")})


@pytest.fixture(scope="module")
def samples() -> Samples:
    ids = np.array([row + [0] * (LENGTH - len(row)) for row in IDS])
    return {"read": {"scores": np.eye(len(PIECES), dtype=np.float32)[ids]}}


@pytest.fixture(scope="module")
def saved_model(signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts") / "saved_model" / "1"
    write_saved_model(signatures, folder, texts=TEXTS)
    return folder


@pytest.fixture
def expected(signatures: dict[str, Any], samples: Samples) -> Samples:
    return {"read": keras_outputs(signatures["read"], samples["read"])}


@pytest.fixture(scope="module")
def exported(
    signatures: dict[str, Any], samples: Samples, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("texts") / "run"
    options = {"calibration": samples, "samples": samples, "texts": TEXTS, "formats": ["float32"]}
    return folder, export_model(signatures, folder, name="reader", **options)


@pytest.mark.parametrize("signature", ["read", "serving_default"])
def test_serving_gives_the_text_of_each_sample(saved_model: Path, samples: Samples, signature: str) -> None:
    received = serving.open_signature(saved_model, signature)(samples["read"])
    assert received.keys() == {"token_ids", "scored", "text"}
    assert [text.decode() for text in received["text"]] == SAID
    single = serving.open_signature(saved_model, signature)({"scores": samples["read"]["scores"][:1]})
    assert single["text"].tolist() == [SAID[0].encode()]


def test_python_tensorflow_gives_the_same(saved_model: Path, samples: Samples) -> None:
    read = tf.saved_model.load(str(saved_model)).signatures["read"]
    assert [text.decode() for text in read(scores=samples["read"]["scores"])["text"].numpy()] == SAID


def test_serving_describes_it(saved_model: Path) -> None:
    described = serving.signatures(saved_model)["read"]
    assert described.outputs["text"] == Tensor((-1,), "string")
    assert described.inputs == {"scores": Tensor((-1, LENGTH, len(PIECES)), "float32")}


def test_joined_by_hand(expected: Samples) -> None:
    texts = join_texts(TEXTS, expected)["read"]["text"]
    assert [text.decode() for text in texts] == SAID
    assert Text("ids", ("a",), end=0).join(np.zeros((0, 3), int)).shape == (0,)


def test_the_report_proves_it_and_says_where_it_is(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, report = exported
    check_report(report)
    assert report["signatures"]["read"]["outputs"]["text"] == {"shape": [None], "dtype": "string"}
    (row,) = (row for row in report["agreement"] if row["output"] == "text")
    assert (row["format"], row["runtime"], row["samples"], row["agrees"]) == ("saved_model", "serving", len(IDS), True)
    assert (row["largest_difference"], row["relative_difference"], row["tolerance"]) == (0.0, 0.0, 0.0)
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "`text` string batch |" in card
    assert re.search(r"The SavedModel alone gives strings, .*: `text` of `read`\.", card)


def test_a_tflite_file_has_neither_the_output_nor_strings(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, report = exported
    content = (folder / "tflite" / "float32.tflite").read_bytes()
    assert not any(piece.encode() in content for piece in PIECES[5:])
    entry = next(entry for entry in report["files"] if entry["format"] == "float32")
    assert not [name for name in entry["operators"] if "STRING" in name or "GATHER" in name]
    assert {row["output"] for row in report["agreement"] if row["format"] == "float32"} == {"token_ids", "scored"}


def test_one_other_text_is_no_agreement_and_is_told(saved_model: Path, samples: Samples, expected: Samples) -> None:
    texts = join_texts(TEXTS, expected)
    texts["read"]["text"][0] += b"!"
    row = verify(saved_model, "saved_model", {"read": {**expected["read"], **texts["read"]}}, samples, None, 1e9)[-1]
    assert (row["output"], row["agrees"]) == ("text", False)
    assert row["largest_difference"] == row["relative_difference"] == 1 / len(IDS)
    message = r"^saved_model/1 .* serving: signature 'read', output 'text': 16\.67% of the texts differ, and none may$"
    with pytest.raises(ExportError, match=message):
        prove(saved_model.parents[1], {"saved_model/1": "saved_model"}, expected, samples, None, texts=texts)


def test_numbers_in_the_place_of_text_are_an_error(saved_model: Path, samples: Samples, expected: Samples) -> None:
    numbers = {"read": {**expected["read"], "text": np.zeros(len(IDS))}}
    with pytest.raises(ExportError, match="expected output 'text' of dtype float64, received object"):
        verify(saved_model, "saved_model", numbers, samples, None, None)


def test_an_id_without_a_piece_fails_the_run(signatures: dict[str, Any], samples: Samples, tmp_path: Path) -> None:
    write_saved_model(signatures, tmp_path / "1", texts={"read": {"text": Text("token_ids", PIECES[:8], end=2)}})
    with pytest.raises(ValueError, match=r"TensorFlow Serving cannot run 'read' .* = 8 is not in \[0, 8\)"):
        serving.open_signature(tmp_path / "1", "read")(samples["read"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pieces": "abc"}, "expected a sequence of texts, one for each id, received 'abc'"),
        ({"pieces": ("a", b"b", "")}, "expected a sequence of texts"),
        ({"pieces": ("", "", "\udce9")}, "cannot be written as UTF-8"),
        ({"end": 3}, "end: expected one of the ids 0 to 2, received 3"),
        ({"end": -1}, "end: expected one of the ids 0 to 2, received -1"),
        ({"end": None}, "end: expected one of the ids 0 to 2, received None"),
        ({"end": True}, "end: expected one of the ids 0 to 2, received True"),
    ],
)
def test_a_text_of_wrong_pieces_or_end(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Text(**{"source": "token_ids", "pieces": ("a", "b", ""), "end": 2, **options})


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"raed": TEXTS["read"]}, "texts names the signature 'raed'; expected one of read"),
        ({"read": {"token_ids": TEXTS["read"]["text"]}}, "'token_ids' of .*'read': expected a name of letters.* other"),
        ({"read": {"a text": TEXTS["read"]["text"]}}, "'a text' of signature 'read': expected a name of letters"),
        ({"read": {"text": "token_ids"}}, "'text' of signature 'read': expected a Text, received str"),
        ({"read": {"text": Text("ids", PIECES, end=2)}}, "expected a source out of token_ids, scored, received 'ids'"),
        (
            {"read": {"text": Text("scored", PIECES, end=2)}},
            r"expected integers of shape \(None, length\) as 'scored', received float32 of shape \(None, 30, 9\)",
        ),
        (
            {"read": {"text": Text("token_ids", PIECES[:8], end=2)}},
            "'token_ids' of signature 'read': expected ids of 0 to 7, received 0 to 8; give a piece for each id",
        ),
    ],
)
def test_texts_that_no_signature_can_give_are_told_before_anything_is_made(
    signatures: dict[str, Any], samples: Samples, tmp_path: Path, texts: dict[str, Any], message: str
) -> None:
    options = {"calibration": samples, "samples": samples, "texts": texts}
    with pytest.raises(ValueError, match=message):
        export_model(signatures, tmp_path / "run", name="reader", **options)
    assert not (tmp_path / "run").exists()
