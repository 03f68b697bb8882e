"""How fast a file must at least be beside another: what makes a benchmark a check."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SYNTAX = "FORMAT:PEER=RATIO, such as float32:onnx=1.0"


class Floor(NamedTuple):
    """One image takes ``format`` at most ``ratio`` times as long as ``peer``, both formats of `benchmark`'s rows."""

    format: str
    peer: str
    ratio: float


def parse_floor(text: str) -> Floor:
    """A floor written as ``float32:onnx=1.0``: the float32 file takes at most 1.0 of ONNX Runtime's time.

    Raises:
        ValueError: it is written in another way, or the ratio is no number above 0.
    """
    names, _, number = text.partition("=")
    file_format, _, peer = names.partition(":")
    try:
        ratio = float(number)
    except ValueError:
        ratio = 0.0
    if not (file_format and peer and 0 < ratio < float("inf")):
        raise ValueError(f"expected a floor as {SYNTAX}; received {text!r}")
    return Floor(file_format, peer, ratio)


def missed_floors(rows: Sequence[Mapping[str, Any]], floors: Sequence[Floor]) -> list[str]:
    """One line for each floor and number of threads where the median time of one image is above it.

    Args:
        rows: What `export.benchmark.benchmark` returned. Rows are compared at the same number of threads, and with
            all of a peer whose threads are not known. Of a format that is run in several ways, such as Keras, the
            fastest counts.
        floors: What to check.

    Raises:
        ValueError: a floor names a format without a row, or one that was never timed with the other's threads.
    """
    return [line for floor in floors for line in _missed(rows, floor)]


def _missed(rows: Sequence[Mapping[str, Any]], floor: Floor) -> list[str]:
    times, peer_times = _fastest(rows, floor.format), _fastest(rows, floor.peer)
    pairs = [
        (threads if threads is not None else peer_threads, milliseconds, peer_milliseconds)
        for threads, milliseconds in times.items()
        for peer_threads, peer_milliseconds in peer_times.items()
        if None in (threads, peer_threads) or threads == peer_threads
    ]
    if not pairs:
        raise ValueError(f"no number of threads was timed for both {floor.format} and {floor.peer}")
    return [
        f"{floor.format} takes {milliseconds / peer_milliseconds:.2f} of the time of {floor.peer}"
        f"{f' on {_threads(threads)}' if threads else ''} ({milliseconds:.3f} and {peer_milliseconds:.3f} ms), "
        f"expected at most {floor.ratio:g}"
        for threads, milliseconds, peer_milliseconds in pairs
        if milliseconds > floor.ratio * peer_milliseconds
    ]


def _fastest(rows: Sequence[Mapping[str, Any]], file_format: str) -> dict[int | None, float]:
    """Number of threads to milliseconds of one image."""
    found: dict[int | None, float] = {}
    for row in rows:
        if row["format"] == file_format:
            found[row["threads"]] = min(row["milliseconds"], found.get(row["threads"], float("inf")))
    if not found:
        timed = ", ".join(dict.fromkeys(row["format"] for row in rows)) or "none"
        raise ValueError(f"a floor names {file_format!r}, which was not timed; timed were: {timed}")
    return found


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"
