import unicodedata
from itertools import product

import numpy as np
import pytest

from keraszoo.data import all_words, languages, largest_number, number_words

KOREAN = {
    0: "영",
    1: "일",
    2: "이",
    9: "구",
    10: "십",
    11: "십일",
    19: "십구",
    20: "이십",
    21: "이십일",
    99: "구십구",
    100: "백",
    101: "백일",
    110: "백십",
    111: "백십일",
    200: "이백",
    321: "삼백이십일",
    1000: "천",
    1001: "천일",
    1010: "천십",
    1111: "천백십일",
    3210: "삼천이백십",
    9999: "구천구백구십구",
    10_000: "만",
    10_001: "만 일",
    11_000: "만 천",
    11_111: "만 천백십일",
    20_000: "이만",
    100_000: "십만",
    110_000: "십일만",
    111_111: "십일만 천백십일",
    1_000_000: "백만",
    10_000_000: "천만",
    10_010_000: "천일만",
    12_345_678: "천이백삼십사만 오천육백칠십팔",
    99_999_999: "구천구백구십구만 구천구백구십구",
    100_000_000: "일억",
}


@pytest.mark.parametrize(("number", "words"), KOREAN.items())
def test_korean(number, words):
    assert number_words(number, "ko") == words


@pytest.mark.parametrize(
    ("number", "language", "words"),
    [
        (0, "en", "zero"),
        (7, "en", "seven"),
        (123, "en", "one hundred twenty three"),
        (1_002_310, "en", "one million two thousand three hundred ten"),
        (1_234_567, "en_IN", "twelve lakh thirty four thousand five hundred sixty seven"),
        (99, "fr", "quatre vingt dix neuf"),
        (1_000_021, "de", "eine million einundzwanzig"),
        (42, "es", "cuarenta y dos"),
        (1101, "pt_BR", "mil cento e um"),
        (123, "it", "centoventitre"),
        (101, "nl", "honderdéén"),
        (22, "sv", "tjugotvå"),
        (22, "ca", "vint i dos"),
        (12_345, "hu", "tizenkettőezer háromszáznegyvenöt"),
        (5, "uk", "п'ять"),
        (1_008, "ja", "千八"),
        (105, "vi", "một trăm lẻ năm"),
    ],
)
def test_other_languages(number, language, words):
    assert number_words(number, language) == words


# Numbers of few different digits, where a language that leaves out a "one" or a pause gives two the same words.
SPARSE = [int("".join(digits)) for digits in product("017", repeat=6)] + [1_234_567, 10_100_001, 99_999_999]


@pytest.mark.parametrize("language", languages())
def test_every_number_is_spelled_in_one_way_of_its_own(language):
    numbers = {number for number in [*range(120), *SPARSE] if number <= largest_number(language)}
    words = {number_words(number, language) for number in numbers}
    assert len(words) == len(numbers)
    for text in words:
        assert text == unicodedata.normalize("NFC", text).lower() == " ".join(text.split())
        assert {unicodedata.category(character)[0] for character in text.replace("'", "")} <= {"L", "M", "Z"}


def test_languages_are_the_public_names():
    assert {"en", "ko", "pt_BR", "ja"} < set(languages())
    assert list(languages()) == sorted(languages())


@pytest.mark.parametrize(("language", "largest"), [("ko", 100_000_000), ("tr", 99_999), ("am", 999)])
def test_a_language_goes_as_far_as_its_words_are_right(language, largest):
    assert largest_number(language) == largest
    assert number_words(largest, language)
    with pytest.raises(ValueError, match=f"from 0 to {largest} for words in '{language}', received {largest + 1} "):
        number_words(largest + 1, language)


def test_all_words_are_in_order():
    words = all_words(25, "en")
    assert len(words) == 25
    assert (words[0], words[24]) == ("zero", "twenty four")


def test_numpy_numbers_are_whole_numbers_too():
    assert number_words(np.uint8(21), "ko") == "이십일"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (-1, r"a whole number from 0 to 100000000 for words in 'en', received -1 \(int\); choose another"),
        (True, r"received True \(bool\)"),
        (np.bool_(True), "received .*True.* "),
        (2.0, r"received 2.0 \(float\)"),
        ("7", r"received '7' \(str\)"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_number_of_this_range_is_refused(number, message):
    with pytest.raises(ValueError, match=message):
        number_words(number)


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("pt_br", r"received 'pt_br'\. Did you mean 'pt_BR'\?"),
        ("korean", r"received 'korean'\. Did you mean 'ko'\?"),
        ("KO", "Did you mean 'ko'"),
        ("xx", r"expected a language of am, ar, .*, vi; received 'xx'\.$"),
        (None, "received None"),
    ],
)
@pytest.mark.parametrize("words_of", [number_words, all_words])
def test_an_unknown_language_is_refused_and_the_nearest_named(words_of, language, message):
    with pytest.raises(ValueError, match=message):
        words_of(3, language)


@pytest.mark.parametrize(("count", "language"), [(0, "en"), (-3, "en"), (1_000_001, "en"), (2.0, "ko"), (1001, "am")])
def test_a_count_out_of_range_is_refused(count, language):
    with pytest.raises(ValueError, match=f"expected a whole number from 1 to .* in '{language}', received {count} "):
        all_words(count, language)
