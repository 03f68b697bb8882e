"""keras.io's denoising example, repeated like for like on MNIST.

    python benchmarks/keras_io_denoiser.py

The example is "Convolutional autoencoder for image denoising" (https://keras.io/examples/vision/autoencoder/): 28,353
parameters; Gaussian noise of standard deviation 0.4 drawn once and clipped to 0-1; Adam, batches of 128, 100 epochs on
the 60,000 training images; validated on the noisy test images, as there. Writes `keras_io` into
benchmarks/results/denoising.json. A killed run goes on when repeated.
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers
from results import update_results

from keraszoo.data import load_images
from keraszoo.evaluation import add_noise

EPOCHS = 100
NOISE = 0.4
FOLDER = Path("saved_models") / ".keras-io-denoiser"


def main() -> None:
    mnist = load_images("mnist")
    clean_train = np.concatenate([mnist.train.images, mnist.validation.images]) / np.float32(255)
    clean_test = mnist.test.images / np.float32(255)
    keras.utils.set_random_seed(0)
    model = example_model()
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    FOLDER.mkdir(parents=True, exist_ok=True)
    log = FOLDER / "log.csv"
    model.fit(
        add_noise(clean_train, NOISE, seed=0),
        clean_train,
        batch_size=128,
        epochs=EPOCHS,
        shuffle=True,
        validation_data=(add_noise(clean_test, NOISE, seed=1), clean_test),
        callbacks=[
            keras.callbacks.CSVLogger(log, append=log.exists()),
            keras.callbacks.BackupAndRestore(FOLDER / "backup", delete_checkpoint=False),
        ],
        verbose=2,
    )
    losses = np.genfromtxt(log, delimiter=",", names=True)["val_loss"]
    figures = {"bce": min(losses), "last_bce": losses[-1], "epochs": len(losses), "parameters": model.count_params()}
    update_results("denoising", {"keras_io": figures})


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
