"""Which texts the numbers of up to so many digits have: their characters, their longest, their token ids."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from keraszoo.data.strips import MOST_DIGITS, digits_of
from keraszoo.data.vocabulary import Vocabulary, longest_length
from keraszoo.data.words import all_words, largest_number, number_words

MOST_LISTED_DIGITS = 5

_listed_words = lru_cache(maxsize=4)(all_words)


@dataclass(frozen=True)
class NumberTexts:
    """The texts of all numbers of up to ``max_digits`` digits in a language, as `number_texts` finds them.

    Attributes:
        language: one of `languages`.
        max_digits: 1-8.
        vocabulary: of all characters that the texts have.
        length: the tokens of the longest text, its end counted.
    """

    language: str
    max_digits: int
    vocabulary: Vocabulary
    length: int

    def encode(self, numbers: Any) -> np.ndarray:
        """Return the token ids of each number's words, their end, and padding behind.

        Up to five digits the words are listed once in a process; beyond, each takes its 4 to 140 microseconds.

        Args:
            numbers: 0 or more, of at most ``max_digits`` digits, integers of shape ``(n,)``.

        Returns:
            ``int32``, shape ``(n, length)``.

        Raises:
            ValueError: numbers that are not such.
        """
        digits_of(numbers, self.max_digits)  # for its checks: what fits no strip is refused here too
        numbers = np.asarray(numbers).tolist()
        if self.max_digits <= MOST_LISTED_DIGITS:
            words = _listed_words(10**self.max_digits, self.language)
            texts = [words[number] for number in numbers]
        else:
            texts = [number_words(number, self.language) for number in numbers]
        return self.vocabulary.encode(texts, self.length)


def number_texts(language: str, max_digits: int) -> NumberTexts:
    """The vocabulary and the length that fit the words of every number of up to ``max_digits`` digits.

    Up to five digits all words are listed, which takes 1 to 14 seconds for five, and a tenth of it for four. Beyond,
    they are too many: the characters are those of numbers up to three digits with any number of zeros behind, and the
    longest is searched by changing one digit at a time, from several starts, until none makes it longer.

    Raises:
        ValueError: an unknown language, ``max_digits`` other than 1-8, or more than the language has words for.
    """
    _check(language, max_digits)
    if max_digits <= MOST_LISTED_DIGITS:
        texts = _listed_words(10**max_digits, language)
    else:
        texts = [number_words(number, language) for number in _telling_numbers(language, max_digits)]
    return NumberTexts(language, int(max_digits), Vocabulary.of(texts), longest_length(texts))


def _telling_numbers(language: str, max_digits: int) -> Iterator[int]:
    """Numbers that together have every character, and among them one of the longest words."""
    for zeros in range(max_digits - 2):
        yield from range(0, 1000 * 10**zeros, 10**zeros)
    for digit in range(10):
        yield _longest_from(int(str(digit) * max_digits), language, max_digits)


def _longest_from(number: int, language: str, max_digits: int) -> int:
    """The number that changing one digit after another leads to, each to that of the longest words."""
    before = None
    while before != number:
        before = number
        for power in (10**place for place in range(max_digits)):
            others = number - number // power % 10 * power
            # The number itself stands first, so that it stays where others are only as long.
            candidates = number, *range(others, others + 10 * power, power)
            number = max(candidates, key=lambda each: len(number_words(each, language)))
    return number


def _check(language: str, max_digits: int) -> None:
    whole = isinstance(max_digits, (int, np.integer)) and not isinstance(max_digits, bool)
    if not whole or not 1 <= max_digits <= MOST_DIGITS:
        raise ValueError(f"expected max_digits of 1 to {MOST_DIGITS}, received {max_digits!r}; choose another")
    largest = largest_number(language)
    if largest < 10**max_digits - 1:
        raise ValueError(
            f"expected at most {len(str(largest + 1)) - 1} digits in {language!r}, whose words go up to {largest:,}, "
            f"received max_digits of {max_digits}; allow fewer, or choose another language"
        )
