from itertools import pairwise

import numpy as np
import pytest

from keraszoo.data import class_balanced

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(4), [10, 9, 12, 10]))


def counts(positions):
    return np.bincount(LABELS[positions], minlength=4).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_each_class_gets_as_many_as_any_other(seed):
    positions = class_balanced(LABELS, 20, seed)
    assert counts(positions) == [5, 5, 5, 5]
    assert (np.diff(positions) > 0).all()


def test_the_seed_draws_which_images_and_which_classes_get_one_more():
    drawn = [class_balanced(LABELS, 6, seed) for seed in range(12)]
    assert all(sorted(counts(positions)) == [1, 1, 2, 2] for positions in drawn)
    assert len({tuple(counts(positions)) for positions in drawn}) > 2
    assert len({tuple(positions) for positions in drawn}) == 12
    np.testing.assert_array_equal(drawn[3], class_balanced(LABELS, 6, 3))


@pytest.mark.parametrize("seed", range(3))
def test_fewer_labels_are_among_more(seed):
    drawn = [set(class_balanced(LABELS, count, seed)) for count in range(4, 40)]
    assert all(fewer < more for fewer, more in pairwise(drawn))


@pytest.mark.parametrize("seed", range(3))
def test_one_more_goes_only_to_classes_that_have_it(seed):
    assert counts(class_balanced(LABELS, 39, seed)) == [10, 9, 10, 10]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_labels_of_any_integer_type(dtype):
    np.testing.assert_array_equal(class_balanced(LABELS.astype(dtype), 8, 0), class_balanced(LABELS.tolist(), 8, 0))


@pytest.mark.parametrize(
    ("labels", "count", "seed", "message"),
    [
        (LABELS, 3, 0, "at least 4 labels, one a class, received 3"),
        (LABELS, 0, 0, "received 0"),
        (LABELS, -4, 0, "received -4"),
        (LABELS, 8.0, 0, "a whole number of at least 4 labels, one a class, received 8.0"),
        (LABELS, 42, 0, "expected at most 39 of 41 labels, .* received 42; class 1 has only 9"),
        (LABELS, 40, 0, "expected at most 39 of 41 labels, .* received 40; class 1 has only 9"),
        (LABELS, 8, -1, "a seed of 0 or more, received -1"),
        (LABELS.astype(float), 8, 0, r"integers of shape \(n,\), received float64"),
        (LABELS > 1, 8, 0, "received bool"),
        (None, 8, 0, "received object"),
        (LABELS[:, None], 8, 0, r"shape \(41, 1\)"),
        (np.zeros(0, int), 8, 0, r"shape \(0,\)"),
        (LABELS - 1, 8, 0, "labels of 0 or more, received -1"),
        (np.where(LABELS == 2, 4, LABELS), 8, 0, "every class from 0 to 4, received none of class 2"),
        (LABELS + 1, 8, 0, "every class from 0 to 4, received none of class 0"),
        ([0, 1, 10**15], 3, 0, "received none of class 2"),
    ],
)
def test_what_cannot_be_drawn_is_refused(labels, count, seed, message):
    with pytest.raises(ValueError, match=message):
        class_balanced(labels, count, seed)
