"""What an index asks of its arguments, each check a value or a ``ValueError``."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

MOST_NAMED = 5


def whole_number(value: Any, name: str, at_least: int) -> int:
    """A whole number that is large enough."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < at_least:
        raise ValueError(f"{name}: expected a whole number of at least {at_least}, received {value!r}")
    return int(value)


def model_name(model: str | Mapping[str, str] | None) -> str | dict[str, str] | None:
    """A model's name, or its names and checksums, as it is written to JSON."""
    if model is None or isinstance(model, str):
        return model
    if not isinstance(model, Mapping) or not all(isinstance(text, str) for pair in model.items() for text in pair):
        raise ValueError(f"model: expected a name, or a dictionary of strings, received {model!r}")
    return dict(model)


def whole_ids(ids: ArrayLike, count: int | None) -> np.ndarray:
    """Ids as int64 of shape (count,), any number of them if ``count`` is None."""
    array = np.asarray(ids)
    if array.size == 0:
        array = array.astype(np.int64)
    if array.ndim != 1 or (count is not None and len(array) != count):
        wanted = "one row of ids" if count is None else f"{count} ids, one a code"
        raise ValueError(f"ids: expected {wanted}, received shape {array.shape}")
    if array.dtype.kind not in "iu" or (array.dtype == np.uint64 and array.max(initial=0) > np.iinfo(np.int64).max):
        raise ValueError(f"ids: expected whole numbers that fit int64, received {array.dtype}; number the items")
    return array.astype(np.int64)


def no_repeats(ids: np.ndarray, known: set[int]) -> None:
    """Raise if an id occurs twice, or is known already."""
    sorted_ids = np.sort(ids)
    repeated = np.unique(sorted_ids[1:][sorted_ids[1:] == sorted_ids[:-1]]).tolist()
    repeated = repeated or sorted(known.intersection(ids.tolist()))
    if repeated:
        raise ValueError(f"ids: expected each id once, received {_named(repeated)} again; remove or renumber them")


def all_known(ids: np.ndarray, known: set[int]) -> None:
    """Raise if an id is not known."""
    unknown = sorted(set(ids.tolist()) - known)
    if unknown:
        raise ValueError(f"ids: expected ids of this index, received {_named(unknown)}, which it does not hold")


def soft_codes(values: ArrayLike, shape: tuple[int, int]) -> np.ndarray:
    """Soft codes as float32 in 0-1 of the given shape."""
    array = np.asarray(values, np.float32)
    if array.shape != shape:
        raise ValueError(f"soft_codes: expected shape {shape}, as the codes have, received {array.shape}")
    if array.size and not (array.min() >= 0 and array.max() <= 1):
        raise ValueError(
            f"soft_codes: expected numbers in 0-1, received {array.min():.4g} to {array.max():.4g}; "
            "pass what the sigmoid gives"
        )
    return array


def path_list(paths: Sequence[str], count: int) -> list[str]:
    """Paths as a list of strings, one an id."""
    listed = [paths] if isinstance(paths, str) else [os.fspath(path) for path in paths]
    if len(listed) != count or not all(isinstance(path, str) for path in listed):
        raise ValueError(
            f"paths: expected {count} strings, one an id, received {len(listed)} of {type(paths).__name__}"
        )
    return listed


def same_columns(name: str, has: bool, receives: bool) -> None:
    """Raise if items with and without ``name`` would be mixed."""
    if has != receives:
        states = {True: "with", False: "without"}
        raise ValueError(
            f"{name}: expected items {states[has]} {name}, as the index holds, received some {states[receives]}; "
            "all items have them or none has"
        )


def same_origin(path: str | os.PathLike[str], name: str, expected: object, received: object) -> None:
    """Raise if an index file is of another width or model than expected; None expects nothing."""
    if expected is not None and expected != received:
        raise ValueError(
            f"{os.fspath(path)}: expected an index with {name} {expected!r}, received {received!r}; "
            "open it with what it was made with, or index the images again"
        )


def _named(ids: list[int]) -> str:
    more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
    return ", ".join(map(str, ids[:MOST_NAMED])) + more
