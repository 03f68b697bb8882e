"""Images that a model finds alike, to train it further with."""

import faiss
import keras
import numpy as np

from keraszoo.training.pipelines import predict


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
    directions = _directions(features)
    index = faiss.IndexFlatIP(directions.shape[1])
    index.add(directions)
    # All at once: faiss takes ten times as long for a few hundred rows after the other.
    _, found = index.search(directions, count + 1)
    # Where others are equal to it, an image is not always among its own nearest: then the last one goes.
    itself = found == np.arange(len(found))[:, np.newaxis]
    itself[~itself.any(axis=1), -1] = True
    return found[~itself].reshape(len(found), count).astype(np.int32)


def features(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """What the last layer of a model's encoder is given: more of an image is left there than in its code.

    Args:
        model: one with layers named ``scaling`` and ``encoder``.
        images: pixels 0-255, ``(n, height, width, channels)``.

    Returns:
        float32 ``(n, size)``.
    """
    encoder = model.get_layer("encoder")
    image = keras.Input(model.input_shape[1:])
    before_last = keras.Model(encoder.input, encoder.layers[-1].input)(model.get_layer("scaling")(image))
    return predict(keras.Model(image, before_last), images).reshape(len(images), -1)


def _directions(features: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
