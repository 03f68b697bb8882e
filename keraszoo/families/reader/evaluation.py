"""Score a reader on strips of test images, and on numbers held out of training."""

from pathlib import Path
from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset, NumberTexts, draw_number_strips, number_texts, share_held_out
from keraszoo.data.number_strips import NumberStrips
from keraszoo.data.strips import BLANK
from keraszoo.evaluation import (
    confidences,
    digit_confusion,
    digit_scores,
    plot_attention,
    plot_digit_confusion,
    plot_learning_curves,
    plot_length_curves,
    plot_selective,
    plot_strips,
    reading_scores,
    selective_scores,
    shares_of_ceiling,
)
from keraszoo.models import attention_model
from keraszoo.models import reader_signatures as signatures
from keraszoo.models.word_decoders import has_attention
from keraszoo.training import predict

TEST_STRIPS = 10_000
SHOWN, SHOWN_ATTENTION = 24, 4
"""Strips in a picture."""


def evaluate(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    history: list[dict[str, float]],
    max_digits: int,
    language: str,
) -> dict[str, Any]:
    """Score 10,000 strips of test images, and as many of numbers held out of training, and draw pictures.

    The ``measures`` are those of `reading_scores`, ``word_accuracy_unseen`` from the held-out ones, and of
    `digit_scores` with ``share_of_ceiling_<k>``, of what the digits of strips of k images allow, where the context was
    learned as digits. One learned end to end has a code of its own: its ``digit_confusion`` tells which.
    """
    texts = number_texts(language, max_digits)
    graphs = signatures(model)
    strips = draw_number_strips(dataset.test, texts, TEST_STRIPS, seed=0)
    read = _read(graphs["read"], strips.images, texts)
    measures = reading_scores(read["texts"], strips.words, strips.numbers, strips.unseen)
    if share_held_out(max_digits):
        unseen = draw_number_strips(dataset.test, texts, TEST_STRIPS, seed=1, held_out=True)
        found = _read(graphs["read"], unseen.images, texts)["texts"]
        scores = reading_scores(found, unseen.words, unseen.numbers, unseen.unseen)
        measures["word_accuracy_unseen"] = scores["word_accuracy_unseen"]
    contexts = predict(graphs["context"], strips.images, 256)["context"]
    matrix = digit_confusion(contexts, strips.digits)
    if matrix.trace() > matrix.sum() / 2:
        measures |= digit_scores(contexts, strips.digits)
        measures |= shares_of_ceiling(measures, contexts, strips.digits)
    selective = selective_scores(read["texts"], strips.words, read["confidences"])

    wrong = np.array([text != word for text, word in zip(read["texts"], strips.words, strict=True)])
    plot_learning_curves(history, folder / "learning_curves.png")
    _plot_strips(strips, read["texts"], np.arange(SHOWN), folder / "strips.png")
    if wrong.any():
        _plot_strips(strips, read["texts"], np.flatnonzero(wrong)[:SHOWN], folder / "mistakes.png")
    plot_digit_confusion(matrix, folder / "digit_confusion.png")
    plot_length_curves({"test strips": measures}, folder / "lengths.png")
    plot_selective({"test strips": selective}, folder / "confidence.png")
    if has_attention(model.get_layer("decoder")):
        _plot_attention(model, strips, read["texts"], folder / "attention.png")
    return {"measures": measures, "language": language, "digit_confusion": matrix.tolist(), "selective": selective}


def measure(loaded: Any, dataset: ImageDataset, max_digits: int, language: str) -> dict[str, float]:
    """The ``word_accuracy`` and the ``character_error_rate`` that `evaluate` has."""
    strips = draw_number_strips(dataset.test, number_texts(language, max_digits), TEST_STRIPS, seed=0)
    counts = (strips.digits != BLANK).sum(axis=1)
    read = loaded.read([images[:count] for images, count in zip(strips.images, counts, strict=True)])
    scores = reading_scores([words.text for words in read], strips.words, strips.numbers, strips.unseen)
    return {name: scores[name] for name in ("word_accuracy", "character_error_rate")}


def summary(scores: dict[str, Any]) -> list[str]:
    """Whole words, by length and held out, characters, digits."""
    measures = scores["measures"]
    lengths = [key for key in measures if key.removeprefix("word_accuracy_").isdigit()]
    by_length = ", ".join(f"{key.removeprefix('word_accuracy_')}: {measures[key]:.4f}" for key in lengths)
    lines = [
        f"whole words {measures['word_accuracy']:.4f} (by digits {by_length}), "
        f"characters wrong {measures['character_error_rate']:.4f}"
    ]
    if "word_accuracy_unseen" in measures:
        seen, unseen = measures["word_accuracy_seen"], measures["word_accuracy_unseen"]
        lines.append(f"numbers of two digits or more: seen in training {seen:.4f}, never seen {unseen:.4f}")
    if "digit_accuracy" in measures:
        lines.append(f"single digits in the context {measures['digit_accuracy']:.4f}")
    return lines


def _read(graph: keras.Model, strips: np.ndarray, texts: NumberTexts) -> dict[str, Any]:
    outputs = predict(graph, strips, 256)
    return {
        "texts": texts.vocabulary.decode(outputs["token_ids"]),
        "confidences": confidences(outputs["probabilities"]),
    }


def _plot_attention(model: keras.Model, strips: NumberStrips, read: list[str], path: Path) -> None:
    """Of a few of the longest strips, but for those that were read as nothing."""
    longest = (strips.digits != BLANK).all(axis=1) & np.array([text != "" for text in read])
    chosen = np.flatnonzero(longest)[:SHOWN_ATTENTION]
    if len(chosen):
        images = strips.images[chosen]
        outputs = attention_model(model).predict(images, verbose=0)
        plot_attention(images, [read[place] for place in chosen], outputs["attention"], path)


def _plot_strips(strips: NumberStrips, read: list[str], chosen: np.ndarray, path: Path) -> None:
    texts, words = ([each[place] for place in chosen] for each in (read, strips.words))
    plot_strips(strips.images[chosen], texts, words, path, numbers=strips.numbers[chosen])
