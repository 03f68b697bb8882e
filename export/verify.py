"""Does an artifact, run in its own runtime, give what Keras gives?"""

import math
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from export.errors import ExportError
from export.runtimes import litert, serving
from export.runtimes.signature import Arrays, RunSignature
from export.score import Score

# Kind of artifact -> runtime -> its open_signature. A new runtime is a row here and a file in runtimes/.
RUNTIMES: dict[str, dict[str, Callable[..., RunSignature]]] = {
    "tflite": {"litert": litert.open_signature},
    "saved_model": {"serving": serving.open_signature},
}


ROUNDING_MARGIN = 1e-4
"""So close to 0.5 a value may be rounded either way: runtimes add up in different orders."""
LARGEST_FLIPPED = 0.01
"""Share of the rounded values that a format without a tolerance may round the other way."""

Rounded = Mapping[str, Mapping[str, str]]
"""Signature name to the names of outputs that are 0 or 1, each with the output that it is rounded from."""


class Difference(NamedTuple):
    """How far an output is from what was expected; infinite where either has a NaN or an infinity.

    Of texts, which are arrays of ``bytes``, both differences are the share that is not the same.

    Args:
        largest: ``max|received - expected|``.
        relative: the same divided by ``max(1, max|expected|)``, since an output may be of any magnitude.
        flipped: of an output that is rounded to 0 or 1, the share of values that are the other one. Those that
            were on the brink count in it, and not in the differences.
    """

    largest: float
    relative: float
    flipped: float | None = None


def compare(expected: Mapping[str, np.ndarray], received: Mapping[str, np.ndarray]) -> dict[str, Difference]:
    """The difference of each output by name.

    Raises:
        ValueError: the outputs do not have the same names and shapes.
    """
    if expected.keys() != received.keys():
        raise ValueError(f"expected the outputs {sorted(expected)}, received {sorted(received)}")
    return {name: _difference(name, expected[name], received[name]) for name in expected}


def score_loss(score: Score, expected: float, received: float) -> float:
    """How much worse a score is than the expected one, relative to it (absolute if that is 0).

    0.05 is five percent worse, whichever way is better; negative is better; infinite is not a number at all.
    """
    worse = expected - received if score.higher_is_better else received - expected
    return worse / (abs(expected) or 1.0) if math.isfinite(worse) else math.inf


def check_rounded(rounded: Rounded, signatures: Mapping[str, Any]) -> None:
    """Raise a ``ValueError`` unless every name in ``rounded`` is a signature's or one of its outputs'."""
    for signature, pairs in rounded.items():
        outputs = signatures[signature].output if signature in signatures else {}
        unknown = [name for pair in pairs.items() for name in pair if name not in outputs]
        for name, source in () if unknown else pairs.items():
            if outputs[name].shape != outputs[source].shape:
                raise ValueError(
                    f"rounded: expected {name!r} and {source!r} of signature {signature!r} of one shape, received "
                    f"{outputs[name].shape} and {outputs[source].shape}"
                )
        if unknown or not outputs:
            raise ValueError(
                f"rounded names the signature {signature!r} and its outputs {', '.join(map(repr, unknown)) or 'none'}; "
                f"expected signatures out of {', '.join(signatures)} and outputs out of {', '.join(outputs) or 'none'}"
            )


def verify(
    artifact: str | PathLike[str],
    file_format: str,
    expected: Mapping[str, Arrays],
    samples: Mapping[str, Arrays],
    score: Score | None,
    tolerance: float | None,
    rounded: Rounded | None = None,
) -> list[dict[str, Any]]:
    """Run every signature of an artifact in each of its runtimes and compare the outputs with Keras's.

    Args:
        artifact: a ``.tflite`` file or a SavedModel folder.
        file_format: what it is: a row of `export.formats.FORMATS`, or ``"saved_model"``.
        expected: Keras's outputs: signature name to output name to array ``(n, ...)``.
        samples: what they were computed from: signature name to input name to array ``(n, ...)``.
        score: the task's own measure, whose loss must stay within its bound for this format.
        tolerance: the largest relative difference that an output may have; None allows any finite one. Texts must be
            the same.
        rounded: outputs that are others rounded to 0 and 1. With a tolerance, they must be equal where what they are
            rounded from is further from 0.5 than it, or than 0.0001; without, at most 1% of them may differ.

    Returns:
        One row for each runtime, signature and output: ``file`` (the artifact's last two path components),
        ``format``, ``runtime``, ``signature``, ``output``, ``largest_difference``, ``relative_difference`` and
        ``flipped`` (see `Difference`), ``tolerance``, ``score`` and ``score_loss`` (see `score_loss`; None where
        the score is of another signature), ``samples`` (their number) and ``agrees``.

    Raises:
        ExportError: the artifact cannot be opened or run, or its outputs have other names or shapes.
    """
    artifact = Path(artifact)
    kind = "saved_model" if artifact.is_dir() else "tflite"
    rows: list[dict[str, Any]] = []
    for runtime, open_signature in RUNTIMES[kind].items():
        for signature, outputs in expected.items():
            try:
                received = open_signature(artifact, signature)(samples[signature])
                found = output_rows(signature, outputs, received, file_format, score, tolerance, rounded)
            except ValueError as error:
                raise ExportError(f"{artifact} does not run as Keras does in {runtime}: {error}") from error
            rows += [{"file": "/".join(artifact.parts[-2:]), "runtime": runtime, **row} for row in found]
    return rows


