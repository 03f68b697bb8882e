"""The proof of an export: every file, run in its own runtime, agrees with Keras."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from export.errors import ExportError
from export.formats import FORMATS, SAVED_MODEL, SAVED_MODEL_TOLERANCE
from export.score import Score
from export.signatures import Arrays
from export.verify import LARGEST_FLIPPED, Rounded, verify


def prove(
    root: Path,
    artifacts: Mapping[str, str],
    expected: Mapping[str, Arrays],
    samples: Mapping[str, Arrays],
    score: Score | None,
    rounded: Rounded | None = None,
    texts: Mapping[str, Arrays] | None = None,
) -> list[dict[str, Any]]:
    """The agreement rows of all files, as report.json holds them.

    Args:
        root: The folder that the paths are relative to.
        artifacts: Path to format: a row of `FORMATS`, or ``"saved_model"``.
        expected: Keras's outputs for ``samples``: signature name to output name to array ``(n, ...)``.
        samples: Signature name to input name to array ``(n, ...)``.
        score: The task's own measure, if there is one.
        rounded: Outputs that are others rounded to 0 and 1, as `verify` takes them.
        texts: What the SavedModel alone must give besides ``expected``, likewise: arrays of ``bytes``.

    Raises:
        ExportError: a file does not agree; names each file, runtime, signature and output that does not.
    """
    rows = []
    with_texts = {name: {**outputs, **(texts or {}).get(name, {})} for name, outputs in expected.items()}
    for path, kind in artifacts.items():
        tolerance = SAVED_MODEL_TOLERANCE if kind == SAVED_MODEL else FORMATS[kind].tolerance
        try:
            wanted = with_texts if kind == SAVED_MODEL else expected
            found = verify(root / path, kind, wanted, samples, score, tolerance, rounded)
        except ExportError as error:
            # The file is gone when the user reads this: name it as it would have been published.
            raise ExportError(str(error).replace(str(root / path), path)) from error
        rows += [{**row, "file": path} for row in found]
    failed = [
        _disagreement(row, score, row["output"] in (texts or {}).get(row["signature"], ()))
        for row in rows
        if not row["agrees"]
    ]
    if failed:
        raise ExportError("; ".join(failed))
    return rows


def _disagreement(row: Mapping[str, Any], score: Score | None, is_text: bool) -> str:
    place = f"{row['file']} does not agree with Keras in {row['runtime']}: signature {row['signature']!r}, "
    if is_text:
        return (
            f"{place}output {row['output']!r}: {row['largest_difference']:.2%} of the texts differ, and none may"
            f"{_lost(row, score)}"
        )
    return place + disagreement(row, score)


def disagreement(row: Mapping[str, Any], score: Score | None) -> str:
    """In what an output of numbers does not agree, in words, given its row of `export.verify.output_rows`."""
    bound = "none" if row["tolerance"] is None else f"{row['tolerance']:g}"
    message = (
        f"output {row['output']!r}: relative difference {_number(row['relative_difference'])} "
        f"(absolute {_number(row['largest_difference'])}), tolerance {bound}"
    )
    if row["flipped"] is not None:
        message += (
            f", {row['flipped']:.2%} of its values flipped (without a tolerance at most {LARGEST_FLIPPED:.0%} may)"
        )
    return message + _lost(row, score)


def _lost(row: Mapping[str, Any], score: Score | None) -> str:
    if score is None or row["score_loss"] is None:
        return ""
    return f", {score.name} lost {row['score_loss']:.2%} of at most {score.largest_loss[row['format']]:.2%}"


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.3g}"
