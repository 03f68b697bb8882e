import sys
import threading

import numpy as np
import pytest
from brute_force import assert_found, brute_force, clustered_codes, mixed_ids

from keraszoo.search import CodeIndex

WIDTHS = [1, 5, 12, 16, 33, 64, 70, 130]


def filled(count=1000, bits=16, **options):
    codes, ids = clustered_codes(count, bits), mixed_ids(count)
    index = CodeIndex(bits)
    index.add(codes, ids, **options)
    return index, codes, ids


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("k", [1, 10, 300])
def test_search_is_exact_and_orders_ties_by_id(bits, k):
    index, codes, ids = filled(1500, bits)
    queries = np.concatenate([codes[:20], np.random.default_rng(1).integers(0, 2, (20, bits))])
    assert_found(index.search(queries, k), brute_force(codes, ids, queries, k))


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("bits", [20, 64])
def test_lists_are_in_use_and_leave_nothing_out(bits):
    index, codes, ids = filled(3000, bits)
    index.search(codes[:1], 1)
    queries = codes[:10]
    distances = (queries[:, np.newaxis] != codes).sum(axis=2)
    lists = index._main._lists
    searched = [radius for radius in range(bits) if lists.within(np.packbits(queries, axis=1), radius) is not None]
    assert searched[:3] == [0, 1, 2]
    for radius in searched:
        for query, found in zip(queries, distances, strict=True):
            np.testing.assert_array_equal(np.sort(index.near(query, radius)[0]), np.sort(ids[found <= radius]))


def test_search_without_small_limits():
    index, codes, ids = filled(500, 32)
    assert_found(index.search(codes[:5], 7), brute_force(codes, ids, codes[:5], 7))


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.int64, np.float32])
def test_any_type_of_number(dtype):
    codes = clustered_codes(50, 12)
    index = CodeIndex(12)
    index.add(codes.astype(dtype), np.arange(50))
    ids, distances = index.search(codes[:3].astype(dtype), 2)
    assert ids.dtype == np.int64
    assert distances.dtype == np.int32
    assert_found((ids, distances), brute_force(codes, np.arange(50), codes[:3], 2))


def test_more_than_there_are():
    index, codes, ids = filled(8)
    found, _ = index.search(codes[:2], 100)
    assert found.shape == (2, 8)
    assert set(found[0]) == set(ids)


def test_no_queries():
    index, codes, _ = filled(8)
    assert [array.shape for array in index.search(codes[:0], 3)] == [(0, 3), (0, 3)]


def test_buckets_hold_exactly_the_code():
    index, codes, ids = filled(1000, 10)
    unused = np.flatnonzero(~np.isin(np.arange(1024), codes @ (1 << np.arange(10))))[0] >> np.arange(10) & 1
    queries = np.concatenate([codes[:20], unused[np.newaxis]])
    for query, found in zip(queries, index.buckets(queries), strict=True):
        np.testing.assert_array_equal(found, np.sort(ids[(codes == query).all(axis=1)]))
    np.testing.assert_array_equal(index.bucket(codes[0]), index.buckets(codes[:1])[0])
    assert len(index.bucket(unused)) == 0


@pytest.mark.usefixtures("small_limits")
@pytest.mark.parametrize("radius", [0, 1, 4, 16, 1000])
def test_near_finds_all_within_the_radius(radius):
    index, codes, ids = filled(1000, 16)
    expected_ids, expected = brute_force(codes, ids, codes[:1], len(ids))
    inside = expected[0] <= radius
    assert_found(index.near(codes[0], radius), (expected_ids[0, inside], expected[0, inside]))


def test_near_widens_until_something_is_found():
    index = CodeIndex(20)
    index.add(np.eye(20)[:4] + np.eye(20)[10:14], [9, 3, 7, 5])
    assert_found(index.near(np.zeros(20)), ([3, 5, 7, 9], [2, 2, 2, 2]))
    assert_found(index.near(np.eye(20)[0] + np.eye(20)[10]), ([9], [0]))


