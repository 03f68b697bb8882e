"""A decoder meets contexts that an encoder gave for the digits of its words, and a word encoder the words of digits."""

import keras
import numpy as np
import pytest

from keraszoo.data import digits_of, hold_out, number_of, number_texts
from keraszoo.training import decoding_batches, previous_ids, translation_batches

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(11), 4))
# The context at position i is no probability at all, but tells i from every other and from an exact one.
CONTEXTS = np.arange(2, 46, dtype=np.float32)[:, None] * np.ones(11, np.float32)
TEXTS, ENGLISH = number_texts("ko", 3), number_texts("en", 3)
SEEN, UNSEEN = hold_out(3, 0.3, 0)


def decoding(numbers=SEEN, **changes):
    arguments = {
        "contexts": CONTEXTS,
        "labels": LABELS,
        "digits": digits_of(numbers, 3),
        "token_ids": TEXTS.encode(numbers),
        "numbers_per_epoch": 400,
        "batch_size": 100,
        **changes,
    }
    return decoding_batches(**arguments)


def translation(numbers=SEEN, **changes):
    arguments = {
        "source_ids": ENGLISH.encode(numbers),
        "digits": digits_of(numbers, 3),
        "numbers_per_epoch": 400,
        "batch_size": 100,
        **changes,
    }
    return translation_batches(**arguments)


def read(batches, first=0, epochs=1):
    """Each array of the batches of some epochs, in the order that Keras flattens them in."""
    batches = batches.from_epoch(first).take(epochs * batches.steps_per_epoch)
    rows = [keras.tree.flatten(batch) for batch in batches.as_numpy_iterator()]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def numbers_of(ids, texts):
    """The numbers of these words."""
    known = {text: number for number, text in enumerate(texts.vocabulary.decode(texts.encode(np.arange(1000))))}
    return np.array([known[text] for text in texts.vocabulary.decode(ids)])


def test_contexts_are_drawn_row_by_row_for_the_words():
    context, previous, ids = read(decoding(exact=0))
    assert context.shape == (400, 3, 11)
    assert (context.dtype, previous.dtype, ids.dtype) == (np.float32, np.int32, np.int32)
    np.testing.assert_array_equal(LABELS[context[..., 0].astype(int) - 2], digits_of(numbers_of(ids, TEXTS), 3))
    np.testing.assert_array_equal(previous, previous_ids(ids))


def test_every_context_of_a_digit_is_drawn_as_often_and_independently():
    context, _, _ = read(decoding(np.array([777]), exact=0), epochs=8)
    positions = context[..., 0].astype(int) - 2
    drawn, counts = np.unique(positions, return_counts=True)
    np.testing.assert_array_equal(drawn, np.flatnonzero(LABELS == 7))
    assert counts.min() > 0.9 * positions.size / 4
    assert np.abs(np.corrcoef(positions.T) - np.eye(3)).max() < 0.1


@pytest.mark.parametrize("exact", [0, 0.25, 1])
def test_a_share_of_whole_contexts_is_exact(exact):
    context, _, ids = read(decoding(exact=exact), epochs=5)
    is_exact = context.max(axis=2) == 1
    assert (is_exact.all(axis=1) == is_exact.any(axis=1)).all()
    assert is_exact[:, 0].mean() == pytest.approx(exact, abs=0.04 if 0 < exact < 1 else 0)
    digits = digits_of(numbers_of(ids, TEXTS), 3)[is_exact[:, 0]]
    np.testing.assert_array_equal(context[is_exact[:, 0]], np.eye(11)[digits])


def test_a_word_encoder_is_given_words_and_asked_for_their_digits():
    sources, digits = read(translation())
    assert sources.shape == (400, ENGLISH.length)
    assert (sources.dtype, digits.dtype) == (np.int32, np.int32)
    np.testing.assert_array_equal(digits_of(numbers_of(sources, ENGLISH), 3), digits)


def test_numbers_that_are_held_out_are_never_met():
    for numbers in (numbers_of(read(decoding(), epochs=20)[-1], TEXTS), number_of(read(translation(), epochs=20)[-1])):
        assert not np.intersect1d(numbers, UNSEEN).size
        assert len(np.unique(numbers)) > 0.95 * len(SEEN)


@pytest.mark.parametrize("build", [decoding, translation])
def test_the_seed_and_the_epoch_decide_the_batches(build):
    batches, again, other = (build(seed=seed) for seed in (1, 1, 2))
    for one, three, resumed, different in zip(
        read(batches), read(batches, epochs=3), read(again, first=2), read(other), strict=True
    ):
        np.testing.assert_array_equal(three[-400:], resumed)
        assert not np.array_equal(one, resumed)
        assert not np.array_equal(one, different)


def test_fingerprint_tells_other_batches_apart():
    others = [
        decoding(),
        decoding(contexts=CONTEXTS[::-1]),
        decoding(labels=LABELS[::-1]),
        decoding(numbers=SEEN[1:]),
        decoding(token_ids=ENGLISH.encode(SEEN)),
        decoding(exact=0.5),
        decoding(seed=1),
        translation(),
        translation(source_ids=TEXTS.encode(SEEN)),
        translation(numbers=SEEN[1:]),
        translation(batch_size=50),
    ]
    assert len({batches.fingerprint for batches in others}) == len(others)
    assert decoding().fingerprint == others[0].fingerprint


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"contexts": CONTEXTS.reshape(11, 4, 11)},
            r"contexts of single images, shape \(n, 11\), received \(11, 4, 11\)",
        ),
        ({"contexts": CONTEXTS[:, 1:]}, r"received \(44, 10\)"),
        ({"labels": LABELS[1:]}, r"one integer label for each of 44, received int64 of shape \(43,\)"),
        ({"labels": LABELS.clip(max=9)}, "or 10 for a blank, among them .* of the numbers; received .* 9]"),
        ({"exact": -0.1}, "share of exact contexts must lie within 0-1; received -0.1"),
        ({"exact": float("nan")}, "received nan"),
        ({"token_ids": TEXTS.encode(UNSEEN)}, "one row of integer token ids for each of"),
        ({"batch_size": 0}, "batch_size must be a positive integer; received 0"),
    ],
)
def test_what_makes_no_contexts_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        decoding(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_ids": ENGLISH.encode(UNSEEN)}, "one row of integer token ids for each of"),
        ({"digits": np.full((len(SEEN), 3), 10)}, "expected the digits of at least one number, received "),
        ({"numbers_per_epoch": 0}, "numbers_per_epoch must be a positive integer; received 0"),
    ],
)
def test_what_makes_no_translations_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        translation(**changes)
