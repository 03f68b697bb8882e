"""Codes of 0/1 numbers, checked and packed eight bits to the byte; any number of bits will do."""

import numpy as np
from numpy.typing import ArrayLike

# Fibonacci hashing (Knuth, The Art of Computer Programming 3, section 6.4): the golden ratio's part of 2^64, made odd.
ODD_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def pack_codes(codes: ArrayLike, bits: int, name: str = "codes") -> np.ndarray:
    """Pack codes into bytes, the first bit highest and the last byte filled up with zeros.

    Args:
        codes: shape (count, bits), 0 and 1 only, as boolean, integer or floating numbers.
        bits: the width that is expected.
        name: what the codes are called in an error.

    Returns:
        uint8 of shape (count, bits / 8, rounded up), contiguous.

    Raises:
        ValueError: another shape or width, or a number that is neither 0 nor 1.
    """
    codes = np.asarray(codes)
    if codes.ndim != 2 or codes.shape[1] != bits:
        raise ValueError(
            f"{name}: expected shape (count, {bits}), one number a bit, received {codes.shape}; hash again"
        )
    ones = codes == 1
    if np.count_nonzero(codes) != np.count_nonzero(ones):
        stray = codes[~ones & (codes != 0)][0]
        raise ValueError(f"{name}: expected 0 and 1 only, received {stray}; pass the bits, not the soft codes")
    return np.packbits(ones, axis=1)


def unpack_codes(packed: np.ndarray, bits: int) -> np.ndarray:
    """The 0/1 numbers, uint8 of shape (count, bits), that `pack_codes` packed."""
    return np.unpackbits(packed, axis=1, count=bits)


def sort_keys(packed: np.ndarray) -> np.ndarray:
    """One number or byte string a code, shape (count,), equal for equal codes only.

    Of codes of up to 64 bits these are numbers, spread over uint64 evenly enough even if the codes are not.
    """
    count, size = packed.shape
    if size > 8:
        # NumPy drops trailing zero bytes of strings, which all have one length here, so none become equal by it.
        return np.ascontiguousarray(packed).view(f"S{size}").ravel()
    wide = np.zeros((count, 8), np.uint8)
    wide[:, :size] = packed
    return wide.view(np.uint64).ravel() * ODD_MULTIPLIER
