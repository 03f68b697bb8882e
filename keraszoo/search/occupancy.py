"""How items spread over the codes."""

from typing import Any

import numpy as np

from keraszoo.search.packing import sort_keys, unpack_codes

ROWS_AT_ONCE = 65_536


def occupancy(packed: np.ndarray, bits: int) -> dict[str, Any]:
    """How packed codes, uint8 of shape (count, bytes), fill the 2^bits buckets.

    Returns:
        ``buckets`` (codes that occur), ``largest_bucket`` and ``mean_bucket`` (items of one code that occurs),
        ``empty_share`` (of all 2^bits codes), and if there are any items ``bit_means`` (share of ones of each bit).
    """
    if not len(packed):
        return {"buckets": 0, "largest_bucket": 0, "mean_bucket": 0.0, "empty_share": 1.0}
    sizes = np.unique(sort_keys(packed), return_counts=True)[1]
    ones = np.zeros(bits, np.int64)
    for begin in range(0, len(packed), ROWS_AT_ONCE):
        ones += unpack_codes(packed[begin : begin + ROWS_AT_ONCE], bits).sum(axis=0, dtype=np.int64)
    return {
        "buckets": len(sizes),
        "largest_bucket": int(sizes.max()),
        "mean_bucket": len(packed) / len(sizes),
        "empty_share": 1 - len(sizes) / 2**bits,
        "bit_means": (ones / len(packed)).tolist(),
    }
