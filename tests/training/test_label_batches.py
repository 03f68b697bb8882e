"""Labels stay with their images, few images fill an epoch, and views of unlabelled images carry no label."""

import numpy as np
import pytest
import tensorflow as tf

from keraszoo.training import SmallWarps, labelled_batches, semi_supervised_batches

CLASSES = 3


def numbered_images(count):
    """Images of two pixels that hold the image's number: hundreds, and what is left."""
    return np.stack(np.divmod(np.arange(count), 100), axis=1).astype(np.uint8).reshape(count, 1, 2, 1)


def numbers_of(pixels):
    """The numbers of images that were changed by less than 1."""
    hundreds, rest = np.floor(pixels).reshape(-1, 2).T
    return (100 * hundreds + rest).astype(int)


def labels_of(numbers):
    return np.asarray(numbers) % CLASSES


def read(batches, first=0, epochs=1):
    """Inputs, reconstruction and probabilities of each batch of some epochs."""
    batches = batches.from_epoch(first).take(epochs * batches.steps_per_epoch)
    return [(x, y["reconstruction"], y["probabilities"]) for x, y in batches.as_numpy_iterator()]


def slightly(images, seed):
    """Brighter, each image by an amount of its own below 0.4."""
    return images + tf.random.stateless_uniform((images.shape[0], 1, 1, 1), seed, 0, 0.4)


def strongly(images, seed):
    """Brighter, each image by an amount of its own from 0.5 to 0.9."""
    return images + tf.random.stateless_uniform((images.shape[0], 1, 1, 1), seed, 0.5, 0.9)


def labelled(count=12, **changes):
    arguments = {"labels": labels_of(range(count)), "num_classes": CLASSES, "batch_size": 500, **changes}
    return labelled_batches(numbered_images(count), **arguments)


POSITIONS = np.array([1, 2, 5, 9, 18])


def semi_supervised(count=40, positions=POSITIONS, **changes):
    arguments = {
        "labels": labels_of(positions),
        "labelled": positions,
        "num_classes": CLASSES,
        "batch_size": 8,
        "labelled_share": 0.25,
        "weak": slightly,
        "strong": strongly,
        **changes,
    }
    return semi_supervised_batches(numbered_images(count), **arguments)


def test_every_image_keeps_its_label():
    for inputs, reconstruction, probabilities in read(labelled()):
        assert inputs.shape == reconstruction.shape == (500, 1, 2, 1)
        assert inputs.dtype == reconstruction.dtype == probabilities.dtype == np.float32
        np.testing.assert_allclose(reconstruction * 255, inputs, rtol=1e-6)
        np.testing.assert_array_equal(probabilities, np.eye(CLASSES)[labels_of(numbers_of(inputs))])


