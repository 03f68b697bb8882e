"""Images that a model finds alike, to train it further with."""

from typing import Any

import faiss
import keras
import numpy as np

from keraszoo.training.batches import Augment

IMAGES_AT_ONCE = 1000


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


def features(
    model: keras.Model, images: np.ndarray, *, views: int = 0, change: Augment | None = None, seed: int = 0
) -> np.ndarray:
    """What the last layer of a model's encoder is given: more of an image is left there than in its code.

    With ``views`` it is the mean direction of that for the image and for so many changed copies of it, which says more
    of what is shown and less of how.

    Args:
        model: one with layers named ``scaling`` and ``encoder``.
        images: pixels 0-255, ``(n, height, width, channels)``.
        views: changed copies of each image, 0 or more.
        change: how they are changed.
        seed: decides the changes.

    Returns:
        float32 ``(n, size)``.

    Raises:
        ValueError: for views without a change.
    """
    if views and change is None:
        raise ValueError(f"expected a change to make {views} views of an image by, received none; give one")
    encoder = model.get_layer("encoder")
    image = keras.Input(model.input_shape[1:])
    before_last = keras.Model(encoder.input, encoder.layers[-1].input)(model.get_layer("scaling")(image))
    graph = keras.Model(image, before_last)

    def seen(batch: Any) -> np.ndarray:
        found = np.asarray(graph.predict_on_batch(batch))
        return found.reshape(len(found), -1)

    rows = []
    for start in range(0, len(images), IMAGES_AT_ONCE):
        batch = images[start : start + IMAGES_AT_ONCE].astype(np.float32)
        row = seen(batch)
        if change is not None:
            copies = [seen(change(batch, (seed, start * views + number))) for number in range(views)]
            row = np.mean([_directions(each) for each in (row, *copies)], axis=0)
        rows.append(row)
    return np.concatenate(rows)


def _directions(features: np.ndarray) -> np.ndarray:
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    return (features / np.maximum(lengths, np.finfo(np.float32).tiny)).astype(np.float32)
