"""Nearest features, beside every angle worked out by itself."""

import keras
import numpy as np
import pytest

from keraszoo.models import autoencoder
from keraszoo.training import SmallWarps, features, nearest

FEATURES = np.random.default_rng(0).normal(size=(23, 5)).astype(np.float32)
MANY = np.random.default_rng(1).normal(size=(1100, 128)).astype(np.float32)
"""Enough for faiss to multiply matrices."""


def cosines(features):
    """Of the angle between each two, that of one and itself below all."""
    directions = features.astype(np.float64) / np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    found = directions @ directions.T
    np.fill_diagonal(found, -2)
    return found


@pytest.mark.parametrize("given", [FEATURES, MANY], ids=["row by row", "by matrix products"])
@pytest.mark.parametrize("count", [1, 4, 22])
def test_the_nearest_are_found(given, count):
    positions = nearest(given, count)
    assert (positions.shape, positions.dtype) == ((len(given), count), np.int32)
    expected = cosines(given)
    found = np.sort(np.take_along_axis(expected, positions, axis=1), axis=1)
    np.testing.assert_allclose(found, np.sort(expected, axis=1)[:, -count:], atol=1e-5)
    assert all(len(set(row)) == count for row in positions.tolist())


def test_only_the_direction_of_features_matters():
    longer = FEATURES * np.linspace(0.1, 9, 23, dtype=np.float32)[:, np.newaxis]
    np.testing.assert_array_equal(np.sort(nearest(longer, 4)), np.sort(nearest(FEATURES, 4)))


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_none_is_its_own_neighbour_among_equals(value):
    equal = np.full((6, 4), value, np.float32)
    positions = nearest(equal, 3)
    assert not (positions == np.arange(6)[:, np.newaxis]).any()
    np.testing.assert_array_equal(nearest(equal, 3), positions)


@pytest.mark.parametrize("count", [0, -1, 23, 2.0])
def test_counts_that_cannot_be_are_refused(count):
    with pytest.raises(ValueError, match=f"count of neighbours from 1 to 22, received {count}"):
        nearest(FEATURES, count)


def test_views_tell_the_same_thing_seen_otherwise():
    """The features of an image and of a shifted copy come nearer to each other, and depend on the seed alone."""
    keras.utils.set_random_seed(0)
    model = autoencoder((8, 8, 1), code_size=4)
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    both = np.concatenate([images, np.roll(images, 1, axis=2)])

    def likeness(views):
        seen = features(model, both, views=views, change=SmallWarps(2.0, 1.0), seed=1)
        np.testing.assert_array_equal(seen, features(model, both, views=views, change=SmallWarps(2.0, 1.0), seed=1))
        return np.mean([cosines(seen)[i, i + 6] for i in range(6)])

    assert likeness(16) > likeness(0) + 0.05


def test_views_without_a_change_are_refused():
    with pytest.raises(ValueError, match="a change to make 3 views of an image by, received none"):
        features(autoencoder((8, 8, 1)), np.zeros((2, 8, 8, 1), np.uint8), views=3)