def test_few_images_fill_an_epoch_each_time_changed_anew():
    batches = labelled(8, batch_size=250, augment=slightly)
    assert batches.steps_per_epoch == 20
    inputs = np.concatenate([x for x, _, _ in read(batches)])
    assert set(np.bincount(numbers_of(inputs))) == {5000 // 8}
    # Of numbers this small, hardly any two of 5,000 are the same by chance.
    assert len(np.unique(inputs[:, 0, 0, 0])) > 4900


def test_no_image_counts_more_than_another():
    inputs = np.concatenate([x for x, _, _ in read(labelled(2600, batch_size=52))])
    assert set(np.bincount(numbers_of(inputs))) == {2}


def test_many_images_have_one_turn_an_epoch():
    inputs = np.concatenate([x for x, _, _ in read(labelled(5100, batch_size=51))])
    np.testing.assert_array_equal(np.sort(numbers_of(inputs)), np.arange(5100))


def test_what_is_changed_is_both_input_and_target():
    inputs, reconstruction, _ = read(labelled(augment=strongly))[0]
    assert (inputs - np.floor(inputs)).min() > 0.4
    np.testing.assert_allclose(reconstruction * 255, inputs, rtol=1e-6)


def test_all_weak_views_stand_before_all_strong_ones_of_the_same_images():
    for inputs, reconstruction, probabilities in read(semi_supervised()):
        assert inputs.shape == reconstruction.shape == (2 * 8, 1, 2, 1)
        assert inputs.dtype == reconstruction.dtype == probabilities.dtype == np.float32
        np.testing.assert_allclose(reconstruction * 255, inputs, rtol=1e-6)
        np.testing.assert_array_equal(numbers_of(inputs[:8]), numbers_of(inputs[8:]))
        changes = (inputs - np.floor(inputs))[:, 0, 0, 0]
        assert changes[:8].max() < 0.41
        assert changes[8:].min() > 0.49


def test_a_share_of_each_batch_is_labelled_and_the_rest_has_zeros():
    drawn = []
    for inputs, _, probabilities in read(semi_supervised(), epochs=8):
        numbers = numbers_of(inputs[:8])
        np.testing.assert_array_equal(probabilities[:8], probabilities[8:])
        np.testing.assert_array_equal(probabilities[:2], np.eye(CLASSES)[labels_of(numbers[:2])])
        assert not probabilities[2:8].any()
        drawn.extend(numbers[:2])
    assert set(drawn) == set(POSITIONS)


def test_all_images_have_their_turn_among_the_unlabelled():
    batches = read(semi_supervised(), epochs=8)
    assert {number for inputs, _, _ in batches for number in numbers_of(inputs[2:8])} == set(range(40))


@pytest.mark.parametrize(("share", "expected"), [(0.01, 1), (0.5, 4), (0.99, 8)])
def test_a_batch_has_one_labelled_image_at_least(share, expected):
    _, _, probabilities = read(semi_supervised(labelled_share=share))[0]
    assert probabilities.sum() == 2 * expected


@pytest.mark.parametrize("build", [labelled, semi_supervised])
def test_the_seed_and_the_epoch_decide_the_batches(build):
    options = {"augment": SmallWarps(1.0)} if build is labelled else {"weak": SmallWarps(0.2), "strong": SmallWarps(1)}
    batches, again, other = (build(seed=seed, **options) for seed in (1, 1, 2))
    three = read(batches, epochs=3)[-batches.steps_per_epoch :]
    for left, right in zip(three, read(again, first=2), strict=True):
        for one, two in zip(left, right, strict=True):
            np.testing.assert_array_equal(one, two)
    assert not all(np.array_equal(one[0], two[0]) for one, two in zip(read(batches), read(other), strict=True))
    assert not all(np.array_equal(one[0], two[0]) for one, two in zip(read(batches), three, strict=True))


def test_fingerprint_tells_other_batches_apart():
    positions = POSITIONS.copy()
    positions[0] += CLASSES  # which has the same label
    others = [
        labelled(),
        labelled(labels=labels_of(np.arange(12) + 1)),
        labelled(num_classes=4),
        labelled(batch_size=250),
        labelled(seed=1),
        labelled(augment=slightly),
        labelled(augment=strongly),
        semi_supervised(),
        semi_supervised(labels=labels_of(POSITIONS + 1)),
        semi_supervised(positions=positions),
        semi_supervised(num_classes=4),
        semi_supervised(labelled_share=0.5),
        semi_supervised(seed=1),
        semi_supervised(weak=strongly),
        semi_supervised(strong=slightly),
    ]
    assert len({batches.fingerprint for batches in others}) == len(others)
    assert labelled().fingerprint == others[0].fingerprint
    assert semi_supervised().fingerprint == semi_supervised().fingerprint


@pytest.mark.parametrize("build", [labelled, semi_supervised])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda labels: labels[:-1], "one integer label for each of .* images; received int64 of shape"),
        (lambda labels: np.eye(3)[labels], r"received float64 of shape \(\d+, 3\)"),
        (lambda labels: labels.astype(float), "received float64 of shape"),
        (lambda labels: labels == 1, "received bool of shape"),
        (lambda labels: labels + 1, "labels from 0 to 2, one less than num_classes; received 1 to 3"),
        (lambda labels: labels - 1, "labels from 0 to 2, one less than num_classes; received -1 to 1"),
    ],
)
def test_labels_that_cannot_be_are_refused(build, change, message):
    labels = labels_of(range(12) if build is labelled else POSITIONS)
    with pytest.raises(ValueError, match=message):
        build(labels=change(labels))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"positions": np.array([3, 40])}, "positions of images, 0 to 39; received int64 3 to 40"),
        ({"positions": np.array([-1, 3])}, "positions of images, 0 to 39; received int64 -1 to 3"),
        ({"positions": np.array([1.5, 3]), "labels": np.array([0, 1])}, "0 to 39; received float64 1.5 to 3.0"),
        ({"positions": np.array([], int)}, r"one integer label for each of 0 images; received int64 of shape \(0,\)"),
        ({"labelled_share": 0}, "labelled_share must lie between 0 and 1; received 0"),
        ({"labelled_share": 1.0}, "labelled_share must lie between 0 and 1; received 1.0"),
        ({"labelled_share": float("nan")}, "labelled_share must lie between 0 and 1; received nan"),
        ({"batch_size": 0}, "batch_size must be a positive integer; received 0"),
    ],
)
def test_positions_and_shares_that_cannot_be_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        semi_supervised(**changes)
