"""What a trained reader reads: the words, the number that they are the words of, and how sure it is."""

from collections.abc import Sequence
from typing import NamedTuple

import keras
import numpy as np

from keraszoo.data import NumberTexts, all_words, number_of, number_words
from keraszoo.data.number_texts import MOST_LISTED_DIGITS
from keraszoo.evaluation import answers, confidences
from keraszoo.picture_reading.numbers import Number


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
    read: keras.Model, context: keras.Model, texts: NumberTexts, numbers: Sequence[Number], min_confidence: float = 0.0
) -> list[Reading]:
    """Read numbers with a trained reader.

    The number is that of the words, not of the digits seen: it is looked up among all words up to five digits. Beyond,
    where they are too many, it is what the context says if the words are that number's.

    Args:
        read: the reader's signature of that name.
        context: and this one.
        texts: the language that it has learned, and the most digits.
        numbers: one or more, as `numbers_in` finds them.
        min_confidence: the least, in 0-1, at which words are given rather than ``"unsure"``.

    Raises:
        ValueError: a confidence outside 0-1, or token ids that ``texts`` have no character for.
    """
    strips = np.zeros((len(numbers), *read.input_shape[1:]), np.float32)
    for strip, number in zip(strips, numbers, strict=True):
        strip[: len(number.digits)] = number.digits
    outputs = read.predict(strips, batch_size=256, verbose=0)
    confidence = confidences(outputs["probabilities"])
    words = answers(texts.vocabulary.decode(outputs["token_ids"]), confidence, min_confidence)
    if texts.max_digits <= MOST_LISTED_DIGITS:
        values = _listed_values(words, texts)
    else:
        values = _seen_values(words, texts, context.predict(strips, batch_size=256, verbose=0)["context"])
    columns = ([number.pictures for number in numbers], words, values, confidence.tolist())
    return [Reading(*row) for row in zip(*columns, strict=True)]


def _listed_values(words: list[str], texts: NumberTexts) -> list[int | None]:
    values = {text: value for value, text in enumerate(all_words(10**texts.max_digits, texts.language))}
    return [values.get(text) for text in words]


def _seen_values(words: list[str], texts: NumberTexts, contexts: np.ndarray) -> list[int | None]:
    seen = number_of(contexts.argmax(axis=-1)).tolist()
    # A context learned end to end has a code of its own: what it seems to show is another number, or none.
    return [
        value if value >= 0 and number_words(value, texts.language) == text else None
        for text, value in zip(words, seen, strict=True)
    ]
