"""What the zoo says of hashers on their cards, and trains them with on a folder of pictures."""

import math
from typing import Any

from keraszoo.families.cards import CardPart
from keraszoo.families.folders import SMALL_BATCHES, FolderPart, ImageShape, Need, suited_layers

CARD = CardPart(
    "For finding similar pictures by a few bits each, in large collections.",
    "Not for telling persons or copies apart: pictures that look alike are meant to have the same bits. What is "
    "alike was learned without labels from pictures of this kind.",
    'bits = model.hash("picture.png")  # 0 and 1',
    {
        "map": "mean average precision: up to 100 test images a class look for their class among all other images",
        "p100": "share of the class among the 100 nearest, in the same search",
        "undecided": "share of the code within 0.1-0.9 before it is rounded, on all test images",
        "rounding_loss": "what bits cost over the code before rounding, of the squared error when rebuilt",
    },
    {
        "neighbours": "Test images, and the nearest to each by its bits, among all other images",
        "reconstructions": "Test images, rebuilt from their soft codes and from their bits",
        "code_diagnostics": "How decided, balanced and different the bits are, and how full their buckets",
        "learning_curves": "The losses, epoch by epoch",
    },
)


def _builder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"bits": min(32, math.prod(image_shape)), **suited_layers(image_shape, (16, 32, 64))}


FOLDER = FolderPart(
    Need(50, 1000, "similar pictures may get codes that are far apart"),
    _builder,
    {**SMALL_BATCHES, "warp_strength": 1.0, "neighbours": 5, "neighbour_stages": 1},
)
