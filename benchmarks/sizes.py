"""How small a model may be: the scores of several widths against the bytes of their files.

    python benchmarks/sizes.py [autoencoder | denoiser | hasher ...]

Each width is trained as its preset is, for fewer epochs, exported to float16 and int8, and both files are scored in
LiteRT on validation images, since the preset's width is chosen by them. Writes benchmarks/results/sizes.json and a
picture. A killed run goes on when repeated; a width that stands in the results is left out. Needs MNIST from TensorFlow
Datasets.
"""

import shutil
import sys
from dataclasses import replace
from typing import Any, NamedTuple

from results import RESULTS, read_results, update_results

from export import export_model
from keraszoo import runs
from keraszoo.evaluation import SizedModel, plot_sizes
from keraszoo.families import built_with, family

FOLDER = runs.SAVED_MODELS / ".sizes"
FORMATS = ("float16", "int8")


class Comparison(NamedTuple):
    """Widths of a preset's model, by their name in the plot, each trained for as many epochs."""

    preset: str
    title: str
    training: dict[str, Any]
    widths: dict[str, dict[str, Any]]


COMPARISONS = {
    "autoencoder": Comparison(
        "autoencoder-mnist",
        "autoencoder: squared error",
        {"epochs": 10},
        {
            "16-32, 64": {"filters": (16, 32), "hidden_units": (64,)},
            "32-64, 64": {"filters": (32, 64), "hidden_units": (64,)},
            "32-64-64, 256": {"filters": (32, 64, 64), "hidden_units": (256,)},
            "32-64, 256": {"filters": (32, 64), "hidden_units": (256,)},
        },
    ),
    "denoiser": Comparison(
        "denoiser-mnist",
        "denoiser: squared error at noise 0.5",
        {"epochs": 4},
        {
            "12": {"filters": (12,)},
            "12-24": {"filters": (12, 24)},
            "24-48": {"filters": (24, 48)},
            "32-64": {"filters": (32, 64)},
        },
    ),
    "hasher": Comparison(
        "hasher-mnist",
        "hasher: mean average precision",
        {"epochs": 4, "neighbour_stages": 1},
        {
            "8-16-32, 64": {"filters": (8, 16, 32), "hidden_units": (64,)},
            "16-32-64, 64": {"filters": (16, 32, 64), "hidden_units": (64,)},
            "16-32-64, 128": {"filters": (16, 32, 64), "hidden_units": (128,)},
            "16-32, 256": {"filters": (16, 32), "hidden_units": (256,)},
        },
    ),
}


def main(names: list[str]) -> None:
    for name in names or COMPARISONS:
        comparison = COMPARISONS[name]
        for width, builder in comparison.widths.items():
            if width not in read_results("sizes").get(name, {}).get("models", {}):
                row = trained(comparison, f"{name}-{width}".replace(", ", "-"), builder)
                update_results("sizes", {name: {"training": comparison.training, "models": {width: row}}})
    draw()


def trained(comparison: Comparison, name: str, builder: dict[str, Any]) -> dict[str, Any]:
    """Train one width and score its files; the run folder is removed."""
    settings = runs.settings_for(comparison.preset, name=name, builder=builder, training=comparison.training)
    folder = runs.train(settings, FOLDER, verbose=2)
    _, record, model = runs.open_run(folder)
    module, dataset = family(settings.family), settings.load_data()
    options = built_with(settings.family, "export_inputs", settings.builder)
    inputs = module.export_inputs(model, replace(dataset, test=dataset.validation), **options)
    # A width may lose more in int8 than what is published may; that is to be seen.
    inputs["score"] = replace(inputs["score"], largest_loss=dict.fromkeys(FORMATS, 1.0))
    report = export_model(module.signatures(model), folder, formats=FORMATS, **inputs)
    scores = {row["format"]: row["score"] for row in report["agreement"] if row["score"] is not None}
    files = {
        each["format"]: {"bytes": each["bytes"], "score": scores[each["format"]]}
        for each in report["files"]
        if each["format"] in FORMATS
    }
    shutil.rmtree(folder)
    return {
        "builder": builder,
        "measure": inputs["score"].name,
        "keras": report["score"]["keras"],
        "parameters": record["parameters"],
        "files": files,
    }


def draw() -> None:
    """The widths of all comparisons that were trained, the preset's own marked."""
    panels = {}
    for name, figures in read_results("sizes").items():
        if name in COMPARISONS:
            comparison = COMPARISONS[name]
            of_preset = runs.settings_for(comparison.preset).builder
            panels[comparison.title] = [
                SizedModel(
                    width,
                    {
                        file_format: (row["bytes"], row["score"])
                        for file_format, row in figures["models"][width]["files"].items()
                    },
                    chosen={**of_preset, **builder} == of_preset,
                )
                for width, builder in comparison.widths.items()
                if width in figures["models"]
            ]
    plot_sizes(panels, RESULTS / "sizes.png")


if __name__ == "__main__":
    main(sys.argv[1:])
