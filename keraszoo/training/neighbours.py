"""Images that a model finds alike, to train it further with."""

import keras
import numpy as np

ROWS_AT_ONCE = 500


def nearest(features: np.ndarray, count: int) -> np.ndarray:
    """The positions of the features nearest to each by the angle between them, itself not among them.

    Of features equally near, any may be taken, always the same ones.

    Args:
        features: ``(n, size)``.
        count: how many, from 1 to n - 1.

    Returns:
        int32, ``(n, count)``, in no order.

    Raises:
        ValueError: for a ``count`` that cannot be.
    """
    if not isinstance(count, int) or not 1 <= count < len(features):
        raise ValueError(f"expected a count of neighbours from 1 to {len(features) - 1}, received {count!r}")
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    directions = (features / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
    positions = np.empty((len(directions), count), np.int32)
    for start in range(0, len(directions), ROWS_AT_ONCE):
        rows = directions[start : start + ROWS_AT_ONCE]
        likeness = rows @ directions.T
        likeness[np.arange(len(rows)), np.arange(start, start + len(rows))] = -np.inf
        positions[start : start + len(rows)] = np.argpartition(-likeness, count - 1, axis=1)[:, :count]
    return positions


def features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What the last layer of a model's encoder is given: more of an image is left there than in its code.

    Args:
        model: one with layers named ``scaling`` and ``encoder``.
        images: pixels 0-255, ``(n, height, width, channels)``.

    Returns:
        ``(n, size)``.
    """
    encoder = model.get_layer("encoder")
    image = keras.Input(model.input_shape[1:])
    before_last = keras.Model(encoder.input, encoder.layers[-1].input)(model.get_layer("scaling")(image))
    found = keras.Model(image, before_last).predict(images, batch_size=1000, verbose=0)
    return found.reshape(len(found), -1)
