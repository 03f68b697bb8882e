"""Numbers as strips: the images of their digits side by side, and which numbers are held out of training."""

from typing import Any

import numpy as np

from keraszoo.data.checks import check_images

BLANK = 10  # the class of a place without a digit
MOST_DIGITS = 8
POWERS = 10 ** np.arange(MOST_DIGITS, dtype=np.int64)


def draw_strips(images: Any, labels: Any, numbers: Any, max_digits: int, seed: int) -> np.ndarray:
    """Show each number as a strip of images, drawn with ``seed`` among those of each digit.

    The digits stand from the left, without leading zeros; the places behind them are blank, which is all zeros.

    Args:
        images: of single digits, as `check_images` takes them: ``uint8`` 0-255, ``(n, height, width, channels)``.
        labels: the digit that each image shows, integers 0-9 of shape ``(n,)``.
        numbers: 0 or more, of at most ``max_digits`` digits, integers of shape ``(m,)``.
        max_digits: 1-8, the images of a strip.
        seed: 0 or more. The same seed draws the same images for the same numbers.

    Returns:
        Pixels 0-255, ``(m, max_digits, height, width, channels)``; ``uint8`` where ``images`` are.

    Raises:
        ValueError: an argument that is not such, or a digit of which there is no image.
    """
    images = check_images(images)
    labels = np.asarray(labels)
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"expected one label for each of {len(images)} images, received labels of shape {labels.shape}; "
            "take both from one split"
        )
    positions = draw_positions(labels, numbers, max_digits, seed)
    strips = images[positions]
    strips[positions < 0] = 0
    return strips


def draw_positions(labels: Any, numbers: Any, max_digits: int, seed: int) -> np.ndarray:
    """The images that `draw_strips` sets side by side, by their positions; -1 stands for a blank.

    Returns:
        ``int64``, shape ``(len(numbers), max_digits)``.

    Raises:
        ValueError: as `draw_strips`.
    """
    digits = digits_of(numbers, max_digits)
    labels = _digit_labels(labels)
    _check_seed(seed)
    sizes = np.bincount(labels, minlength=BLANK + 1)
    lacking = np.setdiff1d(digits[digits != BLANK], labels)
    if lacking.size:
        raise ValueError(
            f"expected images of every digit of the numbers, received none of {lacking[0]}; add images, or leave out "
            "the numbers that have it"
        )
    starts = np.cumsum(sizes) - sizes
    places = starts[digits] + (np.random.default_rng(seed).random(digits.shape) * sizes[digits]).astype(np.int64)
    by_digit = np.append(np.argsort(labels, kind="stable"), -1)  # blanks come after all digits
    return by_digit[places]


def digits_of(numbers: Any, max_digits: int) -> np.ndarray:
    """The digits of each number from the left, 10 (`BLANK`) behind them.

    Args:
        numbers: 0 or more, of at most ``max_digits`` digits, integers of shape ``(n,)``.
        max_digits: 1-8.

    Returns:
        ``int32``, shape ``(n, max_digits)``.

    Raises:
        ValueError: an argument that is not such.
    """
    _check_max_digits(max_digits)
    numbers = _whole_numbers(numbers, max_digits)
    exponents = _lengths(numbers)[:, np.newaxis] - 1 - np.arange(max_digits)
    digits = numbers[:, np.newaxis] // POWERS[exponents.clip(min=0)] % 10
    return np.where(exponents < 0, BLANK, digits).astype(np.int32)


def number_of(digits: Any) -> np.ndarray:
    """The number that each row of digits shows, the inverse of `digits_of`.

    Args:
        digits: integers 0-10 of shape ``(n, max_digits)``, such as a model has read.

    Returns:
        ``int64``, shape ``(n,)``; -1 for a row that shows none: a blank before a digit, blanks only, a leading zero.

    Raises:
        ValueError: another type, shape or range.
    """
    digits = np.asarray(digits)
    if digits.ndim != 2 or not 1 <= digits.shape[1] <= MOST_DIGITS or not np.issubdtype(digits.dtype, np.integer):
        raise ValueError(
            f"expected digits as integers of shape (n, 1 to {MOST_DIGITS}), received {digits.dtype} of shape "
            f"{digits.shape}; give one row for each number"
        )
    if digits.size and not (digits.min() >= 0 and digits.max() <= BLANK):
        raise ValueError(f"expected digits 0-9, and {BLANK} for blank, received {digits.min()} to {digits.max()}")
    numbers = np.zeros(len(digits), np.int64)
    for column in digits.T:
        numbers = np.where(column == BLANK, numbers, 10 * numbers + column)
    spelled = (digits_of(numbers, digits.shape[1]) == digits).all(axis=1)
    return np.where(spelled, numbers, -1)


def is_held_out(numbers: Any, share: float, seed: int) -> np.ndarray:
    """Whether each number is held out of training, by a rule that needs no list: a hash of it and ``seed``.

    Of each length about ``share`` of the numbers are, drawn by SplitMix64 (Steele et al. 2014). Those of one digit
    never are, nor 11, 22, ... 99999999 and 10, 100, ... 10000000, so that every digit is seen at every place.

    Args:
        numbers: 0 to 99,999,999, integers of shape ``(n,)``.
        share: 0 for none, or 0.01-0.9.
        seed: 0 or more.

    Returns:
        Booleans of shape ``(n,)``.

    Raises:
        ValueError: an argument that is not such.
    """
    numbers = _whole_numbers(numbers, MOST_DIGITS)
    _check_seed(seed)
    if share != 0 and not 0.01 <= share <= 0.9:
        raise ValueError(f"expected a share of 0, or 0.01 to 0.9, to hold out, received {share}; choose another")
    highest_place = POWERS[_lengths(numbers) - 1]
    repeated_one = (10 * highest_place - 1) // 9
    kept = (numbers == highest_place) | (numbers % repeated_one == 0)
    return (_uniform_hash(numbers, seed) < share) & ~kept


