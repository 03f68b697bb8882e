"""One training after another, each a `fit` of its own."""

import csv
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from keraszoo.files import write_whole

History = list[dict[str, float]]


def run_stages(stages: Mapping[str, Callable[[Path], History]], folder: Path) -> History:
    """Run the stages in their order, each in the sub-folder of its name, and join what they learned by.

    A stage that is done is not trained again when a killed training is repeated: its `fit` puts back its weights.

    Args:
        stages: name to a function that takes the stage's folder and returns `fit`'s history.
        folder: where the sub-folders, ``history.csv``, the joined history, and ``logs/<name>`` go.

    Returns:
        The rows of all stages, ``epoch`` counted through and ``stage`` counted from 1.
    """
    rows: History = []
    for number, (name, stage) in enumerate(stages.items(), start=1):
        before = len(rows)
        rows += [{**row, "epoch": before + row["epoch"], "stage": number} for row in stage(folder / name)]
    with write_whole(folder / "history.csv") as temporary, open(temporary, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "logs").mkdir(exist_ok=True)
    for name in stages:
        if (folder / name / "logs").exists():
            os.replace(folder / name / "logs", folder / "logs" / name)
    return rows