def output_rows(
    signature: str,
    expected: Arrays,
    received: Arrays,
    file_format: str,
    score: Score | None,
    tolerance: float | None,
    rounded: Rounded | None = None,
) -> list[dict[str, Any]]:
    """How each output of one signature compares with Keras's.

    Args:
        signature: its name.
        expected: Keras's outputs by name, each ``(n, ...)``.
        received: those of the file, likewise.
        file_format: of which the loss of the score is bound.
        score: the task's own measure.
        tolerance: as in `verify`.
        rounded: as in `verify`.

    Returns:
        A row for each output, with the keys that `verify` gives besides ``file`` and ``runtime``.

    Raises:
        ValueError: the outputs have other names or shapes.
    """
    differences = compare(expected, received)
    for name, source in (rounded or {}).get(signature, {}).items():
        brink = np.abs(expected[source] - 0.5) <= max(ROUNDING_MARGIN, tolerance or 0.0)
        differences[name] = _flips(expected[name], received[name], brink)
    value, loss = _scored(score, signature, expected, received)
    bound = math.inf if score is None else score.largest_loss.get(file_format, math.inf)
    return [
        {
            "format": file_format,
            "signature": signature,
            "output": output,
            "largest_difference": difference.largest,
            "relative_difference": difference.relative,
            "flipped": difference.flipped,
            "tolerance": allowed,
            "score": value,
            "score_loss": loss,
            "samples": len(expected[output]),
            "agrees": _within(difference, allowed) and (loss is None or loss <= bound),
        }
        for output, difference in differences.items()
        for allowed in [0.0 if _is_text(expected[output]) else tolerance]
    ]


def _difference(name: str, expected: np.ndarray, received: np.ndarray) -> Difference:
    if expected.shape != received.shape:
        raise ValueError(f"expected output {name!r} of shape {expected.shape}, received {received.shape}")
    if _is_text(expected) != _is_text(received):
        raise ValueError(f"expected output {name!r} of dtype {expected.dtype}, received {received.dtype}")
    if _is_text(expected):
        share = float(np.mean(expected != received))
        return Difference(share, share)
    if not (np.all(np.isfinite(expected)) and np.all(np.isfinite(received))):
        return Difference(math.inf, math.inf)
    wanted = expected.astype(np.float64)
    largest = float(np.max(np.abs(received - wanted), initial=0.0))
    return Difference(largest, largest / float(np.max(np.abs(wanted), initial=1.0)))


def _flips(expected: np.ndarray, received: np.ndarray, brink: np.ndarray) -> Difference:
    """The difference of rounded values, those on the brink left out of all but the share of flips."""
    flipped = float(np.mean(expected != received))
    counted = ~(brink & np.isfinite(received))
    return _difference("", expected[counted], received[counted])._replace(flipped=flipped)


def _within(difference: Difference, tolerance: float | None) -> bool:
    if not math.isfinite(difference.relative):
        return False
    if tolerance is None:
        return difference.flipped is None or difference.flipped <= LARGEST_FLIPPED
    return difference.relative <= tolerance


def _scored(
    score: Score | None, signature: str, expected: Arrays, received: Arrays
) -> tuple[float | None, float | None]:
    """The score of ``received`` and its loss, or None for both where there is nothing to measure."""
    if score is None or score.signature != signature or not _finite(received):
        return None, None
    value = score.of(received)
    return value, score_loss(score, score.of(expected), value)


def _finite(outputs: Arrays) -> bool:
    return all(_is_text(values) or bool(np.all(np.isfinite(values))) for values in outputs.values())


def _is_text(values: np.ndarray) -> bool:
    return values.dtype == object
