"""The translating family: a number's words in one language, written in another by a trained reader's decoder."""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np

from export import QUANTIZED, Score, Text
from keraszoo.data import (
    ImageDataset,
    digits_of,
    number_texts,
    number_words,
    numbers_to_learn,
    numbers_to_test,
    share_held_out,
)
from keraszoo.data.vocabulary import END
from keraszoo.evaluation import plot_learning_curves, plot_length_curves, reading_scores
from keraszoo.models import translator
from keraszoo.models import translator_signatures as signatures
from keraszoo.training import fit, translation_batches
from keraszoo.training.word_batches import previous_ids

__all__ = [
    "assets",
    "build",
    "evaluate",
    "export_inputs",
    "measure",
    "signatures",
    "summary",
    "train",
    "typical_inputs",
]

VALIDATION_NUMBERS = 1000
CALIBRATION_TEXTS = 500


def build(
    image_shape: tuple[int, int, int],
    reader: keras.Model,
    language: str = "en",
    into: str = "ko",
    units: int = 128,
    embedding_size: int = 16,
) -> keras.Model:
    """A `translator` from ``language`` for the decoder of a reader of ``into``; the images are not looked at."""
    decoder = reader.get_layer("decoder")
    max_digits = decoder.input["context"].shape[1]
    texts, target = number_texts(language, max_digits), number_texts(into, max_digits)
    if decoder.output.shape[1:] != (target.length, target.vocabulary.size):
        raise ValueError(
            f"expected a reader of {into!r}, whose texts have {target.length} tokens out of {target.vocabulary.size}; "
            f"received one with {decoder.output.shape[1]} out of {decoder.output.shape[2]}: say its language as into "
            "(--into)"
        )
    model = translator(decoder, texts.length, texts.vocabulary.size, units=units, embedding_size=embedding_size)
    decoder.trainable = False
    return model


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    language: str,
    *,
    seed: int,
    batch_size: int = 128,
    texts_per_epoch: int = 25_000,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit the encoder on words and the digits of their numbers, without those held out; the decoder stays.

    ``options`` go to `keraszoo.training.fit`.
    """
    encoder = model.get_layer("encoder")
    max_digits = encoder.output.shape[1]
    texts = number_texts(language, max_digits)
    numbers = numbers_to_learn(max_digits)
    checked = _some(numbers, VALIDATION_NUMBERS)
    return fit(
        encoder,
        translation_batches(
            texts.encode(numbers),
            digits_of(numbers, max_digits),
            numbers_per_epoch=texts_per_epoch,
            batch_size=batch_size,
            seed=seed,
        ),
        validation=(texts.encode(checked), digits_of(checked, max_digits)),
        folder=folder,
        loss="sparse_categorical_crossentropy",
        **options,
    )


def typical_inputs(model: keras.Model, images: np.ndarray, language: str) -> dict[str, np.ndarray]:
    """Words of as many numbers as there are images, and what the model writes for them as the tokens before each."""
    max_digits = model.get_layer("encoder").output.shape[1]
    numbers = _some(numbers_to_learn(max_digits), len(images))
    source_ids = number_texts(language, max_digits).encode(numbers)
    written = signatures(model)["translate"].predict(source_ids, batch_size=1000, verbose=0)["token_ids"]
    return {"source_ids": source_ids, "previous_ids": previous_ids(written)}


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
    outputs = signatures(model)["translate"].predict(source_ids, batch_size=256, verbose=0)
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


def export_inputs(model: keras.Model, dataset: ImageDataset, language: str, into: str) -> dict[str, Any]:
    """Words of numbers that were learned to calibrate on, and of others to prove on."""
    max_digits = model.get_layer("encoder").output.shape[1]
    texts, target = number_texts(language, max_digits), number_texts(into, max_digits)
    numbers = numbers_to_test(max_digits)
    expected = target.encode(numbers)
    learned = _some(numbers_to_learn(max_digits), CALIBRATION_TEXTS)
    return {
        "calibration": {name: {"source_ids": texts.encode(learned)} for name in ("translate", "context")},
        "samples": {name: {"source_ids": texts.encode(numbers)} for name in ("translate", "context")},
        "score": Score(
            "word_accuracy",
            "translate",
            lambda outputs: float((outputs["token_ids"] == expected).all(axis=1).mean()),
            largest_loss=dict.fromkeys(QUANTIZED, 0.005),
        ),
        "texts": {"translate": {"text": Text("token_ids", target.vocabulary.pieces, END)}},
    }


def assets(model: keras.Model, dataset: ImageDataset, language: str, into: str) -> dict[str, str]:
    """The vocabularies of what is written and of what is read."""
    max_digits = model.get_layer("encoder").output.shape[1]
    return {
        "vocabulary.json": number_texts(into, max_digits).vocabulary.to_json(),
        "source_vocabulary.json": number_texts(language, max_digits).vocabulary.to_json(),
    }


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


def _some(numbers: np.ndarray, count: int) -> np.ndarray:
    """So many of the numbers, or all of them, the same ones every time."""
    return np.random.default_rng(0).permutation(numbers)[:count]
