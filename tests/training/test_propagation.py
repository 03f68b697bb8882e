"""Labels flow along neighbours, and nowhere else."""

import numpy as np
import pytest

from keraszoo.training import add_likely_labels, nearest, propagate_labels


def two_arcs(count=150):
    """Two interleaved half circles, which no straight line parts; the first half of the points is on the first."""
    angles = np.linspace(0, np.pi, count)
    upper = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    lower = np.stack([1 - np.cos(angles), 0.4 - np.sin(angles)], axis=1)
    points = np.concatenate([upper, lower]) + np.random.default_rng(0).normal(0, 0.03, (2 * count, 2))
    # `nearest` goes by angles: on a sphere these are distances.
    return np.concatenate([points, np.full((2 * count, 1), 10.0)], axis=1), np.repeat([0, 1], count)


def test_one_label_an_arc_reaches_all_of_it_and_not_the_other():
    points, arcs = two_arcs()
    labelled = np.array([75, 225])
    shares = propagate_labels(nearest(points, 6), labelled, arcs[labelled], 2)
    assert shares.shape == (300, 2)
    assert shares.dtype == np.float32
    np.testing.assert_array_equal(shares.argmax(axis=1), arcs)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_a_class_with_many_labels_does_not_overrun_one_with_few():
    points, arcs = two_arcs()
    labelled = np.array([10, 40, 75, 110, 140, 225])
    shares = propagate_labels(nearest(points, 6), labelled, arcs[labelled], 2)
    np.testing.assert_array_equal(shares.argmax(axis=1), arcs)


def test_what_no_label_reaches_has_no_share():
    neighbours = np.array([[1], [0], [3], [2], [5], [4]])
    shares = propagate_labels(neighbours, np.array([0, 2]), np.array([0, 1]), 2)
    np.testing.assert_allclose(shares, [[1, 0], [1, 0], [0, 1], [0, 1], [0, 0], [0, 0]], atol=1e-6)


@pytest.mark.parametrize("diffusion", [0.0, 1.0, float("nan")])
def test_refuses_a_diffusion_that_leads_nowhere(diffusion):
    with pytest.raises(ValueError, match="diffusion must lie between 0 and 1; received"):
        propagate_labels(np.array([[1], [0]]), np.array([0, 1]), np.array([0, 1]), 2, diffusion)


def test_refuses_a_class_without_a_label():
    with pytest.raises(ValueError, match="a label of each of 3 classes, found none of class 1"):
        propagate_labels(np.array([[1], [0]]), np.array([0, 1]), np.array([0, 2]), 3)


def test_the_likeliest_labels_are_added_and_the_known_ones_stay():
    points, arcs = two_arcs()
    labelled = np.array([75, 225])
    positions, labels = add_likely_labels(points, labelled, arcs[labelled], 2, share=0.5)
    assert len(positions) == 2 + 149
    assert set(labelled) <= set(positions)
    np.testing.assert_array_equal(positions, np.sort(positions))
    np.testing.assert_array_equal(labels, arcs[positions])
    only, _ = add_likely_labels(points, labelled, arcs[labelled], 2, share=0.0)
    np.testing.assert_array_equal(only, labelled)


def test_what_no_label_reaches_is_not_added():
    clusters = np.repeat(np.eye(3), 15, axis=0) + np.random.default_rng(0).normal(0, 0.01, (45, 3))
    positions, labels = add_likely_labels(clusters, np.array([0, 15]), np.array([0, 1]), 2, share=1.0)
    np.testing.assert_array_equal(positions, np.arange(30))
    np.testing.assert_array_equal(labels, np.repeat([0, 1], 15))


def test_refuses_a_share_that_is_none():
    points, _ = two_arcs()
    with pytest.raises(ValueError, match=r"must lie within 0-1; received 1\.5"):
        add_likely_labels(points, np.array([75, 225]), np.array([0, 1]), 2, share=1.5)
