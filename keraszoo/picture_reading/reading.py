"""What a trained reader reads: the words, the number that they are the words of, and how sure it is."""

import logging
from collections.abc import Sequence
from importlib.util import find_spec
from typing import NamedTuple

import numpy as np

from keraszoo.data import all_words, number_of, number_words
from keraszoo.data.number_texts import MOST_LISTED_DIGITS
from keraszoo.evaluation import answers
from keraszoo.loading import LoadedModel
from keraszoo.picture_reading.numbers import Number

logger = logging.getLogger("keraszoo")


class Reading(NamedTuple):
    """What was read of a number.

    Attributes:
        pictures: where it was read.
        text: the words, or ``"unsure"``.
        number: that these are the words of; None where they are no number's, or it is not known which.
        confidence: in the words, 0-1, also where they are not given.
    """

    pictures: list[str]
    text: str
    number: int | None
    confidence: float


def read_numbers(
    reader: LoadedModel, language: str, numbers: Sequence[Number], min_confidence: float = 0.0
) -> list[Reading]:
    """Read numbers with a trained reader.

    The number is that of the words, not of the digits seen: it is looked up among all words up to five digits. Beyond,
    where they are too many, it is what the context says if the words are that number's. Without num2words, which a
    small device does not have, there are the words alone, which is logged.

    Args:
        reader: a model that can `read`.
        language: the one that it has learned.
        numbers: one or more, as `numbers_in` finds them.
        min_confidence: the least, in 0-1, at which words are given rather than ``"unsure"``.

    Raises:
        ValueError: a confidence outside 0-1, or token ids that the model's vocabulary has no character for.
    """
    digits = [number.digits for number in numbers]
    read = reader.read(digits)
    confidence = [words.confidence for words in read]
    words = answers([words.text for words in read], confidence, min_confidence)
    values: Sequence[int | None] = [None] * len(words)
    if find_spec("num2words") is None:
        logger.warning('The number of the words is not known without num2words: pip install "keraszoo[train]"')
    elif reader.max_digits <= MOST_LISTED_DIGITS:
        values = _listed_values(words, reader.max_digits, language)
    else:
        values = _seen_values(words, language, reader.context(digits))
    columns = ([number.pictures for number in numbers], words, values, confidence)
    return [Reading(*row) for row in zip(*columns, strict=True)]


def _listed_values(words: list[str], max_digits: int, language: str) -> list[int | None]:
    values = {text: value for value, text in enumerate(all_words(10**max_digits, language))}
    return [values.get(text) for text in words]


def _seen_values(words: list[str], language: str, contexts: np.ndarray) -> list[int | None]:
    seen = number_of(contexts.argmax(axis=-1)).tolist()
    # A context learned end to end has a code of its own: what it seems to show is another number, or none.
    return [
        value if value >= 0 and number_words(value, language) == text else None
        for text, value in zip(words, seen, strict=True)
    ]
