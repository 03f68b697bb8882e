"""What a classifier is exported with: images, their labels, and the names of the classes."""

from typing import Any

import keras
import numpy as np

from export import QUANTIZED, Score
from keraszoo.data import ImageDataset, labels_of

CALIBRATION_IMAGES = 500
PROOF_IMAGES = 1000
LARGEST_LOSS, LEAST_IMAGES = 0.002, 2
"""Of the accuracy, by int8: the larger of a share and of so many images, so that one of few may change."""


def export_inputs(model: keras.Model, dataset: ImageDataset) -> dict[str, Any]:
    """Training images to calibrate on, all test images to prove the decisions on, some for the other graphs."""
    test, labels = dataset.test, labels_of(dataset.test, "test")
    largest_loss = max(LARGEST_LOSS, LEAST_IMAGES / len(labels))
    score = Score("accuracy", "classify", labels, _accuracy, largest_loss=dict.fromkeys(QUANTIZED, largest_loss))
    calibration = {"image": dataset.train.images[:CALIBRATION_IMAGES].astype(np.float32)}
    proof = {"image": test.images[:PROOF_IMAGES].astype(np.float32)}
    return {
        "calibration": dict.fromkeys(("classify", "encode", "reconstruct"), calibration),
        "samples": {
            "classify": {"image": test.images.astype(np.float32)},
            "encode": proof,
            "reconstruct": proof,
        },
        "score": score,
    }


def _accuracy(outputs: dict[str, np.ndarray], labels: np.ndarray) -> float:
    return float((outputs["probabilities"].argmax(axis=1) == labels).mean())


def assets(model: keras.Model, dataset: ImageDataset) -> dict[str, str]:
    """The names of the classes, in their order."""
    return {"class_names.txt": "".join(f"{name}\n" for name in dataset.class_names)}
