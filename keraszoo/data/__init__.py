"""What comes in: images, and the gate that they pass; numbers as strips of images, and their words.

Importing it needs NumPy and Pillow only, and loads what a trained model needs; the rest is when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from keraszoo.data.checks import check_images
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
    from keraszoo.data.images import ImageDataset, load_images
    from keraszoo.data.label_choice import class_balanced, labelled_images, labels_of
    from keraszoo.data.number_strips import (
        NumberStrips,
        draw_number_strips,
        numbers_to_learn,
        numbers_to_test,
        share_held_out,
    )

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

_WHEN_USED = {
    "digit_cutting": ("cut_digits",),  # it imports scikit-image, which a small device does not have
    "images": ("ImageDataset", "load_images"),
    "label_choice": ("class_balanced", "labelled_images", "labels_of"),
    "number_strips": ("NumberStrips", "draw_number_strips", "numbers_to_learn", "numbers_to_test", "share_held_out"),
}


def __getattr__(name: str) -> Any:
    for module, names in _WHEN_USED.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
