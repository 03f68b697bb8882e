"""A picture of several handwritten digits, cut into images like MNIST's, one a digit.

The strokes are found twice: roughly, which says how high the digits are and where the background is, then with
filters of the size that this height asks for. Two numbers were chosen on MNIST: how wide a shape may be before it
counts as touching digits (`_refuse_touching_digits`), and how parts of a broken digit lie (`_belongs_to`).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import skimage  # loads its parts when they are first used
from PIL import Image

from keraszoo.data.mnist_look import placed_by_mass
from keraszoo.data.pictures import resize_images

LONGEST_SIDE = 1200  # larger pictures are shrunk to it: eight digits across still have 100 pixels each
LEAST_HEIGHT = 8  # of a digit, in pixels
LEAST_CONTRAST = 8  # of ink and background, in grey levels


class Part(NamedTuple):
    """Strokes that hang together, or all those of a digit: their box, area and labels."""

    top: int
    left: int
    bottom: int
    right: int
    area: int
    labels: tuple[int, ...]
    at_border: bool

    @property
    def height(self) -> int:
        """Of the box, in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Of the box, in pixels."""
        return self.right - self.left


def cut_digits(picture: np.ndarray, size: int = 28) -> np.ndarray:
    """Cut the digits of one line of handwriting apart and prepare each as MNIST's were.

    Each is scaled to fit 20x20 pixels, its proportions kept, and placed in 28x28 by its centre of mass (LeCun,
    Bottou, Bengio, Haffner, 1998). Uneven light, shadows, noise and specks are tolerated, strokes of a broken digit
    put together. Digits that touch are told by their width alone: two narrow ones, as 1 and 7, may pass for one.

    Args:
        picture: ``uint8`` 0-255, ``(height, width)`` or ``(height, width, 1 or 3)``; dark ink on a light background
            or light on dark.
        size: height and width of the images; other sizes than 28 keep its proportions.

    Returns:
        ``uint8`` 0-255, ``(digits, size, size, 1)``, light on dark, from left to right.

    Raises:
        ValueError: no such picture, one that is too small, empty or without digits; touching digits, several lines
            or marks that are no digits.
    """
    whole = _grey(picture)
    grey = _shrunk(whole, LONGEST_SIDE)
    ink, labels = _find_strokes(grey)
    digits = _join_parts(_parts(labels))
    scale = whole.shape[1] / grey.shape[1]
    _refuse_other_marks(digits, scale)
    _refuse_several_lines(digits, scale)
    _refuse_touching_digits(digits, scale)
    return np.stack([_as_in_mnist(ink, labels, digit, size) for digit in digits])


def _grey(picture: np.ndarray) -> np.ndarray:
    if not isinstance(picture, np.ndarray):
        raise ValueError(f"expected a picture as an array, received {picture!r}; read it first, as with Pillow")
    is_picture = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] in (1, 3))
    if picture.dtype != np.uint8 or not is_picture:
        raise ValueError(
            "expected a picture as uint8 of shape (height, width) or (height, width, 1 or 3), received"
            f" {picture.dtype} of shape {picture.shape}; convert it"
        )
    height, width = picture.shape[:2]
    if min(height, width) < LEAST_HEIGHT:
        raise ValueError(
            f"expected a picture of at least {LEAST_HEIGHT}x{LEAST_HEIGHT} pixels, received one that is too small,"
            f" {height} high and {width} wide; give a larger one"
        )
    grey = np.asarray(Image.fromarray(picture).convert("L")) if picture.shape[2:] == (3,) else picture
    grey = grey.reshape(height, width)
    if np.ptp(grey) < LEAST_CONTRAST:
        raise ValueError(
            "expected dark digits on a light background or light on dark, received an empty picture, all pixels in"
            f" {grey.min()}-{grey.max()}; give one with writing"
        )
    return grey


def _shrunk(grey: np.ndarray, longest_side: int) -> np.ndarray:
    factor = longest_side / max(grey.shape)
    if factor >= 1:
        return grey
    height, width = (max(1, round(side * factor)) for side in grey.shape)
    return resize_images(grey[np.newaxis, ..., np.newaxis], (height, width))[0, ..., 0]


def _find_strokes(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ink of each pixel in grey levels, about 0 where there is none, and the labels of its strokes."""
    light = (grey if _is_light_on_dark(grey) else 255 - grey).astype(np.float32)
    side = min(grey.shape)
    mask = _mask(_ink(light, window=side / 2, blur=max(0.5, min(side / 200, 2))))
    height = _typical_height(_parts(skimage.measure.label(mask)))
    window, blur = min(side, height) / 2, max(0.4, min(height / 80, 2))
    # A surface follows light that fades towards the border, a window the edge of a shadow; neither takes away ink.
    even = light - _smooth_surface(light, ~mask)
    ink = np.minimum(_ink(light, window, blur), _ink(even, window, blur))
    return ink, skimage.measure.label(_mask(ink))


