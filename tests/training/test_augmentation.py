"""Small warps change a share of the images a little, erasing blackens a rectangle, and nothing else."""

import numpy as np
import pytest
import tensorflow as tf

from keraszoo.training import ElasticWarps, Erasing, InTurn, Mirroring, SmallWarps, Strokes, small_warps


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


def test_erasing_blackens_one_rectangle_of_up_to_that_size_and_leaves_the_rest():
    images = np.full((50, 12, 20, 2), 200, np.float32)
    erased = Erasing(0.5)(images, [0, 0]).numpy()
    assert set(np.unique(erased)) == {0, 200}
    areas = []
    for black in (erased == 0).all(axis=-1):
        rows, columns = black.any(axis=1).nonzero()[0], black.any(axis=0).nonzero()[0]
        areas.append(black.sum())
        assert black.sum() == len(rows) * len(columns)
        if black.any():
            assert (np.ptp(rows) + 1, np.ptp(columns) + 1) <= (6, 10)
    assert len(set(areas)) > 10
    np.testing.assert_array_equal(Erasing(0.0)(images, [0, 0]), images)


def test_erasing_refuses_a_side_that_is_no_share():
    with pytest.raises(ValueError, match=r"must be a share, 0-1; received 1\.5"):
        Erasing(1.5)


def test_strokes_are_short_and_thin_white_or_black_and_leave_the_rest():
    images = np.full((200, 24, 20, 2), 100, np.float32)
    drawn = Strokes(1, length=0.5)(images, [0, 0]).numpy()
    changed = (drawn != images).all(axis=-1)
    np.testing.assert_array_equal((drawn != images).any(axis=-1), changed)
    white = (drawn > images).any(axis=(1, 2, 3))
    assert 0.4 < white.mean() < 0.6
    assert not (white & (drawn < images).any(axis=(1, 2, 3))).any()
    assert drawn.min() == 0
    assert drawn.max() == 255
    lengths = [max(np.ptp(axis) + 1 for axis in image.nonzero()) for image in changed if image.any()]
    assert 6 < max(lengths) <= 10 + 4  # half the width, and round ends
    assert 0.02 < changed.mean() < 0.1
    twice = Strokes(2)(images, [0, 0]).numpy()
    assert (twice != images).mean() > 1.5 * changed.mean()
    np.testing.assert_array_equal(Strokes(0)(images, [0, 0]), images)


@pytest.mark.parametrize("options", [{"count": -1}, {"count": 1.5}, {"count": True}, {"count": 1, "length": 1.5}])
def test_strokes_refuse_what_cannot_be(options):
    with pytest.raises(ValueError, match=r"must be (an integer of 0 or more|a share of the width, 0-1); received"):
        Strokes(**options)


@pytest.mark.parametrize(
    "change",
    [SmallWarps(), ElasticWarps(), Erasing(), Strokes(2), Mirroring()],
    ids=lambda change: type(change).__name__,
)
def test_changes_run_in_a_graph_as_they_do_outside(images, change):
    graph = tf.function(change)
    np.testing.assert_allclose(graph(tf.constant(images), tf.constant([1, 2])), change(images, [1, 2]), atol=1e-3)


def test_changes_in_turn_have_seeds_of_their_own(images):
    once, twice = (InTurn((Erasing(0.5),) * times)(images, [0, 0]).numpy() for times in (1, 2))
    assert (twice == 0).sum() > (once == 0).sum()
    np.testing.assert_array_equal(InTurn((Erasing(0.5),) * 2)(images, [0, 0]), twice)


def test_a_share_of_the_images_is_mirrored(images):
    many = np.tile(images, (20, 1, 1, 1))
    changed = Mirroring(0.3)(many, [0, 0]).numpy()
    mirrored = (changed == many[:, :, ::-1]).all(axis=(1, 2, 3))
    assert mirrored.mean() == pytest.approx(0.3, abs=0.1)
    np.testing.assert_array_equal(changed[~mirrored], many[~mirrored])
    with pytest.raises(ValueError, match=r"must lie within 0-1; received -0\.1"):
        Mirroring(-0.1)


def test_elastic_warps_keep_shape_and_range_and_bend_no_two_images_alike(images):
    same = np.repeat(images[:1], 5, axis=0)
    bent = ElasticWarps(1.0)(same, [0, 0]).numpy()
    assert bent.shape == same.shape
    assert bent.dtype == np.float32
    assert 0 <= bent.min() <= bent.max() <= same.max() + 1e-3
    assert all(np.abs(bent[0] - other).max() > 1 for other in bent[1:])
    np.testing.assert_array_equal(bent, ElasticWarps(1.0)(same, [0, 0]))
    np.testing.assert_allclose(ElasticWarps(0.0)(images, [0, 0]), images, atol=1e-3)


def test_elastic_warps_move_a_point_by_about_a_thirtieth_of_the_side():
    images = np.zeros((300, 41, 31, 1), np.float32)
    images[:, 20, 15] = 255
    bent = ElasticWarps(1.0)(images, [0, 0]).numpy()[..., 0]
    for positions, side in zip(np.mgrid[:41, :31], (41, 31), strict=True):
        centres = (bent * positions).sum(axis=(1, 2)) / bent.sum(axis=(1, 2))
        assert np.mean(centres) == pytest.approx(side // 2, abs=0.2)
        assert 0.02 * side < np.std(centres) < 0.04 * side


def test_elastic_warps_bring_in_black_from_beyond_the_border():
    bent = ElasticWarps(3.0)(np.full((20, 9, 9, 1), 255, np.float32), [0, 0]).numpy()
    assert (bent[:, [0, -1]] < 1).any()
    assert (bent[:, 4, 4] > 250).mean() > 0.9


def test_elastic_warps_refuse_a_negative_strength():
    with pytest.raises(ValueError, match=r"must be 0 or more; received -1"):
        ElasticWarps(-1)


@pytest.mark.parametrize(
    ("strengths", "changes"),
    [
        ((0.0, 0.0), []),
        ((1.0, 0.0), [SmallWarps]),
        ((0.0, 1.0), [ElasticWarps]),
        ((1.0, 2.0), [SmallWarps, ElasticWarps]),
    ],
)
def test_warps_of_no_strength_are_left_out(strengths, changes):
    warps = small_warps(strengths[0], 1.0, strengths[1])
    assert [type(change) for change in getattr(warps, "changes", [warps] if warps else [])] == changes
