"""The loss of labelled images and of two views of the others, beside the same written out row by row."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from keraszoo.training import ConsistencyLoss

CLASSES = 3
PAIRS = 12
SHARES = [0.5, 0.25, 0.25]


def softmax(logits):
    values = np.exp(logits)
    return values / values.sum(axis=1, keepdims=True)


def views():
    """Probabilities of weak and of strong views, some of them sure."""
    return softmax(3 * np.random.default_rng(1).normal(size=(2 * PAIRS, CLASSES))).astype(np.float32)


def targets(labels):
    """One-hot rows of the first images of each half, zeros for the others."""
    rows = np.zeros((PAIRS, CLASSES), np.float32)
    rows[np.arange(len(labels)), labels] = 1
    return np.concatenate([rows, rows])


def by_hand(y_true, y_pred, class_shares=None, threshold=0.95, weight=1.0):
    """`ConsistencyLoss`, one image after another."""
    pairs = len(y_pred) // 2
    labelled = [row for row in range(2 * pairs) if y_true[row].any()]
    supervised = -sum(np.log(y_pred[row][y_true[row].argmax()]) for row in labelled) / max(1, len(labelled))
    unlabelled = [row for row in range(pairs) if not y_true[row].any()]
    guesses = {row: y_pred[row].astype(np.float64) for row in unlabelled}
    if class_shares is not None and unlabelled:
        frequency = np.mean([guesses[row] for row in unlabelled], axis=0)
        scaled = {row: guess * class_shares / frequency for row, guess in guesses.items()}
        guesses = {row: guess / guess.sum() for row, guess in scaled.items()}
    sure = [row for row, guess in guesses.items() if guess.max() >= threshold]
    agreement = -sum(np.log(y_pred[pairs + row][guesses[row].argmax()]) for row in sure)
    return supervised + weight * agreement / max(1, len(unlabelled))


@pytest.mark.parametrize("class_shares", [None, SHARES, np.array([0.8, 0.1, 0.1])], ids=["any", "shares", "others"])
@pytest.mark.parametrize("threshold", [0.0, 0.6, 0.9])
@pytest.mark.parametrize("labels", [[], [2, 0], [0, 1, 2] * 4], ids=["none", "two", "all"])
def test_it_is_what_is_written_out_by_hand(labels, threshold, class_shares):
    options = {"class_shares": class_shares, "threshold": threshold, "weight": 0.7}
    y_true, y_pred = targets(labels), views()
    found = float(ConsistencyLoss(**options)(y_true, y_pred))
    assert found == pytest.approx(by_hand(y_true, y_pred, **options), rel=1e-4)


def test_every_option_counts_in_that_comparison():
    y_true, y_pred = targets([2, 0]), views()
    options = [
        {"threshold": 0.9},
        {"threshold": 0.6},
        {"threshold": 0.6, "class_shares": SHARES},
        {"threshold": 0.6, "weight": 0.0},
    ]
    assert len({round(float(ConsistencyLoss(**chosen)(y_true, y_pred)), 4) for chosen in options}) == len(options)


def test_where_nothing_is_sure_and_nothing_labelled_there_is_nothing_to_learn():
    assert float(ConsistencyLoss()(targets([]), np.full((2 * PAIRS, CLASSES), 1 / CLASSES, np.float32))) == 0


def test_alignment_turns_down_a_class_that_is_guessed_too_often():
    weak = np.float32([[0.6, 0.4], [0.6, 0.4], [0.9, 0.1]])
    strong = np.float32([[0.7, 0.3], [0.7, 0.3], [0.2, 0.8]])
    y_true, y_pred = np.zeros((6, 2), np.float32), np.concatenate([weak, strong])
    # Class 0 has 0.7 of the guesses: times 0.5 / 0.7 and 0.5 / 0.3, the first two become 0.39 and 0.61.
    loss = ConsistencyLoss([0.5, 0.5], threshold=0.6)(y_true, y_pred)
    assert float(loss) == pytest.approx(-(2 * np.log(0.3) + np.log(0.2)) / 3, rel=1e-5)


@pytest.mark.parametrize("class_shares", [None, SHARES])
def test_the_weak_view_teaches_and_does_not_learn(class_shares):
    labels = [2, 0]
    y_true, y_pred = tf.constant(targets(labels)), tf.Variable(views())
    with tf.GradientTape() as tape:
        loss = ConsistencyLoss(class_shares, threshold=0.6)(y_true, y_pred)
    learns = np.abs(tape.gradient(loss, y_pred)).sum(axis=1) > 0
    assert learns[: len(labels)].all(), "both views of a labelled image learn its label"
    assert learns[PAIRS : PAIRS + len(labels)].all()
    assert not learns[len(labels) : PAIRS].any()
    assert 0 < learns[PAIRS + len(labels) :].sum() < PAIRS - len(labels), "the strong views of those that are sure"


def test_a_probability_of_0_costs_much_but_not_without_end():
    y_true, y_pred = np.float32([[1, 0], [1, 0]]), np.float32([[0, 1], [0, 1]])
    assert float(ConsistencyLoss()(y_true, y_pred)) == pytest.approx(-np.log(1e-7), rel=1e-4)


def test_a_model_trained_with_it_is_saved_with_it():
    loss = ConsistencyLoss(np.array(SHARES), 0.6, 0.3, name="agreement")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (type(again), again.class_shares, again.name) == (ConsistencyLoss, SHARES, "agreement")
    assert (again.threshold, again.weight) == (0.6, 0.3)
    assert float(again(targets([1]), views())) == float(loss(targets([1]), views()))
    assert ConsistencyLoss.from_config(ConsistencyLoss().get_config()).class_shares is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold": -0.1}, "a threshold of 0-1 and a weight of 0 or more; received -0.1, 1.0"),
        ({"threshold": 1.1}, "received 1.1, 1.0"),
        ({"threshold": float("nan")}, "received nan, 1.0"),
        ({"weight": -1}, "received 0.95, -1"),
        ({"weight": float("inf")}, "received 0.95, inf"),
        ({"weight": float("nan")}, "received 0.95, nan"),
        ({"class_shares": [0.5, 0.6]}, r"class_shares of 0 or more that sum to 1; received \[0.5, 0.6\]"),
        ({"class_shares": [1.5, -0.5]}, r"received \[1.5, -0.5\]"),
        ({"class_shares": [float("nan"), 1.0]}, r"received \[nan, 1.0\]"),
        ({"class_shares": []}, r"received \[\]"),
    ],
)
def test_numbers_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ConsistencyLoss(**arguments)


def test_shares_of_another_number_of_classes_are_refused():
    with pytest.raises(ValueError, match="class_shares"):
        ConsistencyLoss([1.0])(targets([1]), views())
