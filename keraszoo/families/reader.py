"""The reading family: strips of digit images read as words, by a context vector learned with them or on its own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score, Text
from keraszoo.data import (
    ImageDataset,
    NumberTexts,
    digits_of,
    draw_number_strips,
    labels_of,
    number_texts,
    numbers_to_learn,
    share_held_out,
)
from keraszoo.data.number_strips import NumberStrips, strips_of_all_lengths
from keraszoo.data.strips import BLANK
from keraszoo.data.vocabulary import END
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
from keraszoo.models import attention_model, context_model, reader
from keraszoo.models import reader_signatures as signatures
from keraszoo.models.word_decoders import has_attention
from keraszoo.names import check_choice
from keraszoo.training import context_batches, decoding_batches, fit, run_stages, small_warps, strip_batches
from keraszoo.training.word_batches import found_contexts, previous_ids

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

METHODS = {
    "end_to_end": "all at once, from strips and their words alone",
    "separate": "the encoder from strips and their digits, then the decoder from contexts and their words",
    "fine_tuned": "separate, then all at once",
}
TEST_STRIPS, PROOF_STRIPS = 10_000, 1000
VALIDATION_STRIPS = 2000
CALIBRATION_STRIPS = 500
SHOWN, SHOWN_ATTENTION = 24, 4
"""Strips in a picture."""


def build(
    image_shape: tuple[int, int, int],
    max_digits: int = 4,
    language: str = "en",
    filters: tuple[int, ...] = (16, 32),
    hidden_units: tuple[int, ...] = (128,),
    units: int = 128,
    embedding_size: int = 16,
    recurrent_layer: str = "gru",
    attention: bool = False,
) -> keras.Model:
    """A `reader` of the numbers of up to ``max_digits`` digits, in a language of num2words."""
    texts = number_texts(language, max_digits)
    return reader(
        image_shape,
        max_digits,
        texts.vocabulary.size,
        texts.length,
        filters=filters,
        hidden_units=hidden_units,
        units=units,
        embedding_size=embedding_size,
        recurrent_layer=recurrent_layer,
        attention=attention,
    )


def train(
    model: keras.Model,
    dataset: ImageDataset,
    folder: Path,
    max_digits: int,
    language: str,
    *,
    seed: int,
    method: str = "separate",
    batch_size: int = 128,
    strips_per_epoch: int = 50_000,
    warp_strength: float = 1.0,
    warp_share: float = 0.75,
    elastic_strength: float = 0.0,
    decoder_epochs: int = 10,
    tuning_epochs: int = 5,
    tuning_rate: float = 1e-4,
    **options: Any,
) -> list[dict[str, float]]:
    """Fit a reader on strips drawn anew for every step, of three digits or more a tenth of the numbers held out.

    ``method`` is ``"end_to_end"``, ``"separate"`` or ``"fine_tuned"``, which is separate and then ``tuning_epochs`` of
    all layers, on digits and words, at the highest rate ``tuning_rate``. Alone, the decoder learns from what the
    encoder gives for changed training images, so that it meets contexts as unsure as those that it will be given, in
    ``decoder_epochs`` of its own. ``options`` go to `keraszoo.training.fit`, for the encoder alone or all at once.
    """
    check_choice("method", method, METHODS)
    texts = number_texts(language, max_digits)
    numbers = numbers_to_learn(max_digits)
    digits, token_ids = digits_of(numbers, max_digits), texts.encode(numbers)
    images, labels = dataset.train.images, labels_of(dataset.train, "training")
    augment, all_changed = (small_warps(warp_strength, share, elastic_strength) for share in (warp_share, 1.0))
    drawn = {"numbers_per_epoch": strips_per_epoch, "batch_size": batch_size, "seed": seed}
    checked = draw_number_strips(dataset.validation, texts, VALIDATION_STRIPS, seed=1, held_out=False)
    words = keras.losses.SparseCategoricalCrossentropy(ignore_class=0)
    digits_and_words = {"context": "sparse_categorical_crossentropy", "probabilities": words}

    def learn_all(stage: Path, **chosen: Any) -> list[dict[str, float]]:
        return fit(
            model,
            strip_batches(images, labels, digits, token_ids, augment=augment, **drawn),
            validation=(
                {"images": checked.images, "previous_ids": previous_ids(checked.token_ids)},
                {"context": checked.digits, "probabilities": checked.token_ids},
            ),
            folder=stage,
            **{**options, "loss": {"probabilities": words}, **chosen},
        )

    def learn_context(stage: Path) -> list[dict[str, float]]:
        graph = context_model(model)
        return fit(
            keras.Model(graph.input, graph.output["context"], name="context"),
            context_batches(images, labels, digits, augment=augment, **drawn),
            validation=(checked.images, checked.digits),
            folder=stage,
            loss=digits_and_words["context"],
            **options,
        )

    def learn_words(stage: Path) -> list[dict[str, float]]:
        contexts, shown = found_contexts(context_model(model), images, labels, all_changed, seed)
        return fit(
            model.get_layer("decoder"),
            decoding_batches(contexts, shown, digits, token_ids, **drawn),
            validation=None,
            folder=stage,
            loss=words,
            **{**options, "epochs": decoder_epochs, "patience": None},
        )

    stages: dict[str, Callable[[Path], list[dict[str, float]]]] = {}
    if method != "end_to_end":
        stages |= {"encoder": learn_context, "decoder": learn_words}
    if method == "end_to_end":
        stages["all"] = learn_all
    if method == "fine_tuned":
        tuning = {"loss": digits_and_words, "epochs": tuning_epochs, "learning_rate": tuning_rate}
        stages["all"] = lambda stage: learn_all(stage, **tuning)
    return run_stages(stages, folder)


def typical_inputs(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The images in strips of all lengths, and what the model reads of them as the tokens before each."""
    max_digits = model.get_layer("encoder").output.shape[1]
    strips = strips_of_all_lengths(images, max_digits)
    read = signatures(model)["read"].predict(strips, batch_size=1000, verbose=0)["token_ids"]
    return {"images": strips, "previous_ids": previous_ids(read)}


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
    contexts = graphs["context"].predict(strips.images, batch_size=256, verbose=0)["context"]
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
        longest = strips.images[(strips.digits != BLANK).all(axis=1)][:SHOWN_ATTENTION]
        outputs = attention_model(model).predict(longest, verbose=0)
        attended = texts.vocabulary.decode(outputs["token_ids"])
        plot_attention(longest, attended, outputs["attention"], folder / "attention.png")
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


