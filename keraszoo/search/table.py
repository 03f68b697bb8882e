"""The distinct codes among many items, where each code's items are, and which codes are near a query."""

import faiss
import numpy as np

from keraszoo.search.chunk_lists import ChunkLists, Matches, query_numbers
from keraszoo.search.packing import sort_keys
from keraszoo.search.sorted_keys import SortedKeys

FEWEST_FOR_LISTS = 20_000
SAMPLE = 8_192
LARGEST_FROM_SAMPLE = 256


class CodeTable:
    """Items grouped by code: learned codes repeat, and a code that many items share is compared once.

    Args:
        codes: packed, uint8 of shape (count, bytes), at least one.
        ids: int64 of shape (count,), unique.
        bits: how many bits of a code are in use.
        first_position: the position of the first item where the items are kept.
    """

    def __init__(self, codes: np.ndarray, ids: np.ndarray, bits: int, first_position: int = 0) -> None:
        keys = sort_keys(codes)
        order = np.argsort(ids)
        order = order[np.argsort(keys[order], kind="stable")]
        keys = keys[order]
        first_of_code = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
        self.positions = order + first_position
        self._set_ids(ids[order])
        self.starts = np.append(first_of_code, len(order))
        self.built_with = len(order)
        self._keys = SortedKeys(keys[first_of_code])
        distinct = codes[order[first_of_code]]
        self._bits = bits
        self._flat = _flat_index(distinct)
        self._lists = ChunkLists(distinct, bits) if len(distinct) > FEWEST_FOR_LISTS else None
        self._sample = np.arange(0, len(distinct), -(-len(distinct) // SAMPLE))
        self._sample_flat = _flat_index(distinct[self._sample])
        self._radii = [*(self._lists.radii() if self._lists else []), bits]

    def __len__(self) -> int:
        return len(self.positions)

    def remove(self, keep: np.ndarray, new_positions: np.ndarray) -> None:
        """Forget items: ``keep`` and ``new_positions`` are indexed by the old position."""
        kept = keep[self.positions]
        self.starts = np.concatenate([[0], np.cumsum(kept)])[self.starts]
        self.positions = new_positions[self.positions[kept]]
        self._set_ids(self.ids[kept])

    def buckets(self, queries: np.ndarray) -> list[np.ndarray]:
        """The ids, ascending and read-only, of the items that have exactly the code of each packed query."""
        codes, is_there = self._keys.find(sort_keys(queries))
        starts = self.starts[codes]
        stops = np.where(is_there, self.starts[codes + 1], starts)
        none = self.ids[:0]
        slices = zip(starts.tolist(), stops.tolist(), strict=True)
        return [self.ids[start:stop] if start < stop else none for start, stop in slices]

    def within(self, queries: np.ndarray, radius: int) -> Matches:
        """All distinct codes within ``radius`` of packed queries, by query."""
        matches = self._lists.within(queries, radius) if self._lists else None
        if matches is not None:
            return matches
        # faiss counts only what is strictly nearer.
        limits, distances, codes = self._flat.range_search(queries, radius + 1)
        return query_numbers(limits), codes, distances.astype(np.int32)

    def nearest(self, queries: np.ndarray, k: int) -> Matches:
        """Distinct codes near packed queries: at least those of the nearest k items and of all that tie."""
        wanted = min(k, len(self))
        bounds = self._bounds(queries, wanted)
        waiting = np.arange(len(queries))
        found: list[Matches] = []
        for radius in self._radii:
            radii = np.minimum(radius, bounds[waiting])
            # Less than half of what a sample promises is hardly ever enough.
            too_small = 2 * radii < bounds[waiting]
            still_waiting = [waiting[too_small]]
            for same_radius in np.unique(radii[~too_small]):
                group = waiting[(radii == same_radius) & ~too_small]
                numbers, codes, distances = self.within(queries[group], int(same_radius))
                items = np.bincount(numbers, weights=self._counts(codes), minlength=len(group))
                enough = items >= wanted
                found.append((group[numbers[enough[numbers]]], codes[enough[numbers]], distances[enough[numbers]]))
                still_waiting.append(group[~enough])
            waiting = np.concatenate(still_waiting)
            if not len(waiting):
                break
        numbers, codes, distances = (np.concatenate(arrays) for arrays in zip(*found, strict=True))
        return numbers, codes, distances

    def _set_ids(self, ids: np.ndarray) -> None:
        # Buckets are slices of it, which no caller may change.
        ids.flags.writeable = False
        self.ids = ids

    def _counts(self, codes: np.ndarray) -> np.ndarray:
        """How many items each of these codes has, 0 for one whose items were all removed."""
        return self.starts[codes + 1] - self.starts[codes]

    def _bounds(self, queries: np.ndarray, wanted: int) -> np.ndarray:
        """A distance for each query that ``wanted`` items are within, found in a sample where that is enough."""
        if wanted == len(self):
            return np.full(len(queries), self._bits)
        if wanted > LARGEST_FROM_SAMPLE:
            flat, codes = self._flat, np.arange(len(self._keys.keys))
        else:
            flat, codes = self._sample_flat, self._sample
        distances, neighbours = flat.search(queries, min(wanted, len(codes)))
        reached = np.cumsum(self._counts(codes[neighbours]), axis=1) >= wanted
        place = reached.argmax(axis=1)[:, np.newaxis]
        return np.where(reached[:, -1], np.take_along_axis(distances, place, axis=1)[:, 0], self._bits)


def _flat_index(codes: np.ndarray) -> faiss.IndexBinaryFlat:
    flat = faiss.IndexBinaryFlat(8 * codes.shape[1])
    flat.add(np.ascontiguousarray(codes))
    return flat
