"""Changes to training images that keep what they show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tensorflow as tf


@dataclass(frozen=True)
class SmallWarps:
    """Turns, stretches, shears and shifts a share of each batch a little.

    The amounts are drawn from normal distributions whose standard deviations, at ``strength`` 1, are 0.1 radians, 6%
    an axis, 0.1 and 2.5% of the side. Pixels from beyond the border are 0. Calling it with images
    ``(batch, height, width, channels)`` float32 and a seed of two integers gives images of the same shape.

    Args:
        strength: multiplies all the standard deviations, 0 or more.
        share: of the images that are changed, 0-1; the others stay as crisp as they are.

    Raises:
        ValueError: if ``strength`` is negative or ``share`` lies outside 0-1.
    """

    strength: float = 1.0
    share: float = 0.5

    def __post_init__(self) -> None:
        if not self.strength >= 0 or not 0 <= self.share <= 1:
            raise ValueError(
                f"strength must be 0 or more and share within 0-1; received {self.strength} and {self.share}"
            )

    def __call__(self, images: Any, seed: Any) -> Any:
        height, width = images.shape[1:3]
        changed = tf.cast(tf.round(self.share * tf.cast(tf.shape(images)[0], tf.float32)), tf.int32)
        amounts = self.strength * tf.random.stateless_normal((6, changed), seed=seed)
        angle, stretch_x, stretch_y = 0.1 * amounts[0], tf.exp(0.06 * amounts[1]), tf.exp(0.06 * amounts[2])
        shear = 0.1 * amounts[3]
        shift_x, shift_y = 0.025 * width * amounts[4], 0.025 * height * amounts[5]
        # x' = a x + b y + offset_x and y' = c x + d y + offset_y, about the centre of the image.
        a, b = tf.cos(angle) * stretch_x, shear - tf.sin(angle) * stretch_y
        c, d = tf.sin(angle) * stretch_x, tf.cos(angle) * stretch_y
        center_x, center_y = (width - 1) / 2, (height - 1) / 2
        offset_x = center_x - a * center_x - b * center_y + shift_x
        offset_y = center_y - c * center_x - d * center_y + shift_y
        zero = tf.zeros_like(a)
        warped = tf.raw_ops.ImageProjectiveTransformV3(
            images=images[:changed],
            transforms=tf.stack([a, b, offset_x, c, d, offset_y, zero, zero], axis=1),
            output_shape=[height, width],
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="CONSTANT",
        )
        return tf.concat([warped, images[changed:]], axis=0)


def small_warps(strength: float, share: float) -> SmallWarps | None:
    """`SmallWarps`, or None at a strength of 0, so that batches without any are not passed through it."""
    return SmallWarps(strength, share) if strength else None


@dataclass(frozen=True)
class Erasing:
    """Blackens a rectangle of each image (random erasing: Zhong et al., 2020).

    Its centre is drawn anywhere, its sides from 0 to ``side`` of the image's. Calling it with images ``(batch, height,
    width, channels)`` float32 and a seed of two integers gives images of the same shape.

    Args:
        side: the longest side of a rectangle as a share of the image's, 0-1.

    Raises:
        ValueError: if ``side`` lies outside 0-1.
    """

    side: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.side <= 1:
            raise ValueError(f"the longest side of what is erased must be a share, 0-1; received {self.side}")

    def __call__(self, images: Any, seed: Any) -> Any:
        height, width = images.shape[1:3]
        amounts = tf.random.stateless_uniform((4, tf.shape(images)[0], 1), seed=seed)
        rows, columns = tf.range(height, dtype=tf.float32) + 0.5, tf.range(width, dtype=tf.float32) + 0.5
        in_rows = tf.abs(rows - height * amounts[0]) < height * self.side * amounts[1] / 2
        in_columns = tf.abs(columns - width * amounts[2]) < width * self.side * amounts[3] / 2
        return tf.where((in_rows[:, :, None] & in_columns[:, None, :])[..., None], 0.0, images)


@dataclass(frozen=True)
class Mirroring:
    """Mirrors images left to right, for things that look alike both ways, as clothes do and digits do not.

    Called as `Erasing` is.

    Args:
        share: the probability that an image is mirrored, 0-1.

    Raises:
        ValueError: if ``share`` lies outside 0-1.
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"the share of images that are mirrored must lie within 0-1; received {self.share}")

    def __call__(self, images: Any, seed: Any) -> Any:
        mirrored = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed=seed) < self.share
        return tf.where(mirrored, images[:, :, ::-1], images)


@dataclass(frozen=True)
class InTurn:
    """One change after another, each with a seed of its own."""

    changes: tuple[Callable[[Any, Any], Any], ...]

    def __call__(self, images: Any, seed: Any) -> Any:
        seeds = tf.unstack(tf.random.experimental.stateless_split(seed, len(self.changes)))
        for change, own_seed in zip(self.changes, seeds, strict=True):
            images = change(images, own_seed)
        return images
