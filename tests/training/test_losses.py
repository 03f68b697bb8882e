"""The loss on two views: 0 for ideal bits, and what each departure from them costs."""

import keras
import numpy as np
import pytest

from keraszoo.training import TwoViewLoss

# The columns are balanced, decided, and not correlated with each other.
IDEAL = np.float32([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 0]])
ODD = np.random.default_rng(0).random((4, 3), np.float32)
OTHER = np.random.default_rng(1).random((4, 3), np.float32)


def loss_of(first, second, **options):
    codes = np.concatenate([first, second]).astype(np.float32)
    return float(TwoViewLoss(**options)(np.zeros((len(codes), 1), np.float32), codes))


@pytest.mark.parametrize("decorrelation", [0.0, 0.2, 5.0])
def test_ideal_bits_cost_nothing(decorrelation):
    assert loss_of(IDEAL, IDEAL, decorrelation=decorrelation) == 0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (IDEAL, 1 - IDEAL, 2.0),
        (IDEAL, IDEAL * 0 + 0.5, 1.0),
        (IDEAL, IDEAL * 0 + 1.0, 1.0),
        (0.25 + IDEAL / 2, 0.25 + IDEAL / 2, 0.75),
        (IDEAL, np.where(np.arange(3) == 2, 1 - IDEAL, IDEAL), 2 / 3),
    ],
    ids=["always different", "undecided", "always on", "half decided", "one bit different"],
)
def test_what_departs_from_agreement_costs(first, second, expected):
    assert loss_of(first, second, decorrelation=0.0) == pytest.approx(expected, abs=1e-6)


def test_equal_bits_cost_the_decorrelation():
    doubled = IDEAL[:, [0, 0]]
    assert loss_of(doubled, doubled, decorrelation=0.0) == 0
    assert loss_of(doubled, doubled, decorrelation=0.2) == pytest.approx(0.2)
    assert loss_of(doubled, np.stack([IDEAL[:, 0], 1 - IDEAL[:, 0]], axis=1), decorrelation=0.2) == pytest.approx(1.2)
    # Of the six pairs of different bits among three, one way and the other, two are equal.
    tripled = IDEAL[:, [0, 0, 1]]
    assert loss_of(tripled, tripled, decorrelation=0.3) == pytest.approx(0.3 * 2 / 6)


def test_a_small_example_by_hand():
    first, second = np.float32([[1.0, 0.5], [0.0, 1.0]]), np.float32([[0.75, 1.0], [0.25, 0.0]])
    # Codes of -1 to 1, less their means: first (1, -0.5), (-1, 0.5); second (0.5, 1), (-0.5, -1).
    # Covariances: same bits 0.5 and -0.5; different bits 1 and -0.25.
    assert loss_of(first, second, decorrelation=0.0) == pytest.approx(1 - (0.5 - 0.5) / 2)
    assert loss_of(first, second, decorrelation=2.0) == pytest.approx(1 + 2 * (1 + 0.25**4) / 2)
    assert loss_of(first[:, :1], second[:, :1]) == pytest.approx(0.5)  # one bit has no others


@pytest.mark.parametrize(
    "change",
    [
        lambda first, second: (second, first),
        lambda first, second: (first[::-1], second[::-1]),
        lambda first, second: (first[:, [2, 0, 1]], second[:, [2, 0, 1]]),
        lambda first, second: (np.abs([1, 0, 0] - first), np.abs([1, 0, 0] - second)),
    ],
    ids=["views swapped", "other order of images", "other order of bits", "one bit means the opposite"],
)
def test_what_changes_nothing(change):
    assert loss_of(*change(ODD, OTHER)) == pytest.approx(loss_of(ODD, OTHER), abs=1e-6)


def test_views_are_told_apart_by_their_half_of_the_batch():
    assert loss_of(ODD, OTHER) != pytest.approx(loss_of(ODD, OTHER[::-1]), abs=1e-3)


def test_a_model_trained_with_it_is_saved_with_it():
    loss = TwoViewLoss(0.7, name="agreement")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (type(again), again.decorrelation, again.name) == (TwoViewLoss, 0.7, "agreement")
    codes = np.concatenate([ODD, OTHER])
    assert float(again(codes, codes)) == float(loss(codes, codes))


@pytest.mark.parametrize("decorrelation", [-0.1, float("nan")])
def test_a_weight_that_cannot_be_is_refused(decorrelation):
    with pytest.raises(ValueError, match=f"a finite number of 0 or more; received {decorrelation}"):
        TwoViewLoss(decorrelation)
