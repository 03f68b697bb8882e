"""What an index keeps of each item: its packed code, its id, and its soft code and path where they are given."""

from collections.abc import Sequence

import numpy as np


class Items:
    """Columns that grow together; adding one item at a time costs no copy of all."""

    def __init__(self, code_bytes: int) -> None:
        self.count = 0
        self.paths: list[str] | None = None
        self._columns: dict[str, np.ndarray] = {
            "codes": np.empty((0, code_bytes), np.uint8),
            "ids": np.empty(0, np.int64),
        }

    @property
    def codes(self) -> np.ndarray:
        """Packed, uint8 of shape (count, bytes)."""
        return self._columns["codes"][: self.count]

    @property
    def ids(self) -> np.ndarray:
        """int64 of shape (count,)."""
        return self._columns["ids"][: self.count]

    @property
    def soft_codes(self) -> np.ndarray | None:
        """float32 of shape (count, bits), or None."""
        column = self._columns.get("soft_codes")
        return None if column is None else column[: self.count]

    def append(
        self, codes: np.ndarray, ids: np.ndarray, soft_codes: np.ndarray | None, paths: Sequence[str] | None
    ) -> None:
        """Add items; the first ones decide whether there are soft codes and paths, which the caller checks."""
        new: dict[str, np.ndarray] = {"codes": codes, "ids": ids}
        if soft_codes is not None:
            new["soft_codes"] = soft_codes
        self._columns = {name: _grown(self._columns.get(name), self.count, values) for name, values in new.items()}
        if paths is not None:
            self.paths = [] if self.paths is None else self.paths
            self.paths.extend(paths)
        self.count += len(ids)

    def keep(self, kept: np.ndarray) -> None:
        """Keep the items where ``kept``, of shape (count,), is true."""
        self._columns = {name: column[: self.count][kept] for name, column in self._columns.items()}
        if self.paths is not None:
            self.paths = [self.paths[position] for position in np.flatnonzero(kept)]
        self.count = int(kept.sum())


def _grown(column: np.ndarray | None, count: int, values: np.ndarray) -> np.ndarray:
    """The column with values after its first ``count``, in twice the room once it is full."""
    total = count + len(values)
    if column is None or total > len(column):
        larger = np.empty((max(total, 2 * count), *values.shape[1:]), values.dtype)
        if column is not None:
            larger[:count] = column[:count]
        column = larger
    column[count:total] = values
    return column
