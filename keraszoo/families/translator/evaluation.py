"""Score a translator on the numbers that no training showed."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from keraszoo.data import ImageDataset, number_texts, number_words, numbers_to_test, share_held_out
from keraszoo.evaluation import plot_learning_curves, plot_length_curves, reading_scores
from keraszoo.models import translator_signatures as signatures
from keraszoo.training import predict


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    language: str,
    into: str,
) -> dict[str, Any]:
    """Score the translations of the numbers that no training showed, or of all, and draw how they were learned.

    The ``measures`` are those of `reading_scores`, on `numbers_to_test`.
    """
    max_digits = model.get_layer("encoder").output.shape[1]
    tested = _tested_words(max_digits, language, into)
    source_ids = number_texts(language, max_digits).encode(tested.numbers)
    outputs = predict(signatures(model)["translate"], source_ids, 256)
    written = number_texts(into, max_digits).vocabulary.decode(outputs["token_ids"])
    measures = _scores(written, tested)
    plot_learning_curves(history, folder / "learning_curves.png")
    plot_length_curves({f"{language} to {into}": measures}, folder / "lengths.png")
    wrong = [
        {"source": source, "written": found, "expected": right}
        for source, found, right in zip(tested.sources, written, tested.expected, strict=True)
        if found != right
    ]
    return {"measures": measures, "language": language, "into": into, "numbers": len(written), "mistakes": wrong}


def measure(loaded: Any, dataset: ImageDataset, language: str, into: str) -> dict[str, float]:
    """The measures that `evaluate` has."""
    max_digits = len(loaded.context(number_words(0, language)))
    tested = _tested_words(max_digits, language, into)
    return _scores([words.text for words in loaded.translate(tested.sources)], tested)


def summary(scores: dict[str, Any]) -> list[str]:
    """Whole words of numbers never seen, and the first mistakes."""
    measures = scores["measures"]
    which = "that no training showed" if "word_accuracy_unseen" in measures else "that were all learned from"
    lines = [
        f"{scores['language']} to {scores['into']}: whole words {measures['word_accuracy']:.4f} of "
        f"{scores['numbers']:,} numbers {which}"
    ]
    return lines + [f"{row['source']}: {row['written']}, not {row['expected']}" for row in scores["mistakes"][:3]]


class _TestedWords(NamedTuple):
    """Numbers with their words in both languages; ``unseen`` are those that no training shows."""

    numbers: np.ndarray
    sources: list[str]
    expected: list[str]
    unseen: np.ndarray


def _tested_words(max_digits: int, language: str, into: str) -> _TestedWords:
    numbers = numbers_to_test(max_digits)
    sources, expected = ([number_words(number, each) for number in numbers.tolist()] for each in (language, into))
    return _TestedWords(numbers, sources, expected, np.full(len(numbers), share_held_out(max_digits) > 0))


def _scores(written: list[str], tested: _TestedWords) -> dict[str, float]:
    return reading_scores(written, tested.expected, tested.numbers, tested.unseen)
