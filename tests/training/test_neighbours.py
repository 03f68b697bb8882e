"""Nearest features, beside every angle worked out by itself."""

import numpy as np
import pytest

from keraszoo.training import nearest, neighbours

FEATURES = np.random.default_rng(0).normal(size=(23, 5)).astype(np.float32)


def cosines(features):
    """Of the angle between each two, that of one and itself below all."""
    directions = features.astype(np.float64) / np.linalg.norm(features.astype(np.float64), axis=1, keepdims=True)
    found = directions @ directions.T
    np.fill_diagonal(found, -2)
    return found


@pytest.mark.parametrize("rows_at_once", [7, 23, 500])
@pytest.mark.parametrize("count", [1, 4, 22])
def test_the_nearest_are_found(monkeypatch, rows_at_once, count):
    monkeypatch.setattr(neighbours, "ROWS_AT_ONCE", rows_at_once)
    positions = nearest(FEATURES, count)
    assert (positions.shape, positions.dtype) == ((23, count), np.int32)
    expected = cosines(FEATURES)
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