def export_inputs(model: keras.Model, dataset: ImageDataset, max_digits: int, language: str) -> dict[str, Any]:
    """Training strips to calibrate on, test strips to prove the words on, and the vocabulary for text."""
    texts = number_texts(language, max_digits)
    context = signatures(model)["context"]

    def samples(strips: NumberStrips) -> dict[str, dict[str, np.ndarray]]:
        images = strips.images.astype(np.float32)
        contexts = context.predict(images, batch_size=256, verbose=0)["context"]
        return {"read": {"images": images}, "context": {"images": images}, "decode": {"context": contexts}}

    test = draw_number_strips(dataset.test, texts, PROOF_STRIPS, seed=0)
    text = Text("token_ids", texts.vocabulary.pieces, END)
    return {
        "calibration": samples(draw_number_strips(dataset.train, texts, CALIBRATION_STRIPS, seed=1)),
        "samples": samples(test),
        "score": Score(
            "word_accuracy",
            "read",
            lambda outputs: float((outputs["token_ids"] == test.token_ids).all(axis=1).mean()),
            largest_loss=dict.fromkeys(QUANTIZED, 0.005),
        ),
        "texts": {"read": {"text": text}, "decode": {"text": text}},
    }


def assets(model: keras.Model, dataset: ImageDataset, max_digits: int, language: str) -> dict[str, str]:
    """The vocabulary of the words."""
    return {"vocabulary.json": number_texts(language, max_digits).vocabulary.to_json()}


def _read(graph: keras.Model, strips: np.ndarray, texts: NumberTexts) -> dict[str, Any]:
    outputs = graph.predict(strips, batch_size=256, verbose=0)
    return {
        "texts": texts.vocabulary.decode(outputs["token_ids"]),
        "confidences": confidences(outputs["probabilities"]),
    }


def _plot_strips(strips: NumberStrips, read: list[str], chosen: np.ndarray, path: Path) -> None:
    texts, words = ([each[place] for place in chosen] for each in (read, strips.words))
    plot_strips(strips.images[chosen], texts, words, path, numbers=strips.numbers[chosen])
