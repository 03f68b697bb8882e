"""What comes in: images, and the gate that they pass; numbers as strips of images, and their words.

Importing it needs NumPy and Pillow only.
"""

from typing import TYPE_CHECKING, Any

from keraszoo.data.checks import check_images
from keraszoo.data.images import ImageDataset, load_images
from keraszoo.data.label_choice import class_balanced, labelled_images, labels_of
from keraszoo.data.number_strips import (
    NumberStrips,
    draw_number_strips,
    numbers_to_learn,
    numbers_to_test,
    share_held_out,
)
from keraszoo.data.number_texts import NumberTexts, number_texts
from keraszoo.data.splits import Split
from keraszoo.data.strips import (
    digits_of,
    draw_numbers,
    draw_positions,
    draw_strips,
    hold_out,
    is_held_out,
    number_of,
)
from keraszoo.data.vocabulary import Vocabulary, longest_length
from keraszoo.data.words import all_words, languages, largest_number, number_words

if TYPE_CHECKING:
    from keraszoo.data.digit_cutting import cut_digits

__all__ = [
    "ImageDataset",
    "NumberStrips",
    "NumberTexts",
    "Split",
    "Vocabulary",
    "all_words",
    "check_images",
    "class_balanced",
    "cut_digits",
    "digits_of",
    "draw_number_strips",
    "draw_numbers",
    "draw_positions",
    "draw_strips",
    "hold_out",
    "is_held_out",
    "labelled_images",
    "labels_of",
    "languages",
    "largest_number",
    "load_images",
    "longest_length",
    "number_of",
    "number_texts",
    "number_words",
    "numbers_to_learn",
    "numbers_to_test",
    "share_held_out",
]


def __getattr__(name: str) -> Any:
    if name == "cut_digits":  # it imports scikit-image, which a small device does not have
        from keraszoo.data.digit_cutting import cut_digits

        return cut_digits
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
