"""A report at a glance: one row for each file and way of running it, as text and as the card's table."""

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = ("format", "runtime", "bytes", "difference", "score", "loss", "ms", "verdict")
LEFT = frozenset({"format", "runtime", "verdict"})


def summary(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The cells of `COLUMNS`, for every file in LiteRT or TensorFlow Serving and in each further runtime.

    A row speaks for all signatures: the difference is the largest relative one, the milliseconds are of one sample of
    the first signature, and the verdict names the signatures where they differ in it, and the largest arena.

    Args:
        report: As `export.check_report` accepts it.
    """
    sizes = {entry["path"]: entry["bytes"] for entry in report["files"]}
    agreement = [
        {**row, "variant": None, "status": "agrees", "reason": None, "milliseconds": None, "arena_bytes": None}
        for row in report["agreement"]
    ]
    groups: dict[tuple[str, str, str | None], list[Mapping[str, Any]]] = {}
    for path in sizes:
        for row in [*agreement, *report["runtimes"]]:
            if row["file"] == path:
                groups.setdefault((path, row["runtime"], row["variant"]), []).append(row)
    first = next(iter(report["signatures"]))
    return [
        (
            rows[0]["format"],
            f"{runtime}, {variant}" if variant else runtime,
            f"{sizes[path]:,}",
            _cell(_largest(rows, "relative_difference"), ".1e"),
            _cell(_largest(rows, "score"), ".4f"),
            percent(_largest(rows, "score_loss")),
            _cell(_largest([row for row in rows if row["signature"] == first], "milliseconds"), ".3f"),
            _verdict(rows),
        )
        for (path, runtime, variant), rows in groups.items()
    ]


def text_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows of `summary` as plain text, numbers to the right."""
    lines = [COLUMNS, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if name in LEFT else cell.rjust(width)
            for name, cell, width in zip(COLUMNS, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def percent(value: float | None) -> str:
    """Without the minus sign of what is rounded to nothing."""
    return "" if value is None else f"{round(value, 4) + 0.0:.2%}"


def _largest(rows: Sequence[Mapping[str, Any]], key: str) -> float | None:
    return max((row[key] for row in rows if row[key] is not None), default=None)


def _cell(value: float | None, form: str) -> str:
    return "" if value is None else format(value, form)


def _verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    said: dict[str, list[str]] = {}
    for row in rows:
        text = f"{row['status']}: {row['reason']}" if row["reason"] else row["status"]
        signatures = said.setdefault(text, [])
        if row["signature"] not in signatures:
            signatures.append(row["signature"])
    arena = _largest(rows, "arena_bytes")
    verdict = "; ".join(text if len(said) == 1 else f"{', '.join(names)} {text}" for text, names in said.items())
    return verdict if arena is None else f"{verdict}; arena {arena:,} bytes"
