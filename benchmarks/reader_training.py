"""Strips per second in training a reader: keraszoo's `fit` beside a plain Keras script, in one run.

    python benchmarks/reader_training.py

The same model, batch size, losses and numbers in both: Korean, up to four MNIST images. The plain script makes its
batches in Python, as the tutorials do: a `keras.utils.PyDataset` that draws the images with NumPy, warps half of them
with SciPy and asks num2words for the words. They take turns, epoch by epoch in rounds; the ratio is that of the median
epochs. Merges ``reader`` into benchmarks/results/training.json. Needs MNIST from TensorFlow Datasets, and PyTorch, as
benchmarks/training.py does.
"""

import tempfile
from collections.abc import Callable
from statistics import median

import keras
import numpy as np
from num2words import num2words
from results import update_results
from scipy.ndimage import affine_transform
from training import EpochTimes

from keraszoo.data import NumberTexts, Split, digits_of, draw_numbers, load_images, number_texts
from keraszoo.data.strips import BLANK
from keraszoo.models import reader
from keraszoo.training import SmallWarps, fit, strip_batches

LANGUAGE = "ko"
MAX_DIGITS = 4
BATCH_SIZE = 128
STRIPS = 12_800
"""In an epoch."""
ROUNDS = 3
EPOCHS = 3
"""Epochs in a round; the first, which compiles, is not counted."""


def losses() -> dict[str, keras.losses.Loss]:
    return {
        "context": keras.losses.SparseCategoricalCrossentropy(),
        "probabilities": keras.losses.SparseCategoricalCrossentropy(ignore_class=0),
    }


def new_reader(images: np.ndarray, texts: NumberTexts) -> keras.Model:
    return reader(images.shape[1:], MAX_DIGITS, texts.vocabulary.size, texts.length)


def keraszoo_seconds(split: Split, texts: NumberTexts) -> list[float]:
    """Our way: strips drawn and warped within a `tf.data` graph, our `fit` with its callbacks and backups."""
    times = EpochTimes()
    numbers = np.arange(10**MAX_DIGITS)
    batches = strip_batches(
        split.images,
        split.labels,
        digits_of(numbers, MAX_DIGITS),
        texts.encode(numbers),
        numbers_per_epoch=STRIPS,
        batch_size=BATCH_SIZE,
        augment=SmallWarps(),
    )
    with tempfile.TemporaryDirectory() as folder:
        fit(
            new_reader(split.images, texts),
            batches,
            validation=None,
            folder=folder,
            loss=losses(),
            epochs=EPOCHS,
            callbacks=[times],
            verbose=0,
        )
    return times.seconds


def plain_keras_seconds(split: Split, texts: NumberTexts) -> list[float]:
    """The way of the tutorials: batches made in Python, `compile`, `fit`."""
    times = EpochTimes()
    model = new_reader(split.images, texts)
    model.compile("adam", losses())
    model.fit(PlainStrips(split.images, split.labels, texts), epochs=EPOCHS, callbacks=[times], verbose=0)
    return times.seconds


class PlainStrips(keras.utils.PyDataset):
    """Strips drawn with NumPy, half the images warped as `SmallWarps` does, the words' tokens looked up."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, texts: NumberTexts) -> None:
        super().__init__()
        self.images = images
        self.by_digit = [np.flatnonzero(labels == digit) for digit in range(10)]
        self.ids = {character: 3 + place for place, character in enumerate(texts.vocabulary.characters)}
        self.length = texts.length
        self.generator = np.random.default_rng(0)

    def __len__(self) -> int:
        return STRIPS // BATCH_SIZE

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        numbers = draw_numbers(BATCH_SIZE, MAX_DIGITS, seed=index)
        strips = np.zeros((BATCH_SIZE, MAX_DIGITS, *self.images.shape[1:]), np.float32)
        digits = np.full((BATCH_SIZE, MAX_DIGITS), BLANK, np.int32)
        previous_ids, token_ids = np.zeros((2, BATCH_SIZE, self.length), np.int32)
        for row, number in enumerate(numbers.tolist()):
            for place, digit in enumerate(map(int, str(number))):
                image = self.images[self.generator.choice(self.by_digit[digit])]
                strips[row, place, ..., 0] = self.warped(image[..., 0])
                digits[row, place] = digit
            tokens = [1, *(self.ids[character] for character in num2words(number, lang=LANGUAGE)), 2]
            previous_ids[row, : len(tokens) - 1] = tokens[:-1]
            token_ids[row, : len(tokens) - 1] = tokens[1:]
        return {"images": strips, "previous_ids": previous_ids}, {"context": digits, "probabilities": token_ids}

    def warped(self, image: np.ndarray) -> np.ndarray:
        if self.generator.random() < 0.5:
            return image
        angle, stretch_x, stretch_y, shear = self.generator.normal(size=4) * (0.1, 0.06, 0.06, 0.1)
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turn @ np.array([[np.exp(stretch_y), shear], [0, np.exp(stretch_x)]])
        center = (np.array(image.shape) - 1) / 2
        shift = self.generator.normal(size=2) * 0.025 * image.shape
        return affine_transform(image.astype(np.float32), matrix, center - matrix @ center + shift, order=1)


def main() -> None:
    split, texts = load_images("mnist").train, number_texts(LANGUAGE, MAX_DIGITS)
    ways: dict[str, Callable[[Split, NumberTexts], list[float]]] = {
        "keraszoo": keraszoo_seconds,
        "plain_keras": plain_keras_seconds,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            seconds[way] += run(split, texts)
    epoch = {way: median(values) for way, values in seconds.items()}
    figures = {
        "batch_size": BATCH_SIZE,
        "strips_per_second": {way: round(STRIPS / value) for way, value in epoch.items()},
        "vs_plain_keras": round(epoch["plain_keras"] / epoch["keraszoo"], 2),
    }
    update_results("training", {"reader": figures})


if __name__ == "__main__":
    main()