def hold_out(max_digits: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of up to ``max_digits`` digits, cut in two by `is_held_out`: those seen in training, those unseen.

    Raises:
        ValueError: more than 6 digits, which are too many numbers to list, or as `is_held_out`.
    """
    _check_max_digits(max_digits)
    if max_digits > 6:
        raise ValueError(f"expected at most 6 digits to list, received {max_digits}; use is_held_out or draw_numbers")
    numbers = np.arange(10**max_digits)
    unseen = is_held_out(numbers, share, seed)
    return numbers[~unseen], numbers[unseen]


def draw_numbers(
    count: int,
    max_digits: int,
    seed: int,
    *,
    held_out: bool | None = None,
    share: float = 0.1,
    hold_out_seed: int = 0,
) -> np.ndarray:
    """Draw numbers: every length as often, and within a length every number.

    Args:
        count: how many, 1 or more.
        max_digits: 1-8.
        seed: of the draw, 0 or more.
        held_out: True for those alone that `is_held_out`, False for those alone that are not, None for any.
        share: of the numbers that are held out, as `is_held_out` takes it.
        hold_out_seed: the ``seed`` of `is_held_out`: the same in training and in tests, whatever the draw's.

    Returns:
        ``int64``, shape ``(count,)``. Lengths without any held-out number, as 1 is, are left out where those are asked.

    Raises:
        ValueError: an argument that is not such, or there is no held-out number.
    """
    _check_max_digits(max_digits)
    _check_seed(seed)
    if not isinstance(count, (int, np.integer)) or count < 1:
        raise ValueError(f"expected a count of 1 or more, received {count!r}; ask for at least one number")

    def fits(numbers: np.ndarray) -> np.ndarray:
        return (
            np.full(len(numbers), True) if held_out is None else is_held_out(numbers, share, hold_out_seed) == held_out
        )

    lowest = np.where(np.arange(max_digits) == 0, 0, POWERS[:max_digits])
    highest = 10 * POWERS[:max_digits]
    # The first 10,000 of a length tell: with a share of 0.01, 100 of them are held out on average.
    possible = [fits(np.arange(low, min(high, low + 10_000))).any() for low, high in zip(lowest, highest, strict=True)]
    if not any(possible):
        raise ValueError(
            f"expected numbers that are held out, found none of up to {max_digits} digits at a share of {share}; "
            "allow more digits, or hold out more"
        )
    generator = np.random.default_rng(seed)
    lengths = generator.choice(np.flatnonzero(possible), count)
    numbers = generator.integers(lowest[lengths], highest[lengths])
    wrong = np.flatnonzero(~fits(numbers))
    while wrong.size:
        numbers[wrong] = generator.integers(lowest[lengths[wrong]], highest[lengths[wrong]])
        wrong = wrong[~fits(numbers[wrong])]
    return numbers


def _lengths(numbers: np.ndarray) -> np.ndarray:
    return np.searchsorted(POWERS[1:], numbers, side="right") + 1


def _uniform_hash(numbers: np.ndarray, seed: int) -> np.ndarray:
    offset = (seed + 1) * 0x9E3779B97F4A7C15 % 2**64
    mixed = numbers.astype(np.uint64) + np.uint64(offset)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2**53


def _check_max_digits(max_digits: int) -> None:
    whole = isinstance(max_digits, (int, np.integer)) and not isinstance(max_digits, bool)
    if not whole or not 1 <= max_digits <= MOST_DIGITS:
        raise ValueError(f"expected max_digits of 1 to {MOST_DIGITS}, received {max_digits!r}; choose another")


def _check_seed(seed: int) -> None:
    if not isinstance(seed, (int, np.integer)) or seed < 0:
        raise ValueError(f"expected a seed of 0 or more, received {seed!r}; choose another")


def _whole_numbers(numbers: Any, max_digits: int) -> np.ndarray:
    numbers = np.asarray(numbers)
    if numbers.ndim != 1 or not np.issubdtype(numbers.dtype, np.integer):
        raise ValueError(
            f"expected whole numbers of shape (n,), received {numbers.dtype} of shape {numbers.shape}; convert them"
        )
    if numbers.size and not (numbers.min() >= 0 and numbers.max() < 10**max_digits):
        raise ValueError(
            f"expected numbers from 0 to {10**max_digits - 1}, of at most {max_digits} digits, received "
            f"{numbers.min()} to {numbers.max()}; leave out the others, or allow more digits"
        )
    return numbers.astype(np.int64)


def _digit_labels(labels: Any) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.size == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"expected labels as integers 0-9 of shape (n,), received {labels.dtype} of shape {labels.shape}; "
            "take a data set of digits"
        )
    if labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"expected labels 0-9, received {labels.min()} to {labels.max()}; take a data set of digits")
    return labels.astype(np.uint8)
