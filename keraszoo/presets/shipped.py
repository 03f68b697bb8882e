"""The trained models that come with the zoo, and which of their files do: git keeps them, a wheel brings them.

``.gitignore`` says the same, which a test compares.
"""

import os
from pathlib import Path

INSTALLED = Path(__file__).resolve().parent.parent / "saved_models"
"""Where a wheel brings them."""


def places(name_or_path: str | os.PathLike[str], models: Path, installed: Path = INSTALLED) -> tuple[Path, Path, Path]:
    """Where a model may be, the first first: by its name in ``models``, as a path, by its name among the installed."""
    return models / name_or_path, Path(name_or_path), installed / name_or_path


SHIPPED = (
    "autoencoder-mnist",
    "autoencoder-fashion",
    "denoiser-mnist",
    "denoiser-fashion",
    "hasher-mnist",
    "hasher-fashion",
    "classifier-mnist-100-labels",
    "classifier-fashion",
    "reader-english",
    "reader-korean",
    "translator-english-korean",
)
"""Presets."""

SHIPPED_FORMATS = ("float16", "int8")
"""Of `export.FORMATS`. Trained weights are rounded to what float16 holds (`keraszoo.training.round_weights`)."""

SHIPPED_TEXTS = ("class_names.txt", "vocabulary.json", "source_vocabulary.json")
"""What outputs or inputs mean, in a run folder and beside its TFLite files; each in the models that have it."""

SHIPPED_FILES = (
    "README.md",
    "model.keras",
    "training.json",
    "evaluation.json",
    "report.json",
    "pictures/*.png",
    *SHIPPED_TEXTS,
    *(f"tflite/{name}" for name in SHIPPED_TEXTS),
    *(f"tflite/{name}.tflite" for name in SHIPPED_FORMATS),
)
"""Files of a run folder, or patterns of them; `keraszoo export` makes all others again."""

MOST_BYTES = 40_000_000
"""What all of them may take together."""


def shipped_files(folder: Path) -> list[Path]:
    """The files of a run folder that come with the zoo, those that are there, by their paths."""
    return sorted(path for pattern in SHIPPED_FILES for path in folder.glob(pattern))
