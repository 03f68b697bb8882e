"""What a hasher is given in use, and what its graphs make of it."""

from typing import TypeGuard

import keras
import numpy as np

from keraszoo.models import binary_autoencoder_signatures as signatures
from keraszoo.training import predict


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as they are."""
    return images


def hash_images(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """``soft_code`` and ``bits`` of uint8 or float images 0-255, both float32 ``(n, bits)``."""
    return run_hash(signatures(model)["hash"], images)


def run_hash(graph: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The same by the graph ``hash``, for who has it already."""
    return predict(graph, images)


def has_pairs(labels: np.ndarray | None) -> TypeGuard[np.ndarray]:
    """Whether there are labels, integers ``(n,)``, and two of one class: an image and what its bits should find."""
    return labels is not None and bool(np.bincount(labels).max() > 1)


def run_decode(graph: keras.Model, codes: np.ndarray) -> np.ndarray:
    """The images, 0-1, that the graph ``decode`` makes of bits or soft codes."""
    return predict(graph, codes)["reconstruction"]
