"""Choose settings: a preset's, a family's own, a trained model's to go on from, or such as fit a folder of pictures."""

import logging
import re
import unicodedata
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from export.serving_folder import check_model_name
from keraszoo.data.folder import Survey, picture_folder, survey_folder
from keraszoo.families import FAMILIES, base_argument, check_options, family, folder_part, full_name
from keraszoo.model_files import load_model
from keraszoo.names import nearest_name_hint
from keraszoo.presets import PRESETS, Preset, preset
from keraszoo.presets.shipped import INSTALLED, places
from keraszoo.settings.folder_defaults import folder_defaults
from keraszoo.settings.settings import Settings, learns_classes, read_record

SAVED_MODELS = Path("saved_models")
OF_AN_ARCHITECTURE = ("code_size", "filters", "hidden_units")
"""Arguments of a builder that may not suit another architecture."""
OF_A_LENGTH = ("batch_size", "epochs", "learning_rate", "optimizer")
"""Arguments of a training that depend on how many pictures there are."""
SLOWER = 0.3
"""The learning rate of what goes on from trained weights, as a share of what new ones take."""
LEARNING_RATE = 1e-3
"""The default of `fit`."""

logger = logging.getLogger("keraszoo")


def settings_for(
    name: str,
    /,
    *,
    builder: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
    start: str | None = None,
    output: Path = SAVED_MODELS,
    **changes: Any,
) -> Settings:
    """The settings of a preset, or of a family on its defaults, with some of them changed.

    On a folder of pictures a family's defaults are those of `folder_defaults`, which are logged; of a preset, or a
    model to go on from, only the length of the training is.

    Args:
        name: a preset, or a family or its short name (whose model is then named after it and the data).
        builder: arguments of the family's builder to change.
        training: arguments of the family's training to change.
        start: a trained model of the family to go on from, its name in ``output`` or an installed one's, or its folder:
            its settings are the defaults then, at 0.3 times its learning rate, and pictures are brought to the size
            that it reads.
        output: where runs are that are named.
        changes: other fields of `Settings`.

    Raises:
        ValueError: for a name that is neither, an argument that the family does not have, a start that is not there or
            of another family or size, or far too few pictures.
    """
    builder, training = dict(builder or {}), dict(training or {})
    if full_name(name) in FAMILIES:
        settings = _of_family(name, changes.get("data", "digits"))
    else:
        settings = _of_preset(name, changes.get("data"))
    check_options(settings.family, builder, training)
    if start:
        settings = _going_on(name, settings, _start_run(start, output), changes.get("data"))
    patches = changes.pop("patches", settings.patches or None)
    settings = replace(settings, **changes)
    check_model_name(settings.name)
    folder = picture_folder(settings.data)
    if settings.start:
        settings = _brought_to_size(settings, Path(settings.start), changes)
    elif folder:
        settings = _brought_to_size(settings, _base_run(settings, builder, output), changes)
    if not folder and (patches or changes.get("channels")):
        raise ValueError(
            f"patches and channels are for folders of pictures, and {settings.data} is none: leave them out"
        )
    if not folder or folder_part(settings.family) is None:
        return _changed(replace(settings, patches=patches or 0), builder, training)
    survey = survey_folder(folder, may_mix=not learns_classes(settings.family))
    own_defaults = full_name(name) in FAMILIES and not start
    settings = _changed(_on_folder(settings, survey, patches, builder, own_defaults), builder, training)
    _say(settings, survey)
    return settings


def default_name(name: str, data: str) -> str:
    """What a model is called after its family or preset and its data, in letters that it can be served by."""
    called = Path(data).resolve().name
    letters = unicodedata.normalize("NFKD", called).encode("ascii", "ignore").decode()
    served = re.sub(r"[^a-zA-Z0-9_.-]+", "-", letters).strip("-.")
    # Two names of which no letter is left must not become one.
    return f"{name}-{served or format(zlib.crc32(called.encode(errors='surrogateescape')), '08x')}"


def find_run(name: str, output: Path) -> Path | None:
    """The run folder of a trained model: its name in ``output``, a path, or the name of an installed one; else None."""
    return next((run for run in places(name, output, INSTALLED) if (run / "training.json").exists()), None)


def preset_of(settings: Settings) -> Preset | None:
    """The preset that these settings are, to the last of them; None if there is no such."""
    if settings.name not in PRESETS or settings.fingerprint() != settings_for(settings.name).fingerprint():
        return None
    return PRESETS[settings.name]


def _of_family(name: str, data: str) -> Settings:
    full = full_name(name)
    return Settings(_own_name(name, data), FAMILIES[full].summary, full, data, {}, {"epochs": 50})


def _own_name(name: str, data: str) -> str:
    """`default_name`, but for one that a preset's model has, which would be replaced."""
    called = default_name(name, data)
    return f"{called}-own" if called in PRESETS else called


