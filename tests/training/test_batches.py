"""Every epoch is a function of the seed and its number, and every image has its turn."""

import numpy as np
import pytest

from keraszoo.training import SmallWarps, reconstruction_batches


def numbered_images(count):
    """Images of one pixel, whose value is the image's number."""
    return np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1)


def read(batches, epoch, count=None):
    """The inputs of ``count`` batches (one epoch if not given) from an epoch on."""
    dataset = batches.from_epoch(epoch).take(count or batches.steps_per_epoch)
    return [inputs for inputs, _ in dataset.as_numpy_iterator()]


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
