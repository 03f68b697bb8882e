"""What a family is trained with on a folder of pictures where nobody says otherwise: fit for their number and size."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keraszoo.data.folder import Survey
from keraszoo.presets.preset import SMALL_MUON

ImageShape = tuple[int, int, int]

WHOLE_SIDE = 64
"""The longest side of what whole pictures are made."""
PATCH_SIDE = 32
"""Of what is cut from larger pictures, for a model that goes over a picture piece by piece."""
PATCHES, MOST_PATCHES = 6000, 500
"""Cut of all pictures together, and of one."""
SMALLEST_MAP = 5
"""A convolutional encoder halves an image while its shorter side stays this long."""
STEPS, PATCH_STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 2000, 4000, 10, 200
"""How long a training is."""


@dataclass(frozen=True)
class Need:
    """How many pictures a family learns from: fewer than ``least`` are refused, fewer than ``enough`` advised on.

    ``expect`` is what comes of too few; ``each`` is for numbers of each class.
    """

    least: int
    enough: int
    expect: str
    each: bool = False


NEEDS = {
    "autoencoder": Need(20, 1000, "what is new to the model is rebuilt more blurred than what it was trained on"),
    "denoising_autoencoder": Need(20, 1000, "what is new to the model comes out blurred"),
    "binary_autoencoder": Need(50, 1000, "similar pictures may get codes that are far apart"),
    "extended_autoencoder": Need(5, 100, "many new pictures may be put into a wrong class", each=True),
    "reader": Need(5, 100, "many new digits may be misread", each=True),
}
NEEDS_OF_PATCHES = Need(5, 20, "textures that are in none of these pictures come out blurred")


@dataclass(frozen=True)
class FolderDefaults:
    """What a training on a folder of pictures is made of.

    Attributes:
        image_size: ``[height, width]``.
        patches: how many of that size are cut of each picture; 0 if each is resized to it.
        builder: arguments of the family's builder.
        training: arguments of its training.
        advice: what to expect of so few pictures; None where there are enough.
    """

    image_size: list[int]
    patches: int
    builder: dict[str, Any]
    training: dict[str, Any]
    advice: str | None


def folder_defaults(
    family: str,
    survey: Survey,
    *,
    image_size: list[int] | None = None,
    channels: int | None = None,
    patches: int | None = None,
) -> FolderDefaults:
    """Choose what is not chosen yet: the size of the images, the architecture and the length of the training.

    Args:
        family: one that learns from pictures: a row of `NEEDS`.
        survey: the folder's.
        image_size: ``[height, width]``, if it is chosen.
        channels: 1 or 3, if it is chosen.
        patches: how many to cut of each picture, if it is chosen.

    Raises:
        ValueError: far too few pictures, or of one class; classes that a reader cannot read.
    """
    _check_classes(family, survey)
    if patches is None:
        patches = _patches(survey, image_size) if family == "denoising_autoencoder" else 0
    if image_size is None:
        image_size = [PATCH_SIDE, PATCH_SIDE] if patches else list(survey.usual_size(WHOLE_SIDE))
    advice = _advice(family, survey, NEEDS_OF_PATCHES if patches else NEEDS[family])
    training = {**TRAINING[family], **(PATCH_TRAINING if patches else {})}
    if family != "reader":
        steps = max(1, len(survey.headers) * max(1, patches) // training["batch_size"])
        training["epochs"] = min(MOST_EPOCHS, max(FEWEST_EPOCHS, round((PATCH_STEPS if patches else STEPS) / steps)))
    builder = BUILDERS[family]((image_size[0], image_size[1], channels or survey.channels), patches)
    return FolderDefaults(image_size, patches, builder, training, advice)


def _patches(survey: Survey, image_size: list[int] | None) -> int:
    """How many to cut of each picture; 0 where most are hardly larger than an image would be."""
    usual = survey.usual_size(max_side=1 << 30)
    height, width = image_size or (PATCH_SIDE, PATCH_SIDE)
    if min(usual[0] / height, usual[1] / width) < 1.5:
        return 0
    fitting = math.ceil(4 * usual[0] * usual[1] / (height * width))
    return min(math.ceil(PATCHES / max(1, len(survey.headers))), fitting, MOST_PATCHES)


def _advice(family: str, survey: Survey, need: Need) -> str | None:
    sizes = survey.class_sizes if need.each else {survey.name: len(survey.headers)}
    smallest = min(sizes, key=lambda name: sizes[name])
    found = f"{sizes[smallest]} pictures in {smallest}"
    if sizes[smallest] < need.least:
        raise ValueError(
            f"expected at least {need.least} pictures{' of each class' if need.each else ''} to train {family}, better "
            f"{need.enough} or more, found {found}: add pictures{', or leave that class out' if need.each else ''}"
        )
    if sizes[smallest] >= need.enough:
        return None
    return (
        f"{found} are few for {family}, {need.enough} or more are good: {need.expect}. `keraszoo evaluate` scores "
        "held-out pictures; it may help to go on from a model of similar pictures (--from)"
    )


def _check_classes(family: str, survey: Survey) -> None:
    classes = survey.class_sizes
    if NEEDS[family].each and len(classes) < 2:
        raise ValueError(
            f"expected images of two classes or more, those of {survey.name} have {len(classes)}: sort them into "
            "folders named after their classes"
        )
    if family == "reader" and set(classes) != {str(digit) for digit in range(10)}:
        raise ValueError(
            f"a reader reads digits: expected sub-folders 0 to 9 in {survey.name}, found {', '.join(classes)}"
        )


def _sizes(image_shape: ImageShape, widths: tuple[int, ...]) -> dict[str, Any]:
    """Dense layers for tiny images, else convolutions that halve them as often as there is something to halve."""
    halvings = min(len(widths), max(0, int(math.log2(min(image_shape[:2]) / SMALLEST_MAP))))
    if not halvings:
        return {"architecture": "dense", "hidden_units": (256, 128), "activation": "silu"}
    convolutions = {"architecture": "convolutional", "filters": widths[:halvings]}
    return {**convolutions, "hidden_units": (256,), "activation": "silu"}


def _code_size(image_shape: ImageShape) -> int:
    values = math.prod(image_shape)
    return min(values, max(8, values // 24), 128)


def _autoencoder(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"code_size": _code_size(image_shape), **_sizes(image_shape, (32, 64, 128))}


def _denoiser(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    noise = {"noise_stddev": 0.5, "random_strength": True}
    if patches:
        return {"architecture": "residual", "filters": (32,), **noise}
    code_size = min(math.prod(image_shape), 4 * _code_size(image_shape))
    return {"code_size": code_size, **_sizes(image_shape, (32, 64, 128)), **noise}


def _hasher(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"bits": min(32, math.prod(image_shape)), **_sizes(image_shape, (16, 32, 64))}


def _classifier(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"dropout": 0.3}


def _reader(image_shape: ImageShape, patches: int) -> dict[str, Any]:
    return {"max_digits": 1}


BUILDERS: dict[str, Callable[[ImageShape, int], dict[str, Any]]] = {
    "autoencoder": _autoencoder,
    "denoising_autoencoder": _denoiser,
    "binary_autoencoder": _hasher,
    "extended_autoencoder": _classifier,
    "reader": _reader,
}
TRAINING: dict[str, dict[str, Any]] = {
    "autoencoder": SMALL_MUON,
    "denoising_autoencoder": SMALL_MUON,
    "binary_autoencoder": {**SMALL_MUON, "warp_strength": 1.0, "neighbours": 5, "neighbour_stages": 1},
    "extended_autoencoder": {"method": "fine_tuned", "batch_size": 64, "learning_rate": 2e-3, "warp_strength": 0.5},
    "reader": {"epochs": 20},
}
PATCH_TRAINING = {"batch_size": 32, "optimizer": "adam", "learning_rate": 4e-3}
