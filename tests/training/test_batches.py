"""Every epoch is a function of the seed and its number, and every image has its turn."""

import numpy as np
import pytest
import tensorflow as tf

from keraszoo.training import SmallWarps, reconstruction_batches, two_view_batches


def numbered_images(count):
    """Images of one pixel, whose value is the image's number."""
    return np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1)


def read(batches, epoch, count=None):
    """The inputs of ``count`` batches (one epoch if not given) from an epoch on."""
    dataset = batches.from_epoch(epoch).take(count or batches.steps_per_epoch)
    return [inputs for inputs, _ in dataset.as_numpy_iterator()]


def brighter(images, seed):
    """By an amount that its seed alone decides, below 1."""
    return images + tf.random.stateless_uniform((), seed)


def read_views(batches, epochs=1):
    """First views, second views and the targets of each half, a row each, of all batches of the first epochs."""
    for inputs, targets in batches.from_epoch(0).take(epochs * batches.steps_per_epoch).as_numpy_iterator():
        pairs = len(inputs) // 2
        originals = targets["reconstruction"].ravel() * 255
        yield inputs[:pairs].ravel(), inputs[pairs:].ravel(), originals[:pairs], originals[pairs:]


def test_targets_are_the_pixels_in_0_to_1():
    batches = reconstruction_batches(numbered_images(6), batch_size=3)
    for inputs, targets in batches.from_epoch(0).take(2).as_numpy_iterator():
        assert inputs.dtype == targets.dtype == np.float32
        np.testing.assert_allclose(targets * 255, inputs, rtol=1e-6)


def test_an_epoch_shows_every_image_once_in_another_order():
    batches = reconstruction_batches(numbered_images(12), batch_size=4)
    first, second = (np.concatenate(read(batches, epoch)).ravel() for epoch in (0, 1))
    assert sorted(first) == sorted(second) == list(range(12))
    assert list(first) != list(second)


def test_images_left_over_have_their_turn_in_other_epochs():
    batches = reconstruction_batches(numbered_images(11), batch_size=4)
    assert batches.steps_per_epoch == 2
    assert set(np.concatenate(read(batches, 0, count=2 * 8)).ravel()) == set(range(11))


@pytest.mark.parametrize("augment", [None, SmallWarps(1.0)])
def test_resuming_at_an_epoch_gives_the_same_batches(augment):
    images = np.random.default_rng(0).integers(0, 256, (8, 5, 5, 1), dtype=np.uint8)
    batches = reconstruction_batches(images, batch_size=3, seed=3, augment=augment)
    from_start = read(batches, 0, count=4 * batches.steps_per_epoch)
    np.testing.assert_array_equal(from_start[-batches.steps_per_epoch :], read(batches, 3))


