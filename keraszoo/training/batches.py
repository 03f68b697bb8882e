"""Training batches as a `tf.data` pipeline whose every epoch is a function of the seed and the epoch's number.

Nothing is remembered between epochs, so a training that resumes at epoch k sees the batches that one never
interrupted would have seen.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from keraszoo.data.checks import check_images
from keraszoo.training.checks import check_count
from keraszoo.training.pipelines import untuned

MAX_STEPS_PER_EXECUTION = 128

Augment = Callable[[Any, Any], Any]
"""``(images in 0-255 (batch, height, width, channels) float32, seed of two integers) -> images of the same shape``."""


@dataclass(frozen=True)
class Batches:
    """What `fit` draws from: ``from_epoch(k)`` is an endless ``tf.data.Dataset`` that begins with epoch k.

    Batches with the same ``fingerprint`` hold the same data in the same order.
    """

    fingerprint: str
    steps_per_epoch: int
    steps_per_execution: int
    from_epoch: Callable[[int], tf.data.Dataset]


def reconstruction_batches(
    images: np.ndarray, *, batch_size: int = 256, seed: int = 0, augment: Augment | None = None
) -> Batches:
    """Batches of ``(pixels, pixels / 255)``: each image is its own target.

    Args:
        images: uint8 0-255 or floats 0-1, ``(n, height, width, channels)``.
        batch_size: images a step; fewer when there are fewer images.
        seed: decides the order of the images and the augmentation, together with the epoch.
        augment: changes a batch of images, before it is both input and target.

    Raises:
        ValueError: for images of another shape, type or range, or none; for a ``batch_size`` below 1.
    """

    def example(pixels: Any, indices: Any, seed: Any) -> tuple[Any, Any]:
        batch = gather_pixels(pixels, indices)
        if augment is not None:
            batch = augment(batch, seed)
        return batch, batch / 255.0

    return seeded_batches(images, batch_size, seed, example, f"reconstruction {name_of(augment)}")


def two_view_batches(
    images: np.ndarray,
    *,
    batch_size: int = 256,
    seed: int = 0,
    augment: Augment,
    partners: np.ndarray | None = None,
) -> Batches:
    """Batches for `TwoViewLoss`: two changed views of each image, all first views before all second ones.

    The inputs are ``(2 * batch, height, width, channels)`` pixels; the targets are a dictionary: ``reconstruction``,
    the unchanged images in 0-1 in the same order, and ``soft_code``, zeros that nothing is compared with.

    Args:
        images: as for `reconstruction_batches`.
        batch_size: images a step, half as many as views.
        seed: as for `reconstruction_batches`.
        augment: makes a view of an image.
        partners: ``(n, k)`` positions of images that show the same as each image does; the second view is then one of
            a partner, drawn at random. By default it is one of the image itself.

    Raises:
        ValueError: as for `reconstruction_batches`; for ``partners`` that do not point into the images.
    """
    if partners is not None:
        _check_partners(partners, len(images))

    def example(pixels: Any, indices: Any, seed: Any) -> tuple[Any, Any]:
        first_seed, second_seed, partner_seed = tf.unstack(tf.random.experimental.stateless_split(seed, 3))
        others = indices
        if partners is not None:
            columns = tf.random.stateless_uniform(tf.shape(indices), partner_seed, 0, partners.shape[1], tf.int32)
            others = tf.gather_nd(tf.constant(partners, tf.int32), tf.stack([indices, columns], axis=1))
        first, second = gather_pixels(pixels, indices), gather_pixels(pixels, others)
        views = tf.concat([augment(first, first_seed), augment(second, second_seed)], axis=0)
        originals = tf.concat([first, second], axis=0) / 255.0
        return views, {"reconstruction": originals, "soft_code": tf.zeros((tf.shape(views)[0], 1))}

    others = "" if partners is None else digest(partners)
    return seeded_batches(images, batch_size, seed, example, f"two views {name_of(augment)} {others}")


def seeded_batches(
    images: np.ndarray,
    batch_size: int,
    seed: int,
    example: Callable[[Any, Any, Any], tuple[Any, Any]],
    name: str,
) -> Batches:
    """Batches of what ``example`` makes of all pixels, the positions of a batch and a seed of two integers."""
    images = check_images(images)
    check_count("batch_size", batch_size)
    batch_size = min(batch_size, len(images))
    # Whole executions only: the few batches left over differ from epoch to epoch, so no image is left out for long.
    executions = -(-(len(images) // batch_size) // MAX_STEPS_PER_EXECUTION)
    steps_per_execution = len(images) // batch_size // executions
    steps = steps_per_execution * executions

    def from_epoch(first: int) -> tf.data.Dataset:
        pixels = tf.constant(images)

        def order(epoch: Any) -> tf.data.Dataset:
            shuffled = tf.random.experimental.stateless_shuffle(tf.range(len(images)), seed=[seed, epoch])
            batches = tf.reshape(shuffled[: steps * batch_size], (steps, batch_size))
            numbers = epoch * steps + tf.range(steps)
            return tf.data.Dataset.from_tensor_slices((numbers, batches))

        def load(number: Any, indices: Any) -> tuple[Any, Any]:
            return example(pixels, indices, tf.stack([seed, number]))

        epochs = tf.data.Dataset.range(first, np.iinfo(np.int32).max, output_type=tf.int32)
        return untuned(epochs.flat_map(order).map(load, num_parallel_calls=2, deterministic=True).prefetch(4))

    return Batches(digest(images, f"{images.shape} {batch_size} {seed} {name}"), steps, steps_per_execution, from_epoch)


def _check_partners(partners: np.ndarray, count: int) -> None:
    if partners.ndim != 2 or len(partners) != count or not partners.size or partners.dtype.kind not in "iu":
        raise ValueError(
            f"partners must be ({count}, k) integers, positions of images; received {partners.dtype} of shape "
            f"{partners.shape}"
        )
    if partners.min() < 0 or partners.max() >= count:
        raise ValueError(
            f"partners must be positions of images, 0 to {count - 1}; received {partners.min()} to {partners.max()}"
        )


def gather_pixels(pixels: Any, indices: Any) -> Any:
    """The images at these positions, float32."""
    return tf.cast(tf.gather(pixels, indices), tf.float32)


def name_of(augment: Augment | None) -> str:
    """What a fingerprint says of the augmentation."""
    return getattr(augment, "__qualname__", repr(augment))


def digest(*parts: str | np.ndarray) -> str:
    """A short checksum of texts and arrays."""
    checksum = hashlib.sha256()
    for part in parts:
        checksum.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes())
    return checksum.hexdigest()[:16]
