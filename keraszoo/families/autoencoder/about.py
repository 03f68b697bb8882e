"""What the zoo says of autoencoders on their cards, and trains them with on a folder of pictures."""

from typing import Any

from keraszoo.families.cards import CardPart
from keraszoo.families.folders import SMALL_BATCHES, FolderPart, ImageShape, Need, suited_code_size, suited_layers

CARD = CardPart(
    "For compressing pictures like those it was trained on to a few numbers, rebuilding them, and walking from "
    "one to another.",
    "Not for pictures of another kind, which it rebuilds as ones that it knows, nor where a picture must stay "
    "exactly what it was.",
    'code = model.encode("picture.png")\nimage = model.decode(code)  # 0-1',
    {
        "squared_error": "squared error summed over an image's pixels in 0-1, mean over all test images",
        "psnr": "decibels, mean over all test images",
        "ssim": "structural similarity, 1 for equal images, mean over all test images",
    },
    {
        "reconstructions": "Test images, and what is rebuilt of them by the model and by PCA, from as many numbers",
        "walks": "From one test image to another, in equal steps of the code",
        "code_map": "The codes of test images, laid out in two dimensions",
        "error_against_code_size": "Squared error by the size of the code, beside PCA",
        "learning_curves": "The losses, epoch by epoch",
    },
)


def _builder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"code_size": suited_code_size(image_shape), **suited_layers(image_shape, (32, 64, 128))}


FOLDER = FolderPart(
    Need(20, 1000, "what is new to the model is rebuilt more blurred than what it was trained on"),
    _builder,
    SMALL_BATCHES,
)
