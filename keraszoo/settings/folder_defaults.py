"""What a family is trained with on a folder of pictures where nobody says otherwise: fit for their number and size."""

import math
from dataclasses import dataclass
from typing import Any

from keraszoo.data.folder import Survey
from keraszoo.families import folder_part
from keraszoo.families.folders import FolderPart, Need

WHOLE_SIDE = 64
"""The longest side of what whole pictures are made."""
PATCH_SIDE = 32
"""Of what is cut from larger pictures, for a model that goes over a picture piece by piece."""
PATCHES, MOST_PATCHES = 6000, 500
"""Cut of all pictures together, and of one."""
STEPS, PATCH_STEPS, FEWEST_EPOCHS, MOST_EPOCHS = 2000, 4000, 10, 200
"""How long a training is."""
NEED_OF_PATCHES = Need(5, 20, "textures that are in none of these pictures come out blurred")
PATCH_TRAINING = {"batch_size": 32, "optimizer": "adam", "learning_rate": 4e-3}


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
        family: one that has a ``FOLDER``.
        survey: the folder's.
        image_size: ``[height, width]``, if it is chosen.
        channels: 1 or 3, if it is chosen.
        patches: how many to cut of each picture, if it is chosen.

    Raises:
        ValueError: a family that has none; far too few pictures, or of one class; classes that it does not learn.
    """
    part = folder_part(family)
    if part is None:
        raise ValueError(f"expected a family that learns from pictures, received {family!r}: choose another")
    _check_classes(part, survey)
    if patches is None:
        patches = _patches(survey, image_size) if part.cuts else 0
    if image_size is None:
        image_size = [PATCH_SIDE, PATCH_SIDE] if patches else list(survey.usual_size(WHOLE_SIDE))
    advice = _advice(family, survey, NEED_OF_PATCHES if patches else part.need)
    training = {**part.training, **(PATCH_TRAINING if patches else {})}
    if "epochs" not in training:
        steps = max(1, len(survey.headers) * max(1, patches) // training["batch_size"])
        training["epochs"] = min(MOST_EPOCHS, max(FEWEST_EPOCHS, round((PATCH_STEPS if patches else STEPS) / steps)))
    builder = part.builder((image_size[0], image_size[1], channels or survey.channels), patches)
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


def _check_classes(part: FolderPart, survey: Survey) -> None:
    classes = survey.class_sizes
    if part.need.each and len(classes) < 2:
        raise ValueError(
            f"expected images of two classes or more, those of {survey.name} have {len(classes)}: sort them into "
            "folders named after their classes"
        )
    if part.classes and set(classes) != set(part.classes):
        raise ValueError(f"{part.classes_said} in {survey.name}, found {', '.join(classes)}")
