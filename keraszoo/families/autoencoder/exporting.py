"""What an autoencoder is exported with: codes and images, and the squared error."""

from typing import Any

import keras
import numpy as np

from keraszoo.data import ImageDataset
from keraszoo.families.autoencoder.inference import run_encode
from keraszoo.families.scores import squared_error_score
from keraszoo.models import autoencoder_signatures as signatures

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images and codes to calibrate on, test images and codes to prove on, and the squared error."""
    encode = signatures(model)["encode"]

    def inputs(images: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        pixels = images.astype(np.float32)
        return {
            "reconstruct": {"image": pixels},
            "encode": {"image": pixels},
            "decode": {"code": run_encode(encode, pixels)},
        }

    proof = dataset.test.images[:PROOF_IMAGES]
    return {
        "calibration": inputs(dataset.train.images[:CALIBRATION_IMAGES]),
        "samples": inputs(proof),
        "score": squared_error_score("reconstruct", proof),
    }
