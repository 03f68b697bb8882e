"""What `fit` leaves behind, when it stops, and what it refuses."""

import csv
import dataclasses
from pathlib import Path

import keras
import numpy as np
import pytest
from tiny_training import IMAGES, tiny_model, train

from keraszoo.models import autoencoder, binary_autoencoder
from keraszoo.training import SmallWarps, TrainingError, TwoViewLoss, fit, reconstruction_batches, two_view_batches
from keraszoo.training.fit import _has_convolutions

BATCHES = reconstruction_batches(IMAGES, batch_size=20)
# What is learned makes these worse: the first epoch is the best.
OPPOSITE = (IMAGES, 1 - IMAGES / np.float32(255))


class Recorder(keras.callbacks.Callback):
    """The weights after each epoch."""

    def on_train_begin(self, logs=None):
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """Model, history, folder and recorder of a training that stopped early."""
    folder, recorder = tmp_path_factory.mktemp("training"), Recorder()
    model, history = train(folder, batches=BATCHES, validation=OPPOSITE, epochs=50, patience=2, callbacks=[recorder])
    return model, history, folder, recorder


def assert_same_weights(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_stops_when_patience_is_at_its_end(stopped):
    _, history, _, _ = stopped
    losses = [row["val_loss"] for row in history]
    assert len(losses) == int(np.argmin(losses)) + 1 + 2


def test_leaves_the_weights_of_the_best_epoch(stopped):
    model, history, _, recorder = stopped
    best = int(np.argmin([row["val_loss"] for row in history]))
    assert best + 1 < len(history)
    assert_same_weights(model.get_weights(), recorder.weights[best])


def test_writes_a_row_an_epoch_and_logs_for_tensorboard(stopped):
    _, history, folder, _ = stopped
    with open(folder / "history.csv", newline="") as file:
        rows = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    assert rows == history
    assert [row["epoch"] for row in rows] == list(range(1, len(rows) + 1))
    assert set(rows[0]) == {"epoch", "loss", "val_loss", "learning_rate"}
    for split in ("train", "validation"):
        assert list((folder / "logs" / split).glob("events.*"))


def test_the_same_seed_gives_the_same_weights_and_repeating_a_done_training_gives_them_at_once(stopped, tmp_path):
    model, history, folder, _ = stopped
    options = {"batches": BATCHES, "validation": OPPOSITE, "epochs": 50, "patience": 2, "callbacks": [Recorder()]}
    anew, anew_history = train(tmp_path, **options)
    assert_same_weights(anew.get_weights(), model.get_weights())
    assert anew_history == history

    recorder = Recorder()
    repeated, repeated_history = train(folder, **{**options, "callbacks": [recorder]})
    assert not hasattr(recorder, "weights"), "it was trained again"
    assert_same_weights(repeated.get_weights(), model.get_weights())
    assert repeated_history == history


def test_convolutions_repeat_bit_for_bit_without_xla(stopped, tmp_path):
    found, again = (train(tmp_path / name, convolutional=True, epochs=2) for name in ("one", "other"))
    assert not found[0].jit_compile
    assert stopped[0].jit_compile
    assert_same_weights(found[0].get_weights(), again[0].get_weights())
    assert found[1] == again[1]


def test_a_convolution_is_found_within_a_model_within_a_model():
    assert not _has_convolutions(autoencoder((8, 8, 1)))
    assert _has_convolutions(autoencoder((8, 8, 1), architecture="fully_convolutional"))
    inner = keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2DTranspose(1, 2)])
    assert _has_convolutions(keras.Sequential([keras.Input((8, 8, 1)), keras.Sequential([inner])]))


def test_several_outputs_have_losses_and_weights_of_their_own(tmp_path):
    keras.utils.set_random_seed(0)
    model = binary_autoencoder((6, 6, 1), 4, hidden_units=(4,))
    batches = two_view_batches(IMAGES, batch_size=20, augment=SmallWarps())
    options = {
        "validation": next(batches.from_epoch(0).as_numpy_iterator()),
        "folder": tmp_path,
        "loss": {"reconstruction": "mean_squared_error", "soft_code": TwoViewLoss()},
        "epochs": 1,
        "verbose": 0,
    }
    (row,) = fit(model, batches, loss_weights={"reconstruction": 2.0, "soft_code": 0.3}, **options)
    for split in ("", "val_"):
        parts = 2.0 * row[f"{split}reconstruction_loss"] + 0.3 * row[f"{split}soft_code_loss"]
        assert row[f"{split}loss"] == pytest.approx(parts, rel=1e-5)
    with pytest.raises(TrainingError, match="begun with another loss_weights, start: "):
        fit(model, batches, loss_weights={"reconstruction": 2.0, "soft_code": 0.4}, **options)


