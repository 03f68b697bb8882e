"""What an autoencoder is given in use, and what its graphs make of it."""

import keras
import numpy as np

from keraszoo.training import predict


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as they are."""
    return images


def run_encode(graph: keras.Model, images: np.ndarray) -> np.ndarray:
    """The codes of uint8 or float images 0-255, by the graph ``encode``."""
    return predict(graph, images)["code"]


def run_decode(graph: keras.Model, codes: np.ndarray) -> np.ndarray:
    """The images, 0-1, that the graph ``decode`` makes of codes."""
    return predict(graph, codes)["reconstruction"]
