"""Search among a million binary codes: keraszoo's `CodeIndex` beside faiss's flat index, in one run.

    python benchmarks/search.py [KIND ...]    # random_64, random_32, learned_32, learned_64; all by default

Learned codes are those that `benchmarks/retrieval.py`'s models of MNIST give 15 warped copies of its 70,000 images.

Exact top 10 of 100 queries at once, and the buckets of 2,000 at once (faiss: a range search with radius 0), on 2
threads both. The two take turns, so that a machine that is slow for a while is slow for both; a ratio is that of the
median times. The results are compared too. The queries are held out from the codes. Writes `search` into
benchmarks/results/retrieval.json, with the smallest ratio of all kinds.
"""

import sys
import time
from collections.abc import Callable
from statistics import median

import faiss
import numpy as np
import tensorflow as tf
from results import read_results, update_results
from retrieval import model_name

from keraszoo import runs
from keraszoo.data import load_images
from keraszoo.families.binary_autoencoder import hash_images
from keraszoo.search import CodeIndex
from keraszoo.training import SmallWarps

COUNT = 1_000_000
QUERIES = 100
K = 10
THREADS = 2
ROUNDS = 9
BUCKET_QUERIES = 2000


def random_codes(count: int, bits: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, (count, bits), dtype=np.uint8)


def learned_codes(count: int, bits: int) -> np.ndarray:
    """Codes of warped copies of all images of MNIST."""
    _, _, model = runs.open_run(runs.SAVED_MODELS / model_name("mnist", bits, 0))
    mnist = load_images("mnist")
    images = np.concatenate([split.images for split in (mnist.train, mnist.validation, mnist.test)])
    warp = tf.function(SmallWarps(1.0, 1.0))
    codes = []
    for copy in range(-(-count // len(images))):
        for start in range(0, len(images), 1000):
            batch = tf.cast(images[start : start + 1000], tf.float32)
            codes.append(hash_images(model, warp(batch, tf.constant([copy, start])))["bits"])
        print(f"hashed {copy + 1} copies", flush=True)
    return np.concatenate(codes)[:count].astype(np.uint8)


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


KINDS: dict[str, tuple[Callable[[int, int], np.ndarray], int]] = {
    "random_64": (random_codes, 64),
    "random_32": (random_codes, 32),
    "learned_64": (learned_codes, 64),
    "learned_32": (learned_codes, 32),
}


def main(kinds: list[str]) -> None:
    faiss.omp_set_num_threads(THREADS)
    for kind in kinds or KINDS:
        make_codes, bits = KINDS[kind]
        update_results("retrieval", {"search": {kind: compare(make_codes(COUNT, bits))}})
    rows = [row for name, row in read_results("retrieval")["search"].items() if name in KINDS]
    smallest = {ratio: min(row[ratio] for row in rows) for ratio in ("exact_vs_flat", "bucket_vs_flat")}
    update_results("retrieval", {"search": smallest})


if __name__ == "__main__":
    main(sys.argv[1:])
