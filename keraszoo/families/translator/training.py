"""Build a translator for the decoder of a trained reader, and train its encoder."""

from pathlib import Path
from typing import Any

import keras

from keraszoo.data import ImageDataset, digits_of, number_texts, numbers_to_learn
from keraszoo.families.translator.inference import some_of
from keraszoo.models import translator
from keraszoo.training import fit, translation_batches

VALIDATION_NUMBERS = 1000


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
    checked = some_of(numbers, VALIDATION_NUMBERS)
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
