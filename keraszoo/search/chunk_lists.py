"""Inverted lists over chunks of the code, which find all codes within a radius while reading a part of them.

Multi-index hashing (Norouzi, Punjani & Fleet 2012, "Fast search in Hamming space with multi-index hashing"): a code
is cut into chunks, and each chunk's value names a list that the code is in. Two codes at distance r differ in some
chunk by few bits only, so few lists hold all that is near. Chunks are short here: faiss reads a long list faster than
many short ones.
"""

import math

import faiss
import numpy as np
from faiss.contrib.ivf_tools import range_search_preassigned

from keraszoo.search.packing import unpack_codes

MOST_CHUNKS = 8
WIDEST_CHUNK = 12
LIST_COST = 250
"""What it takes to open a list, in codes read."""
WORTHWHILE = 0.4
"""The largest share of all codes that is read in lists: beyond it, reading all codes in one go is faster."""

Matches = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Query numbers, code numbers and Hamming distances, three arrays of one length."""


class ChunkLists:
    """Lists of codes by the value of each chunk; memory a code is that of its bytes and 8 more, once a chunk.

    Args:
        codes: packed and distinct, uint8 of shape (count, bytes).
        bits: how many bits of each are in use.
    """

    def __init__(self, codes: np.ndarray, bits: int) -> None:
        self.bits = bits
        self.count = len(codes)
        # Lists one bit away from the query's then hold all that is within 2 * chunks - 1.
        chunks = min(MOST_CHUNKS, max(2, _even_radius(self.count, bits) // 2 + 1))
        self._chunks = [chunk[:WIDEST_CHUNK] for chunk in np.array_split(np.arange(bits), chunks)]
        values = [2 ** len(chunk) for chunk in self._chunks]
        self._first_list = np.concatenate([[0], np.cumsum(values)])
        self._patterns = {len(chunk): _patterns(len(chunk)) for chunk in self._chunks}
        width = 8 * codes.shape[1]
        # faiss never asks this quantizer: which lists to read is told by `_lists`.
        self._quantizer = faiss.IndexBinaryFlat(width)
        self._lists_of_codes = faiss.IndexBinaryIVF(self._quantizer, width, int(self._first_list[-1]))
        self._lists_of_codes.is_trained = True
        self._sizes = np.concatenate([self._fill(codes, number) for number in range(chunks)])

    def radii(self) -> list[int]:
        """The radii worth trying one after the other, should codes be spread evenly.

        The first ones need each chunk's own list, then also those one bit away; from there it gets dear.
        """
        chunks = len(self._chunks)
        steps = [chunks - 1, *range(2 * chunks - 1, self.bits)]
        return [radius for radius in steps if self._share(radius) <= WORTHWHILE]

    def within(self, queries: np.ndarray, radius: int) -> Matches | None:
        """All codes within ``radius`` of packed queries, each once; None if reading all codes is faster."""
        if self._share(radius) > WORTHWHILE:
            return None
        lists = self._lists(queries, radius)
        if self._sizes[lists].sum() + LIST_COST * lists.size > WORTHWHILE * self.count * len(queries):
            return None
        self._lists_of_codes.nprobe = lists.shape[1]
        limits, distances, codes = range_search_preassigned(self._lists_of_codes, queries, radius + 1, lists)
        numbers = query_numbers(limits)
        _, once = np.unique(numbers * self.count + codes, return_index=True)
        return numbers[once], codes[once], distances[once].astype(np.int32)

    def _fill(self, codes: np.ndarray, number: int) -> np.ndarray:
        """Put all codes into the lists of one chunk, each list at once; return the lists' sizes."""
        values = self._values(codes, self._chunks[number])
        order = np.argsort(values.astype(np.uint16), kind="stable")
        sizes = np.bincount(values, minlength=2 ** len(self._chunks[number]))
        sorted_codes = np.ascontiguousarray(codes[order])
        begin = 0
        for value in np.flatnonzero(sizes):
            end = begin + int(sizes[value])
            self._lists_of_codes.invlists.add_entries(
                int(self._first_list[number] + value),
                end - begin,
                faiss.swig_ptr(order[begin:end]),
                faiss.swig_ptr(sorted_codes[begin:end]),
            )
            begin = end
        return sizes

    def _lists(self, queries: np.ndarray, radius: int) -> np.ndarray:
        """The lists that hold all codes within ``radius``, shape (queries, lists).

        Of a code that differs in ``radius`` bits, some chunk differs in no more bits than `_levels` gives it, since
        these levels, each plus one, sum to radius + 1 (the pigeonhole principle).
        """
        lists = []
        for chunk, first, level in zip(self._chunks, self._first_list, self._levels(radius), strict=False):
            if level >= 0:
                near = self._patterns[len(chunk)][: _patterns_within(len(chunk), level)]
                lists.append(first + (self._values(queries, chunk)[:, np.newaxis] ^ near))
        # Memory is read fastest forwards.
        return np.sort(np.concatenate(lists, axis=1), axis=1)

    def _levels(self, radius: int) -> list[int]:
        """How many bits of each chunk may differ, -1 where the chunk is not looked at."""
        chunks = len(self._chunks)
        return [(radius - number) // chunks if radius >= number else -1 for number in range(chunks)]

    def _share(self, radius: int) -> float:
        """The part of evenly spread codes that is read for ``radius``, above 1 if some are read repeatedly."""
        levels = zip(self._chunks, self._levels(radius), strict=True)
        return sum(_patterns_within(len(chunk), level) / 2 ** len(chunk) for chunk, level in levels)

    def _values(self, codes: np.ndarray, chunk: np.ndarray) -> np.ndarray:
        packed = np.packbits(unpack_codes(codes, self.bits)[:, chunk], axis=1).astype(np.int64)
        values = packed[:, 0] if len(chunk) <= 8 else packed[:, 0] << 8 | packed[:, 1]
        return values >> -len(chunk) % 8


def query_numbers(limits: np.ndarray) -> np.ndarray:
    """The number of the query that each match belongs to, from where faiss says its matches begin and end."""
    begins = limits.astype(np.int64)  # faiss counts without a sign
    return np.repeat(np.arange(len(begins) - 1), begins[1:] - begins[:-1])


def _even_radius(count: int, bits: int) -> int:
    """The smallest radius that holds ten of ``count`` evenly spread codes: where a search for the usual ten ends."""
    volume = 0
    for radius in range(bits):
        volume += math.comb(bits, radius)
        if count * volume >= 10 * 2**bits:
            return radius
    return bits


def _patterns(width: int) -> np.ndarray:
    """All numbers of ``width`` bits, those with the fewest ones first."""
    numbers = np.arange(2**width)
    ones = (numbers[:, np.newaxis] >> np.arange(width) & 1).sum(axis=1)
    return np.argsort(ones, kind="stable")


def _patterns_within(width: int, ones: int) -> int:
    return sum(math.comb(width, number) for number in range(ones + 1))
