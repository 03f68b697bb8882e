"""What trained models do with test digits: a panel of the contact sheet for each family, titled with its figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from keraszoo.data import Split, draw_number_strips, labels_of, number_texts, number_words
from keraszoo.data.strips import BLANK
from keraszoo.evaluation import add_noise, reconstruction_scores
from keraszoo.evaluation.contact_sheet import Caption, Panel
from keraszoo.evaluation.fonts import font_families
from keraszoo.loading import LoadedModel
from keraszoo.presets import PRESETS

NOISE = 0.5
NUMBERS = 200
"""Read by each reader."""
SHOWN_NUMBERS, SHOWN_PLACES = 11, 24
"""The most numbers that are shown, and digits in all of them."""


class Reader(NamedTuple):
    """A reader, and what it has learned to read."""

    model: LoadedModel
    language: str
    max_digits: int


def panels(models: Mapping[str, LoadedModel], digits: Split) -> list[Panel]:
    """What trained presets do with test digits: a panel for each model, one for all readers.

    Args:
        models: by the names of their presets, in the order of the panels.
        digits: images of the models' size, and what they show.
    """
    rows = {name: PRESETS[name] for name in models}
    shown = [PANELS[row.family](models[name], digits) for name, row in rows.items() if row.family in PANELS]
    readers = [
        Reader(models[name], row.builder["language"], row.builder["max_digits"])
        for name, row in rows.items()
        if row.family == "reader"
    ]
    return [*shown, read_aloud(readers, digits)] if readers else shown


def rebuilt(model: LoadedModel, digits: Split) -> Panel:
    """The digits through an autoencoder's code."""
    images = model.reconstruct(digits.images)
    size = model.encode(digits.images[0]).size
    shown = one_of_each(digits)
    title = f"{model.name}: rebuilt from {size} numbers, {_psnr(digits, images):.1f} dB"
    return Panel(title, {"original": digits.images[shown] / 255, "rebuilt": images[shown]})


def cleaned(model: LoadedModel, digits: Split) -> Panel:
    """The digits with noise, and without it again."""
    noisy = add_noise(digits.images, NOISE, seed=0)
    images = model.denoise(noisy)
    shown = one_of_each(digits)
    title = f"{model.name}: noise {NOISE:g} cleaned, from {_psnr(digits, noisy):.1f} to {_psnr(digits, images):.1f} dB"
    return Panel(title, {"clean": digits.images[shown] / 255, "noisy": noisy[shown], "cleaned": images[shown]})


def nearest(model: LoadedModel, digits: Split) -> Panel:
    """Each digit above the one of all others whose bits differ least."""
    bits = model.hash(digits.images)
    distances = (bits[:, None] != bits[None]).sum(axis=-1)
    np.fill_diagonal(distances, bits.shape[1] + 1)
    found, labels = distances.argmin(axis=1), labels_of(digits, "test")
    right = labels[found] == labels
    shown = one_of_each(digits)
    title = f"{model.name}: nearest by {bits.shape[1]} bits, {right.sum()} of {len(digits)} show the same digit"
    apart = distances.min(axis=1)
    captions = [
        [Caption(f"{apart[place]} bit{'' if apart[place] == 1 else 's'}", bool(right[place]))] for place in shown
    ]
    return Panel(title, {"query": digits.images[shown], "nearest": digits.images[found[shown]]}, captions)


def told_apart(model: LoadedModel, digits: Split) -> Panel:
    """The digits with their class and its probability."""
    answers = model.classify(digits.images)
    labels = labels_of(digits, "test").tolist()
    right = np.array([answer.label == str(label) for answer, label in zip(answers, labels, strict=True)])
    shown = one_of_each(digits)
    title = f"{model.name}: {right.sum()} of {len(digits)} right"
    captions = [
        [Caption(text, bool(right[place])) for text in (answers[place].label, f"{answers[place].probability:.0%}")]
        for place in shown
    ]
    return Panel(title, {"digit": digits.images[shown]}, captions)


PANELS: dict[str, Callable[[LoadedModel, Split], Panel]] = {
    "autoencoder": rebuilt,
    "denoising_autoencoder": cleaned,
    "binary_autoencoder": nearest,
    "extended_autoencoder": told_apart,
}
"""By family. Readers share a panel, which is `read_aloud`."""


def read_aloud(readers: Sequence[Reader], digits: Split) -> Panel:
    """Numbers of the digits with what each reader read; one of fewer digits than others reads them one at a time."""
    most = max(reader.max_digits for reader in readers)
    strips = draw_number_strips(digits, number_texts(readers[0].language, most), NUMBERS, seed=0)
    numbers = strips.numbers.tolist()
    pictures = [list(strip[: len(str(number))]) for strip, number in zip(strips.images, numbers, strict=True)]
    shown = np.flatnonzero((strips.digits != BLANK).all(axis=1))[: min(SHOWN_NUMBERS, SHOWN_PLACES // most)]
    titles, lines = [], []
    for reader in readers:
        read, expected = _read(reader, pictures, numbers, most)
        right = [text == words for text, words in zip(read, expected, strict=True)]
        titles.append(f"{reader.model.name}: {sum(right)} of {len(numbers)} numbers right")
        lines.append(_captions(*([column[place] for place in shown] for column in (read, right, numbers))))
    return Panel(";  ".join(titles), {"number": _side_by_side(strips.images[shown])}, list(zip(*lines, strict=True)))


def one_of_each(digits: Split) -> np.ndarray:
    """The place of the first image of each class."""
    return np.unique(labels_of(digits, "test"), return_index=True)[1]


def _read(
    reader: Reader, pictures: list[list[np.ndarray]], numbers: list[int], most: int
) -> tuple[list[str], list[str]]:
    """What is read of each number, and what should be."""
    if reader.max_digits == most:
        read = [words.text for words in reader.model.read(pictures)]
        return read, [number_words(number, reader.language) for number in numbers]
    singles = iter(reader.model.read([[image] for images in pictures for image in images]))
    read = [" ".join(next(singles).text for _ in images) for images in pictures]
    expected = [" ".join(number_words(int(digit), reader.language) for digit in str(number)) for number in numbers]
    return read, expected


def _side_by_side(strips: np.ndarray) -> np.ndarray:
    """Strips as one image each, ``(n, height, width, channels)``, a white line of one pixel between digits."""
    lined = np.pad(strips, ((0, 0), (0, 0), (0, 0), (0, 1), (0, 0)), constant_values=255)
    count, _, height, _, channels = lined.shape
    return lined.transpose(0, 2, 1, 3, 4).reshape(count, height, -1, channels)[:, :, :-1]


def _captions(read: list[str], right: list[bool], numbers: list[int]) -> list[Caption]:
    """The words, or where no font can write them, as Hangul on many machines, the number if it was read right."""
    if font_families(read) is None:
        read = [str(number) if is_right else "misread" for number, is_right in zip(numbers, right, strict=True)]
    return [Caption(text or "(nothing)", is_right) for text, is_right in zip(read, right, strict=True)]


def _psnr(digits: Split, images: np.ndarray) -> float:
    return reconstruction_scores(digits.images, images)["psnr"]
