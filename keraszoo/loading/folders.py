"""Find a trained model's folder by name: as a path, in ``saved_models``, or among those installed with the zoo."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from keraszoo.names import nearest_name_hint
from keraszoo.presets.shipped import INSTALLED, places

MODELS = Path("saved_models")
"""Where the command line writes models, in the working directory."""
MODEL_FILES = ("report.json", "model.keras")
SETTINGS = {"name", "description", "family", "data", "builder"}


def find_folder(name_or_path: str | os.PathLike[str], models: Path = MODELS) -> Path:
    """The folder of a model: that name in ``models``, that path, or that name in `INSTALLED`.

    Raises:
        ValueError: there is none; the message names the nearest, and what trains it if it is a preset.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise ValueError(f"expected the name or the path of a model, received {type(name_or_path).__name__}")
    path = Path(name_or_path)
    with suppress(RuntimeError):  # "~" of a user that there is not
        path = path.expanduser()
    for folder in places(path, models, INSTALLED):
        if _is_model(folder):
            return folder
    if path.is_dir():
        raise ValueError(
            f"expected a model's folder, found neither {' nor '.join(MODEL_FILES)} in {path}; "
            f"`keraszoo list` shows the models that are there"
        )
    there = [folder.name for folder in folders_there(models)]
    raise ValueError(
        f"expected the name of a model in {models}{os.sep} or an installed one ({', '.join(there) or 'none'}), or a "
        f"model's folder; received {os.fspath(name_or_path)!r}.{_hint(path.name, there)}"
    )


def folders_there(*places: Path) -> list[Path]:
    """The folders of all models with a name: those in each place, then the installed ones that these do not hide."""
    found: dict[str, Path] = {}
    for place in (*places, INSTALLED):
        for folder in sorted(place.glob("*")):
            if _is_model(folder):
                found.setdefault(folder.name, folder)
    return list(found.values())


def settings_of(folder: Path) -> dict[str, Any]:
    """What a model was trained with, as ``training.json`` has it, or the report of one that came without that.

    Raises:
        ValueError: neither has it.
    """
    written = (folder / "training.json").is_file()
    path = folder / ("training.json" if written else "report.json")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        settings = (record if written else record["details"]["training"])["settings"]
        if missing := SETTINGS - settings.keys():
            raise ValueError(f"without {', '.join(sorted(missing))}")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"expected what `keraszoo train` writes in {path} ({error!r}); train the model again"
        ) from None
    return dict(settings)


def export_command(folder: Path) -> str:
    """What makes the files that a model lacks: an installed one is named, since `keraszoo export` copies it first."""
    return f"keraszoo export {folder.name if folder.parent == INSTALLED else folder}"


def _hint(name: str, there: list[str]) -> str:
    from keraszoo.presets import PRESETS  # needed here only

    if name in PRESETS:
        return f" Train it first, then export it: `keraszoo train {name}; keraszoo export {name}`"
    return nearest_name_hint(name, [*there, *PRESETS])


def _is_model(folder: Path) -> bool:
    return any((folder / file).is_file() for file in MODEL_FILES)
