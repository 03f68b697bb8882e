"""How fast a file must at least be beside another: what makes a benchmark a check."""

from collections.abc import Collection, Mapping, Sequence
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


def check_floors(timed: Collection[tuple[str, int | None]], floors: Sequence[Floor]) -> None:
    """See that what floors compare is there, before or after it is timed.

    Args:
        timed: Format and number of threads of each row of `export.benchmark.benchmark`, None where it is not known.
        floors: What to check.

    Raises:
        ValueError: a floor names a format that is not there, or one that never has the other's number of threads.
    """
    formats = list(dict.fromkeys(file_format for file_format, _ in timed))
    for floor in floors:
        for name in (floor.format, floor.peer):
            if name not in formats:
                raise ValueError(f"a floor names {name!r}, expected one of {', '.join(formats) or 'none'}")
        threads, peer_threads = ({count for name, count in timed if name == each} for each in floor[:2])
        if None not in threads | peer_threads and not threads & peer_threads:
            raise ValueError(
                f"a floor compares {floor.format} on {_counts(threads)} with {floor.peer} on {_counts(peer_threads)}; "
                "expected one number of threads for both"
            )


def missed_floors(rows: Sequence[Mapping[str, Any]], floors: Sequence[Floor]) -> list[str]:
    """One line for each floor and number of threads where the median time of one image is above it.

    Args:
        rows: What `export.benchmark.benchmark` returned. Rows are compared at the same number of threads, and with
            all of a peer whose threads are not known. Of a format that is run in several ways, such as Keras, the
            fastest counts.
        floors: What to check.

    Raises:
        ValueError: as `check_floors`: no floor holds for want of a row.
    """
    check_floors([(row["format"], row["threads"]) for row in rows], floors)
    return [line for floor in floors for line in _missed(rows, floor)]


def _missed(rows: Sequence[Mapping[str, Any]], floor: Floor) -> list[str]:
    times, peer_times = _fastest(rows, floor.format), _fastest(rows, floor.peer)
    pairs = [
        (threads if threads is not None else peer_threads, milliseconds, peer_milliseconds)
        for threads, milliseconds in times.items()
        for peer_threads, peer_milliseconds in peer_times.items()
        if None in (threads, peer_threads) or threads == peer_threads
    ]
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
    return found


def _counts(threads: set[int | None]) -> str:
    return ", ".join(_threads(count) for count in sorted(filter(None, threads)))


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"