def _is_light_on_dark(grey: np.ndarray) -> bool:
    """Whether what differs most from its surroundings is lighter than they are, as few strokes on much paper."""
    small = _shrunk(grey, 256).astype(np.float32)
    difference = small - skimage.filters.gaussian(small, min(small.shape) / 5)
    return bool(np.sum(difference**3) > 0)


def _ink(light: np.ndarray, window: float, blur: float) -> np.ndarray:
    """How much lighter than its background is what is narrower than the window; blur is a standard deviation."""
    from skimage.morphology import white_tophat  # no attribute of skimage to mypy

    side = int(window) | 1
    square = [(np.ones((side, 1)), 1), (np.ones((1, side)), 1)]
    ink = white_tophat(skimage.filters.gaussian(light, blur), square)
    return ink - np.quantile(ink, 0.25)


def _smooth_surface(light: np.ndarray, background: np.ndarray) -> np.ndarray:
    """The quadratic surface through the background, by least squares over some 20,000 pixels of it."""
    sides = (np.linspace(-1, 1, side, dtype=np.float32) for side in light.shape)
    row, column = np.meshgrid(*sides, indexing="ij")
    terms = np.stack([np.ones_like(row), row, column, row * row, row * column, column * column], axis=-1)
    step = max(1, np.count_nonzero(background) // 20_000)
    return terms @ np.linalg.lstsq(terms[background][::step], light[background][::step], rcond=None)[0]


def _mask(ink: np.ndarray) -> np.ndarray:
    """Where there are strokes: from 20% of the ink's strength on, if they somewhere reach 30%.

    Otsu's threshold lies higher and loses a digit that is fainter than its neighbours.
    """
    noise = -np.quantile(ink, 0.02) / 1.33  # these quantiles of a normal distribution lie so far apart
    least = max(5 * noise, LEAST_CONTRAST)
    if ink.max() <= least:
        raise _no_digits()
    high = max(0.3 * np.quantile(ink[ink > least], 0.9), least)
    return skimage.filters.apply_hysteresis_threshold(ink, max(high * 2 / 3, min(3 * noise, high)), high)


def _parts(labels: np.ndarray) -> list[Part]:
    """The parts that are no specks, by their size in the picture and beside the others."""
    height, width = labels.shape
    parts = []
    for region in skimage.measure.regionprops(labels):
        top, left, bottom, right = region.bbox
        at_border = top == 0 or left == 0 or bottom == height or right == width
        parts.append(Part(top, left, bottom, right, int(region.area), (region.label,), at_border))
    parts = _larger_than(parts, max(LEAST_HEIGHT, min(height, width) / 40))
    return _larger_than(parts, 0.2 * _typical_height(parts))


def _larger_than(parts: list[Part], side: float) -> list[Part]:
    larger = [part for part in parts if max(part.height, part.width) >= side]
    if not larger:
        raise _no_digits()
    return larger


def _typical_height(parts: list[Part]) -> float:
    """The height that half of the ink reaches, without what the border cuts off if there is anything else."""
    inner = [part for part in parts if not part.at_border] or parts
    return float(np.median(np.repeat([part.height for part in inner], [part.area for part in inner])))


def _join_parts(parts: list[Part]) -> list[Part]:
    """Join the parts of each digit, leave out flat remains of shadows at the border, and order left to right."""
    typical = _typical_height(parts)
    digits: list[Part] = []
    for part in sorted(parts, key=lambda part: part.height, reverse=True):
        digit = next((digit for digit in digits if _belongs_to(digit, part, typical)), None)
        if digit is not None:
            digits.remove(digit)
            part = _joined(digit, part)
        digits.append(part)
    digits = [digit for digit in digits if not digit.at_border or digit.height >= 0.6 * typical]
    if not digits:
        raise _no_digits()
    return sorted(digits, key=lambda digit: digit.left + digit.right)


def _belongs_to(digit: Part, part: Part, typical: float) -> bool:
    overlap = min(digit.right, part.right) - max(digit.left, part.left)
    gap = max(digit.top, part.top) - min(digit.bottom, part.bottom)
    return overlap >= 0.4 * min(digit.width, part.width) and gap <= 0.2 * typical


def _joined(one: Part, other: Part) -> Part:
    return Part(
        min(one.top, other.top),
        min(one.left, other.left),
        max(one.bottom, other.bottom),
        max(one.right, other.right),
        one.area + other.area,
        one.labels + other.labels,
        one.at_border or other.at_border,
    )


def _refuse_other_marks(digits: list[Part], scale: float) -> None:
    typical = _typical_height(digits)
    for digit in digits:
        if not 0.35 * typical <= digit.height <= 2.5 * typical:
            raise ValueError(
                f"expected digits only, received another mark, {_described(digit, scale)}, where digits are some"
                f" {typical * scale:.0f} high; remove it, or crop the picture to the digits"
            )


def _refuse_several_lines(digits: list[Part], scale: float) -> None:
    for left, right in pairwise(digits):
        if min(left.bottom, right.bottom) <= max(left.top, right.top):
            raise ValueError(
                f"expected one line of digits, received more than one, {_described(left, scale)}, and"
                f" {_described(right, scale)}; give each line as a picture of its own"
            )


def _refuse_touching_digits(digits: list[Part], scale: float) -> None:
    """Of MNIST's pairs, pushed together until they touch, this finds 26% alone, 56% beside other digits.

    It takes 0.7% of single digits for touching ones when they are alone, none beside others of their size.
    """
    limit = 1.5 if len(digits) == 1 else 1.3
    tallest = max(digit.height for digit in digits)
    for digit in digits:
        if digit.width > limit * tallest:
            raise ValueError(
                f"expected digits apart from each other, received touching digits, {_described(digit, scale)};"
                " leave space between them"
            )


def _described(digit: Part, scale: float) -> str:
    return f"{digit.width * scale:.0f} wide and {digit.height * scale:.0f} high at column {digit.left * scale:.0f}"


def _no_digits() -> ValueError:
    return ValueError(
        "expected dark digits on a light background or light on dark, found none that stands out from the background;"
        " give a larger picture or one with more contrast"
    )


def _as_in_mnist(ink: np.ndarray, labels: np.ndarray, digit: Part, size: int) -> np.ndarray:
    box = slice(digit.top, digit.bottom), slice(digit.left, digit.right)
    strokes = np.isin(labels[box], digit.labels)
    shade = strokes * np.clip(ink[box] / np.median(ink[box][strokes]), 0, 1)
    factor = size * 20 / 28 / max(shade.shape)
    height, width = (max(1, round(side * factor)) for side in shade.shape)
    pixels = np.round(255 * shade).astype(np.uint8)
    pixels = resize_images(pixels[np.newaxis, ..., np.newaxis], (height, width))[0]
    return placed_by_mass(pixels, size)
