"""What the gates say of an export's files: which runtime lacks what for which of them."""

from collections.abc import Mapping, Sequence
from typing import Any

COLUMNS = ("files", "runtime", "what is missing there")


def lacking(report: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """The cells of `COLUMNS`, one row for each distinct reason, which says all that is concerned; none if nothing is.

    Args:
        report: As `export.check_report` accepts it.
    """
    files: dict[tuple[str, str], list[str]] = {}
    for entry in report["files"]:
        for runtime, reasons in (entry["verdicts"] or {}).items():
            for reason in reasons:
                files.setdefault((runtime, reason), []).append(entry["format"])
    concerned: dict[tuple[str, str, str], list[str]] = {}
    for (runtime, reason), formats in files.items():
        what, _, why = reason.partition(": ")
        concerned.setdefault((", ".join(formats), runtime, why), []).append(what)
    return [(formats, runtime, f"{', '.join(whats)}: {why}") for (formats, runtime, why), whats in concerned.items()]


def text_lines(rows: Sequence[Sequence[str]]) -> str:
    """The rows of `lacking` as plain text, one line each."""
    return "\n".join(f"{formats} in {runtime}: {missing}" for formats, runtime, missing in rows)
