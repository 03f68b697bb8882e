"""What is wrong with binary codes, if anything: undecided values, bits that say nothing or the same, empty buckets."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from keraszoo.evaluation.arrays import finite_codes

UNDECIDED = (0.1, 0.9)


def code_diagnostics(soft_codes: ArrayLike) -> dict[str, Any]:
    """Figures of the soft codes of some images and of the bits that they round to.

    Args:
        soft_codes: shape (count, bits), in 0-1; a value above 0.5 is a 1.

    Returns:
        ``count`` and ``bits``; ``undecided``: the share of values within 0.1-0.9; ``bit_means``: the share of ones of
        each bit; ``entropy_mean`` and ``entropy_min``: of single bits, 1 where ones and zeros are equally many;
        ``correlation_mean`` and ``correlation_max``: of pairs of different bits, absolute values, a bit that never
        changes counting as 0; ``most_correlated``: the pair of the largest; ``buckets_used``: codes that occur;
        ``largest_bucket``: the images of one code; ``own_bucket``: the share of images that no other image has the
        code of; ``empty_share``: the part of the 2^bits buckets that is empty, and ``empty_share_expected``: that of
        equally many evenly spread codes; ``shared`` and ``shared_expected``: the share of images whose code another
        image has, and that of evenly spread codes.

    Raises:
        ValueError: the shape is another one, or a value is outside 0-1.
    """
    soft = unit_codes(soft_codes)
    count, width = soft.shape
    bits = soft > 0.5
    means = bits.mean(axis=0)
    correlation = np.abs(bit_correlation(bits))
    np.fill_diagonal(correlation, 0)
    pairs = width * (width - 1)
    sizes = bucket_sizes(bits)
    entropy = _entropy(means)
    buckets = 2.0 ** min(width, 1000)  # beyond that, a float has no number for it
    alone = float((sizes == 1).sum() / count)
    return {
        "count": count,
        "bits": width,
        "undecided": float(((soft > UNDECIDED[0]) & (soft < UNDECIDED[1])).mean()),
        "bit_means": means.tolist(),
        "entropy_mean": float(entropy.mean()),
        "entropy_min": float(entropy.min()),
        "correlation_mean": float(correlation.sum() / pairs) if pairs else 0.0,
        "correlation_max": float(correlation.max()),
        "most_correlated": [int(bit) for bit in np.unravel_index(correlation.argmax(), correlation.shape)],
        "buckets_used": len(sizes),
        "largest_bucket": int(sizes.max()),
        "own_bucket": alone,
        "empty_share": 1 - len(sizes) / buckets,
        "empty_share_expected": float(np.exp(count * np.log1p(-1 / buckets))),
        "shared": 1 - alone,
        "shared_expected": float(-np.expm1((count - 1) * np.log1p(-1 / buckets))),
    }


def code_advice(diagnostics: dict[str, Any]) -> list[str]:
    """What to do about the figures of `code_diagnostics`, a sentence each; none if all is well. Bits count from 0."""
    advice = []
    count, bits = diagnostics["count"], diagnostics["bits"]
    if diagnostics["undecided"] > 0.02:
        advice.append(f"{diagnostics['undecided']:.1%} of the values are undecided: train longer or with more noise.")
    for bit, mean in enumerate(diagnostics["bit_means"]):
        if min(mean, 1 - mean) < 0.05:
            advice.append(f"Bit {bit} is almost always {round(mean)}: it tells images apart hardly ever.")
    if diagnostics["correlation_max"] > 0.9:
        first, second = diagnostics["most_correlated"]
        advice.append(f"Bits {first} and {second} say the same: take fewer bits, or train them apart.")
    if diagnostics["own_bucket"] > 0.5:
        enough = max(1, int(np.log2(count)))
        advice.append(f"Too many bits for this many images: {bits} bits for {count:,}; about {enough} would fill them.")
        advice.append(
            f"{diagnostics['own_bucket']:.0%} of the images have a bucket of their own; use near(), not bucket()."
        )
    share = diagnostics["largest_bucket"] / count
    if share > max(0.1, 2 / 2**bits) and diagnostics["largest_bucket"] > 1:
        advice.append(f"One bucket holds {share:.0%} of the images: take more bits, or balance them.")
    return advice


def unit_codes(soft_codes: ArrayLike) -> np.ndarray:
    """Soft codes as floats in 0-1 of shape (count, bits), or a ``ValueError``."""
    soft = finite_codes(soft_codes, "soft_codes")
    if soft.min() < 0 or soft.max() > 1:
        raise ValueError(
            f"soft_codes: expected numbers in 0-1, received {soft.min():.4g} to {soft.max():.4g}; "
            "pass what the sigmoid gives"
        )
    return soft


def bit_correlation(bits: np.ndarray) -> np.ndarray:
    """Pearson's correlation of all pairs of bits, shape (bits, bits), 0 with a bit that never changes."""
    centred = bits - bits.mean(axis=0)
    covariance = centred.T @ centred
    spread = np.sqrt(np.diag(covariance))
    scale = np.outer(spread, spread)
    return np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)


def bucket_sizes(bits: np.ndarray) -> np.ndarray:
    """How many images have each code that occurs, the largest number first."""
    sizes = np.unique(np.packbits(bits, axis=1), axis=0, return_counts=True)[1]
    return np.sort(sizes)[::-1]


def _entropy(means: np.ndarray) -> np.ndarray:
    """The entropy in bits of zeros and ones with these shares of ones."""
    shares = np.clip(np.stack([means, 1 - means]), np.finfo(np.float64).tiny, 1)
    return -(shares * np.log2(shares)).sum(axis=0)
