"""``keraszoo list``."""

import argparse
import json

from keraszoo.families import FAMILIES
from keraszoo.presets import PRESETS

DESCRIPTION = "Show the presets and families that can be trained."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option, ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> None:
    """Print families and presets."""
    if options.json:
        print(json.dumps({"families": FAMILIES, "presets": {n: vars(p) for n, p in PRESETS.items()}}, indent=2))
        return
    print("families, to train on any data with `keraszoo train FAMILY --data ...`:")
    for name, summary in FAMILIES.items():
        print(f"  {name:28} {summary}")
    print("\npresets, whose every setting is chosen:")
    for name, row in PRESETS.items():
        measure, bound, value = row.score
        print(f"  {name:28} {row.description}")
        print(f"  {'':28} {row.data}; {measure} {bound} {value:g}; {row.minutes:g} minutes on 2 cores")
