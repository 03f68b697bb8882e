"""Strips of one split's images with all that belongs to them, and which numbers a reader learns from."""

from typing import NamedTuple

import numpy as np

from keraszoo.data.label_choice import labels_of
from keraszoo.data.number_texts import MOST_LISTED_DIGITS, NumberTexts
from keraszoo.data.splits import Split
from keraszoo.data.strips import digits_of, draw_numbers, draw_strips, hold_out, is_held_out

HELD_OUT, HOLD_OUT_SEED = 0.1, 0
"""The share of the numbers that no training shows, and what decides which."""
FEWEST_DIGITS_HELD_OUT = 3
"""With fewer, a number's words may be its own, as those of 12 are, and made of no other's."""
LISTED_NUMBERS, TESTED_NUMBERS = 200_000, 10_000


class NumberStrips(NamedTuple):
    """Numbers, drawn as strips, with their digits, token ids and words; see `draw_number_strips`.

    ``unseen`` are those of the numbers that no training shows.
    """

    numbers: np.ndarray
    images: np.ndarray
    digits: np.ndarray
    token_ids: np.ndarray
    words: list[str]
    unseen: np.ndarray


def draw_number_strips(
    split: Split, texts: NumberTexts, count: int, seed: int, held_out: bool | None = None
) -> NumberStrips:
    """Draw numbers, each length as often, and images of the split for their digits.

    Args:
        split: images of single digits and what they show.
        texts: the language and the largest number of digits.
        count: how many.
        seed: of the draw.
        held_out: True for numbers alone that no training shows, False for none of them, None for any.

    Raises:
        ValueError: as `draw_numbers` and `draw_strips`, or for a split without labels.
    """
    labels = labels_of(split, "digit")
    numbers = draw_numbers(
        count,
        texts.max_digits,
        seed,
        held_out=held_out,
        share=share_held_out(texts.max_digits),
        hold_out_seed=HOLD_OUT_SEED,
    )
    token_ids = texts.encode(numbers)
    return NumberStrips(
        numbers,
        draw_strips(split.images, labels, numbers, texts.max_digits, seed),
        digits_of(numbers, texts.max_digits),
        token_ids,
        texts.vocabulary.decode(token_ids),
        is_held_out(numbers, share_held_out(texts.max_digits), HOLD_OUT_SEED),
    )


def strips_of_all_lengths(images: np.ndarray, max_digits: int) -> np.ndarray:
    """Images as they come, side by side in strips ``(n, max_digits, ...)`` of 1, 2 ... ``max_digits`` images in turns.

    Places behind a strip's last image are zeros; images that fill no strip are left out.
    """
    strips = images[: len(images) // max_digits * max_digits].reshape(-1, max_digits, *images.shape[1:]).copy()
    for length in range(1, max_digits):
        strips[length::max_digits, length:] = 0
    return strips


def share_held_out(max_digits: int) -> float:
    """The share of the numbers of up to so many digits that no training shows."""
    return HELD_OUT if max_digits >= FEWEST_DIGITS_HELD_OUT else 0.0


def numbers_to_learn(max_digits: int) -> np.ndarray:
    """The numbers that a reader learns from: those not held out, or 200,000 of them beyond five digits."""
    if max_digits <= MOST_LISTED_DIGITS:
        return hold_out(max_digits, share_held_out(max_digits), HOLD_OUT_SEED)[0]
    return draw_numbers(LISTED_NUMBERS, max_digits, seed=0, held_out=False, share=HELD_OUT, hold_out_seed=HOLD_OUT_SEED)


def numbers_to_test(max_digits: int) -> np.ndarray:
    """The numbers that a translator is tested on: those held out, 10,000 of them beyond five digits, or else all."""
    if max_digits > MOST_LISTED_DIGITS:
        return draw_numbers(
            TESTED_NUMBERS, max_digits, seed=0, held_out=True, share=HELD_OUT, hold_out_seed=HOLD_OUT_SEED
        )
    learned, unseen = hold_out(max_digits, share_held_out(max_digits), HOLD_OUT_SEED)
    return unseen if len(unseen) else learned
