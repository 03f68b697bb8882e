"""How far texts are from one another, all pairs at once."""

from collections.abc import Sequence

import numpy as np


def edit_distances(texts: Sequence[str], others: Sequence[str]) -> np.ndarray:
    """The fewest insertions, deletions and substitutions of characters that make each text the other.

    Args:
        texts, others: equally many; any may be empty.

    Returns:
        ``int64``, shape ``(count,)``.
    """
    points, lengths = _code_points(texts)
    other_points, other_lengths = _code_points(others)
    places = np.arange(other_points.shape[1] + 1)
    # Row by row of all tables at once (Wagner and Fischer 1974): of text[:row], to each prefix of the other.
    row = np.tile(places, (len(texts), 1))
    rows_done = row.copy()
    for step in range(points.shape[1]):
        substituted = row[:, :-1] + (points[:, step, np.newaxis] != other_points)
        row = row + 1
        row[:, 1:] = np.minimum(row[:, 1:], substituted)
        # An insertion costs 1 for each place to the right: less the place itself, a running minimum.
        row = np.minimum.accumulate(row - places, axis=1) + places
        rows_done[lengths == step + 1] = row[lengths == step + 1]
    return rows_done[np.arange(len(texts)), other_lengths]


def _code_points(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Code points, 0 behind a text, ``(count, length of the longest)``, and the lengths."""
    lengths = np.array([len(text) for text in texts], np.int64)
    width = max(1, lengths.max(initial=0))
    return np.array(texts, f"<U{width}").view(np.uint32).reshape(len(texts), width), lengths