def test_the_seed_decides_the_order():
    same, again, other = (reconstruction_batches(numbered_images(32), batch_size=8, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(read(same, 0), read(again, 0))
    assert not np.array_equal(read(same, 0), read(other, 0))


def test_fingerprint_tells_other_batches_apart():
    images = numbered_images(8)
    others = [
        reconstruction_batches(images),
        reconstruction_batches(images[::-1]),
        reconstruction_batches(images.reshape(8, 1, 1, 1)[:4]),
        reconstruction_batches(images, batch_size=2),
        reconstruction_batches(images, seed=1),
        reconstruction_batches(images, augment=SmallWarps(0.5)),
        reconstruction_batches(images, augment=SmallWarps(0.6)),
    ]
    assert len({batches.fingerprint for batches in others}) == len(others)
    assert reconstruction_batches(images.copy()).fingerprint == others[0].fingerprint


def test_a_batch_is_no_larger_than_the_data():
    batches = reconstruction_batches(numbered_images(3), batch_size=256)
    assert batches.steps_per_epoch == 1
    assert len(read(batches, 0)[0]) == 3


def test_many_steps_are_whole_executions():
    batches = reconstruction_batches(np.zeros((301, 1, 1, 1), np.uint8), batch_size=1)
    assert batches.steps_per_execution <= 128
    assert batches.steps_per_epoch % batches.steps_per_execution == 0
    assert batches.steps_per_epoch == 300


def test_no_images_are_refused():
    with pytest.raises(ValueError, match="empty; give at least one image"):
        reconstruction_batches(numbered_images(0))


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_batch_sizes_that_cannot_be_are_refused(batch_size):
    with pytest.raises(ValueError, match=f"batch_size must be a positive integer; received {batch_size}"):
        reconstruction_batches(numbered_images(4), batch_size=batch_size)


def test_all_first_views_stand_before_all_second_ones_and_targets_are_unchanged():
    batches = two_view_batches(numbered_images(12), batch_size=4, augment=brighter)
    shown = []
    for first, second, first_original, second_original in read_views(batches):
        np.testing.assert_array_equal(first_original, second_original)
        np.testing.assert_allclose(np.floor(first), first_original, atol=1e-4)
        np.testing.assert_allclose(np.floor(second), second_original, atol=1e-4)
        assert not np.allclose(first, second, atol=1e-6)
        shown.extend(first_original.round())
    assert sorted(shown) == list(range(12))


def test_targets_of_two_views_are_named_as_the_models_outputs():
    batches = two_view_batches(numbered_images(6), batch_size=3, augment=SmallWarps(1.0))
    inputs, targets = next(batches.from_epoch(0).as_numpy_iterator())
    assert inputs.shape == targets["reconstruction"].shape == (6, 1, 1, 1)
    assert inputs.dtype == targets["reconstruction"].dtype == np.float32
    assert set(targets) == {"reconstruction", "soft_code"}
    assert len(targets["soft_code"]) == 6


def test_second_views_are_of_partners_all_of_whom_have_their_turn():
    partners = np.array([[(image + 1) % 9, (image + 4) % 9] for image in range(9)])
    batches = two_view_batches(numbered_images(9), batch_size=3, augment=brighter, partners=partners)
    seen = set()
    for first, second, *originals in read_views(batches, epochs=30):
        np.testing.assert_array_equal(np.floor(first), originals[0].round())
        np.testing.assert_array_equal(np.floor(second), originals[1].round())
        seen |= set(zip(np.floor(first).tolist(), np.floor(second).tolist(), strict=True))
    assert seen == {(image, partner) for image, row in enumerate(partners.tolist()) for partner in row}


@pytest.mark.parametrize("partners", [None, np.array([[1, 2], [2, 3], [3, 0], [0, 1], [5, 6], [6, 7], [7, 4], [4, 5]])])
def test_two_views_of_the_same_epoch_are_the_same_again(partners):
    images = np.random.default_rng(0).integers(0, 256, (8, 5, 5, 1), dtype=np.uint8)
    batches = two_view_batches(images, batch_size=3, seed=3, augment=SmallWarps(1.0, 1.0), partners=partners)
    from_start = read(batches, 0, count=4 * batches.steps_per_epoch)
    np.testing.assert_array_equal(from_start[-batches.steps_per_epoch :], read(batches, 3))
    assert not np.array_equal(read(batches, 2), read(batches, 3))


def test_fingerprint_tells_two_views_and_their_partners_apart():
    images = numbered_images(4)
    others = [
        reconstruction_batches(images, augment=brighter),
        two_view_batches(images, augment=brighter),
        two_view_batches(images, augment=brighter, partners=np.array([[1], [2], [3], [0]])),
        two_view_batches(images, augment=brighter, partners=np.array([[1], [2], [0], [0]])),
    ]
    assert len({batches.fingerprint for batches in others}) == len(others)


@pytest.mark.parametrize(
    ("partners", "message"),
    [
        (np.zeros(4, int), r"\(4, k\) integers, positions of images; received int64 of shape \(4,\)"),
        (np.zeros((3, 2), int), r"received int64 of shape \(3, 2\)"),
        (np.zeros((4, 0), int), r"received int64 of shape \(4, 0\)"),
        (np.zeros((4, 1)), r"received float64 of shape \(4, 1\)"),
        (np.array([[0], [1], [2], [4]]), "positions of images, 0 to 3; received 0 to 4"),
        (np.array([[-1], [1], [2], [3]]), "positions of images, 0 to 3; received -1 to 3"),
    ],
)
def test_partners_that_cannot_be_are_refused(partners, message):
    with pytest.raises(ValueError, match=message):
        two_view_batches(numbered_images(4), augment=brighter, partners=partners)
