"""When pictures are drawn and backups are written."""

import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.training import callbacks


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def run(model, epochs, *used):
    inputs, targets = np.ones((4, 2)), np.zeros((4, 1))
    model.fit(inputs, targets, validation_data=(inputs, targets), epochs=epochs, callbacks=[*used], verbose=0)


def stop_after(epoch):
    def stop(number, _):
        stopper.model.stop_training = number + 1 == epoch

    stopper = keras.callbacks.LambdaCallback(on_epoch_end=stop)
    return stopper


def test_pictures_at_powers_of_two_and_at_the_end(model):
    drawn = []
    run(model, 11, callbacks.EpochPicture(lambda _, epoch: drawn.append(epoch)))
    assert drawn == [1, 2, 4, 8, 11]


def test_a_picture_when_the_training_stops_early(model):
    drawn = []
    run(model, 11, stop_after(3), callbacks.EpochPicture(lambda _, epoch: drawn.append(epoch)))
    assert drawn == [1, 2, 3]


def test_no_picture_of_a_model_that_is_lost(model):
    drawn = []
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    run(model, 3, callbacks.StopOnNonFinite(), callbacks.EpochPicture(lambda _, epoch: drawn.append(epoch)))
    assert drawn == []
    assert len(model.history.epoch) == 1


@pytest.mark.parametrize(("seconds", "epochs_done"), [(0, [1, 2, 3]), (3600, [3])])
def test_backups_are_no_nearer_than_so_many_seconds_except_the_last(model, tmp_path, seconds, epochs_done):
    path, seen = tmp_path / "backup.npz", []
    log, best = callbacks.HistoryLog(tmp_path / "history.csv"), callbacks.BestWeights()
    backup = callbacks.Backup(path, log, best, [], seconds=seconds)
    look = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.append(callbacks.backup_progress(path)[0]))
    assert callbacks.backup_progress(path) == (0, False)
    run(model, 3, log, best, backup, look)
    assert sorted({number for number in seen if number}) == epochs_done
    assert callbacks.backup_progress(path) == (3, False)
