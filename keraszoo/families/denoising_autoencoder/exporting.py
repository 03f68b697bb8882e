"""What a denoiser is exported with: noisy images, and the squared error to the clean ones."""

from typing import Any

import keras

from keraszoo.data import ImageDataset
from keraszoo.evaluation import add_noise
from keraszoo.families.denoising_autoencoder.evaluation import NOISE, NOISE_SEED, TEST_IMAGES
from keraszoo.families.denoising_autoencoder.inference import typical_inputs
from keraszoo.families.scores import squared_error_score

CALIBRATION_IMAGES = 500


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Noisy training images to calibrate on, noisy test images to prove on, and the squared error to the clean ones."""
    proof = dataset.test.images[:TEST_IMAGES]
    calibration = typical_inputs(model, dataset.train.images[:CALIBRATION_IMAGES])
    samples = 255 * add_noise(proof, NOISE, NOISE_SEED)
    return {
        "calibration": {"denoise": {"image": calibration}},
        "samples": {"denoise": {"image": samples}},
        "score": squared_error_score("denoise", proof),
    }
