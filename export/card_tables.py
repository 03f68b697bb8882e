"""The card's tables, written from the report."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from export.card_text import FurtherFile
from export.formats import FORMATS
from export.summary import percent

FILE_COLUMNS = ("file", "what", "bytes", "loss", "ms", "agrees with Keras in")
AGREEMENT_COLUMNS = (
    "file",
    "runtime",
    "signature",
    "output",
    "difference",
    "relative",
    "flipped",
    "tolerance",
    "score",
    "loss",
)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def signature_rows(report: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    """Name, inputs and outputs of each signature."""
    for name, signature in report["signatures"].items():
        yield f"`{name}`", _tensors(signature["inputs"]), _tensors(signature["outputs"])


def _tensors(tensors: Mapping[str, Any]) -> str:
    def shape(sizes: Sequence[int | None]) -> str:
        return " x ".join("batch" if size is None else str(size) for size in sizes)

    return "<br>".join(f"`{name}` {tensor['dtype']} {shape(tensor['shape'])}" for name, tensor in tensors.items())


def file_rows(report: Mapping[str, Any], further: Iterable[FurtherFile] = ()) -> Iterable[Sequence[str]]:
    """The cells of `FILE_COLUMNS`: each file at a glance, further ones first."""
    for file in further:
        yield f"[{file.path}]({file.path})", file.what, f"{file.bytes:,}", "", "", ""
    for entry in report["files"]:
        known = FORMATS.get(entry["format"])
        yield (
            f"[{entry['path']}]({entry['path']})",
            known.description if known else "for TensorFlow Serving",
            *measured_cells(report, entry),
        )


def measured_cells(report: Mapping[str, Any], entry: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """Bytes, loss, milliseconds and runtimes of one of the report's files.

    The loss is that of the score in the file's own runtime, the milliseconds are those of one sample of the first
    signature, the quickest of LiteRT's. A runtime stands there "in part" where some of its runs do not agree.
    """
    own = [row for row in report["agreement"] if row["file"] == entry["path"]]
    further = [row for row in report["runtimes"] if row["file"] == entry["path"]]
    agrees: dict[str, list[bool]] = {}
    for row in [*own, *further]:
        agrees.setdefault(row["runtime"], []).append(row.get("status", "agrees") == "agrees")
    losses = [row["score_loss"] for row in own if row["score_loss"] is not None]
    return (
        f"{entry['bytes']:,}",
        percent(max(losses, default=None)),
        _quickest(further, next(iter(report["signatures"]))),
        ", ".join(name if all(runs) else f"{name} in part" for name, runs in agrees.items() if any(runs)),
    )


def _quickest(rows: Iterable[Mapping[str, Any]], signature: str) -> str:
    milliseconds = [
        row["milliseconds"]
        for row in rows
        if row["runtime"] == "litert" and row["signature"] == signature and row["milliseconds"] is not None
    ]
    return f"{min(milliseconds):.3f}" if milliseconds else ""


def agreement_rows(report: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    """The cells of `AGREEMENT_COLUMNS`: each output of each file in its own runtime."""
    for row in report["agreement"]:
        yield (
            row["file"],
            row["runtime"],
            row["signature"],
            row["output"],
            _number(row["largest_difference"]),
            _number(row["relative_difference"]),
            "" if row["flipped"] is None else f"{row['flipped']:.3%}",
            _number(row["tolerance"]),
            _number(row["score"]),
            percent(row["score_loss"]),
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"
