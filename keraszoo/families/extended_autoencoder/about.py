"""What the zoo says of classifiers on their cards, and trains them with on a folder of pictures."""

from typing import Any

from keraszoo.families.cards import CardPart
from keraszoo.families.folders import FolderPart, ImageShape, Need

CARD = CardPart(
    "For telling the classes of its data apart, with a probability for each.",
    "Not for anything else: every picture gets one of these classes, however little it looks like them.",
    'answer = model.classify("picture.png")\nprint(answer.label, answer.probability)',
    {
        "accuracy": "share of all test images whose likeliest class is theirs",
        "calibration_error": "mean difference of probability and accuracy, over 15 bins",
        "log_loss": "mean negative logarithm of the label's probability, in nats",
    },
    {
        "confusion": "The classes of test images, and what they are taken for",
        "errors": "Test images that are told wrong, with what they are and how sure the model was",
        "reliability": "How often the model is right, by how sure it is",
        "reconstructions": "Test images, and what the decoder still rebuilds of them",
        "learning_curves": "The losses, epoch by epoch",
    },
)


def _builder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"dropout": 0.3}


FOLDER = FolderPart(
    Need(5, 100, "many new pictures may be put into a wrong class", each=True),
    _builder,
    {"method": "fine_tuned", "batch_size": 64, "learning_rate": 2e-3, "warp_strength": 0.5},
)
