import numpy as np
import pytest

from keraszoo.data.splits import Split, cut_by_name, cut_last, cut_validation


def numbered(count):
    return Split(np.arange(count, dtype=np.uint8).reshape(count, 1, 1, 1), np.arange(count))


def test_validation_is_a_twelfth_and_nothing_is_lost():
    train, validation = cut_validation(numbered(120), seed=3)
    assert len(validation) == 10
    assert sorted([*train.labels, *validation.labels]) == list(range(120))
    np.testing.assert_array_equal(train.images.ravel(), train.labels)


def test_the_seed_draws_the_validation_split():
    first, again, other = (cut_validation(numbered(120), seed)[1].labels for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


def test_smallest_sets():
    rest, test = cut_last(numbered(3))
    train, validation = cut_validation(rest, seed=0)
    assert [len(train), len(validation), len(test)] == [1, 1, 1]


def test_too_few_or_a_bad_seed():
    with pytest.raises(ValueError, match="at least 3 images"):
        cut_last(numbered(2))
    with pytest.raises(ValueError, match="at least 2 images"):
        cut_validation(numbered(1), seed=0)
    with pytest.raises(ValueError, match="received -1"):
        cut_validation(numbered(9), seed=-1)


def test_cut_last():
    rest, test = cut_last(numbered(12))
    assert list(rest.labels) == list(range(10))
    assert list(test.labels) == [10, 11]


def test_more_names_move_no_other():
    names = [f"{number}.png" for number in range(200)]
    few, many = (set(cut_by_name(numbered(count), names[:count])[1].labels) for count in (100, 200))
    assert few == {label for label in many if label < 100}
    assert 17 <= len(many) <= 50


def test_cut_by_name_mixes_what_is_sorted():
    """Of what comes class by class, exports calibrate on the first images and pictures show them."""
    names = [f"{'ab'[number // 600]}/{number:04}.png" for number in range(1200)]
    for part in cut_by_name(numbered(1200), names):
        assert 30 < np.sum(part.labels[:100] >= 600) < 70


@pytest.mark.parametrize("count", range(3, 12))
def test_cut_by_name_leaves_no_split_empty(count):
    for start in range(20):
        rest, test = cut_by_name(numbered(count), [f"{start}-{number}" for number in range(count)])
        assert len(test) >= 1
        assert len(rest) >= 2
