"""How well binary codes find images of the query's class, ranked by Hamming distance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

QUERIES_AT_ONCE = 100


def retrieval_scores(
    query_bits: ArrayLike,
    database_bits: ArrayLike,
    query_labels: ArrayLike,
    database_labels: ArrayLike,
    precision_at: Sequence[int] = (100, 5000),
) -> dict[str, float]:
    """Mean average precision and precision among the nearest, an item of the query's label counting as relevant.

    Many items have the same Hamming distance. Each figure is the exact mean over all orders of such items (McSherry &
    Najork 2008, "Computing information retrieval performance measures efficiently in the presence of tied scores").

    Args:
        query_bits: shape (queries, bits), 0 and 1 only.
        database_bits: shape (items, bits), 0 and 1 only; the queries themselves should not be among them.
        query_labels: shape (queries,).
        database_labels: shape (items,).
        precision_at: how many of the nearest are looked at.

    Returns:
        ``map``: the mean over queries of the average precision over the whole ranking, 0 for a query without relevant
        items; and ``p<n>`` for each n of ``precision_at``: the share of relevant items among the nearest n, or among
        all where there are fewer.

    Raises:
        ValueError: a shape or a value is another one, or there are no queries or no items.
    """
    queries, items = _bits(query_bits, "query_bits"), _bits(database_bits, "database_bits")
    if queries.shape[1] != items.shape[1]:
        raise ValueError(
            f"expected query_bits and database_bits of one width, received {queries.shape[1]} and {items.shape[1]}; "
            "hash both with one model"
        )
    query_labels = _labels(query_labels, "query_labels", len(queries))
    database_labels = _labels(database_labels, "database_labels", len(items))
    if not all(isinstance(count, (int, np.integer)) and count >= 1 for count in precision_at):
        raise ValueError(f"precision_at: expected whole numbers of at least 1, received {tuple(precision_at)}")
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, len(items) + 1))])
    rows = []
    for begin in range(0, len(queries), QUERIES_AT_ONCE):
        chunk = slice(begin, begin + QUERIES_AT_ONCE)
        tied, relevant = _groups(queries[chunk], items, query_labels[chunk], database_labels)
        precisions = [_expected_precision(tied, relevant, count) for count in precision_at]
        rows.append(np.stack([_expected_average_precision(tied, relevant, harmonic), *precisions]))
    means = np.concatenate(rows, axis=1).mean(axis=1).tolist()
    return dict(zip(["map", *(f"p{count}" for count in precision_at)], means, strict=True))


def retrieval_split(labels: ArrayLike, queries_per_class: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Positions of queries, equally many of each class, and of all others, both in rising order.

    A class with one item only gives no query.

    Args:
        labels: shape (items,).
        queries_per_class: how many; half of the smallest class if that is less, and at least one.
        seed: draws the queries.

    Raises:
        ValueError: no class has two items.
    """
    labels = np.asarray(labels)
    classes, counts = np.unique(labels, return_counts=True)
    classes, counts = classes[counts > 1], counts[counts > 1]
    if not len(classes):
        raise ValueError(f"expected a class of two or more items, received {len(labels)} items of as many; add some")
    per_class = min(queries_per_class, int(counts.min()) // 2)
    generator = np.random.default_rng(seed)
    drawn = [generator.choice(np.flatnonzero(labels == label), per_class, replace=False) for label in classes]
    queries = np.sort(np.concatenate(drawn))
    return queries, np.setdiff1d(np.arange(len(labels)), queries)


def _groups(
    queries: np.ndarray, items: np.ndarray, query_labels: np.ndarray, item_labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many items, and how many relevant ones, each query has at each distance, both (queries, bits + 1)."""
    bits = queries.shape[1]
    # For codes of -1 and 1, the product is the bits that agree less those that differ; float32 holds it exactly.
    distances = ((bits - queries @ items.T) / 2).astype(np.int64)
    distances += np.arange(len(queries))[:, np.newaxis] * (bits + 1)
    is_relevant = query_labels[:, np.newaxis] == item_labels
    bins = len(queries) * (bits + 1)
    tied = np.bincount(distances.ravel(), minlength=bins)
    relevant = np.bincount(distances[is_relevant], minlength=bins)
    return tied.reshape(-1, bits + 1), relevant.reshape(-1, bits + 1)


def _expected_average_precision(tied: np.ndarray, relevant: np.ndarray, harmonic: np.ndarray) -> np.ndarray:
    """The mean over orders within groups, shape (queries,).

    In a group of n items, r relevant, after N items, R relevant, the i-th is relevant with probability r / n, and then
    R + 1 + (i - 1)(r - 1) / (n - 1) of the first N + i are. The sums of 1 / (N + i) are differences of harmonic
    numbers, since (i - 1) / (N + i) = 1 - (N + 1) / (N + i).
    """
    items_before = np.cumsum(tied, axis=1) - tied
    relevant_before = np.cumsum(relevant, axis=1) - relevant
    reciprocals = harmonic[items_before + tied] - harmonic[items_before]
    others = np.maximum(relevant - 1, 0) / np.maximum(tied - 1, 1)
    precisions = (relevant_before + 1) * reciprocals + others * (tied - (items_before + 1) * reciprocals)
    total = (relevant / np.maximum(tied, 1) * precisions).sum(axis=1)
    return total / np.maximum(relevant.sum(axis=1), 1)


def _expected_precision(tied: np.ndarray, relevant: np.ndarray, count: int) -> np.ndarray:
    """The mean share of relevant items among the first ``count``, shape (queries,)."""
    count = min(count, int(tied[0].sum()))
    items_before = np.cumsum(tied, axis=1) - tied
    taken = np.clip(count - items_before, 0, tied)
    return (relevant * taken / np.maximum(tied, 1)).sum(axis=1) / count


def _bits(bits: ArrayLike, name: str) -> np.ndarray:
    """0 and 1 as float32 -1 and 1."""
    array = np.asarray(bits)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name}: expected at least one code as (count, bits), received shape {array.shape}")
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name}: expected 0 and 1 only, received others; round the soft codes first")
    return 2 * array.astype(np.float32) - 1


def _labels(labels: ArrayLike, name: str, count: int) -> np.ndarray:
    array = np.asarray(labels)
    if array.shape != (count,):
        raise ValueError(f"{name}: expected {count} labels, one a code, received shape {array.shape}")
    return array
