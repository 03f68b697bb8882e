"""Find the pictures that are like one."""

from typing import NamedTuple

import numpy as np

from keraszoo.search import CodeIndex

CANDIDATES_EACH = 10
"""How many of the nearest are ranked by the soft code for each that is asked for."""


class Found(NamedTuple):
    """A picture that was found.

    Attributes:
        id: its id in the index.
        path: its file, or its name in a data set.
        distance: the bits that differ.
        soft_distance: the squared Euclidean distance between the soft codes; None if they were not compared.
    """

    id: int
    path: str
    distance: int
    soft_distance: float | None


def find_pictures(
    index: CodeIndex,
    bits: np.ndarray,
    soft_code: np.ndarray,
    *,
    k: int | None = 10,
    radius: int | None = None,
    rerank: bool = False,
) -> list[Found]:
    """The pictures nearest to one, by Hamming distance and then by id.

    Args:
        index: an index with paths, and for ``rerank`` with soft codes.
        bits: the query's, 0 and 1, of shape (bits,).
        soft_code: the query's, in 0-1, of the same shape.
        k: how many at most, 1 or more; None for all.
        radius: the largest Hamming distance; 0 for the pictures of the query's own bucket.
        rerank: order by the soft code: all within the radius or, without one, the 10 k nearest.

    Raises:
        ValueError: the index is empty, or has no paths or no soft codes, or ``k`` or ``radius`` cannot be.
    """
    if k is not None and k < 1:
        raise ValueError(f"k: expected a whole number of at least 1, received {k}; ask for one picture or more")
    wanted = max(1, len(index)) if k is None else k
    if radius is None:
        ids, distances = (row[0] for row in index.search(bits[None], CANDIDATES_EACH * wanted if rerank else wanted))
    else:
        ids, distances = index.near(bits, radius)
    if not len(ids):
        return []
    if not rerank:
        ids, distances = ids[:wanted], distances[:wanted]
        return [Found(*row, None) for row in zip(ids.tolist(), index.paths(ids), distances.tolist(), strict=True)]
    distance_of = dict(zip(ids.tolist(), distances.tolist(), strict=True))
    # Both kinds of search come by distance and id, so the candidates are the very items that were found.
    ranked, soft_distances = (
        row[0] for row in index.search(bits[None], min(wanted, len(ids)), soft_code[None], candidates=len(ids))
    )
    rows = zip(ranked.tolist(), index.paths(ranked), soft_distances.tolist(), strict=True)
    return [Found(identity, path, distance_of[identity], soft) for identity, path, soft in rows]
