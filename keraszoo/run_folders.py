"""Run folders, ``saved_models/<name>/``, as `keraszoo.runs` writes them: open the model, and what belongs to it."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import keras

from keraszoo.data import ImageDataset
from keraszoo.families import family
from keraszoo.model_files import load_model
from keraszoo.presets import PRESETS
from keraszoo.settings import Settings, read_record

IMAGE_INPUTS = ("image", "images")
"""A model's input is one image, several in a strip, or none at all."""


def open_run(run: Path) -> tuple[Settings, dict[str, Any], keras.Model]:
    """The settings, the whole training record and the model of a run folder.

    Raises:
        ValueError: if there is no such run, or its files are not what `train` wrote.
    """
    if not (run / "training.json").exists():
        hint = f"; train it with `keraszoo train {run.name}`" if run.name in PRESETS else ""
        raise ValueError(f"expected a run folder with training.json and model.keras, found none at {run}{hint}")
    settings, record = read_record(run)
    family(settings.family)  # so that Keras knows the layers of its own
    return settings, record, load_model(run / "model.keras")


def open_signature(run: Path, name: str) -> keras.Model:
    """One inference graph of the model of a run folder, such as ``denoise``.

    Raises:
        ValueError: its family has no such; the message names the runs beside it that have.
    """
    settings, _, model = open_run(run)
    graphs = family(settings.family).signatures(model)
    if name not in graphs:
        beside = [path.parent for path in sorted(run.parent.glob("*/training.json"))]
        fitting = ", ".join(other.name for other in beside if name in _signature_names(other))
        raise ValueError(
            f"expected a model with the signature {name!r}, received {run.name}, which has {', '.join(graphs)}; "
            f"of the models beside it these have: {fitting or 'none; train one (`keraszoo list`)'}"
        )
    return graphs[name]


def _signature_names(run: Path) -> set[str]:
    with suppress(ValueError):
        settings, _, model = open_run(run)
        return set(family(settings.family).signatures(model))
    return set()


def load_fitting(model: keras.Model, settings: Settings, class_names: Sequence[str] | None = None) -> ImageDataset:
    """The images of these settings, or a ``ValueError`` if they are not of the shape that the model reads.

    With ``class_names``, those that a model tells apart, they must be the images' own, in that order.
    """
    dataset = settings.load_data()
    expected = [tuple(tensor.shape[-3:]) for tensor in model.inputs if tensor.name in IMAGE_INPUTS]
    if expected and dataset.image_shape != expected[0]:
        raise ValueError(
            f"the model reads images of shape {expected[0]}, but those of {dataset.name} are {dataset.image_shape}: "
            "choose data of that shape"
        )
    if class_names is not None and tuple(class_names) != dataset.class_names:
        raise ValueError(
            f"the model tells {', '.join(class_names)} apart, but the classes of {dataset.name} are "
            f"{', '.join(dataset.class_names) or 'not known'}: choose data of those classes"
        )
    return dataset
