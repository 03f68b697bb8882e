"""Where keys stand in a sorted array, found in fewer steps than by halving it."""

import numpy as np


class SortedKeys:
    """Distinct keys of `keraszoo.search.packing.sort_keys`, sorted.

    Keys that are numbers are spread evenly, so their highest bits tell within a few places where one stands. These few
    are compared at once, which waits for memory twice; halving a million keys waits up to twenty times.
    """

    def __init__(self, keys: np.ndarray) -> None:
        self.keys = keys
        self._first: np.ndarray | None = None
        if keys.dtype == np.uint64:
            highest_bits = len(keys).bit_length()
            self._shift = np.uint64(64 - highest_bits)
            sizes = np.bincount((keys >> self._shift).astype(np.int64), minlength=2**highest_bits)
            self._first = (np.cumsum(sizes) - sizes).astype(np.int32)  # small, to stay in the cache
            self._places = np.arange(sizes.max(), dtype=np.int32)

    def find(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The place of each key, and whether it is there at all; where it is not, the place means nothing."""
        if self._first is None:
            places = np.searchsorted(self.keys, keys)
        else:
            first = self._first[keys >> self._shift]
            candidates = self.keys.take(first[:, np.newaxis] + self._places, mode="clip")
            places = first + (candidates == keys[:, np.newaxis]).argmax(axis=1)
        places = np.minimum(places, len(self.keys) - 1)
        return places, self.keys[places] == keys
