import numpy as np
import pytest

from keraszoo.data import digits_of, draw_numbers, draw_positions, draw_strips, hold_out, is_held_out, number_of

LABELS = np.random.default_rng(0).permutation(np.repeat(np.arange(10), 3)).astype(np.uint8)
# Every pixel of the image at position i is i + 1, so that a strip tells which images it is made of.
IMAGES = np.arange(1, 31, dtype=np.uint8)[:, None, None, None] * np.ones((2, 3, 1), np.uint8)


def test_digits_stand_from_the_left_and_blanks_behind():
    digits = digits_of([0, 7, 10, 305, 9999], 4)
    assert digits.dtype == np.int32
    np.testing.assert_array_equal(
        digits, [[0, 10, 10, 10], [7, 10, 10, 10], [1, 0, 10, 10], [3, 0, 5, 10], [9, 9, 9, 9]]
    )


@pytest.mark.parametrize("max_digits", [1, 3, 8])
def test_digits_give_the_number_back(max_digits):
    powers = 10 ** np.arange(max_digits)
    numbers = np.unique(np.concatenate([[0], powers, powers - 1, 10 * powers - 1, 7 * powers]))
    np.testing.assert_array_equal(number_of(digits_of(numbers, max_digits)), numbers)


def test_rows_that_show_no_number():
    digits = np.array([[10, 5], [10, 10], [0, 5], [0, 10], [5, 0]], np.uint8)
    np.testing.assert_array_equal(number_of(digits), [-1, -1, -1, 0, 50])


def test_strips_show_the_digits_in_order_and_zeros_behind():
    numbers = np.array([305, 0, 99, 1234])
    strips = draw_strips(IMAGES, LABELS, numbers, 4, seed=0)
    assert strips.shape == (4, 4, 2, 3, 1)
    assert strips.dtype == np.uint8
    assert (strips == strips[:, :, :1, :1]).all()
    positions = strips[:, :, 0, 0, 0].astype(int) - 1
    np.testing.assert_array_equal(np.where(positions < 0, 10, LABELS[positions]), digits_of(numbers, 4))
    np.testing.assert_array_equal(positions, draw_positions(LABELS, numbers, 4, seed=0))


def test_every_image_of_a_digit_is_drawn_as_often():
    positions = draw_positions(LABELS, np.full(3000, 77), 2, seed=1)
    drawn, counts = np.unique(positions, return_counts=True)
    np.testing.assert_array_equal(drawn, np.flatnonzero(LABELS == 7))
    assert counts.min() > 1800
    assert np.corrcoef(positions.T)[0, 1] < 0.1


def test_the_seed_draws_the_images():
    first, again, other = (draw_strips(IMAGES, LABELS, [12345678] * 5, 8, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_digit_that_no_number_has_needs_no_image():
    kept = LABELS != 8
    assert draw_strips(IMAGES[kept], LABELS[kept], [19], 2, seed=0).all()
    with pytest.raises(ValueError, match="expected images of every digit of the numbers, received none of 8"):
        draw_strips(IMAGES[kept], LABELS[kept], [19, 80], 2, seed=0)


@pytest.mark.parametrize(
    ("numbers", "max_digits", "message"),
    [
        ([-1, 5], 2, "expected numbers from 0 to 99, of at most 2 digits, received -1 to 5"),
        ([100], 2, "at most 2 digits, received 100 to 100"),
        ([2**63], 8, "of at most 8 digits"),
        ([2**64], 8, "received object"),
        ([1.0], 2, "expected whole numbers of shape .* received float64"),
        ([True], 2, "received bool"),
        ([[1]], 2, r"shape \(1, 1\)"),
        (5, 2, r"shape \(\)"),
        ([5], 0, "expected max_digits of 1 to 8, received 0"),
        ([5], 9, "received 9"),
        ([5], 2.0, "received 2.0"),
        ([5], True, "received True"),
    ],
)
def test_numbers_that_no_strip_can_show_are_refused(numbers, max_digits, message):
    with pytest.raises(ValueError, match=message):
        draw_strips(IMAGES, LABELS, numbers, max_digits, seed=0)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS.astype(float), "expected labels as integers 0-9 of shape .* received float64"),
        (LABELS > 3, "received bool"),
        (LABELS + 1, "expected labels 0-9, received 1 to 10"),
        (LABELS.astype(int) - 1, "received -1 to 8"),
        (LABELS[:-1], r"one label for each of 30 images, received labels of shape \(29,\)"),
        (LABELS[:, None], r"shape \(30, 1\)"),
    ],
)
def test_labels_that_are_no_digits_are_refused(labels, message):
    with pytest.raises(ValueError, match=message):
        draw_strips(IMAGES, labels, [12], 2, seed=0)


