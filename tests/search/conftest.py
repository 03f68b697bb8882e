"""How the tests of the search run: on one thread, and with limits that few codes reach."""

import faiss
import pytest

from keraszoo.search import chunk_lists, index, table


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    # On cores that others use, faiss's threads wait for one another.
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    yield
    faiss.omp_set_num_threads(threads)


@pytest.fixture
def small_limits(monkeypatch):
    """A few thousand codes are enough for the large table, its lists and the sample."""
    monkeypatch.setattr(index, "MOST_RECENT", 300)
    monkeypatch.setattr(index, "QUERIES_AT_ONCE", 16)
    monkeypatch.setattr(table, "FEWEST_FOR_LISTS", 100)
    monkeypatch.setattr(table, "SAMPLE", 256)
    monkeypatch.setattr(chunk_lists, "LIST_COST", 0)
