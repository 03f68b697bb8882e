"""Changes to training images that keep what they show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

KNOTS = 7
"""Of the splines across a side by which `ElasticWarps` bends."""


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


@dataclass(frozen=True)
class ElasticWarps:
    """Bends all images smoothly, each part another way (Simard et al., 2003).

    Every pixel moves by a surface of cubic B-splines over 7 x 7 knots (free-form deformation: Rueckert et al., 1999),
    whose offsets are drawn from normal distributions; at ``strength`` 1 their standard deviation is 6% of the side, of
    which the spline leaves about half. Called as `SmallWarps` is; pixels from beyond the border are 0.

    Args:
        strength: multiplies the standard deviation, 0 or more.

    Raises:
        ValueError: if ``strength`` is negative.
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        if not self.strength >= 0:
            raise ValueError(f"the strength of elastic warps must be 0 or more; received {self.strength}")

    def __call__(self, images: Any, seed: Any) -> Any:
        height, width, channels = images.shape[1:]
        count = tf.shape(images)[0]
        offsets = 0.06 * self.strength * tf.random.stateless_normal((2, count, KNOTS, KNOTS), seed=seed)
        down, right = tf.unstack(tf.matmul(tf.matmul(_spline(height), offsets), _spline(width).T))
        # With a border of 0 all around, what lies further out than that is 0 as well.
        row = tf.clip_by_value(np.arange(1.0, height + 1, dtype=np.float32)[:, None] + height * down, 0, height + 0.999)
        column = tf.clip_by_value(np.arange(1.0, width + 1, dtype=np.float32) + width * right, 0, width + 0.999)
        top, left = tf.floor(row), tf.floor(column)
        pixels = tf.reshape(tf.pad(images, [[0, 0], [1, 1], [1, 1], [0, 0]]), (-1, channels))
        first_of_image = (height + 2) * (width + 2) * tf.range(count)[:, None, None]
        corner = first_of_image + tf.cast(top * (width + 2) + left, tf.int32)

        def between(start: Any) -> Any:
            near, far = tf.gather(pixels, start), tf.gather(pixels, start + 1)
            return near + (far - near) * (column - left)[..., None]

        above, below = between(corner), between(corner + width + 2)
        return above + (below - above) * (row - top)[..., None]


def _spline(size: int) -> np.ndarray:
    """What each knot counts at each of ``size`` places, ``(size, KNOTS)``; the rows add up to 1."""
    distance = np.abs(np.linspace(1, KNOTS - 2, size)[:, None] - np.arange(KNOTS))
    near, far = (4 - 6 * distance**2 + 3 * distance**3) / 6, (2 - distance) ** 3 / 6
    return np.where(distance < 1, near, np.where(distance < 2, far, 0.0)).astype(np.float32)


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
class Strokes:
    """Draws straight strokes over each image, half of them white and half black.

    What they show stays what it is though a bar crosses it, a gap is closed or a line broken. Anywhere and in all
    directions; up to ``length`` of the width long, 4 to 12% of it wide. Called as `Erasing` is.

    Args:
        count: strokes an image, 0 or more.
        length: the longest, as a share of the image's width, 0-1.

    Raises:
        ValueError: for a number of strokes or a length that cannot be.
    """

    count: int = 1
    length: float = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.count, bool) or not isinstance(self.count, int) or self.count < 0:
            raise ValueError(f"the number of strokes must be an integer of 0 or more; received {self.count!r}")
        if not 0 <= self.length <= 1:
            raise ValueError(f"the longest stroke must be a share of the width, 0-1; received {self.length}")

    def __call__(self, images: Any, seed: Any) -> Any:
        height, width = images.shape[1:3]
        amounts = tf.random.stateless_uniform((6, self.count, tf.shape(images)[0], 1, 1), seed=seed)
        rows, columns = tf.range(height, dtype=tf.float32)[:, None] + 0.5, tf.range(width, dtype=tf.float32) + 0.5
        for stroke in tf.unstack(amounts, axis=1):
            down, right, turn, length, thickness, white = tf.unstack(stroke)
            angle = np.pi * turn
            row, column = rows - height * down, columns - width * right
            along, across = row * tf.sin(angle) + column * tf.cos(angle), column * tf.sin(angle) - row * tf.cos(angle)
            beyond_end = tf.maximum(tf.abs(along) - self.length * width * length / 2, 0.0)
            distance = tf.sqrt(beyond_end**2 + across**2)
            cover = tf.clip_by_value(0.02 * width * (1 + 2 * thickness) + 0.5 - distance, 0.0, 1.0)[..., None]
            images += cover * (tf.where(white < 0.5, 255.0, 0.0)[..., None] - images)
        return images


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


def small_warps(strength: float, share: float, elastic_strength: float = 0.0) -> Callable[[Any, Any], Any] | None:
    """`SmallWarps`, and `ElasticWarps` behind them; what has a strength of 0 is left out, None if both have."""
    changes: list[Callable[[Any, Any], Any]] = []
    if strength:
        changes.append(SmallWarps(strength, share))
    if elastic_strength:
        changes.append(ElasticWarps(elastic_strength))
    return InTurn(tuple(changes)) if len(changes) > 1 else next(iter(changes), None)
