"""The model that a training begins with, and the trained models that it comes from."""

import json
from pathlib import Path
from typing import Any

import keras

from export.files import sha256_of
from keraszoo.data import ImageDataset
from keraszoo.families import base_argument, family, needs
from keraszoo.run_folders import open_run
from keraszoo.settings import Settings


def first_model(settings: Settings, dataset: ImageDataset, base: keras.Model | None) -> keras.Model:
    """A new model, on the model ``base`` if its family needs one, or one with the weights of another run.

    Raises:
        ValueError: the data have too few classes, or the model to go on from is not of these settings and data.
    """
    builder = dict(settings.builder)
    argument = base_argument(settings.family)
    if base is not None and argument:
        builder[argument] = base
    if needs(settings.family, "num_classes"):
        builder["num_classes"] = _class_count(dataset)
    if settings.start is None:
        return family(settings.family).build(dataset.image_shape, **builder)
    return _going_on(settings, dataset, builder, Path(settings.start))


def origin(run: Path | None) -> dict[str, str] | None:
    """What ``training.json`` says of a model that another comes from."""
    return {"folder": f"{run}", "model_sha256": sha256_of(run / "model.keras")} if run else None


def unchanged(base: dict[str, Any], run: Path) -> keras.Model | None:
    """The model that another was built on, where it was or beside the run; None if it is gone or was trained anew."""
    for folder in (Path(base["folder"]), run.parent / Path(base["folder"]).name):
        if (folder / "model.keras").exists() and sha256_of(folder / "model.keras") == base["model_sha256"]:
            return open_run(folder)[2]
    return None


def _going_on(settings: Settings, dataset: ImageDataset, builder: dict[str, Any], run: Path) -> keras.Model:
    start_settings, record, start = open_run(run)
    shapes = [tuple(tensor.shape[-3:]) for tensor in start.inputs if "image" in tensor.name]
    if shapes and dataset.image_shape != shapes[0]:
        raise ValueError(
            f"{run} reads images of shape {shapes[0]}, but those of {dataset.name} are {dataset.image_shape}: choose "
            "data of that shape"
        )
    classes = builder.get("num_classes")
    if classes and classes != len(record["class_names"]):
        raise ValueError(
            f"{run} tells {len(record['class_names'])} classes apart, {dataset.name} has {classes}: build a new "
            f"classifier on its layers instead (--{base_argument(settings.family)} {run} without --from)"
        )
    given, had = (json.loads(json.dumps(each.builder)) for each in (settings, start_settings))
    changed = [name for name, value in given.items() if value != had.get(name)]
    if base_argument(settings.family):
        if changed:
            raise ValueError(f"the model of {run} is taken as it is: leave {', '.join(changed)} out")
        return start
    model = family(settings.family).build(dataset.image_shape, **builder)
    if [weights.shape for weights in model.weights] != [weights.shape for weights in start.weights]:
        raise ValueError(
            f"the weights of {run} do not fit a model with another {', '.join(changed)}: leave that out, or train "
            "without --from"
        )
    model.set_weights(start.get_weights())
    return model


def _class_count(dataset: ImageDataset) -> int:
    if len(dataset.class_names) < 2:
        raise ValueError(
            f"expected images of two classes or more, those of {dataset.name} have {len(dataset.class_names)}: sort "
            "them into folders named after their classes"
        )
    return len(dataset.class_names)
