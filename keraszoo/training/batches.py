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
    images = check_images(images)
    if not isinstance(batch_size, int) or batch_size < 1:
        raise ValueError(f"batch_size must be a positive integer; received {batch_size!r}")
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
            batch = tf.cast(tf.gather(pixels, indices), tf.float32)
            if augment is not None:
                batch = augment(batch, tf.stack([seed, number]))
            return batch, batch / 255.0

        epochs = tf.data.Dataset.range(first, np.iinfo(np.int32).max, output_type=tf.int32)
        return epochs.flat_map(order).map(load, num_parallel_calls=2, deterministic=True).prefetch(4)

    changes = getattr(augment, "__qualname__", repr(augment))
    fingerprint = digest(images, f"{images.shape} {batch_size} {seed} {changes}")
    return Batches(fingerprint, steps, steps_per_execution, from_epoch)


def digest(*parts: str | np.ndarray) -> str:
    """A short checksum of texts and arrays."""
    checksum = hashlib.sha256()
    for part in parts:
        checksum.update(part.encode() if isinstance(part, str) else np.ascontiguousarray(part).tobytes())
    return checksum.hexdigest()[:16]
