"""keras.io's denoising example, repeated like for like on MNIST.

    python benchmarks/keras_io_denoiser.py [--clean-epochs 0]

The example is "Convolutional autoencoder for image denoising" (https://keras.io/examples/vision/autoencoder/): 28,353
parameters; Adam, batches of 128 of the 60,000 training images. One model first learns to rebuild clean images for 50
epochs (``--clean-epochs 0`` leaves that out), then to clean noisy ones for 100: Gaussian noise of standard deviation
0.4, drawn once and clipped to 0-1. It is validated on the noisy test images, as there. Writes `keras_io_after_clean`,
or without clean epochs `keras_io`, into benchmarks/results/denoising.json. A killed run goes on when repeated.
"""

import argparse
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from results import update_results

from keraszoo.data import load_images
from keraszoo.evaluation import add_noise
from keraszoo.training.pipelines import array_batches, untuned

CLEAN_EPOCHS, NOISY_EPOCHS = 50, 100
BATCH = 128
NOISE = 0.4
FOLDER = Path("saved_models") / ".keras-io-denoiser"
Pair = tuple[np.ndarray, np.ndarray]
"""Inputs and targets, images in 0-1."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clean-epochs", type=int, default=CLEAN_EPOCHS, metavar="N")
    clean_epochs = parser.parse_args().clean_epochs
    mnist = load_images("mnist")
    clean_train = np.concatenate([mnist.train.images, mnist.validation.images]) / np.float32(255)
    clean_test = mnist.test.images / np.float32(255)
    keras.utils.set_random_seed(0)
    model = example_model()
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    folder = FOLDER / f"{clean_epochs}-clean-epochs"
    if clean_epochs:
        model, _ = learn(model, folder / "clean", (clean_train, clean_train), (clean_test, clean_test), clean_epochs)
    noisy_train, noisy_test = add_noise(clean_train, NOISE, seed=0), add_noise(clean_test, NOISE, seed=1)
    model, log = learn(model, folder / "noisy", (noisy_train, clean_train), (noisy_test, clean_test), NOISY_EPOCHS)
    losses = np.genfromtxt(log, delimiter=",", names=True)["val_loss"]
    figures = {
        "bce": losses[-1],
        "best_bce": min(losses),
        "clean_epochs": clean_epochs,
        "epochs": len(losses),
        "parameters": model.count_params(),
    }
    update_results("denoising", {"keras_io_after_clean" if clean_epochs else "keras_io": figures})


def learn(model: keras.Model, folder: Path, train: Pair, validation: Pair, epochs: int) -> tuple[keras.Model, Path]:
    """The model, fitted with the optimizer's state as it is, and the file of its losses.

    A stage that is done is not repeated. What is given back was saved and opened: a model that `BackupAndRestore` has
    put back begins any further training at that epoch.
    """
    log, done = folder / "log.csv", folder / "model.keras"
    if done.exists():
        return keras.saving.load_model(done), log
    folder.mkdir(parents=True, exist_ok=True)
    shuffled = tf.data.Dataset.from_tensor_slices(train).shuffle(len(train[0]), seed=0).batch(BATCH)
    model.fit(
        untuned(shuffled.prefetch(4)),
        epochs=epochs,
        validation_data=array_batches(validation, 1000),
        callbacks=[
            keras.callbacks.CSVLogger(log, append=log.exists()),
            keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
        ],
        verbose=2,
    )
    model.save(done)
    return keras.saving.load_model(done), log


def example_model() -> keras.Model:
    """The example's model."""
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(image)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2D(32, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, activation="relu", padding="same")(x)
    x = layers.Conv2DTranspose(32, 3, strides=2, activation="relu", padding="same")(x)
    x = layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x)
    return keras.Model(image, x, name="autoencoder")


if __name__ == "__main__":
    main()
