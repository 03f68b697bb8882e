"""Batches of strips: numbers as images of their digits, drawn anew for every step."""

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from keraszoo.data.checks import check_images
from keraszoo.data.strips import BLANK
from keraszoo.training.batches import Augment, Batches, digest, gather_pixels, name_of
from keraszoo.training.drawn_batches import (
    Groups,
    checked_digits,
    checked_ids,
    checked_labels,
    drawn_batches,
    split_seed,
)
from keraszoo.training.word_batches import previous_ids


def strip_batches(
    images: np.ndarray,
    labels: np.ndarray,
    digits: np.ndarray,
    token_ids: np.ndarray,
    *,
    numbers_per_epoch: int = 50_000,
    batch_size: int = 128,
    seed: int = 0,
    augment: Augment | None = None,
) -> Batches:
    """Batches of strips and of their numbers' words: what a reader learns from, end to end.

    The inputs are ``images``, pixels ``(batch, max_digits, height, width, channels)``, zeros where there is no digit,
    and ``previous_ids``, ``(batch, length)``. The targets are ``context``, the digits and 10 behind them, ``(batch,
    max_digits)``, and ``probabilities``, the token ids; ``keras.losses.SparseCategoricalCrossentropy(ignore_class=0)``
    is a loss for them that leaves padding out. Only numbers of the table are shown, each length as often.

    Args:
        images: of single digits, uint8 0-255 or floats 0-1, ``(n, height, width, channels)``.
        labels: the digit that each image shows, integers 0-9, ``(n,)``.
        digits: of the numbers, ``(m, max_digits)``, as `digits_of` gives them.
        token_ids: of their words, ``(m, length)``, as `NumberTexts.encode` gives them.
        numbers_per_epoch: strips drawn in an epoch.
        batch_size: strips a step; fewer when an epoch has fewer.
        seed: decides the numbers, their images and the augmentation, together with the step.
        augment: changes the images before they are set side by side, in batches of the digits alone.

    Raises:
        ValueError: for arrays that are not such, digits of which there is no image, or sizes below 1.
    """
    digits, token_ids = checked_digits(digits), checked_ids(token_ids, len(digits))
    strips_of, shown = _strips(images, labels, digits, augment)
    context, previous, ids = (tf.constant(table) for table in (digits, previous_ids(token_ids), token_ids))

    def make(rows: Any, seed: Any) -> tuple[Any, Any]:
        targets = {"context": tf.gather(context, rows), "probabilities": tf.gather(ids, rows)}
        return {"images": strips_of(targets["context"], seed), "previous_ids": tf.gather(previous, rows)}, targets

    name = f"strips {shown} {digest(token_ids)}"
    return drawn_batches(digits, make, name, numbers_per_epoch=numbers_per_epoch, batch_size=batch_size, seed=seed)


def context_batches(
    images: np.ndarray,
    labels: np.ndarray,
    digits: np.ndarray,
    *,
    numbers_per_epoch: int = 50_000,
    batch_size: int = 128,
    seed: int = 0,
    augment: Augment | None = None,
) -> Batches:
    """Batches of strips and of the digits they show, ``(batch, max_digits)``: what an encoder learns from alone.

    Args and errors are those of `strip_batches`, whose strips these are for the same seed.
    """
    digits = checked_digits(digits)
    strips_of, shown = _strips(images, labels, digits, augment)
    context = tf.constant(digits)

    def make(rows: Any, seed: Any) -> tuple[Any, Any]:
        targets = tf.gather(context, rows)
        return strips_of(targets, seed), targets

    name = f"contexts {shown}"
    return drawn_batches(digits, make, name, numbers_per_epoch=numbers_per_epoch, batch_size=batch_size, seed=seed)


def _strips(
    images: np.ndarray, labels: np.ndarray, table: np.ndarray, augment: Augment | None
) -> tuple[Callable[[Any, Any], Any], str]:
    """What shows digits ``(batch, max_digits)``, by a seed, and what a fingerprint says of it."""
    images = check_images(images)
    labels = checked_labels(labels, len(images), table[table != BLANK])
    groups, pixels = Groups.of(labels), tf.constant(images)

    def strips_of(digits: Any, seed: Any) -> Any:
        order_seed, image_seed, augment_seed = split_seed(seed, 3)
        flat = tf.reshape(digits, [-1])
        # Shuffled, since a change to a share of a batch may be one to its first images.
        places = tf.random.experimental.stateless_shuffle(tf.where(flat != BLANK), order_seed)
        shown = gather_pixels(pixels, groups.draw(tf.gather_nd(flat, places), image_seed))
        if augment is not None:
            shown = augment(shown, augment_seed)
        strips = tf.scatter_nd(places, shown, (flat.shape[0], *images.shape[1:]))
        return tf.reshape(strips, (*digits.shape, *images.shape[1:]))

    return strips_of, f"{images.shape} {digest(images, labels)} {name_of(augment)}"
