import numpy as np
import pytest

from keraszoo.data import all_words, draw_numbers, languages, largest_number, longest_length, number_texts, number_words

MODULE = number_texts.__globals__  # its name is the function's


@pytest.fixture
def nothing_is_listed(monkeypatch):
    """Searches few digits as it does many."""
    monkeypatch.setitem(MODULE, "MOST_LISTED_DIGITS", 0)


def test_ids_are_those_of_the_words():
    texts = number_texts("ko", 3)
    numbers = np.array([321, 0, 99, 110])
    ids = texts.encode(numbers)
    assert ids.shape == (4, texts.length)
    assert ids.dtype == np.int32
    assert texts.vocabulary.decode(ids) == ["삼백이십일", "영", "구십구", "백십"]
    np.testing.assert_array_equal(texts.encode(numbers.tolist()), ids)


def test_korean_of_up_to_four_digits():
    texts = number_texts("ko", 4)
    assert "".join(texts.vocabulary.characters) == "구백사삼십영오육이일천칠팔"
    assert texts.length == len("구천구백구십구") + 1


@pytest.mark.parametrize("max_digits", [1, 2])
def test_only_characters_that_so_many_digits_have(max_digits):
    words = all_words(10**max_digits, "en")
    texts = number_texts("en", max_digits)
    assert set(texts.vocabulary.characters) == set("".join(words))
    assert texts.length == max(map(len, words)) + 1
    assert texts.vocabulary.decode(texts.encode(range(10**max_digits))) == words


@pytest.mark.parametrize("language", ["en", "ko", "de", "fr"])
def test_what_is_searched_is_what_is_listed(language, nothing_is_listed):
    words = all_words(10**4, language)
    texts = number_texts(language, 4)
    assert set(texts.vocabulary.characters) == set().union(*words)
    assert texts.length == longest_length(words)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "ko", "de", "fr"])
def test_what_is_searched_is_what_is_listed_of_five_digits(language, nothing_is_listed):
    words = all_words(10**5, language)
    texts = number_texts(language, 5)
    assert set(texts.vocabulary.characters) == set().union(*words)
    assert texts.length == longest_length(words)


@pytest.mark.slow
@pytest.mark.parametrize("language", [language for language in languages() if largest_number(language) >= 10**8])
def test_every_language_has_room_for_any_number(language):
    numbers = draw_numbers(2000, 8, seed=0)
    texts = number_texts(language, 8)
    assert texts.vocabulary.decode(texts.encode(numbers)) == [number_words(int(number), language) for number in numbers]


def test_longer_numbers_are_found_and_encoded():
    texts = number_texts("ko", 8)
    longest = number_words(99_999_999, "ko")
    assert texts.length == len(longest) + 1
    assert set(texts.vocabulary.characters) == set("영일이삼사오육칠팔구십백천만 ")
    assert texts.vocabulary.decode(texts.encode([99_999_999, 10_010_000])) == [longest, "천일만"]


def test_the_longest_english_is_found_among_a_hundred_million():
    texts = number_texts("en", 8)
    assert texts.length == len(number_words(73_373_373, "en")) + 1


@pytest.mark.parametrize(
    ("language", "max_digits", "message"),
    [
        ("korean", 4, r"expected a language of .*; received 'korean'\. Did you mean 'ko'\?"),
        ("am", 4, "expected at most 3 digits in 'am', whose words go up to 999, received max_digits of 4; allow fewer"),
        ("tr", 8, "at most 5 digits in 'tr', whose words go up to 99,999, received max_digits of 8"),
        ("en", 0, "expected max_digits of 1 to 8, received 0"),
        ("en", 9, "received 9"),
        ("en", True, "received True"),
        ("en", 2.0, "received 2.0"),
    ],
)
def test_what_has_no_texts_is_refused(language, max_digits, message):
    with pytest.raises(ValueError, match=message):
        number_texts(language, max_digits)


def test_a_language_goes_as_far_as_its_words():
    assert number_texts("am", 3).max_digits == 3


@pytest.mark.parametrize("max_digits", [2, 6])
@pytest.mark.parametrize(
    ("numbers", "message"), [([-1], "received -1 to -1"), ([10**6], "received 1000000"), ([1.0], "float64")]
)
def test_numbers_without_a_place_are_refused(max_digits, numbers, message):
    with pytest.raises(ValueError, match=f"expected .*numbers .*{message}"):
        number_texts("ko", max_digits).encode(numbers)
