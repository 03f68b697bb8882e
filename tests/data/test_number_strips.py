"""Strips with all that belongs to them, and which numbers are learned from and tested."""

import numpy as np
import pytest

from keraszoo.data import (
    draw_number_strips,
    load_images,
    number_of,
    number_texts,
    number_words,
    numbers_to_learn,
    numbers_to_test,
    share_held_out,
)
from keraszoo.data.number_strips import strips_of_all_lengths


@pytest.fixture(scope="module")
def test_split():
    return load_images("digits").test


@pytest.mark.parametrize("held_out", [None, True, False])
def test_all_parts_tell_of_the_same_numbers(test_split, held_out):
    texts = number_texts("ko", 3)
    strips = draw_number_strips(test_split, texts, 200, seed=0, held_out=held_out)
    np.testing.assert_array_equal(number_of(strips.digits), strips.numbers)
    assert strips.words == [number_words(number, "ko") for number in strips.numbers.tolist()]
    assert texts.vocabulary.decode(strips.token_ids) == strips.words
    np.testing.assert_array_equal(strips.images.any(axis=(2, 3, 4)), strips.digits < 10)
    np.testing.assert_array_equal(strips.unseen, np.isin(strips.numbers, numbers_to_test(3)))
    assert set(strips.unseen) == ({True, False} if held_out is None else {held_out})


@pytest.mark.parametrize("max_digits", [3, 4, 5])
def test_what_is_learned_and_what_is_tested_are_all_numbers_but_never_the_same(max_digits):
    learned, tested = numbers_to_learn(max_digits), numbers_to_test(max_digits)
    np.testing.assert_array_equal(np.sort(np.concatenate([learned, tested])), np.arange(10**max_digits))
    assert len(tested) == pytest.approx(0.1 * 10**max_digits, rel=0.1)


def test_beyond_five_digits_they_are_drawn():
    learned, tested = numbers_to_learn(7), numbers_to_test(7)
    assert (len(learned), len(tested)) == (200_000, 10_000)
    assert not np.isin(tested, learned).any()


@pytest.mark.parametrize("max_digits", [1, 2])
def test_words_of_their_own_are_all_learned(test_split, max_digits):
    """Those of 12 are made of no other number's."""
    assert share_held_out(max_digits) == 0
    np.testing.assert_array_equal(numbers_to_learn(max_digits), np.arange(10**max_digits))
    np.testing.assert_array_equal(numbers_to_test(max_digits), np.arange(10**max_digits))
    assert not draw_number_strips(test_split, number_texts("en", max_digits), 100, seed=0).unseen.any()


def test_images_as_they_come_make_strips_of_all_lengths():
    images = np.arange(1, 12, dtype=np.uint8).reshape(11, 1, 1, 1)
    strips = strips_of_all_lengths(images, 3)
    assert strips.reshape(3, 3).tolist() == [[1, 2, 3], [4, 0, 0], [7, 8, 0]]
    assert images.all(), "the images themselves stay"
