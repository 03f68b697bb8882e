"""What a model's outputs mean: classes by name, words with a confidence, plain arrays."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from export.runtimes.signature import Arrays
from keraszoo.data.vocabulary import Vocabulary
from keraszoo.evaluation.reading_confidence import confidences

ReadText = Callable[[str], str]
"""Gives the text of a file that travels with a model, such as ``class_names.txt``."""


@dataclass(frozen=True)
class Classification:
    """The most probable class of a picture.

    Attributes:
        label: its name.
        probability: of this class, 0-1.
        probabilities: of every class, by name, in the model's order.
    """

    label: str
    probability: float
    probabilities: dict[str, float]


@dataclass(frozen=True)
class Words:
    """What was read or translated.

    Attributes:
        text: the words.
        confidence: in the whole text, 0-1: the product of its tokens' probabilities.
    """

    text: str
    confidence: float


def array(output: str) -> Callable[[Arrays, ReadText], np.ndarray]:
    """An answer that is one of the outputs, as it is."""
    return lambda outputs, _: outputs[output]


def bits(outputs: Arrays, read_text: ReadText) -> np.ndarray:
    """``uint8`` 0 and 1; in an int8 file, 1 comes out as nearly 1."""
    return np.rint(outputs["bits"]).astype(np.uint8)


def decoded(outputs: Arrays, read_text: ReadText) -> list[Words] | np.ndarray:
    """What a code is decoded to: words where there are tokens, else images."""
    return words(outputs, read_text) if "token_ids" in outputs else outputs["reconstruction"]


def classes(outputs: Arrays, read_text: ReadText) -> list[Classification]:
    """Classes by the names in ``class_names.txt``, or numbered where it is empty, as the data had no names.

    Raises:
        ValueError: the file names another number of classes.
    """
    count = outputs["probabilities"].shape[1]
    names = read_text("class_names.txt").splitlines() or [str(number) for number in range(count)]
    if len(set(names)) != count:
        raise ValueError(f"expected the names of {count} classes in class_names.txt, received {names}; export again")
    return [
        Classification(names[row.argmax()], float(row.max()), dict(zip(names, row.tolist(), strict=True)))
        for row in outputs["probabilities"]
    ]


def words(outputs: Arrays, read_text: ReadText) -> list[Words]:
    """Texts by the characters in ``vocabulary.json``."""
    texts = Vocabulary.from_json(read_text("vocabulary.json")).decode(outputs["token_ids"])
    sure = confidences(outputs["probabilities"]).tolist()
    return [Words(text, confidence) for text, confidence in zip(texts, sure, strict=True)]
