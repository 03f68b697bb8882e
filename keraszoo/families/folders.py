"""What a family's ``FOLDER`` is, and what several of them are made of."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ImageShape = tuple[int, int, int]

SMALLEST_MAP = 5
"""A convolutional encoder halves an image while its shorter side stays this long."""
SMALL_BATCHES = {"batch_size": 64, "optimizer": "muon", "learning_rate": 3e-3}
"""Arguments of a training that several families share."""


@dataclass(frozen=True)
class Need:
    """How many pictures a family learns from: fewer than ``least`` are refused, fewer than ``enough`` advised on.

    ``expect`` is what comes of too few; ``each`` is for numbers of each class.
    """

    least: int
    enough: int
    expect: str
    each: bool = False


@dataclass(frozen=True)
class FolderPart:
    """What a family is trained with on a folder of pictures where nobody says otherwise.

    Attributes:
        need: how many pictures it learns from.
        builder: gives the arguments of its builder, of an image's shape and of how many are cut of each picture.
        training: arguments of its training: ``epochs``, or a ``batch_size`` for which they are chosen by how many
            images there are.
        cuts: whether large pictures are cut into patches; otherwise they are shrunk.
        classes: what its sub-folders must be named, if it learns from these classes only.
        classes_said: the same in the words that an error begins with.
    """

    need: Need
    builder: Callable[[ImageShape, int], dict[str, Any]]
    training: dict[str, Any]
    cuts: bool = False
    classes: tuple[str, ...] = ()
    classes_said: str = ""


def suited_layers(image_shape: ImageShape, widths: tuple[int, ...]) -> dict[str, Any]:
    """Dense layers for tiny images, else convolutions that halve them as often as there is something to halve."""
    halvings = min(len(widths), max(0, int(math.log2(min(image_shape[:2]) / SMALLEST_MAP))))
    if not halvings:
        return {"architecture": "dense", "hidden_units": (256, 128), "activation": "silu"}
    convolutions = {"architecture": "convolutional", "filters": widths[:halvings]}
    return {**convolutions, "hidden_units": (256,), "activation": "silu"}


def suited_code_size(image_shape: ImageShape) -> int:
    """A number for 24 values of an image, between 8 and 128 of them."""
    values = math.prod(image_shape)
    return min(values, max(8, values // 24), 128)
