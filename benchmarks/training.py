"""Images per second in training: keraszoo's `fit` beside a plain Keras script and PyTorch, in one run.

    pip install "keraszoo[benchmark]"    # PyTorch
    python benchmarks/training.py

The same dense autoencoder, batch size, data and Adam in all three. They take turns, epoch by epoch in rounds, so that a
machine that is slow for a while is slow for all; the ratio is that of the median epochs. Writes
benchmarks/results/training.json. Needs MNIST from TensorFlow Datasets.
"""

import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import median

import keras
import numpy as np
import torch
from results import update_results

from keraszoo.data import load_images
from keraszoo.models import autoencoder
from keraszoo.training import fit, reconstruction_batches

BATCH_SIZE = 256
ROUNDS = 3
EPOCHS = 4
"""Epochs in a round; the first, which compiles, is not counted."""
MODELS = {
    "autoencoder": {"code_size": 32, "hidden_units": (128,)},
    "deep_autoencoder": {"code_size": 30, "hidden_units": (1000, 500, 250)},
}


class EpochTimes(keras.callbacks.Callback):
    """The seconds of each epoch but the first."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if epoch > 0:
            self.seconds.append(time.perf_counter() - self.begin)


def keraszoo_seconds(images: np.ndarray, **builder: int | Sequence[int]) -> list[float]:
    """Our way: uint8 images, our batches, our `fit` with its callbacks; a backup is written between the epochs.

    An epoch leaves out the images that fill no whole batch: 216 of MNIST's 55,000, 0.4%.
    """
    times = EpochTimes()
    few = images[:1]
    with tempfile.TemporaryDirectory() as folder:
        fit(
            autoencoder(images.shape[1:], **builder),
            reconstruction_batches(images, batch_size=BATCH_SIZE),
            validation=(few, few / np.float32(255)),
            folder=folder,
            epochs=EPOCHS,
            callbacks=[times],
            verbose=0,
        )
    return times.seconds


def plain_keras_seconds(images: np.ndarray, **builder: int | Sequence[int]) -> list[float]:
    """The way of the tutorials: the images as float32 arrays, `compile`, `fit`."""
    times = EpochTimes()
    scaled = images.astype("float32") / 255
    model = plain_model(images.shape[1:], **builder)
    model.compile("adam", "mse")
    model.fit(scaled, scaled, batch_size=BATCH_SIZE, epochs=EPOCHS, callbacks=[times], verbose=0)
    return times.seconds


def plain_model(image_shape: tuple[int, ...], code_size: int, hidden_units: Sequence[int]) -> keras.Model:
    model = keras.Sequential([keras.Input(image_shape), keras.layers.Flatten()])
    for units in hidden_units:
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(code_size))
    for units in reversed(hidden_units):
        model.add(keras.layers.Dense(units, activation="relu"))
    model.add(keras.layers.Dense(int(np.prod(image_shape)), activation="sigmoid"))
    model.add(keras.layers.Reshape(image_shape))
    return model


def pytorch_seconds(images: np.ndarray, code_size: int, hidden_units: Sequence[int]) -> list[float]:
    """Eager PyTorch with fused Adam on 2 threads, the images as one float32 tensor."""
    torch.set_num_threads(2)
    scaled = torch.tensor(images.reshape(len(images), -1) / np.float32(255))
    sizes = [scaled.shape[1], *hidden_units, code_size, *reversed(hidden_units), scaled.shape[1]]
    modules: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = outputs in (code_size, scaled.shape[1])
        modules += [torch.nn.Linear(inputs, outputs), *([] if linear else [torch.nn.ReLU()])]
    model = torch.nn.Sequential(*modules, torch.nn.Sigmoid())
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    loss = torch.nn.MSELoss()
    seconds = []
    for _ in range(EPOCHS):
        begin = time.perf_counter()
        order = torch.randperm(len(scaled))
        for first in range(0, len(scaled), BATCH_SIZE):
            batch = scaled[order[first : first + BATCH_SIZE]]
            optimizer.zero_grad()
            loss(model(batch), batch).backward()
            optimizer.step()
        seconds.append(time.perf_counter() - begin)
    return seconds[1:]


def main() -> None:
    images = load_images("mnist").train.images
    ways: dict[str, Callable[..., list[float]]] = {
        "keraszoo": keraszoo_seconds,
        "plain_keras": plain_keras_seconds,
        "pytorch": pytorch_seconds,
    }
    for name, builder in MODELS.items():
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(ROUNDS):
            for way, run in ways.items():
                seconds[way] += run(images, **builder)
        epoch = {way: median(values) for way, values in seconds.items()}
        figures = {
            **builder,
            "batch_size": BATCH_SIZE,
            "images_per_second": {way: round(len(images) / value) for way, value in epoch.items()},
            "vs_plain_keras": round(epoch["plain_keras"] / epoch["keraszoo"], 2),
            "vs_pytorch": round(epoch["pytorch"] / epoch["keraszoo"], 2),
        }
        update_results("training", {name: figures})


if __name__ == "__main__":
    main()