def test_a_training_of_several_outputs_is_found_again_with_equal_validation_data(tmp_path):
    def learn():
        keras.utils.set_random_seed(0)
        targets = {"reconstruction": IMAGES / np.float32(255), "soft_code": np.zeros((len(IMAGES), 1), np.float32)}
        return fit(
            binary_autoencoder((6, 6, 1), 4, hidden_units=(4,)),
            two_view_batches(IMAGES, batch_size=20, augment=SmallWarps()),
            validation=(IMAGES, targets),
            loss={"reconstruction": "mean_squared_error", "soft_code": TwoViewLoss()},
            folder=tmp_path,
            epochs=1,
            verbose=0,
        )

    assert learn() == learn()


def test_without_validation_data_the_last_weights_stay(tmp_path):
    recorder = Recorder()
    model, history = train(tmp_path, validation=None, epochs=3, callbacks=[recorder])
    assert_same_weights(model.get_weights(), recorder.weights[-1])
    assert not any("val_loss" in row for row in history)
    with pytest.raises(ValueError, match="patience waits for a better validation loss; give validation data"):
        train(tmp_path / "patient", validation=None, epochs=3, patience=2)


@pytest.mark.parametrize("optimizer", ["adam", "muon"])
def test_weight_decay_draws_weights_towards_0(tmp_path, optimizer):
    def size(weight_decay):
        options = {"optimizer": optimizer, "weight_decay": weight_decay, "epochs": 5}
        model, _ = train(tmp_path / f"{weight_decay}", **options)
        return np.linalg.norm(model.get_layer("code").get_weights()[0])

    assert size(1.0) < 0.95 * size(0.0)


def test_the_learning_rate_rises_in_the_first_epoch_and_falls_to_0(tmp_path):
    _, history = train(tmp_path, epochs=3, learning_rate=0.02)
    rates = [row["learning_rate"] for row in history]
    assert rates == pytest.approx([0.02, 0.01, 0.0], abs=1e-6)


def test_one_epoch_learns_to_its_end(tmp_path):
    rates = []

    class Rates(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            rates.append(float(self.model.optimizer.learning_rate))

    def each_step(batches):
        return dataclasses.replace(batches, steps_per_execution=1)

    batches = each_step(reconstruction_batches(IMAGES, batch_size=8))
    train(tmp_path, batches=batches, epochs=1, learning_rate=0.02, callbacks=[Rates()])
    assert rates == pytest.approx([0.02 * (1 + np.cos(np.pi * step / 5)) / 2 for step in range(1, 6)], abs=1e-6)


def test_nan_is_an_error_that_stays_one_and_the_folder_can_be_used_again(tmp_path, monkeypatch):
    images, targets = OPPOSITE
    lost = {"batches": BATCHES, "validation": (images, np.full_like(targets, np.nan)), "epochs": 4}

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_, **__: exit())  # as if killed before it could clean up
        with pytest.raises(SystemExit):
            train(tmp_path, **lost)
    assert (tmp_path / "backup.npz").exists()
    with pytest.raises(TrainingError, match="NaN or infinite in epoch 1: train again with a smaller learning rate"):
        train(tmp_path, **lost)

    _, history = train(tmp_path, batches=BATCHES, validation=OPPOSITE, epochs=1)
    assert np.isfinite(history[0]["loss"])


def test_another_trainings_folder_is_refused_and_kept(stopped):
    _, _, folder, _ = stopped
    before = (folder / "settings.json").read_bytes(), (folder / "backup.npz").read_bytes()
    with pytest.raises(TrainingError, match=r"begun with another epochs, patience: repeat it .* or remove"):
        train(folder, batches=BATCHES, validation=OPPOSITE, epochs=5)
    with pytest.raises(TrainingError, match=r"begun with another batches: "):
        train(folder, validation=OPPOSITE, epochs=50, patience=2)
    with pytest.raises(TrainingError, match=r"begun with another validation: "):
        train(folder, batches=BATCHES, epochs=50, patience=2)
    assert before == ((folder / "settings.json").read_bytes(), (folder / "backup.npz").read_bytes())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive integer; received 0"),
        ({"epochs": 1.5}, "epochs must be a positive integer; received 1.5"),
        ({"learning_rate": 0.0}, "learning_rate must be a finite number greater than 0; received 0.0"),
        ({"learning_rate": -1.0}, "learning_rate must be a finite number greater than 0; received -1.0"),
        ({"learning_rate": float("nan")}, "learning_rate must be a finite number greater than 0; received nan"),
        ({"weight_decay": -0.1}, "weight_decay must be a finite number of 0 or more; received -0.1"),
        ({"weight_decay": float("inf")}, "weight_decay must be a finite number of 0 or more; received inf"),
        ({"patience": 0}, "patience must be a positive integer or None; received 0"),
        ({"optimizer": "adm"}, "optimizer must be one of adam, muon; received 'adm'. Did you mean 'adam'?"),
    ],
)
def test_refuses_what_cannot_be_and_writes_nothing(tmp_path, options, message):
    folder = tmp_path / "training"
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the whole message is compared
        fit(tiny_model(), BATCHES, validation=OPPOSITE, folder=folder, **options)
    assert str(error.value) == message
    assert not folder.exists()
