"""What is given to a verb, to what its signature takes: pictures, strips of pictures, texts, numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keraszoo.data.vocabulary import Vocabulary
from keraszoo.data.words import plain_words
from keraszoo.loading.answers import ReadText
from keraszoo.loading.pictures import Given, are_several, given_pictures

Shape = tuple[int, ...]


def given_strips(numbers: Any, strip_shape: Shape) -> Given:
    """The pictures of one number's digits, or of several numbers', as strips of pixels ``(n, *strip_shape)``.

    Args:
        numbers: a picture of one digit; a list of pictures, or an array ``(digits, height, width, ...)``, which are the
            digits of one number from left to right; or a list of such lists or arrays, or an array of strips, which are
            several numbers.
        strip_shape: ``(max_digits, height, width, channels)``; places behind the last digit are zeros.

    Raises:
        ValueError: more digits than the model reads, or none, or as `given_pictures` does.
    """
    max_digits, *sizes = strip_shape
    image_shape = tuple(sizes)
    rows, single = _numbers(numbers, image_shape)
    strips = np.zeros((len(rows), *strip_shape), np.float32)
    fitted: list[str] = []
    for strip, row in zip(strips, rows, strict=True):
        if not 1 <= len(row) <= max_digits:
            raise ValueError(
                f"expected pictures of 1 to {max_digits} digits, which the model reads as one number, received "
                f"{len(row)}; give several numbers as a list of lists"
            )
        digits = given_pictures(list(row), image_shape)
        strip[: len(row)] = digits.values
        fitted += digits.fitted
    return Given(strips, single, fitted)


def _numbers(numbers: Any, image_shape: Shape) -> tuple[list[list[Any]], bool]:
    """The pictures of each number, and whether there is one number only."""
    if not are_several(numbers, image_shape):
        return [[numbers]], True
    rows = list(numbers)
    if not any(are_several(row, image_shape) for row in rows):
        return [rows], True
    return [list(row) if are_several(row, image_shape) else [row] for row in rows], False


def given_texts(texts: Any, shape: Shape, vocabulary: Vocabulary) -> Given:
    """A text, or a list of them, as token ids ``(n, length)``, however its words are spelled (`plain_words`).

    Raises:
        ValueError: no texts, one without words or too long, or one with a character that ``vocabulary`` lacks.
    """
    single = isinstance(texts, str)
    listed = [texts] if single else texts
    if not isinstance(listed, list | tuple) or not listed or not all(isinstance(text, str) for text in listed):
        raise ValueError(f"expected a text or a list of texts, received {texts!r:.60}")
    plain = [plain_words(text) for text in listed]
    if not all(plain):
        raise ValueError(f"expected words, received {listed[plain.index('')]!r}; leave it out")
    return Given(vocabulary.encode(plain, shape[0]), single)


def given_numbers(values: Any, name: str, shape: Shape) -> Given:
    """One code or a batch of them, as ``float32`` ``(n, *shape)``.

    Raises:
        ValueError: another shape, something that is no number, NaN or infinity, or bits that are neither 0 nor 1.
    """
    try:
        numbers = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"expected {name} as numbers, received {type(values).__name__} ({error})") from None
    single = numbers.shape == shape
    batch = numbers[np.newaxis] if single else numbers
    if batch.shape[1:] != shape or not len(batch):
        wanted = ", ".join(map(str, shape))
        raise ValueError(f"expected {name} of shape ({wanted}) or (n, {wanted}), received {numbers.shape}")
    if not np.isfinite(batch).all():
        raise ValueError(f"expected finite numbers as {name}, received NaN or infinity")
    if name == "bits" and not np.isin(batch, (0, 1)).all():
        raise ValueError(f"expected bits, 0 and 1 only, received {batch.min():g} to {batch.max():g}; `hash` gives them")
    return Given(batch, single)


def given_to(name: str, shape: Shape, read_text: ReadText) -> Callable[[Any], Given]:
    """What makes the input ``name`` of a signature, whose samples have this shape, of what a verb is given."""
    if name == "image":
        return lambda pictures: given_pictures(pictures, shape)
    if name == "images":
        return lambda numbers: given_strips(numbers, shape)
    if name == "source_ids":
        return lambda texts: given_texts(texts, shape, Vocabulary.from_json(read_text("source_vocabulary.json")))
    return lambda values: given_numbers(values, name, shape)
