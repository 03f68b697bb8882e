"""Nearest features, beside every angle worked out by itself."""

import keras
import numpy as np
import pytest

from keraszoo.models import autoencoder
from keraszoo.training import features, nearest

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


def test_features_are_what_the_last_layer_makes_the_code_of():
    keras.utils.set_random_seed(0)
    model = autoencoder((8, 8, 1), code_size=4, hidden_units=(16,))
    images = np.random.default_rng(0).integers(0, 256, (6, 8, 8, 1), np.uint8)
    encoder, seen = model.get_layer("encoder"), features(model, images)
    assert (seen.shape, seen.dtype) == ((6, 16), np.float32)
    np.testing.assert_allclose(encoder.layers[-1](seen), encoder(model.get_layer("scaling")(images)), rtol=1e-5)
