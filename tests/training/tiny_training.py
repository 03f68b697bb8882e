"""A small training that everything which could break a resume takes part in; it also runs as a child process."""

import json
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import keras
import numpy as np
from keras import layers

from keraszoo.training import SmallWarps, callbacks, fit, reconstruction_batches

IMAGES = np.random.default_rng(0).integers(0, 256, (40, 6, 6, 1), dtype=np.uint8)
EPOCHS = 24


def tiny_model(convolutional: bool = False) -> keras.Model:
    """A model whose seed generators have a state, from the same first weights every time.

    `fit` lets XLA compile it, unless it is convolutional.
    """
    keras.utils.set_random_seed(1)
    image = keras.Input((6, 6, 1), name="image")
    x = layers.Rescaling(1 / 255, name="scaling")(image)
    x = layers.GaussianNoise(0.1, name="noise")(x)
    if convolutional:
        x = layers.Conv2D(3, 4, strides=2, padding="same", name="convolution")(x)
        x = layers.Conv2DTranspose(2, 4, strides=2, padding="same", name="upsampling")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(8, activation="relu", name="code")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    x = layers.Dense(36, activation="sigmoid", name="pixels")(x)
    return keras.Model(image, layers.Reshape((6, 6, 1), name="reconstruction")(x), name="tiny")


def train(folder: Path, convolutional: bool = False, **options: Any) -> tuple[keras.Model, list[dict[str, float]]]:
    """Fit a new tiny model; returns it with the history."""
    model = tiny_model(convolutional)
    arguments = {
        "validation": (IMAGES[32:], IMAGES[32:] / np.float32(255)),
        "batches": reconstruction_batches(IMAGES[:32], batch_size=8, augment=SmallWarps()),
        "learning_rate": 0.03,
        "verbose": 0,
        **options,
    }
    return model, fit(model, folder=folder, **arguments)


def train_in_child(folder: Path, optimizer: str, convolutional: bool, dies_in_epoch: int | None = None) -> None:
    """Train with a backup after every epoch and save the weights; may be killed while a backup is written."""
    with mock.patch.dict(fit.__globals__, {"Backup": partial(callbacks.Backup, seconds=0)}):
        if dies_in_epoch is not None:
            callbacks.np.savez = partial(_save_or_die, np.savez, dies_in_epoch)
        patience = 12 if convolutional else 6
        model, _ = train(
            folder, convolutional, optimizer=optimizer, epochs=EPOCHS, learning_rate=0.1, patience=patience
        )
    np.savez(folder / "weights.npz", *model.get_weights())


def _save_or_die(savez: Callable[..., None], dies_in_epoch: int, file: Any, **arrays: Any) -> None:
    """``np.savez``, but of the backup of one epoch only half is written before the process is killed."""
    savez(file, **arrays)
    if json.loads(str(arrays["state"]))["epochs_done"] == dies_in_epoch:
        file.truncate(file.tell() // 2)
        os.kill(os.getpid(), signal.SIGKILL)
