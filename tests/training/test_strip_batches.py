"""Strips show the numbers that stand beside them, every length as often, and no number that is held out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from keraszoo.data import digits_of, hold_out, number_of, number_texts
from keraszoo.training import SmallWarps, context_batches, fit, previous_ids, strip_batches

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 3)).astype(np.uint8)
# Every pixel of the image at position i is i + 1, so that a strip tells which images it is made of.
IMAGES = np.arange(1, 31, dtype=np.uint8)[:, None, None, None] * np.ones((2, 3, 1), np.uint8)
TEXTS = number_texts("ko", 3)
SEEN, UNSEEN = hold_out(3, 0.3, 0)


def strips(numbers=SEEN, **changes):
    arguments = {
        "images": IMAGES,
        "labels": LABELS,
        "digits": digits_of(numbers, 3),
        "token_ids": TEXTS.encode(numbers),
        "numbers_per_epoch": 400,
        "batch_size": 100,
        **changes,
    }
    return strip_batches(**arguments)


def contexts(numbers=SEEN, **changes):
    arguments = {
        "images": IMAGES,
        "labels": LABELS,
        "digits": digits_of(numbers, 3),
        "numbers_per_epoch": 400,
        "batch_size": 100,
        **changes,
    }
    return context_batches(**arguments)


def read(batches, first=0, epochs=1):
    """All arrays of the batches of some epochs, one after the other."""
    batches = batches.from_epoch(first).take(epochs * batches.steps_per_epoch)
    return [keras.tree.flatten(batch) for batch in batches.as_numpy_iterator()]


def read_strips(batches, epochs=1):
    """Images, previous ids, digits and token ids of some epochs."""
    batches = batches.from_epoch(0).take(epochs * batches.steps_per_epoch).as_numpy_iterator()
    rows = [(x["images"], x["previous_ids"], y["context"], y["probabilities"]) for x, y in batches]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def a_little_brighter(images, seed):
    """Each image by an amount of its own below 0.5."""
    return images + tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed, 0, 0.5)


def first_half_brighter(images, seed):
    """As `SmallWarps`, a change of the first images of a batch alone."""
    half = tf.shape(images)[0] // 2
    return tf.concat([images[:half] + 0.5, images[half:]], axis=0)


def test_strips_show_the_digits_and_the_words_of_one_number():
    images, previous, digits, ids = read_strips(strips())
    assert images.shape == (400, 3, 2, 3, 1)
    assert (images.dtype, previous.dtype, digits.dtype, ids.dtype) == (np.float32, np.int32, np.int32, np.int32)
    assert (images == images[:, :, :1, :1]).all()
    positions = images[:, :, 0, 0, 0].astype(int) - 1
    np.testing.assert_array_equal(np.where(positions < 0, 10, LABELS[positions]), digits)
    np.testing.assert_array_equal(ids, TEXTS.encode(number_of(digits)))
    np.testing.assert_array_equal(previous, previous_ids(ids))


def test_previous_ids_are_the_start_and_the_tokens_before():
    np.testing.assert_array_equal(previous_ids(np.array([[7, 8, 2], [9, 2, 0]])), [[1, 7, 8], [1, 9, 2]])


def test_numbers_that_are_held_out_are_never_shown():
    _, _, digits, _ = read_strips(strips(), epochs=20)
    shown = np.unique(number_of(digits))
    assert not np.intersect1d(shown, UNSEEN).size
    assert len(shown) > 0.95 * len(SEEN)


def test_every_length_is_as_likely_and_within_it_every_number():
    _, _, digits, _ = read_strips(strips(np.arange(1000)), epochs=15)
    lengths = np.bincount((digits < 10).sum(axis=1))
    assert lengths[0] == 0
    assert lengths[1:].min() > 0.9 * 2000
    counts = np.bincount(number_of(digits), minlength=1000)
    assert counts[:10].min() > 130
    assert counts[10:100].min() > 5
    assert np.count_nonzero(counts[100:]) > 0.85 * 900


def test_every_image_of_a_digit_is_drawn_as_often_and_independently():
    images = read_strips(strips(np.array([777])), epochs=8)[0]
    positions = images[:, :, 0, 0, 0].astype(int) - 1
    drawn, counts = np.unique(positions, return_counts=True)
    np.testing.assert_array_equal(drawn, np.flatnonzero(LABELS == 7))
    assert counts.min() > 0.9 * positions.size / 3
    assert np.abs(np.corrcoef(positions.T) - np.eye(3)).max() < 0.1


def test_every_digit_is_changed_on_its_own_and_blanks_stay_zeros():
    images, _, digits, _ = read_strips(strips(augment=a_little_brighter))
    np.testing.assert_array_equal(images.any(axis=(2, 3, 4)), digits != 10)
    changes = (images - np.floor(images))[:, :, 0, 0, 0][digits != 10]
    assert len(np.unique(changes)) > 0.99 * len(changes)


def test_a_change_to_a_share_of_a_batch_falls_on_any_place_and_strip():
    images, _, digits, _ = read_strips(strips(augment=first_half_brighter))
    changed = (images % 1 == 0.5)[:, :, 0, 0, 0]
    for half in (slice(0, 50), slice(50, 100)):
        for place in range(3):
            assert 0.2 < changed[half, place][digits[half, place] != 10].mean() < 0.8


def test_an_encoder_alone_sees_the_strips_of_the_same_seed():
    for images, digits in read(contexts(augment=SmallWarps())):
        assert images.shape == (100, 3, 2, 3, 1)
        assert digits.shape == (100, 3)
    images, _, digits, _ = read_strips(strips())
    both = list(zip(*read(contexts()), strict=True))
    np.testing.assert_array_equal(np.concatenate(both[0]), images)
    np.testing.assert_array_equal(np.concatenate(both[1]), digits)


@pytest.mark.parametrize("build", [strips, contexts])
def test_the_seed_and_the_epoch_decide_the_batches(build):
    batches, again, other = (build(seed=seed, augment=SmallWarps()) for seed in (1, 1, 2))
    third = read(batches, epochs=3)[-batches.steps_per_epoch :]
    for left, right in zip(third, read(again, first=2), strict=True):
        for one, two in zip(left, right, strict=True):
            np.testing.assert_array_equal(one, two)
    for different in (read(other), third):
        for left, right in zip(read(batches), different, strict=True):
            assert all(not np.array_equal(one, two) for one, two in zip(left, right, strict=True))


def test_fingerprint_tells_other_batches_apart():
    ids, other_labels = TEXTS.encode(SEEN), LABELS.copy()
    other_labels[[0, 1]] = other_labels[[1, 0]]
    others = [
        strips(),
        strips(images=IMAGES[::-1]),
        strips(labels=other_labels),
        strips(numbers=SEEN[1:]),
        strips(token_ids=ids[::-1]),
        strips(numbers_per_epoch=500),
        strips(batch_size=50),
        strips(seed=1),
        strips(augment=SmallWarps()),
        contexts(),
        contexts(images=IMAGES[::-1]),
        contexts(seed=1),
    ]
    assert len({batches.fingerprint for batches in others}) == len(others)
    assert strips().fingerprint == others[0].fingerprint


def test_an_epoch_has_whole_batches_and_executions():
    batches = strips(numbers_per_epoch=301, batch_size=1)
    assert (batches.steps_per_epoch, batches.steps_per_execution) == (300, 100)
    batches = strips(numbers_per_epoch=7, batch_size=100)
    assert (batches.steps_per_epoch, len(read(batches)[0][0])) == (1, 7)


def tiny_reader():
    """The inputs and outputs of a reader, with the same names every time, by which `fit` knows a model again."""
    keras.utils.set_random_seed(0)
    images = keras.Input((3, 2, 3, 1), name="images")
    previous = keras.Input((TEXTS.length,), dtype="int32", name="previous_ids")
    strip = layers.Reshape((6, 3, 1), name="strip")(images)
    # A convolution, which `fit` leaves uncompiled by XLA, and so is there at once.
    features = layers.Flatten(name="flat")(layers.Conv2D(1, 3, name="convolution")(strip))
    digits = layers.Reshape((3, 11), name="rows")(layers.Dense(33, name="digits")(features))
    context = layers.Softmax(name="context")(digits)
    embedded = layers.Embedding(TEXTS.vocabulary.size, 4, name="embedding")(previous)
    probabilities = layers.Dense(TEXTS.vocabulary.size, activation="softmax", name="probabilities")(embedded)
    inputs = {"images": images, "previous_ids": previous}
    return keras.Model(inputs, {"context": context, "probabilities": probabilities}, name="tiny")


def test_a_training_leaves_padding_out_of_the_loss_and_is_found_again(tmp_path):
    batches = strips(np.array([7]), batch_size=400)  # one step an epoch, whose loss is that of the first weights

    def train():
        model = tiny_reader()
        (row,) = fit(
            model,
            batches,
            validation=next(batches.from_epoch(0).as_numpy_iterator()),
            folder=tmp_path,
            loss={
                "context": "sparse_categorical_crossentropy",
                "probabilities": keras.losses.SparseCategoricalCrossentropy(ignore_class=0),
            },
            loss_weights={"context": 0.5, "probabilities": 2.0},
            epochs=1,
            verbose=0,
        )
        return row, model.get_weights()

    inputs, targets = next(batches.from_epoch(0).as_numpy_iterator())
    given = tiny_reader().predict(inputs, verbose=0)["probabilities"]
    of_tokens = np.take_along_axis(given, targets["probabilities"][..., np.newaxis], axis=2)
    row, weights = train()
    assert row["probabilities_loss"] == pytest.approx(-np.log(of_tokens[:, :2]).mean(), rel=1e-4)
    assert row["loss"] == pytest.approx(0.5 * row["context_loss"] + 2 * row["probabilities_loss"], rel=1e-4)
    again, same_weights = train()
    assert again == row
    for one, two in zip(weights, same_weights, strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"digits": np.zeros((0, 3), int)},
            "expected the digits of at least one number, received none; make them with",
        ),
        ({"digits": np.array([[1, 10, 10], [0, 5, 10]])}, r"received \[0, 5, 10\] in row 1; make them with digits_of"),
        ({"digits": np.array([[1.0, 2.0]])}, "expected digits as integers"),
        (
            {"token_ids": TEXTS.encode([1, 2])},
            r"one row of integer token ids for each of .* received int32 of shape \(2",
        ),
        ({"token_ids": TEXTS.encode(SEEN).astype(float)}, "received float64 of shape"),
        ({"labels": LABELS[1:]}, r"one integer label for each of 30, received uint8 of shape \(29,\)"),
        ({"labels": LABELS.astype(float)}, "received float64 of shape"),
        (
            {"labels": np.where(LABELS == 8, 9, LABELS)},
            r"received \[0, 1, 2, 3, 4, 5, 6, 7, 9\]; leave out the numbers",
        ),
        ({"labels": LABELS.astype(int) + 2}, r"received \[2, 3, 4, 5, 6, 7, 8, 9, 10, 11\]"),
        ({"images": IMAGES[:, 0, 0]}, "expected images of shape"),
        ({"batch_size": 0}, "batch_size must be a positive integer; received 0"),
        ({"numbers_per_epoch": 2.5}, "numbers_per_epoch must be a positive integer; received 2.5"),
    ],
)
def test_what_makes_no_strips_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        strips(**changes)
