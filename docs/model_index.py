"""saved_models/README.md: the index of the trained models that come with the zoo, from what their own folders hold.

python docs/model_index.py [FOLDER]
"""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from export.card_tables import measured_cells, table
from export.report import check_files
from keraszoo.files import write_whole
from keraszoo.loading.folders import MODELS
from keraszoo.loading.reports import check_model_file, read_report
from keraszoo.presets.shipped import SHIPPED, SHIPPED_FILES, SHIPPED_FORMATS, SHIPPED_TEXTS, shipped_files

MODEL_COLUMNS = ("model", "what it does", "data", "score", "parameters", "bytes")
FILE_COLUMNS = ("file", "bytes", "loss", "ms", "agrees with Keras in")
NEEDED = [path for path in SHIPPED_FILES if "*" not in path and Path(path).name not in SHIPPED_TEXTS]
"""What every shipped model must have."""
HEADER = """# Trained models

By `python docs/model_index.py`. {count}, {bytes:,} bytes in all, come with the package: `keraszoo.load(NAME)` opens
`model.keras`, `keraszoo.load(NAME, runtime="tflite")` the float16 file. `keraszoo export NAME` makes the SavedModel and
the other TFLite files, `keraszoo train NAME` the model itself.

Scores are of the test split, with what the preset asks. The bytes of a model are of all that is committed of it, its
card and pictures too. Each card has every figure, and how it was measured."""
FILES = """## Files

The loss is that of the score against Keras; the milliseconds are of one sample, the quickest way to run it in LiteRT,
on the machine where `keraszoo export NAME --prove litert` timed it."""


def main(folder: Path = MODELS) -> None:
    try:
        text = index(folder)
    except ValueError as error:
        sys.exit(f"{folder / 'README.md'} stays as it is: {error}")
    if text:
        with write_whole(folder / "README.md") as temporary:
            temporary.write_text(text, encoding="utf-8")


def index(models: Path, names: Sequence[str] = SHIPPED) -> str:
    """The page, of those of the named models that are in the folder; an empty text if none is.

    Raises:
        ValueError: a model lacks a file, or its files, its evaluation, its report and its card are not of one another.
    """
    folders = [models / name for name in names if (models / name).is_dir()]
    if not folders:
        return ""
    reports = {folder: checked_report(folder) for folder in folders}
    sections = [
        HEADER.format(count=f"{len(folders)} models", bytes=sum(map(bytes_of, folders))),
        table(MODEL_COLUMNS, [model_row(folder, report) for folder, report in reports.items()]),
        FILES,
        table(FILE_COLUMNS, [row for folder, report in reports.items() for row in file_rows(folder, report)]),
    ]
    return "\n\n".join(sections) + "\n"


def checked_report(folder: Path) -> dict[str, Any]:
    """The report of a folder in which all that ships is of one training, evaluation and export."""
    missing = [path for path in NEEDED if not (folder / path).exists()]
    if missing:
        raise ValueError(
            f"{folder} lacks {', '.join(missing)}; run `keraszoo evaluate {folder}`, then `keraszoo export {folder}`"
        )
    report = read_report(folder)
    check_model_file(folder, report)
    assets = report.get("assets", {})
    check_files(folder, {"files": shipped_entries(report), "assets": assets})
    training, evaluation = (written(folder, name) for name in ("training", "evaluation"))
    training.pop("history", None)
    texts = {path.name for path in shipped_files(folder) if path.parent.name == "tflite" and path.suffix != ".tflite"}
    pictures = {path.relative_to(folder).as_posix() for path in shipped_files(folder) if path.parent.name == "pictures"}
    card = (folder / "README.md").read_text(encoding="utf-8")
    agreeing = {
        "the name": report["name"] == folder.name,
        "training.json": report["details"]["training"] == training,
        "evaluation.json": report["details"]["evaluation"] == evaluation,
        "the texts beside the TFLite files": set(assets) == texts,
        "pictures/": set(report["pictures"].values()) == pictures,
        "the card": all(entry["sha256"] in card for entry in report["files"]),
    }
    wrong = [what for what, agrees in agreeing.items() if not agrees]
    if wrong:
        raise ValueError(
            f"the report in {folder} is not of {' and '.join(wrong)} there: run `keraszoo export {folder}` again"
        )
    if "score" not in evaluation:
        raise ValueError(
            f"{folder} was not evaluated as its preset: run `keraszoo train {folder.name}`, then evaluate it"
        )
    return report


def model_row(folder: Path, report: dict[str, Any]) -> tuple[str, ...]:
    """The cells of `MODEL_COLUMNS`."""
    evaluation = report["details"]["evaluation"]
    return (
        f"[{folder.name}]({folder.name}/README.md)",
        report["description"],
        evaluation["data"],
        evaluation["score"],
        f"{report['details']['training']['parameters']:,}",
        f"{bytes_of(folder):,}",
    )


def file_rows(folder: Path, report: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """The cells of `FILE_COLUMNS`."""
    yield link(folder, "model.keras"), f"{(folder / 'model.keras').stat().st_size:,}", "", "", ""
    for entry in shipped_entries(report):
        yield link(folder, entry["path"]), *measured_cells(report, entry)


def shipped_entries(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Of the files that a report names, those that ship."""
    return [entry for entry in report["files"] if entry["format"] in SHIPPED_FORMATS]


def written(folder: Path, name: str) -> dict[str, Any]:
    """What training or evaluation wrote down."""
    return dict(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))


def link(folder: Path, path: str) -> str:
    """To a file of a model, from the index."""
    return f"[{folder.name}/{path}]({folder.name}/{path})"


def bytes_of(folder: Path) -> int:
    """Of all that ships of a model."""
    return sum(path.stat().st_size for path in shipped_files(folder))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
