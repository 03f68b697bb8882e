"""Stages of a training: one history of all, and a killed one ends with the weights of one that never was."""

import csv
from functools import partial

import keras
import numpy as np
import pytest
from tiny_training import IMAGES, tiny_model

from keraszoo.training import callbacks, fit, reconstruction_batches, run_stages

VALIDATION = (IMAGES[32:], IMAGES[32:] / np.float32(255))


class Killed(BaseException):
    """What no one catches."""


def train(folder, dies_in=None):
    """Two stages of three epochs on one new model; the second learns from what the first has learned.

    Returns the model, the history and the pairs of stage and epoch that were trained.
    """
    model, trained = tiny_model(convolutional=True), []

    def note(stage, epoch, _):
        if (stage.name, epoch + 1) == dies_in:
            raise Killed
        trained.append((stage.name, epoch + 1))

    def learn(images, stage):
        watch = keras.callbacks.LambdaCallback(on_epoch_end=partial(note, stage))
        batches = reconstruction_batches(images, batch_size=8)
        return fit(model, batches, validation=VALIDATION, folder=stage, epochs=3, callbacks=[watch], verbose=0)

    def learn_from_own_reconstructions(stage):
        return learn(model.predict(IMAGES[:32], verbose=0), stage)

    stages = {"first": partial(learn, IMAGES[:32]), "second": learn_from_own_reconstructions}
    return model, run_stages(stages, folder), trained


@pytest.fixture(scope="module")
def never_killed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stages")
    return folder, *train(folder)


def test_the_history_is_joined_and_counted_through(never_killed):
    folder, _, history, trained = never_killed
    assert trained == [(stage, epoch) for stage in ("first", "second") for epoch in (1, 2, 3)]
    assert [(row["stage"], row["epoch"]) for row in history] == [(1, 1), (1, 2), (1, 3), (2, 4), (2, 5), (2, 6)]
    with open(folder / "history.csv", newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert rows == history
    assert set(rows[0]) == {"epoch", "loss", "val_loss", "learning_rate", "stage"}
    assert (folder / "first" / "history.csv").exists()
    assert (folder / "second" / "history.csv").exists()


@pytest.mark.parametrize(
    ("dies_in", "trained_again"),
    [
        (("first", 2), [("first", 2), ("first", 3), ("second", 1), ("second", 2), ("second", 3)]),
        (("second", 2), [("second", 2), ("second", 3)]),
    ],
)
def test_a_killed_training_ends_with_the_same_weights(never_killed, tmp_path, monkeypatch, dies_in, trained_again):
    monkeypatch.setitem(fit.__globals__, "Backup", partial(callbacks.Backup, seconds=0))
    with pytest.raises(Killed):
        train(tmp_path, dies_in)
    assert not (tmp_path / "history.csv").exists()

    model, history, trained = train(tmp_path)
    folder, expected, expected_history, _ = never_killed
    assert trained == trained_again, "a stage that is done is not trained again"
    for found, weights in zip(model.get_weights(), expected.get_weights(), strict=True):
        np.testing.assert_array_equal(found, weights)
    assert history == expected_history
    assert (tmp_path / "history.csv").read_text() == (folder / "history.csv").read_text()


def test_columns_of_any_stage_are_columns_of_all(tmp_path):
    stages = {
        "short": lambda _: [{"epoch": 1, "loss": 0.5}],
        "long": lambda _: [{"epoch": 1, "loss": 0.4, "accuracy": 0.9}, {"epoch": 2, "loss": 0.3, "accuracy": 1.0}],
    }
    rows = run_stages(stages, tmp_path)
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    lines = (tmp_path / "history.csv").read_text().splitlines()
    assert lines == ["epoch,loss,stage,accuracy", "1,0.5,1,", "2,0.4,2,0.9", "3,0.3,2,1.0"]
