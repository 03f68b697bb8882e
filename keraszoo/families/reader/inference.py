"""What a reader is given in use: strips of all lengths."""

import keras
import numpy as np

from keraszoo.data.number_strips import strips_of_all_lengths
from keraszoo.models import reader_signatures as signatures
from keraszoo.training import predict
from keraszoo.training.word_batches import previous_ids


def typical_inputs(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """The images in strips of all lengths, and what the model reads of them as the tokens before each."""
    max_digits = model.get_layer("encoder").output.shape[1]
    strips = strips_of_all_lengths(images, max_digits)
    read = predict(signatures(model)["read"], strips)["token_ids"]
    return {"images": strips, "previous_ids": previous_ids(read)}