def _of_preset(name: str, data: str | None) -> Settings:
    """The preset's; on other data it gets another name, not to replace the model of that name."""
    row = preset(name)
    called, description = name, row.description
    if data not in (None, row.data):
        called, description = default_name(name, str(data)), FAMILIES[row.family].summary
    return Settings(called, description, row.family, row.data, row.builder, row.training, row.seed)


def _start_run(name: str, output: Path) -> Path:
    run = find_run(name, output)
    if run is None:
        trained = [path.parent.name for path in output.glob("*/training.json")]
        hint = nearest_name_hint(name, trained)
        if not hint and name in PRESETS:
            hint = f" Train it first: `keraszoo train {name}`"
        raise ValueError(
            f"expected a trained model to go on from, its name in {output} or an installed one's, or its folder, "
            f"received {name!r}."
            f"{hint or ' `keraszoo train` makes one'}"
        )
    return run


def _going_on(name: str, settings: Settings, run: Path, data: str | None) -> Settings:
    """The settings of a trained model of that family, and its weights."""
    if name in PRESETS:
        raise ValueError(f"{name} has settings of its own; to go on from {run.name}, name its family instead of {name}")
    found, _ = read_record(run)
    if found.family != settings.family:
        raise ValueError(
            f"expected a trained {settings.family} to go on from, received {run}, which is a {found.family}: train "
            "that family, or begin with a model of this one"
        )
    data = data or found.data
    training = {**found.training, "learning_rate": SLOWER * found.training.get("learning_rate", LEARNING_RATE)}
    return replace(
        found,
        name=_own_name(name, data),
        description=FAMILIES[found.family].summary,
        data=data,
        training=training,
        start=f"{run}",
    )


def _brought_to_size(settings: Settings, run: Path | None, asked: Mapping[str, Any]) -> Settings:
    """The same with images as the model of that run reads them, if it reads any."""
    shape = _image_shape(run) if run else None
    if shape is None:
        return settings
    fitting: dict[str, Any] = {"image_size": shape[:2], "channels": shape[2]}
    for name, value in fitting.items():
        if asked.get(name) not in (None, value):
            raise ValueError(f"{run} reads images with {name} {value}, received {asked[name]}: leave {name} out")
    return replace(settings, **fitting)


def _image_shape(run: Path) -> list[int] | None:
    settings, _ = read_record(run)
    family(settings.family)  # so that Keras knows the layers of its own
    shapes = [list(tensor.shape[-3:]) for tensor in load_model(run / "model.keras").inputs if "image" in tensor.name]
    return shapes[0] if shapes else None


def _base_run(settings: Settings, builder: Mapping[str, Any], output: Path) -> Path | None:
    """The run of the model that this one is built on, named or the default, if it is there."""
    argument = base_argument(settings.family)
    if argument is None:
        return None
    default = default_name(argument, settings.data)
    return find_run({**settings.builder, **builder}.get(argument) or default, output)


def _on_folder(
    settings: Settings, survey: Survey, patches: int | None, builder: Mapping[str, Any], own_defaults: bool
) -> Settings:
    """The same with what `folder_defaults` chooses."""
    chosen = folder_defaults(
        settings.family, survey, image_size=settings.image_size, channels=settings.channels, patches=patches
    )
    if chosen.advice:
        logger.warning("%s", chosen.advice)
    rate = {"learning_rate": SLOWER * chosen.training.get("learning_rate", LEARNING_RATE)} if settings.start else {}
    if own_defaults:
        left_out = OF_AN_ARCHITECTURE if "architecture" in builder else ()
        model = {name: value for name, value in chosen.builder.items() if name not in left_out}
        argument = base_argument(settings.family)
        if argument:
            model[argument] = default_name(argument, settings.data)
        training = chosen.training
    else:
        model = settings.builder
        kept = {name: value for name, value in settings.training.items() if name != "labels"}
        training = {**kept, **{name: chosen.training[name] for name in OF_A_LENGTH if name in chosen.training}, **rate}
    return replace(
        settings,
        builder=model,
        training=training,
        image_size=chosen.image_size,
        channels=settings.channels or survey.channels,
        patches=chosen.patches,
    )


def _changed(settings: Settings, builder: Mapping[str, Any], training: Mapping[str, Any]) -> Settings:
    return replace(settings, builder={**settings.builder, **builder}, training={**settings.training, **training})


def _say(settings: Settings, survey: Survey) -> None:
    height, width = settings.image_size or (0, 0)
    cut = f"{settings.patches} patches of {height}x{width} cut of each"
    pieces = cut if settings.patches else f"each made {height}x{width}"
    options = {**settings.builder, **settings.training}
    chosen = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items())
    logger.info("%s: %d pictures, %s; %s", settings.name, len(survey.headers), pieces, chosen)
