"""What only the zoo can say on a model's card: what it is for and not for, its data, its scores, how to load it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from export import CardText, Measure
from keraszoo.data import number_words
from keraszoo.data.licences import source_of
from keraszoo.presets import SHIPPED
from keraszoo.presets.shipped import SHIPPED_FORMATS
from keraszoo.settings import Settings, preset_of

INSTALL = "pip install keraszoo"
EXAMPLE = 7
"""A number that every translator knows."""


class FamilyText(NamedTuple):
    """A family's part of a card.

    ``python`` is what is done with ``model``, ``{words}`` in it those of a number. ``measures`` says how each measure
    of the family's ``evaluate`` that a card shows was made. ``picture`` is the title of the one on top. ``data`` stands
    in the place of what is known of the images.
    """

    purpose: str
    limits: str
    python: str
    measures: dict[str, str]
    picture: str
    data: str = ""


SQUARED_ERROR = "squared error summed over an image's pixels in 0-1, mean over all test images"
FAMILY_TEXTS = {
    "autoencoder": FamilyText(
        "For compressing pictures like those it was trained on to a few numbers, rebuilding them, and walking from "
        "one to another.",
        "Not for pictures of another kind, which it rebuilds as ones that it knows, nor where a picture must stay "
        "exactly what it was.",
        'code = model.encode("picture.png")\nimage = model.decode(code)  # 0-1',
        {
            "squared_error": SQUARED_ERROR,
            "psnr": "decibels, mean over all test images",
            "ssim": "structural similarity, 1 for equal images, mean over all test images",
        },
        "reconstructions",
    ),
    "denoising_autoencoder": FamilyText(
        "For cleaning noise off pictures like those it was trained on.",
        "Not for pictures of another kind, nor for evidence of any sort: it draws what it has learned, and makes up "
        "what noise has hidden. Pictures without noise lose a little too.",
        'image = model.denoise("picture.png")  # 0-1',
        {
            "psnr": "decibels, on the first 1,000 test images with Gaussian noise of a standard deviation of 0.5",
            "ssim": "structural similarity, on the same",
            "gain_db": "decibels over the best of non-local means, total variation and wavelets, tuned on 100 images, "
            "on the same",
            "clean_psnr": "decibels, of images that had no noise",
        },
        "denoised",
    ),
    "binary_autoencoder": FamilyText(
        "For finding similar pictures by a few bits each, in large collections.",
        "Not for telling persons or copies apart: pictures that look alike are meant to have the same bits. What is "
        "alike was learned without labels from pictures of this kind.",
        'bits = model.hash("picture.png")  # 0 and 1',
        {
            "map": "mean average precision: up to 100 test images a class look for their class among all other images",
            "p100": "share of the class among the 100 nearest, in the same search",
            "undecided": "share of the code within 0.1-0.9 before it is rounded, on all test images",
            "rounding_loss": "what bits cost over the code before rounding, of the squared error when rebuilt",
        },
        "neighbours",
    ),
    "extended_autoencoder": FamilyText(
        "For telling the classes of its data apart, with a probability for each.",
        "Not for anything else: every picture gets one of these classes, however little it looks like them.",
        'answer = model.classify("picture.png")\nprint(answer.label, answer.probability)',
        {
            "accuracy": "share of all test images whose likeliest class is theirs",
            "calibration_error": "mean difference of probability and accuracy, over 15 bins",
            "log_loss": "mean negative logarithm of the label's probability, in nats",
        },
        "confusion",
    ),
    "reader": FamilyText(
        "For reading numbers as words: one picture for each digit, from left to right.",
        "Not for text of another kind, nor where a wrong number does harm: words may be wrong at a high confidence. "
        "`keraszoo read` cuts the digits out of a picture of a whole number.",
        'answer = model.read(["picture.png"])\nprint(answer.text, answer.confidence)',
        {
            "word_accuracy": "share of 10,000 strips of test images whose words are right from end to end",
            "word_accuracy_unseen": "of 10,000 numbers that no training showed, mean of the accuracies at each length",
            "character_error_rate": "wrong, lacking and surplus characters over those expected, on the 10,000 strips",
            "digit_accuracy": "share of single digits that the encoder has right, on the 10,000 strips",
        },
        "strips",
    ),
    "translator": FamilyText(
        "For writing the words of a number in another language, by a trained reader's decoder.",
        "Not for any other text, nor for larger numbers.",
        'answer = model.translate("{words}")\nprint(answer.text, answer.confidence)',
        {
            "word_accuracy": "share of the numbers that no training showed whose words are right from end to end",
            "character_error_rate": "wrong, lacking and surplus characters over those expected, on the same",
        },
        "lengths",
        "Words of numbers, made by num2words; no pictures.",
    ),
}


def card_text(settings: Settings, record: Mapping[str, Any], evaluation: Mapping[str, Any] | None) -> CardText:
    """The zoo's words for the card of a run.

    Args:
        settings: Of the run.
        record: Its ``training.json``.
        evaluation: Its ``evaluation.json``, if there is one; without it the card has no scores.
    """
    family, source = FAMILY_TEXTS[settings.family], source_of(settings.data)
    measures = evaluation["measures"] if evaluation else {}
    scores = [
        Measure(name, f"{measures[name]:.4g}", protocol)
        for name, protocol in family.measures.items()
        if name in measures
    ]
    words = number_words(EXAMPLE, settings.builder.get("language", "en"))
    program = family.python.replace("{words}", words)
    preset = preset_of(settings)
    note = "" if family.data else source.note
    return CardText(
        purpose=family.purpose,
        limits=" ".join(part for part in (family.limits, note) if part),
        data=family.data or source.description,
        training=f"keraszoo train {settings.name}" if preset else _typed(record.get("command", "")),
        scores=scores,
        python=f'import keraszoo\n\nmodel = keraszoo.load("{settings.name}", runtime="tflite")\n{program}',
        install=INSTALL,
        files=_files_sentence(settings.name) if preset and settings.name in SHIPPED else "",
        picture=family.picture,
    )


def _files_sentence(name: str) -> str:
    formats = ", ".join(f"`tflite/{each}.tflite`" for each in SHIPPED_FORMATS)
    return f"With the zoo come `model.keras` and, of these, {formats}; `keraszoo export {name}` makes all of them."


def _typed(command: str) -> str:
    """The command, if it is one that can be typed again, not a program's."""
    return command if command.startswith("keraszoo ") else ""
