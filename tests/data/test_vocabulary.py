import json
from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from keraszoo.data import Vocabulary, all_words, longest_length

ABC = Vocabulary(("a", "b", "c"))


def test_ids_are_padding_start_end_and_the_characters_sorted():
    vocabulary = Vocabulary.of(["cab", "", "a b"])
    assert vocabulary.characters == (" ", "a", "b", "c")
    assert vocabulary.size == 7
    ids = vocabulary.encode(["cab", "", "a b"], 5)
    assert ids.dtype == np.int32
    np.testing.assert_array_equal(ids, [[6, 4, 5, 2, 0], [2, 0, 0, 0, 0], [4, 3, 5, 2, 0]])


@pytest.mark.parametrize("language", ["en", "ko", "te"])
def test_words_come_back(language):
    words = all_words(130, language)
    vocabulary = Vocabulary.of(words)
    assert vocabulary.decode(vocabulary.encode(words, longest_length(words))) == words


def test_decoding_stops_at_the_first_end_and_passes_over_padding_and_start():
    ids = [[1, 3, 0, 4, 2, 5], [2, 3, 3, 2, 3, 3], [3, 4, 5, 5, 4, 3], [0, 0, 0, 0, 0, 0]]
    assert ABC.decode(ids) == ["ab", "", "abccba", ""]


def test_decoding_takes_any_integers_in_any_order_in_memory():
    ids = np.asfortranarray([[3, 4, 2], [5, 2, 0]], dtype=np.uint8)
    assert ABC.decode(ids) == ["ab", "c"]
    assert ABC.decode(ids[:0]) == []


def test_the_longest_length_counts_the_end():
    assert longest_length(["ab", "abc", ""]) == 4
    ABC.encode(["abc"], 4)
    with pytest.raises(ValueError, match="at most 2 characters and the end, received 'abc' of 3; allow a length of 4"):
        ABC.encode(["ab", "abc"], 3)


def test_a_vocabulary_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ABC.characters = ("d",)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["ab", "axb"], "expected characters of 'abc', received 'x' in 'axb'"),
        (["A"], "received 'A'"),
        (["a\0"], r"received '\\x00'"),
        ("ab", "expected a list of at least one text, received 'ab'"),
        ([], r"received \[\]"),
    ],
)
def test_texts_that_cannot_be_encoded_are_refused(texts, message):
    with pytest.raises(ValueError, match=message):
        ABC.encode(texts, 5)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ([[3, 6]], "expected token ids 0 to 5, received 3 to 6"),
        ([[-1, 3]], "received -1 to 3"),
        ([3, 4], r"received int64 of shape \(2,\)"),
        ([[]], r"shape \(1, 0\)"),
        ([[3.0, 4.0]], "received float64"),
    ],
)
def test_ids_that_cannot_be_decoded_are_refused(ids, message):
    with pytest.raises(ValueError, match=message):
        ABC.decode(ids)


@pytest.mark.parametrize("characters", [(), ("b", "a"), ("a", "a"), ("ab",), ("\n",), (1,), ["a", "b"]])
def test_characters_that_are_no_vocabulary_are_refused(characters):
    with pytest.raises(ValueError, match="expected printable characters, each once and sorted, received"):
        Vocabulary(characters)


def test_a_saved_vocabulary_is_loaded_as_it_was(tmp_path):
    vocabulary = Vocabulary.of(all_words(200, "ko"))
    path = tmp_path / "run" / "vocabulary.json"
    vocabulary.save(path)
    assert Vocabulary.load(path) == vocabulary
    assert Vocabulary.from_json(vocabulary.to_json()) == vocabulary
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 1
    assert "백" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "expected a vocabulary as JSON"),
        ("[]", "expected a vocabulary as JSON"),
        ("{}", "KeyError"),
        ('{"characters": 3}', "expected a vocabulary as JSON"),
        ('{"characters": ["b", "a"]}', "sorted"),
        ('{"characters": ["a"]}', "version 1 .* received {}"),
        (ABC.to_json().replace('"version": 1', '"version": 2'), "version 1 .* received {'version': 2"),
        (ABC.to_json().replace('"end": 2', '"end": 9'), "'end': 9"),
        ("\udcff", "utf-8"),
    ],
)
def test_a_file_that_is_no_vocabulary_is_refused_by_its_path(tmp_path, text, message):
    path = tmp_path / "vocabulary.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=message) as error:
        Vocabulary.load(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"vocabulary\.json"):
        Vocabulary.load(tmp_path / "vocabulary.json")
