"""What the zoo says of readers on their cards, and trains them with on a folder of pictures."""

from typing import Any

from keraszoo.families.cards import CardPart
from keraszoo.families.folders import FolderPart, ImageShape, Need

CARD = CardPart(
    "For reading numbers as words: one picture for each digit, from left to right.",
    "Not for text of another kind, nor where a wrong number does harm: words may be wrong at a high confidence. "
    "`keraszoo read` cuts the digits out of a picture of a whole number.",
    'answer = model.read(["picture.png"])\nprint(answer.text, answer.confidence)',
    {
        "word_accuracy": "share of 10,000 strips of test images whose words are right from end to end",
        "word_accuracy_unseen": "of 10,000 numbers that no training showed, mean of the accuracies at each length",
        "character_error_rate": "wrong, lacking and surplus characters over those expected, on the 10,000 strips",
        "digit_accuracy": "share of single digits that the encoder has right, on the 10,000 strips",
    },
    {
        "strips": "Strips of test images, and the words that are read",
        "mistakes": "Strips that are read wrong, in red, above what is right",
        "digit_confusion": "The digits of test images, and what the encoder takes them for",
        "lengths": "The share of words read right, by the number of digits",
        "confidence": "The share of words read right, by how many of the strips are answered at all",
        "attention": "Which image the decoder attends to, for each letter that it writes",
        "learning_curves": "The losses, epoch by epoch",
    },
)


def _builder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"max_digits": 1}


FOLDER = FolderPart(
    Need(5, 100, "many new digits may be misread", each=True),
    _builder,
    {"epochs": 20},
    classes=tuple("0123456789"),
    classes_said="a reader reads digits: expected sub-folders 0 to 9",
)
