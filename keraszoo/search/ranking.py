"""From distinct codes near a query to the items themselves, in order."""

import numpy as np

from keraszoo.search.chunk_lists import Matches
from keraszoo.search.table import CodeTable

Found = list[tuple[CodeTable, Matches]]
"""What each table found for the same queries."""


def nearest_items(found: Found, ids: np.ndarray, queries: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest ``k`` items of each query by distance, then id; at least as many must have been found.

    Returns:
        Positions of items and int32 distances, both of shape (queries, k).
    """
    numbers, positions, distances = _items([(table, _needed(table, matches, k)) for table, matches in found], k)
    order = np.lexsort((ids[positions], distances, numbers))
    first = np.searchsorted(numbers[order], np.arange(queries))
    chosen = order[first[:, np.newaxis] + np.arange(k)]
    return positions[chosen], distances[chosen]


def sorted_items(found: Found, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions and distances of all items found for one query, by distance, then id."""
    _, positions, distances = _items(found, len(ids))
    order = np.lexsort((ids[positions], distances))
    return positions[order], distances[order]


def rank_by_soft_code(
    queries: np.ndarray, positions: np.ndarray, soft_codes: np.ndarray, ids: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """The ``k`` candidates whose soft codes are nearest, by squared Euclidean distance, then id.

    Args:
        queries: float32 of shape (queries, bits).
        positions: the candidates, shape (queries, candidates).
        soft_codes: those of all items.
        ids: those of all items.
        k: at most all candidates are returned.

    Returns:
        Ids and float32 squared distances, both of shape (queries, at most k).
    """
    squared = np.stack(
        [np.square(soft_codes[near] - query).sum(axis=1) for query, near in zip(queries, positions, strict=True)]
    )
    order = np.lexsort((ids[positions], squared))[:, :k]
    return ids[np.take_along_axis(positions, order, axis=1)], np.take_along_axis(squared, order, axis=1)


def _needed(table: CodeTable, matches: Matches, k: int) -> Matches:
    """Without the codes that ``k`` items of the same query are nearer than."""
    numbers, codes, distances = matches
    order = np.lexsort((distances, numbers))
    numbers, codes, distances = numbers[order], codes[order], distances[order]
    counts = table.starts[codes + 1] - table.starts[codes]
    before = np.cumsum(counts) - counts
    new_query = np.diff(numbers, prepend=-1) != 0
    new_distance = new_query | (np.diff(distances, prepend=-1) != 0)
    # `before` never falls, so the largest at the start of a run so far is that of the present run.
    nearer = np.maximum.accumulate(before * new_distance) - np.maximum.accumulate(before * new_query)
    needed = nearer < k
    return numbers[needed], codes[needed], distances[needed]


def _items(found: Found, most: int) -> Matches:
    """Query numbers, positions and distances of the items of all codes found, ``most`` of a code, lowest ids first."""
    parts = []
    for table, (numbers, codes, distances) in found:
        starts = table.starts[codes]
        counts = np.minimum(table.starts[codes + 1] - starts, most)
        places = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        parts.append((np.repeat(numbers, counts), table.positions[places], np.repeat(distances, counts)))
    numbers, positions, distances = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return numbers, positions, distances
