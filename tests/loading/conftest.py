"""What the loading tests share: an exported run of each family, made when it is first asked for."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

IMAGE_SHAPE = (8, 8, 1)
BUILT_WITH: dict[str, tuple[str, dict[str, Any]]] = {
    "coder": ("autoencoder", {"code_size": 3, "hidden_units": [6]}),
    "cleaner": ("denoising_autoencoder", {"architecture": "fully_convolutional", "filters": [4, 2]}),
    "hasher": ("binary_autoencoder", {"hidden_units": [6], "bits": 5}),
    "classifier": ("extended_autoencoder", {"autoencoder": "coder", "head_units": [6]}),
    "reader": (
        "reader",
        {"max_digits": 2, "filters": [2], "hidden_units": [6], "units": 5, "language": "ko"},
    ),
    "translator": ("translator", {"reader": "reader", "units": 4}),
}


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Gives the run folder of one of `BUILT_WITH`: a model as it is built, saved and exported, but not trained."""
    import keras

    from keraszoo import runs
    from keraszoo.data import load_images
    from keraszoo.families import assets_of, base_argument, family, needs
    from keraszoo.model_files import load_model, save_model

    models = tmp_path_factory.mktemp("models")
    digits = load_images("digits")

    @cache
    def saved(name: str) -> Path:
        family_name, builder = BUILT_WITH[name]
        keras.utils.set_random_seed(3)
        given = dict(builder)
        argument = base_argument(family_name)
        if argument:
            given[argument] = load_model(saved(builder[argument]) / "model.keras")
        if needs(family_name, "num_classes"):
            given["num_classes"] = 10
        model = family(family_name).build(IMAGE_SHAPE, **given)
        save_model(model, models / name / "model.keras")
        settings = asdict(runs.settings_for(family_name, name=name, builder=builder))
        record = {"settings": settings, "class_names": list(digits.class_names)}
        (models / name / "training.json").write_text(json.dumps(record))
        for file, text in assets_of(family_name, model, digits, builder).items():
            (models / name / file).write_text(text)
        return models / name

    @cache
    def exported(name: str) -> Path:
        folder = saved(name)
        runs.export(folder, formats=["float32", "int8"] if name == "coder" else ["float32"])
        return folder

    return exported
