"""The families: what each adds to data, training, evaluation and export, one file a family.

A family's file has these functions, which `keraszoo.runs` calls in this order:

- ``build(image_shape, **arguments) -> keras.Model``: an uncompiled model from the family's builder;
- ``train(model, dataset, folder, *, seed, picture, **training) -> history``: one `fit` or several;
- ``evaluate(model, dataset, folder, history) -> scores``: measures on the test split, pictures into the folder;
- ``signatures(model) -> dict``: the inference graphs, by name;
- ``export_inputs(model, dataset) -> (calibration, samples, score)``: what `export.export_model` asks for.
"""

from importlib import import_module
from typing import Any

from keraszoo.names import nearest_name_hint

FAMILIES = {
    "autoencoder": "compress an image to a small code and rebuild it",
}


def family(name: str) -> Any:
    """The family's module; raises a ``ValueError`` that suggests the nearest name."""
    if name not in FAMILIES:
        hint = nearest_name_hint(name, FAMILIES)
        raise ValueError(f"expected a family ({', '.join(FAMILIES)}), received {name!r}.{hint}")
    return import_module(f"keraszoo.families.{name}")
