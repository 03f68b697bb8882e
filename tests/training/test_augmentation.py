"""Small warps change a share of the images a little, and nothing else."""

import numpy as np
import pytest

from keraszoo.training import SmallWarps


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).uniform(0, 255, (10, 7, 9, 3)).astype(np.float32)


def warp(images, seed=(0, 0), **options):
    return SmallWarps(**options)(images, list(seed)).numpy()


def test_shape_and_range_stay(images):
    warped = warp(images, strength=2.0, share=1.0)
    assert warped.shape == images.shape
    assert warped.dtype == np.float32
    assert warped.min() >= 0
    assert warped.max() <= images.max() + 1e-3


@pytest.mark.parametrize(("share", "expected"), [(0.0, 0), (0.3, 3), (1.0, 10)])
def test_the_share_that_is_changed(images, share, expected):
    changed = np.abs(warp(images, share=share) - images).max(axis=(1, 2, 3)) > 1
    assert changed.sum() == expected


def test_strength_0_changes_nothing(images):
    np.testing.assert_allclose(warp(images, strength=0.0, share=1.0), images, atol=1e-3)


def test_the_centre_stays_near_the_centre():
    images = np.zeros((200, 21, 21, 1), np.float32)
    images[:, 10, 10] = 255
    warped = warp(images, share=1.0)[..., 0]
    rows, columns = np.mgrid[:21, :21]
    for positions in (rows, columns):
        centres = (warped * positions).sum(axis=(1, 2)) / warped.sum(axis=(1, 2))
        assert np.mean(centres) == pytest.approx(10, abs=0.2)
        # 2.5% of 21 pixels is the standard deviation of the shift, which the stretch divides again.
        assert 0.3 < np.std(centres) < 0.8


def test_the_seed_decides(images):
    np.testing.assert_array_equal(warp(images, seed=(1, 2)), warp(images, seed=(1, 2)))
    assert not np.array_equal(warp(images, seed=(1, 2)), warp(images, seed=(1, 3)))


@pytest.mark.parametrize("options", [{"strength": -1}, {"strength": float("nan")}, {"share": 1.5}, {"share": -0.1}])
def test_amounts_that_cannot_be_are_refused(options):
    with pytest.raises(ValueError, match=r"strength must be 0 or more and share within 0-1; received"):
        SmallWarps(**options)