@pytest.mark.parametrize("seed", [-1, 0.5, None])
def test_a_seed_that_is_none_is_refused(seed):
    for draw in (lambda: draw_strips(IMAGES, LABELS, [12], 2, seed), lambda: draw_numbers(3, 2, seed)):
        with pytest.raises(ValueError, match="expected a seed of 0 or more"):
            draw()
    with pytest.raises(ValueError, match="expected a seed of 0 or more"):
        is_held_out([12], 0.1, seed)


@pytest.mark.parametrize(
    ("digits", "message"),
    [
        ([[11]], "expected digits 0-9, and 10 for blank, received 11 to 11"),
        ([[-1]], "received -1"),
        ([[1.0]], "received float64"),
        ([1, 2], r"shape \(2,\)"),
        (np.zeros((1, 9), int), r"shape \(1, 9\)"),
    ],
)
def test_digits_that_are_none_are_refused(digits, message):
    with pytest.raises(ValueError, match=message):
        number_of(digits)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_every_digit_is_seen_at_every_place_of_every_length(share):
    seen, unseen = hold_out(4, share, seed=2)
    np.testing.assert_array_equal(np.sort(np.concatenate([seen, unseen])), np.arange(10_000))
    assert set(range(10)) <= set(seen)
    for length in range(2, 5):
        digits = digits_of(seen[(seen >= 10 ** (length - 1)) & (seen < 10**length)], length)
        assert set(digits[:, 0]) == set(range(1, 10))
        assert all(set(column) == set(range(10)) for column in digits.T[1:])
    assert len(unseen) / 10_000 == pytest.approx(share, rel=0.06)


def test_which_numbers_are_held_out_never_changes():
    """A model that was trained without some numbers must be tested on the same ones by every later version."""
    assert np.flatnonzero(is_held_out(np.arange(100), 0.1, 0)).tolist() == [18, 21, 41, 48, 68, 82, 83]
    assert np.flatnonzero(is_held_out(np.arange(99_999_900, 10**8), 0.1, 7)).tolist() == [2, 15, 21, 43, 55, 85, 90]


def test_the_seed_draws_which_numbers_are_held_out_and_a_larger_share_holds_out_more():
    numbers = np.arange(10**7, 10**7 + 4000)
    held = is_held_out(numbers, 0.1, 0)
    assert held.mean() == pytest.approx(0.1, abs=0.02)
    assert (held & is_held_out(numbers, 0.1, 1)).mean() < 0.03
    assert is_held_out(numbers, 0.5, 0)[held].all()
    assert not is_held_out(numbers, 0, 0).any()


@pytest.mark.parametrize("share", [-0.1, 0.001, 0.95, float("nan")])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(ValueError, match=r"expected a share of 0, or 0\.01 to 0\.9, to hold out, received"):
        is_held_out([1], share, 0)


def test_too_many_numbers_to_list_are_refused():
    with pytest.raises(ValueError, match="expected at most 6 digits to list, received 7; use is_held_out"):
        hold_out(7, 0.1, 0)


@pytest.mark.parametrize(("held_out", "lengths"), [(None, range(1, 9)), (False, range(1, 9)), (True, range(2, 9))])
def test_drawn_numbers_have_every_length_as_often(held_out, lengths):
    numbers = draw_numbers(4000, 8, 5, held_out=held_out, share=0.2, hold_out_seed=1)
    counts = np.bincount([len(str(number)) for number in numbers], minlength=9)
    assert [length for length in range(9) if counts[length]] == list(lengths)
    assert counts[lengths].min() > 0.85 * 4000 / len(lengths)
    if held_out is not None:
        assert (is_held_out(numbers, 0.2, 1) == held_out).all()
    np.testing.assert_array_equal(numbers, draw_numbers(4000, 8, 5, held_out=held_out, share=0.2, hold_out_seed=1))
    assert (numbers != draw_numbers(4000, 8, 6, held_out=held_out, share=0.2, hold_out_seed=1)).any()


def test_drawn_numbers_of_a_length_are_even():
    numbers = draw_numbers(20_000, 2, 0)
    assert np.bincount(numbers[numbers < 10], minlength=10).min() > 850
    assert np.bincount(numbers[numbers >= 10])[10:].min() > 70


@pytest.mark.parametrize(("max_digits", "share"), [(1, 0.5), (4, 0)])
def test_numbers_that_are_not_there_are_refused(max_digits, share):
    with pytest.raises(
        ValueError, match=f"expected numbers that are held out, found none of up to {max_digits} digits"
    ):
        draw_numbers(3, max_digits, 0, held_out=True, share=share)


@pytest.mark.parametrize("count", [0, -1, 1.0])
def test_a_count_that_is_none_is_refused(count):
    with pytest.raises(ValueError, match="expected a count of 1 or more, received"):
        draw_numbers(count, 4, 0)
