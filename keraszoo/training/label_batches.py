"""Batches with labels, and batches with labels for a few of their images."""

from typing import Any

import numpy as np
import tensorflow as tf

from keraszoo.training.batches import Augment, Batches, digest, gather_pixels, name_of, seeded_batches

EPOCH_IMAGES = 5000
"""Fewer labelled images are gone through several times in an epoch."""


def labelled_batches(
    images: np.ndarray,
    labels: np.ndarray,
    num_classes: int,
    *,
    batch_size: int = 256,
    seed: int = 0,
    augment: Augment | None = None,
) -> Batches:
    """Batches of pixels and of what an extended autoencoder makes of them.

    The targets are a dictionary: ``reconstruction``, the images in 0-1, and ``probabilities``, one-hot labels. An epoch
    has 5,000 images or more: fewer are repeated, all as often, each time changed anew.

    Args:
        images: uint8 0-255 or floats 0-1, ``(n, height, width, channels)``.
        labels: integers from 0 to ``num_classes - 1``, ``(n,)``.
        num_classes: width of the one-hot labels.
        batch_size: images a step; fewer when there are fewer images.
        seed: decides the order of the images and the augmentation, together with the epoch.
        augment: changes a batch of images, before it is both input and target.

    Raises:
        ValueError: for labels that are no such integers, or images or sizes as in `reconstruction_batches`.
    """
    labels = _checked_labels(labels, num_classes, len(images))
    repeated = np.tile(np.arange(len(images)), -(-EPOCH_IMAGES // max(len(images), 1)))
    labels = labels[repeated]

    def example(pixels: Any, indices: Any, seed: Any) -> tuple[Any, Any]:
        batch = gather_pixels(pixels, indices)
        if augment is not None:
            batch = augment(batch, seed)
        one_hot = tf.one_hot(tf.gather(tf.constant(labels, tf.int32), indices), num_classes)
        return batch, {"reconstruction": batch / 255.0, "probabilities": one_hot}

    name = f"labelled {digest(labels)} {num_classes} {name_of(augment)}"
    return seeded_batches(images[repeated], batch_size, seed, example, name)


def semi_supervised_batches(
    images: np.ndarray,
    labels: np.ndarray,
    labelled: np.ndarray,
    num_classes: int,
    *,
    batch_size: int = 512,
    labelled_share: float = 0.125,
    seed: int = 0,
    weak: Augment,
    strong: Augment,
) -> Batches:
    """Batches for `ConsistencyLoss`: two views of labelled and of unlabelled images, all weak before all strong ones.

    The inputs are ``(2 * batch, height, width, channels)`` pixels; the targets are a dictionary: ``reconstruction``,
    the views in 0-1, and ``probabilities``, one-hot labels, or zeros where there is none. An epoch takes as many
    steps as there are batches of images; in each, labelled ones take the place of a share of the others.

    Args:
        images: as for `labelled_batches`, labelled or not.
        labels: of the labelled images, in the order of ``labelled``.
        labelled: positions of the labelled images.
        num_classes: width of the one-hot labels.
        batch_size: images a step, half as many as views.
        labelled_share: of each batch, 0-1, one image at least; drawn from the labelled images with replacement.
        seed: as for `labelled_batches`.
        weak: makes a slightly changed view.
        strong: makes a strongly changed view.

    Raises:
        ValueError: for labels that are no such integers, a share or positions that cannot be, or images or sizes as in
            `reconstruction_batches`.
    """
    labels = _checked_labels(labels, num_classes, len(labelled))
    if not 0 < labelled_share < 1:
        raise ValueError(f"labelled_share must lie between 0 and 1; received {labelled_share!r}")
    labelled = np.asarray(labelled)
    if labelled.dtype.kind not in "iu" or not 0 <= labelled.min() <= labelled.max() < len(images):
        raise ValueError(
            f"labelled must be positions of images, 0 to {len(images) - 1}; received {labelled.dtype} "
            f"{labelled.min()} to {labelled.max()}"
        )

    def example(pixels: Any, indices: Any, seed: Any) -> tuple[Any, Any]:
        weak_seed, strong_seed, draw_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
        known = max(1, round(labelled_share * indices.shape[0]))
        drawn = tf.random.stateless_uniform((known,), draw_seed, 0, len(labelled), tf.int32)
        shown = tf.concat([tf.gather(tf.constant(labelled, tf.int32), drawn), indices[known:]], axis=0)
        one_hot = tf.one_hot(tf.gather(tf.constant(labels, tf.int32), drawn), num_classes)
        one_hot = tf.pad(one_hot, [[0, indices.shape[0] - known], [0, 0]])
        batch = gather_pixels(pixels, shown)
        views = tf.concat([weak(batch, weak_seed), strong(batch, strong_seed)], axis=0)
        targets = {"reconstruction": views / 255.0, "probabilities": tf.concat([one_hot, one_hot], axis=0)}
        return views, targets

    name = (
        f"semi-supervised {digest(labels, labelled)} {num_classes} {labelled_share} {name_of(weak)} {name_of(strong)}"
    )
    return seeded_batches(images, batch_size, seed, example, name)


def _checked_labels(labels: np.ndarray, num_classes: int, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,) or not count or labels.dtype.kind not in "iu":
        raise ValueError(
            f"expected one integer label for each of {count} images; received {labels.dtype} of shape {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"expected labels from 0 to {num_classes - 1}, one less than num_classes; received {labels.min()} to "
            f"{labels.max()}"
        )
    return labels
