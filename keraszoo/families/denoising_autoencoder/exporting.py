"""What a denoiser is exported with: noisy images, and the squared error to the clean ones."""

from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset
from keraszoo.evaluation import add_noise, reconstruction_scores
from keraszoo.families.denoising_autoencoder.evaluation import NOISE, NOISE_SEED, TEST_IMAGES
from keraszoo.families.denoising_autoencoder.inference import typical_inputs

CALIBRATION_IMAGES = 500


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Noisy training images to calibrate on, noisy test images to prove on, and the squared error to the clean ones."""
    proof = dataset.test.images[:TEST_IMAGES]

    def squared_error(outputs: dict[str, np.ndarray]) -> float:
        images = outputs["reconstruction"]
        return reconstruction_scores(proof[: len(images)], images)["squared_error"]

    score = Score(
        "squared_error",
        "denoise",
        squared_error,
        higher_is_better=False,
        largest_loss=dict.fromkeys(QUANTIZED, 0.05),
    )
    calibration = typical_inputs(model, dataset.train.images[:CALIBRATION_IMAGES])
    samples = 255 * add_noise(proof, NOISE, NOISE_SEED)
    return {
        "calibration": {"denoise": {"image": calibration}},
        "samples": {"denoise": {"image": samples}},
        "score": score,
    }
