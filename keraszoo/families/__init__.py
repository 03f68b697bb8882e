"""The families: what each adds to data, training, evaluation and export, one folder and one row of `FAMILIES` each.

A family's folder has the same files as every other: ``training.py`` with ``build`` and ``train``, ``evaluation.py``
with ``evaluate``, ``measure`` and ``summary``, ``inference.py`` with ``typical_inputs``, ``exporting.py`` with
``export_inputs`` and ``assets``, and ``about.py``. Its ``__init__.py`` takes all that together, and from
`keraszoo.models` the ``signatures``, and ``build`` where the builder is all of it. `keraszoo.runs` and the command line
call these functions in this order:

- ``build(image_shape, **arguments) -> keras.Model``: an uncompiled model from the family's builder. Its parameters
  are the options of the family's model, and a name of `keraszoo.commands.train` there is one on the command line. One
  named after a family, as ``autoencoder`` may be, is a trained model that this one is built on, of which the option
  says the name, and ``num_classes`` is counted in the data;
- ``train(model, dataset, folder, *, seed, verbose, **training) -> history``: one `fit` or several. Its keyword-only
  parameters are the options of the family's training, and `fit`'s but ``loss`` are too if it takes ``**options``. Like
  all that follow but ``signatures`` and ``summary`` it may take, by their names, options that the model was built with.
  What it cannot do it refuses before it fits. One that is built on a trained model gives `fit` the ``callbacks`` that
  it is given: they end a rehearsal, which tells what is refused before that model is trained;
- ``evaluate(model, dataset, folder, history) -> scores``: measures on the test split, pictures into the folder.
  ``scores["measures"]`` is a flat dictionary of the model's own, in which `Preset.score` is looked up. A family whose
  models may be compared over code sizes also takes ``siblings``, trained models with other code sizes; one whose
  models are built on another takes that as ``base``;
- ``measure(loaded, dataset) -> measures``: those that presets ask for, as ``evaluate`` has them, by the verbs of a
  `LoadedModel` in any runtime. One that needs what ``evaluate`` returned takes it as ``evaluation``;
- ``summary(scores) -> list[str]``: the lines that are printed of what ``evaluate`` returned;
- ``signatures(model) -> dict``: the inference graphs, by name;
- ``typical_inputs(model, images) -> pixels``: what the model is given in use, made of images: its weights are rounded
  for such inputs;
- ``export_inputs(model, dataset) -> dict``: the arguments of `export.export_model` that depend on the data:
  ``calibration``, ``samples``, ``score``, and more if need be;
- ``assets(model, dataset) -> dict``, in some: file name to text, what the outputs mean, which travels with the model;

and what is said and chosen for it, in ``about.py``:

- ``CARD``, a `keraszoo.families.cards.CardPart`: what its models are for and not for, and what their scores are;
- ``FOLDER``, a `keraszoo.families.folders.FolderPart`, in those that learn from any pictures: how many it needs, and
  what it is trained with where nobody says otherwise.

Importing a family imports TensorFlow, so what is known without it stands in its row.
"""

from collections.abc import Iterable, Mapping
from importlib import import_module
from inspect import Parameter, signature
from typing import Any, NamedTuple

from keraszoo.families.folders import FolderPart
from keraszoo.names import nearest_name_hint


class Row(NamedTuple):
    """What a family does, in a few words, and what it is called in conversation and on the command line, if not so."""

    summary: str
    short_name: str | None = None


FAMILIES = {
    "autoencoder": Row("compress an image to a small code and rebuild it"),
    "denoising_autoencoder": Row("clean a noisy image", "denoiser"),
    "binary_autoencoder": Row("turn an image into a short bit string, and find similar images by it", "hasher"),
    "extended_autoencoder": Row(
        "classify images by a trained autoencoder's code, from many labels or a few", "classifier"
    ),
    "reader": Row("read a strip of digit images as a number's words, in any of many languages"),
    "translator": Row("translate a number's words for the decoder of a trained reader"),
}

SHORT_NAMES = {row.short_name: name for name, row in FAMILIES.items() if row.short_name}
"""Of families that have one, to their names."""

# What `keraszoo.runs` and the families give themselves, and models, which no training.json can hold.
NO_OPTIONS = {"seed", "verbose", "callbacks", "encoder", "decoder", "loss_weights", "num_classes"}


def full_name(name: str) -> str:
    """The family that a short name means; any other name as it is."""
    return SHORT_NAMES.get(name, name)


def family(name: str) -> Any:
    """The family's package; raises a ``ValueError`` that suggests the nearest name."""
    if name not in FAMILIES:
        hint = nearest_name_hint(name, FAMILIES)
        raise ValueError(f"expected a family ({', '.join(FAMILIES)}), received {name!r}.{hint}")
    return import_module(f"keraszoo.families.{name}")


def options_of(name: str) -> tuple[list[str], list[str]]:
    """The names of what may be chosen of a family's model, and of its training."""
    from keraszoo.training import fit

    module = family(name)
    _, *builder = signature(module.build).parameters
    training = list(signature(module.train).parameters.values())
    if training[-1].kind is Parameter.VAR_KEYWORD:
        of_fit = [option for option in signature(fit).parameters.values() if option.default is not Parameter.empty]
        training += [option for option in of_fit if option.name != "loss"]
    names = [option.name for option in training if option.kind is Parameter.KEYWORD_ONLY]
    return [name for name in builder if name not in NO_OPTIONS], [name for name in names if name not in NO_OPTIONS]


def check_options(name: str, builder: Iterable[str], training: Iterable[str]) -> None:
    """Raise a ``ValueError`` that names the first of these options that the family does not have, and those it has."""
    for part, given, has in zip(("model", "training"), (builder, training), options_of(name), strict=True):
        for option in given:
            if option not in has:
                hint = nearest_name_hint(option, has)
                raise ValueError(f"{option!r} is not an option of {name}'s {part}, which has {', '.join(has)}.{hint}")


def needs(name: str, argument: str) -> bool:
    """Whether the family's ``build`` takes that argument, such as ``num_classes``."""
    return takes(name, "build", argument)


def base_argument(name: str) -> str | None:
    """The family of which the ``build`` of this one takes a trained model, if any."""
    return next((argument for argument in FAMILIES if needs(name, argument)), None)


def built_with(name: str, function: str, builder: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the model, chosen or the default, that one of the family's functions takes by their names."""
    module = family(name)
    _, *options = signature(module.build).parameters.values()
    asked = signature(getattr(module, function)).parameters
    return {option.name: builder.get(option.name, option.default) for option in options if option.name in asked}


def assets_of(name: str, model: Any, dataset: Any, builder: Mapping[str, Any]) -> dict[str, str]:
    """What the family's ``assets`` gives, nothing where it has none."""
    module = family(name)
    return module.assets(model, dataset, **built_with(name, "assets", builder)) if hasattr(module, "assets") else {}


def folder_part(name: str) -> FolderPart | None:
    """What the family is trained with on a folder of pictures; None if it does not learn from any pictures."""
    return getattr(family(name), "FOLDER", None)


def compares_code_sizes(name: str) -> bool:
    """Whether the family's ``evaluate`` takes ``siblings``."""
    return takes(name, "evaluate", "siblings")


def takes(name: str, function: str, argument: str) -> bool:
    """Whether one of the family's functions takes that argument, as ``evaluate`` may take ``siblings`` or ``base``."""
    return argument in signature(getattr(family(name), function)).parameters
