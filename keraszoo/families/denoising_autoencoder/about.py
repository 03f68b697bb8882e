"""What the zoo says of denoisers on their cards, and trains them with on a folder of pictures."""

import math
from typing import Any

from keraszoo.families.cards import CardPart
from keraszoo.families.folders import SMALL_BATCHES, FolderPart, ImageShape, Need, suited_code_size, suited_layers

CARD = CardPart(
    "For cleaning noise off pictures like those it was trained on.",
    "Not for pictures of another kind, nor for evidence of any sort: it draws what it has learned, and makes up "
    "what noise has hidden. Pictures without noise lose a little too.",
    'image = model.denoise("picture.png")  # 0-1',
    {
        "psnr": "decibels, on the first 1,000 test images with Gaussian noise of a standard deviation of 0.5",
        "ssim": "structural similarity, on the same",
        "gain_db": "decibels over the best of non-local means, total variation and wavelets, tuned on 100 images, "
        "on the same",
        "clean_psnr": "decibels, of images that had no noise",
    },
    {
        "denoised": "Clean test images, with noise, and cleaned by the best classical filter and by the model",
        "denoising_curves": "How good cleaned images are by the noise they had, beside the best classical filter",
        "learning_curves": "The losses, epoch by epoch",
    },
)


def _builder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    noise = {"noise_stddev": 0.5, "random_strength": True}
    if patches:
        return {"architecture": "residual", "filters": (32,), **noise}
    code_size = min(math.prod(image_shape), 4 * suited_code_size(image_shape))
    return {"code_size": code_size, **suited_layers(image_shape, (32, 64, 128)), **noise}


FOLDER = FolderPart(
    Need(20, 1000, "what is new to the model comes out blurred"),
    _builder,
    SMALL_BATCHES,
    cuts=True,
)
