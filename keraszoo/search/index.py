"""An index of binary codes: add, find the nearest, remove, save and load."""

import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from keraszoo.search import checks
from keraszoo.search.items import Items
from keraszoo.search.occupancy import occupancy
from keraszoo.search.packing import pack_codes
from keraszoo.search.ranking import nearest_items, rank_by_soft_code, sorted_items
from keraszoo.search.storage import read_arrays, write_arrays
from keraszoo.search.table import CodeTable

MOST_RECENT = 20_000
QUERIES_AT_ONCE = 256
RESULTS_AT_ONCE = 1 << 20


class CodeIndex:
    """Items found by a binary code of one width, exactly, by Hamming distance; safe to use from several threads.

    Codes are arrays of 0 and 1 of shape (count, bits), as a model's ``hash`` signature gives them; they are packed
    inside. Ids, and paths if there are any, belong to the caller. What is found comes by distance, and by ascending id
    where distances are equal: of items that tie for the last place, those with the lowest ids are returned.

    A million codes of 64 bits take about 300 MB, of 32 bits 200 MB; soft codes 4 bytes a bit more. The first search
    after adding many items or loading builds what makes it fast, in a second or two for a million::

        index = CodeIndex(32, model="binary-mnist")
        index.add(bits, ids=np.arange(len(bits)))
        ids, distances = index.search(query_bits, k=10)

    Args:
        bits: the width of the codes, any positive number.
        model: which model the codes come from, a name or names and checksums; it is saved with the index.

    Raises:
        ValueError: ``bits`` is no positive whole number, or ``model`` is not made of strings.
    """

    def __init__(self, bits: int, *, model: str | Mapping[str, str] | None = None) -> None:
        self.bits = checks.whole_number(bits, "bits", at_least=1)
        self.model = checks.model_name(model)
        self._lock = threading.RLock()
        self._items = Items(-(-self.bits // 8))
        self._known_ids: set[int] = set()
        self._main: CodeTable | None = None
        self._recent: CodeTable | None = None

    def __len__(self) -> int:
        return self._items.count

    def __contains__(self, identity: int) -> bool:
        return identity in self._known_ids

    def add(
        self,
        codes: ArrayLike,
        ids: ArrayLike,
        soft_codes: ArrayLike | None = None,
        paths: Sequence[str] | None = None,
    ) -> None:
        """Add items, all or, on an error, none of them.

        Args:
            codes: shape (count, bits), 0 and 1 only.
            ids: shape (count,), whole numbers that fit int64, new and different from each other.
            soft_codes: shape (count, bits), in 0-1, to re-rank by; kept as float32. All items have one or none has.
            paths: one string an id. All items have one or none has.

        Raises:
            ValueError: a shape or a value is another one, or an id repeats.
        """
        packed = pack_codes(codes, self.bits)
        new_ids = checks.whole_ids(ids, len(packed))
        soft = None if soft_codes is None else checks.soft_codes(soft_codes, (len(packed), self.bits))
        new_paths = None if paths is None else checks.path_list(paths, len(packed))
        with self._lock:
            checks.no_repeats(new_ids, self._known_ids)
            if len(self):
                checks.same_columns("soft_codes", self._items.soft_codes is not None, soft is not None)
                checks.same_columns("paths", self._items.paths is not None, new_paths is not None)
            else:
                self._items = Items(packed.shape[1])
            if not len(new_ids):
                return
            self._items.append(packed, new_ids, soft, new_paths)
            self._known_ids.update(new_ids.tolist())
            self._recent = None

    def remove(self, ids: ArrayLike) -> None:
        """Remove items, all or, on an error, none of them.

        Raises:
            ValueError: an id is not in the index, or the ids are no whole numbers.
        """
        unwanted = checks.whole_ids(ids, None)
        with self._lock:
            checks.all_known(unwanted, self._known_ids)
            kept = ~np.isin(self._items.ids, unwanted)
            self._items.keep(kept)
            self._known_ids.difference_update(unwanted.tolist())
            self._recent = None
            if self._main is not None:
                self._main.remove(kept, np.cumsum(kept) - 1)
                # Emptied codes are read for nothing; a new table leaves them out.
                if 2 * len(self._main) < self._main.built_with:
                    self._main = None

    def search(
        self,
        codes: ArrayLike,
        k: int,
        soft_codes: ArrayLike | None = None,
        candidates: int | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The nearest items of each code, exactly.

        Args:
            codes: shape (queries, bits), 0 and 1 only.
            k: how many, at least 1; if there are fewer items, all are returned.
            soft_codes: shape (queries, bits), in 0-1. If given, the nearest ``candidates`` by Hamming distance are
                ranked by the squared Euclidean distance between soft codes, which tells items of one code apart.
            candidates: at least k, 10 k if not given.

        Returns:
            int64 ids and distances, both of shape (queries, at most k): int32 Hamming distances, or float32 squared
            distances of soft codes.

        Raises:
            ValueError: the index is empty or has no soft codes, k or a shape or a value is another one.
        """
        queries = pack_codes(codes, self.bits)
        k = checks.whole_number(k, "k", at_least=1)
        if soft_codes is None:
            if candidates is not None:
                raise ValueError("candidates: expected soft_codes with it, received none; give the queries' soft codes")
            with self._lock:
                positions, distances = self._nearest(queries, k)
                return self._items.ids[positions], distances
        soft = checks.soft_codes(soft_codes, (len(queries), self.bits))
        candidates = 10 * k if candidates is None else checks.whole_number(candidates, "candidates", at_least=k)
        with self._lock:
            positions, _ = self._nearest(queries, candidates)
            if self._items.soft_codes is None:
                raise ValueError("soft_codes: expected an index with soft codes, this has none; add items with them")
            return rank_by_soft_code(soft, positions, self._items.soft_codes, self._items.ids, k)

    def bucket(self, code: ArrayLike) -> np.ndarray:
        """The ids, ascending, of the items with exactly this code of shape (bits,); often none.

        Raises:
            ValueError: the index is empty, or the code has another shape or other values.
        """
        return self.buckets(np.asarray(code)[np.newaxis])[0].copy()

    def buckets(self, codes: ArrayLike) -> list[np.ndarray]:
        """`bucket` for each of many codes, shape (queries, bits), in far less time; the arrays are read-only."""
        queries = pack_codes(codes, self.bits)
        with self._lock:
            tables = self._tables()
            found = [table.buckets(queries) for table in tables]
        if len(found) == 1:
            return found[0]
        return [np.sort(np.concatenate(ids)) for ids in zip(*found, strict=True)]

    def near(self, code: ArrayLike, radius: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """All items within a radius of one code.

        Args:
            code: shape (bits,), 0 and 1 only.
            radius: the largest Hamming distance, at least 0; None takes the smallest at which there is anything.

        Returns:
            int64 ids and int32 distances, by distance and then by id.

        Raises:
            ValueError: the index is empty, or the radius, the code's shape or a value is another one.
        """
        if np.ndim(code) != 1:
            raise ValueError(
                f"code: expected one of shape ({self.bits},), received {np.shape(code)}; give one at a time"
            )
        query = pack_codes(np.asarray(code)[np.newaxis], self.bits, "code")
        if radius is not None:
            radius = min(checks.whole_number(radius, "radius", at_least=0), self.bits)
        with self._lock:
            if radius is None:
                radius = int(self._nearest(query, 1)[1][0, 0])
            found = [(table, table.within(query, radius)) for table in self._tables()]
            positions, distances = sorted_items(found, self._items.ids)
            return self._items.ids[positions], distances

    def paths(self, ids: ArrayLike | None = None) -> list[str]:
        """The paths that were added with these ids, in their order; without ids, all.

        Raises:
            ValueError: an id is not in the index, or the items have no paths.
        """
        wanted = None if ids is None else checks.whole_ids(ids, None)
        with self._lock:
            if wanted is not None:
                checks.all_known(wanted, self._known_ids)
            if self._items.paths is None:
                raise ValueError("expected an index with paths, this has none; add items with paths")
            if wanted is None:
                return list(self._items.paths)
            by_id = np.argsort(self._items.ids)
            positions = by_id[np.searchsorted(self._items.ids, wanted, sorter=by_id)]
            return [self._items.paths[position] for position in positions]

    def stats(self) -> dict[str, Any]:
        """How the items spread over the codes.

        Returns:
            ``count``, ``bits``, ``model``, and what `keraszoo.search.occupancy.occupancy` gives: ``buckets``,
            ``largest_bucket``, ``mean_bucket``, ``empty_share`` and, unless the index is empty, ``bit_means``.
        """
        with self._lock:
            return {
                "count": len(self),
                "bits": self.bits,
                "model": self.model,
                **occupancy(self._items.codes, self.bits),
            }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the index to one file, whole or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        with self._lock:
            items = self._items
            arrays = {"codes": items.codes, "ids": items.ids}
            if items.soft_codes is not None:
                arrays["soft_codes"] = items.soft_codes
            header = {"bits": self.bits, "model": self.model, "count": len(self), "paths": items.paths}
            write_arrays(path, header, arrays)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        bits: int | None = None,
        model: str | Mapping[str, str] | None = None,
    ) -> "CodeIndex":
        """Open an index that `save` wrote.

        Args:
            path: the file.
            bits: the width that is expected, any if not given.
            model: the model that is expected, any if not given.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no index, of another version, width or model, truncated or edited.
        """
        header, arrays = read_arrays(path)
        checks.same_origin(path, "bits", bits, header["bits"])
        checks.same_origin(path, "model", checks.model_name(model), header["model"])
        index = cls(header["bits"], model=header["model"])
        index._items.append(arrays["codes"], arrays["ids"], arrays.get("soft_codes"), header["paths"])
        index._known_ids.update(arrays["ids"].tolist())
        return index

    def _nearest(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Positions and distances of the nearest items, both of shape (queries, at most k)."""
        tables = self._tables()
        k = min(k, len(self))
        blocks = [(np.empty((0, k), np.int64), np.empty((0, k), np.int32))]
        at_once = max(1, min(QUERIES_AT_ONCE, RESULTS_AT_ONCE // k))
        for begin in range(0, len(queries), at_once):
            block = queries[begin : begin + at_once]
            found = [(table, table.nearest(block, k)) for table in tables]
            blocks.append(nearest_items(found, self._items.ids, len(block), k))
        positions, distances = (np.concatenate(arrays) for arrays in zip(*blocks, strict=True))
        return positions, distances

    def _tables(self) -> list[CodeTable]:
        """One large table, which takes long to build, and one of the items that came since; each may be missing."""
        if not len(self):
            raise ValueError("expected an index with items, received an empty one; add codes first")
        in_main = len(self._main) if self._main else 0
        if len(self) - in_main > MOST_RECENT:
            self._main = CodeTable(self._items.codes, self._items.ids, self.bits)
            self._recent = None
        elif self._recent is None and len(self) > in_main:
            codes, ids = self._items.codes[in_main:], self._items.ids[in_main:]
            self._recent = CodeTable(codes, ids, self.bits, first_position=in_main)
        return [table for table in (self._main, self._recent) if table is not None]
