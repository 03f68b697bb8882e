"""Queries for a search: as many of each class, and none of them in the database."""

import numpy as np
import pytest

from keraszoo.evaluation import retrieval_split

LABELS = np.random.default_rng(0).permutation(np.repeat([3, 5, 8], [40, 10, 25]))


def test_queries_are_balanced_and_the_others_are_all_the_others():
    queries, others = retrieval_split(LABELS, 4)
    assert np.bincount(LABELS[queries]).tolist() == [0, 0, 0, 4, 0, 4, 0, 0, 4]
    np.testing.assert_array_equal(np.sort(np.concatenate([queries, others])), np.arange(75))
    for positions in (queries, others):
        assert (np.diff(positions) > 0).all()


def test_at_most_half_of_the_smallest_class_is_asked_for():
    queries, _ = retrieval_split(LABELS, 100)
    assert set(np.bincount(LABELS[queries])) == {0, 5}
    assert len(retrieval_split([7, 7, 7], 100)[0]) == 1


def test_the_seed_draws_the_queries():
    first, again, other = (retrieval_split(LABELS, 4, seed=seed)[0] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_class_of_one_gives_no_query():
    queries, others = retrieval_split([4, 0, 0], 1)
    assert queries.tolist() in ([1], [2])
    assert 0 in others


@pytest.mark.parametrize("labels", [[0, 1], []])
def test_classes_of_one_or_no_class_are_refused(labels):
    with pytest.raises(ValueError, match="expected a class of two or more items, received"):
        retrieval_split(labels, 1)
