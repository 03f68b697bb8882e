"""Build a reader of numbers in a language, and train it at once or in parts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from keraszoo.data import ImageDataset, digits_of, draw_number_strips, labels_of, number_texts, numbers_to_learn
from keraszoo.models import context_model, reader
from keraszoo.names import check_choice
from keraszoo.training import context_batches, decoding_batches, fit, run_stages, small_warps, strip_batches
from keraszoo.training.checks import check_count, check_rate
from keraszoo.training.word_batches import found_contexts, previous_ids

METHODS = {
    "end_to_end": "all at once, from strips and their words alone",
    "separate": "the encoder from strips and their digits, then the decoder from contexts and their words",
    "fine_tuned": "separate, then all at once",
}
VALIDATION_STRIPS = 2000


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
    check_count("decoder_epochs", decoder_epochs)
    check_count("tuning_epochs", tuning_epochs)
    check_rate("tuning_rate", tuning_rate)
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
