"""Codes as learned ones are, clustered and repeated, and a search that compares everything with everything."""

import numpy as np


def clustered_codes(count, bits, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.integers(0, 2, (20, bits), dtype=np.uint8)
    return centres[rng.integers(0, 20, count)] ^ (rng.random((count, bits)) < 0.08)


def mixed_ids(count, seed=0):
    """Unique ids in no order, some negative."""
    return np.random.default_rng(seed).permutation(3 * count)[:count] - count


def brute_force(codes, ids, queries, k):
    distances = (queries[:, np.newaxis] != codes).sum(axis=2)
    order = np.lexsort((np.broadcast_to(ids, distances.shape), distances))[:, :k]
    return ids[order], np.take_along_axis(distances, order, axis=1)


def assert_found(found, expected):
    for array, wanted in zip(found, expected, strict=True):
        np.testing.assert_array_equal(array, wanted)
