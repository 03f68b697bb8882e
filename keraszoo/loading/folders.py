"""Find a trained model's folder by name: as a path, in ``saved_models``, or among those installed with the zoo."""

import os
from pathlib import Path

from keraszoo.names import nearest_name_hint

MODELS = Path("saved_models")
"""Where the command line writes models, in the working directory."""
INSTALLED = Path(__file__).resolve().parent.parent / "saved_models"
"""Where a wheel brings the zoo's own models."""
MODEL_FILES = ("report.json", "model.keras")


def find_folder(name_or_path: str | os.PathLike[str]) -> Path:
    """The folder of a model: that path, or that name in `MODELS`, else in `INSTALLED`.

    Raises:
        ValueError: there is none; the message names the nearest, and what trains it if it is a preset.
    """
    path = Path(name_or_path).expanduser()
    for folder in (path, MODELS / path, INSTALLED / path):
        if _is_model(folder):
            return folder
    if path.is_dir():
        raise ValueError(
            f"expected a model's folder, found neither {' nor '.join(MODEL_FILES)} in {path}; "
            f"run `keraszoo export {path.name}`"
        )
    there = sorted({folder.name for place in (MODELS, INSTALLED) for folder in place.glob("*") if _is_model(folder)})
    raise ValueError(
        f"expected the name of a model in {MODELS}{os.sep} or an installed one ({', '.join(there) or 'none'}), or a "
        f"model's folder; received {os.fspath(name_or_path)!r}.{_hint(path.name, there)}"
    )


def _hint(name: str, there: list[str]) -> str:
    from keraszoo.presets import PRESETS  # needed here only

    if name in PRESETS:
        return f" Train it first, then export it: `keraszoo train {name}; keraszoo export {name}`"
    return nearest_name_hint(name, [*there, *PRESETS])


def _is_model(folder: Path) -> bool:
    return any((folder / file).is_file() for file in MODEL_FILES)
