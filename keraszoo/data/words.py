"""The words of whole numbers, in the languages of num2words, each number spelled in one way only."""

import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np

from keraszoo.names import nearest_name_hint

LARGEST_NUMBER = 10**8

# Above these num2words 0.5.14 fails (am, from 1,100) or gives two numbers the same words: 10,000 and 11,000 (az),
# 100,010 and 110,000 (tet), 100,001 and 101,001 (tr).
LARGEST_NUMBERS = {"am": 999, "az": 9_999, "tet": 99_999, "tr": 99_999}
GAPS = str.maketrans("-,", "  ")


def languages() -> tuple[str, ...]:
    """The languages there are, by the names of num2words (``en``, ``ko``, ``pt_BR``), sorted."""
    from num2words import CONVERTER_CLASSES  # which a small device does not have

    return tuple(sorted(CONVERTER_CLASSES))


def largest_number(language: str) -> int:
    """The largest number that `number_words` has words for: 100,000,000, less in the few languages that fail above.

    Raises:
        ValueError: an unknown language; the message names the nearest.
    """
    known = languages()
    if language not in known:
        # "korean" is not near "ko", but its first two letters are.
        hint = nearest_name_hint(str(language), known) or nearest_name_hint(str(language)[:2], known)
        raise ValueError(f"expected a language of {', '.join(known)}; received {language!r}.{hint}")
    return LARGEST_NUMBERS.get(language, LARGEST_NUMBER)


def number_words(number: int, language: str = "en") -> str:
    """The words of ``number``, normalized: different numbers never share theirs.

    What num2words says, in Unicode's composed form (NFC) and lower case, with a single space for every hyphen and
    comma; English (``en``, ``en_IN``, ``en_NG``) also loses its "and": 1123 is "one thousand one hundred twenty three".
    Korean is as the standard spells it (Hangul orthography, article 44): one word up to 만, a space behind it, and
    일 left out before 십, 백, 천 and a leading 만: 11,010 is "만 천십", 110,000 is "십일만".

    Args:
        number: 0 to `largest_number` of the language.
        language: one of `languages`.

    Raises:
        ValueError: another number, a bool or no whole number, or an unknown language; the message names the nearest.
    """
    _check(number, 0, largest_number(language), language)
    return _words(int(number), language)


def plain_words(text: str) -> str:
    """Any spelling of a number's words as `number_words` has it: "Twenty-One" is "twenty one".

    "and" is English alone: no other language of num2words has such a word.
    """
    spoken = unicodedata.normalize("NFC", text).lower().translate(GAPS).split()
    return " ".join(word for word in spoken if word != "and")


def all_words(count: int, language: str = "en") -> list[str]:
    """The words of 0 to ``count - 1``, each at its number's place.

    It takes 4 to 140 microseconds a number, as the language has it (Korean 16, English 50, German and French 130): one
    second or less for four digits. Words for longer numbers are better made as they are needed, by `number_words`,
    which remembers the last 100,000.

    Args:
        count: 1 to 1,000,000, as far as the language goes.
        language: one of `languages`.

    Raises:
        ValueError: another count, or an unknown language.
    """
    _check(count, 1, min(10**6, largest_number(language) + 1), language)
    return [_words(number, language) for number in range(count)]


def _check(number: Any, lowest: int, highest: int, language: str) -> None:
    whole = isinstance(number, (int, np.integer)) and not isinstance(number, bool)
    if not whole or not lowest <= number <= highest:
        raise ValueError(
            f"expected a whole number from {lowest} to {highest} for words in {language!r}, received {number!r} "
            f"({type(number).__name__}); choose another"
        )


@lru_cache(maxsize=100_000)
def _words(number: int, language: str) -> str:
    from num2words import num2words

    return plain_words(num2words(number, lang=language))
