"""``keraszoo list``."""

import argparse
import json
from typing import TYPE_CHECKING

from keraszoo.commands.shared import add_output
from keraszoo.families import FAMILIES
from keraszoo.presets import PRESETS

if TYPE_CHECKING:
    from keraszoo.loading.listing import Listed

DESCRIPTION = "Show the trained models that are there, and the presets and families that can be trained."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How to print it, and where models are looked for."""
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_output(parser)


def run(options: argparse.Namespace) -> None:
    """Print families, presets and models."""
    from keraszoo.loading.folders import INSTALLED, folders_there
    from keraszoo.loading.listing import listed

    models = [listed(folder) for folder in folders_there(options.output)]
    summaries = {name: row.summary for name, row in FAMILIES.items()}
    if options.json:
        rows = [{**model._asdict(), "folder": f"{model.folder}"} for model in models]
        table = {"families": summaries, "presets": {n: vars(p) for n, p in PRESETS.items()}, "models": rows}
        print(json.dumps(table, indent=2))
        return
    print("families, to train on any data with `keraszoo train FAMILY --data ...`:")
    for name, summary in summaries.items():
        print(f"  {name:28} {summary}")
    print("\npresets, whose every setting is chosen:")
    for name, row in PRESETS.items():
        measure, bound, value = row.score
        print(f"  {name:28} {row.description}")
        print(f"  {'':28} {row.data}; {measure} {bound} {value:g}; {row.minutes:g} minutes on 2 cores")
    _print_models(
        f"trained models in {options.output}", [model for model in models if model.folder.parent != INSTALLED]
    )
    _print_models("models installed with keraszoo", [model for model in models if model.folder.parent == INSTALLED])


def _print_models(title: str, models: list["Listed"]) -> None:
    print(f"\n{title}{':' if models else ': none'}")
    for model in models:
        print(f"  {model.name:28} {model.description}")
        state = model.problem or f"{', '.join(model.verbs) or 'not exported'}; in {', '.join(model.runtimes)}"
        print(f"  {'':28} {state}")