@pytest.mark.parametrize("limits", ["small_limits", None])
def test_adding_and_removing_between_searches(request, limits):
    if limits:
        request.getfixturevalue(limits)
    codes, ids = clustered_codes(1200, 16), mixed_ids(1200)
    queries = clustered_codes(20, 16, seed=0)
    index = CodeIndex(16)
    rng = np.random.default_rng(2)
    held = np.zeros(1200, bool)
    for begin in range(0, 1200, 200):
        index.add(codes[begin : begin + 200], ids[begin : begin + 200])
        held[begin : begin + 200] = True
        gone = rng.choice(np.flatnonzero(held), 70, replace=False)
        index.remove(ids[gone])
        held[gone] = False
        assert len(index) == held.sum()
        assert_found(index.search(queries, 15), brute_force(codes[held], ids[held], queries, 15))
        inside = (codes == codes[0]).all(axis=1) & held
        np.testing.assert_array_equal(index.bucket(codes[0]), np.sort(ids[inside]))
    index.remove(ids[held])
    assert len(index) == 0
    index.add(codes[:3], ids[:3])
    assert len(index.search(queries, 5)[0][0]) == 3


def test_soft_codes_order_what_bits_cannot():
    codes = np.zeros((30, 8))
    soft = np.random.default_rng(0).uniform(0, 0.4, (30, 8)).astype(np.float32)
    index = CodeIndex(8)
    index.add(codes, np.arange(30), soft_codes=soft)
    index.add(np.ones((5, 8)), np.arange(30, 35), soft_codes=np.full((5, 8), 0.9))
    query = np.full((1, 8), 0.3, np.float32)
    squared = np.square(soft - query).sum(axis=1)
    ids, distances = index.search(codes[:1], 4, soft_codes=query)
    np.testing.assert_array_equal(ids[0], np.argsort(squared)[:4])
    np.testing.assert_allclose(distances[0], np.sort(squared)[:4], rtol=1e-5)
    few, _ = index.search(codes[:1], 4, soft_codes=query, candidates=6)
    np.testing.assert_array_equal(few[0], np.argsort(squared[:6])[:4])


def test_soft_codes_and_paths_follow_their_items():
    codes, ids = clustered_codes(40, 8), mixed_ids(40)
    soft = np.random.default_rng(0).uniform(size=(40, 8)).astype(np.float32)
    index = CodeIndex(8)
    for row in range(40):
        index.add(codes[[row]], ids[[row]], soft_codes=soft[[row]], paths=[f"{row}.png"])
    index.remove(ids[:25:2])
    assert index.paths(ids[[39, 1, 30]]) == ["39.png", "1.png", "30.png"]
    found, distances = index.search(codes[[1]], 1, soft_codes=soft[[1]], candidates=27)
    assert (found[0, 0], distances[0, 0]) == (ids[1], 0)


def test_stats():
    index = CodeIndex(3, model="m")
    empty = index.stats()
    assert (empty["count"], empty["bits"], empty["model"], empty["buckets"], empty["empty_share"]) == (0, 3, "m", 0, 1)
    index.add([[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]], [1, 2, 3, 4])
    assert index.stats() == {
        "count": 4,
        "bits": 3,
        "model": "m",
        "buckets": 2,
        "largest_bucket": 3,
        "mean_bucket": 2.0,
        "empty_share": 0.75,
        "bit_means": [1.0, 0.25, 0.0],
    }
    assert 3 in index
    assert 5 not in index


@pytest.mark.usefixtures("small_limits")
def test_searching_while_another_thread_adds_and_removes():
    codes, ids = clustered_codes(3000, 32), np.arange(3000)
    index = CodeIndex(32)
    index.add(codes[:500], ids[:500])
    wrong: list[object] = []
    done = threading.Event()

    def search():
        try:
            while not done.is_set():
                found, distances = index.search(codes[:4], 5)
                actual = (codes[found] != codes[:4, np.newaxis]).sum(axis=2)
                if not (actual == distances).all() or (np.diff(distances, axis=1) < 0).any():
                    wrong.append((found, distances))
                index.near(codes[0])
                index.buckets(codes[:4])
        except Exception as error:
            wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)  # many more chances to come between
    searchers = [threading.Thread(target=search) for _ in range(3)]
    for thread in searchers:
        thread.start()
    try:
        for begin in range(500, 3000, 20):
            index.add(codes[begin : begin + 20], ids[begin : begin + 20])
            index.remove(ids[begin - 500 : begin - 490])
    finally:
        done.set()
        for thread in searchers:
            thread.join()
        sys.setswitchinterval(interval)
    assert wrong == []
    assert len(index) == 3000 - 125 * 10
