"""What a translator is given in use: words of numbers."""

import keras
import numpy as np

from keraszoo.data import number_texts, numbers_to_learn
from keraszoo.models import translator_signatures as signatures
from keraszoo.training import predict
from keraszoo.training.word_batches import previous_ids


def typical_inputs(model: keras.Model, images: np.ndarray, language: str) -> dict[str, np.ndarray]:
    """Words of as many numbers as there are images, and what the model writes for them as the tokens before each."""
    max_digits = model.get_layer("encoder").output.shape[1]
    numbers = some_of(numbers_to_learn(max_digits), len(images))
    source_ids = number_texts(language, max_digits).encode(numbers)
    written = predict(signatures(model)["translate"], source_ids)["token_ids"]
    return {"source_ids": source_ids, "previous_ids": previous_ids(written)}


def some_of(numbers: np.ndarray, count: int) -> np.ndarray:
    """So many of the numbers, or all of them, the same ones every time."""
    return np.random.default_rng(0).permutation(numbers)[:count]
