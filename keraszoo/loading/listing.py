"""What is known of a model without opening it: what it does, and in which runtimes it can be opened."""

from pathlib import Path
from typing import NamedTuple

from keraszoo.loading.folders import settings_of
from keraszoo.loading.reports import check_model_file, read_report, signatures_of
from keraszoo.loading.verbs import verbs_of


class Listed(NamedTuple):
    """A model that is there.

    Attributes:
        name: its folder's, by which it is loaded.
        folder: where it is.
        description: what it does, in a few words.
        verbs: of `LoadedModel`; empty for a model that was not exported, which must be opened to know them.
        runtimes: those whose files are there.
        problem: why its export cannot be used, such as an earlier version; None where it can.
    """

    name: str
    folder: Path
    description: str
    verbs: tuple[str, ...]
    runtimes: tuple[str, ...]
    problem: str | None


def listed(folder: Path) -> Listed:
    """What the files of a model's folder say of it; an exported one that was changed is found when it is opened."""
    verbs: tuple[str, ...] = ()
    runtimes: list[str] = []
    description, problem = "", None
    try:
        description = settings_of(folder)["description"]
        if (folder / "report.json").is_file():
            report = read_report(folder)
            check_model_file(folder, report)
            verbs = verbs_of(signatures_of(report))
            runtimes = [_runtime_of(entry["format"]) for entry in report["files"] if (folder / entry["path"]).exists()]
    except ValueError as error:
        problem = str(error)
    if (folder / "model.keras").is_file():
        runtimes = ["keras", *runtimes]
    return Listed(folder.name, folder, description, verbs, tuple(dict.fromkeys(runtimes)), problem)


def _runtime_of(file_format: str) -> str:
    return "saved_model" if file_format == "saved_model" else "tflite"
