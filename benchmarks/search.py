"""Search among a million binary codes: keraszoo's `CodeIndex` beside faiss's flat index, in one run.

    python benchmarks/search.py                      # random codes and clustered ones, 64 and 32 bits
    python benchmarks/search.py --codes CODES.npz    # learned ones: an array `bits` of 0 and 1, shape (count, bits)

Exact top 10 of 100 queries at once, and the buckets of 2,000 at once (faiss: a range search with radius 0), on 2
threads both. The two take turns, so that a machine that is slow for a while is slow for both; a ratio is that of the
median times. The results are compared too. The queries are held out from the codes. Writes
benchmarks/results/search.json.
"""

import argparse
import time
from collections.abc import Callable
from statistics import median

import faiss
import numpy as np
from results import update_results

from keraszoo.search import CodeIndex

COUNT = 1_000_000
QUERIES = 100
K = 10
ROUNDS = 9
BUCKET_QUERIES = 2000


def random_codes(count: int, bits: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, (count, bits), dtype=np.uint8)


def clustered_codes(count: int, bits: int) -> np.ndarray:
    """Codes around 200 centres, each bit of a centre with a chance to flip of its own, mostly small."""
    rng = np.random.default_rng(0)
    centres = rng.integers(0, 2, (200, bits), dtype=np.uint8)
    chances = rng.beta(0.3, 4, (200, bits)).astype(np.float32)
    chosen = rng.integers(0, 200, count)
    return centres[chosen] ^ (rng.random((count, bits), dtype=np.float32) < chances[chosen])


def compare(codes: np.ndarray) -> dict[str, float]:
    """Times and ratios of one set of codes, the last ones of a fixed shuffle being the queries."""
    shuffled = np.random.default_rng(1).permutation(codes)
    codes, queries = shuffled[:-BUCKET_QUERIES], shuffled[-BUCKET_QUERIES:]
    flat = faiss.IndexBinaryFlat(-(-codes.shape[1] // 8) * 8)
    flat.add(np.packbits(codes, axis=1))
    index = CodeIndex(codes.shape[1])
    index.add(codes, np.arange(len(codes)))
    begin = time.perf_counter()
    index.search(queries[:1], K)
    first_search = time.perf_counter() - begin
    check_same_results(flat, index, queries[:QUERIES])

    packed = np.packbits(queries, axis=1)
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "flat_search": (QUERIES, lambda: flat.search(packed[:QUERIES], K)),
        "search": (QUERIES, lambda: index.search(queries[:QUERIES], K)),
        "flat_range_search": (BUCKET_QUERIES, lambda: flat.range_search(packed, 1)),
        "buckets": (BUCKET_QUERIES, lambda: index.buckets(queries)),
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, (_, run) in ways.items():
            begin = time.perf_counter()
            run()
            seconds[way].append(time.perf_counter() - begin)
    microseconds = {way: median(seconds[way]) / count * 1e6 for way, (count, _) in ways.items()}
    return {
        "count": len(codes),
        "bits": codes.shape[1],
        "buckets": index.stats()["buckets"],
        "first_search_seconds": round(first_search, 2),
        "microseconds_a_query": {way: round(value, 2) for way, value in microseconds.items()},
        "exact_vs_flat": round(microseconds["flat_search"] / microseconds["search"], 2),
        "bucket_vs_flat": round(microseconds["flat_range_search"] / microseconds["buckets"]),
    }


def check_same_results(flat: faiss.IndexBinaryFlat, index: CodeIndex, queries: np.ndarray) -> None:
    packed = np.packbits(queries, axis=1)
    same_distances = np.array_equal(flat.search(packed, K)[0], index.search(queries, K)[1])
    limits, _, found = flat.range_search(packed, 1)
    expected = [np.sort(ids) for ids in np.split(found, limits[1:-1].astype(np.int64))]
    if not same_distances or not all(
        np.array_equal(*pair) for pair in zip(expected, index.buckets(queries), strict=True)
    ):
        raise ValueError("expected what faiss's flat index finds, received something else; the index is wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--codes", metavar="FILE.npz", help="learned codes, an array `bits`")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(arguments.threads)
    if arguments.codes:
        bits = np.load(arguments.codes, allow_pickle=False)["bits"].astype(np.uint8)
        update_results("search", {f"learned_{bits.shape[1]}": compare(bits)})
        return
    for bits in (64, 32):
        for name, make_codes in (("random", random_codes), ("clustered", clustered_codes)):
            update_results("search", {f"{name}_{bits}": compare(make_codes(COUNT, bits))})


if __name__ == "__main__":
    main()
