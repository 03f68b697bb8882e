from itertools import permutations

import numpy as np
import pytest

from keraszoo.evaluation import itq_bits, pca_sign_bits, retrieval_scores


def bits_and_labels(seed, queries=5, items=6, bits=2):
    rng = np.random.default_rng(seed)
    return (
        rng.integers(0, 2, (queries, bits)),
        rng.integers(0, 2, (items, bits)),
        rng.integers(0, 2, queries),
        rng.integers(0, 2, items),
    )


def brute_force(query, items, label, labels, precision_at):
    """Figures of one query, averaged over every order of the items that a sort by distance allows."""
    distances = (query != items).sum(axis=1)
    rows = []
    for order in permutations(range(len(items))):
        if (np.diff(distances[list(order)]) >= 0).all():
            relevant = labels[list(order)] == label
            precision = np.cumsum(relevant) / np.arange(1, len(items) + 1)
            average = precision[relevant].mean() if relevant.any() else 0.0
            rows.append([average, *(relevant[:count].mean() for count in precision_at)])
    return np.mean(rows, axis=0)


@pytest.mark.parametrize("seed", range(4))
def test_ties_count_as_the_mean_over_all_their_orders(seed):
    queries, items, query_labels, labels = bits_and_labels(seed)
    expected = np.mean(
        [brute_force(query, items, label, labels, (2, 5)) for query, label in zip(queries, query_labels, strict=True)],
        axis=0,
    )
    scores = retrieval_scores(queries, items, query_labels, labels, precision_at=(2, 5))
    assert list(scores) == ["map", "p2", "p5"]
    np.testing.assert_allclose(list(scores.values()), expected, rtol=1e-12)


def test_perfect_and_useless_codes():
    labels = np.repeat(np.arange(4), 50)
    codes = np.eye(4)[labels]
    scores = retrieval_scores(codes, codes, labels, labels, precision_at=(10, 5000))
    assert scores["map"] == pytest.approx(1)
    assert scores["p10"] == pytest.approx(1)
    assert scores["p5000"] == pytest.approx(0.25)  # all there are
    assert retrieval_scores(codes * 0, codes * 0, labels, labels)["p100"] == pytest.approx(0.25)


def test_a_query_without_relevant_items_scores_nothing():
    scores = retrieval_scores([[1, 0]], [[1, 0], [0, 0]], [7], [1, 2])
    assert scores["map"] == 0


def test_more_queries_than_fit_at_once_are_averaged():
    queries, items, query_labels, labels = bits_and_labels(0, queries=150, items=40, bits=8)
    each = [
        retrieval_scores(queries[[row]], items, query_labels[[row]], labels, precision_at=(3,)) for row in range(150)
    ]
    together = retrieval_scores(queries, items, query_labels, labels, precision_at=(3,))
    for name, value in together.items():
        assert value == pytest.approx(np.mean([scores[name] for scores in each]))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"query_bits": np.zeros((5, 3))}, "one width"),
        ({"query_bits": np.full((5, 2), 0.5)}, "0 and 1 only"),
        ({"database_bits": np.zeros((0, 2))}, "at least one code"),
        ({"query_labels": np.zeros(4)}, "5 labels"),
        ({"database_labels": np.zeros((6, 1))}, "6 labels"),
        ({"precision_at": (0,)}, "at least 1"),
    ],
)
def test_wrong_input(changed, message):
    names = ("query_bits", "database_bits", "query_labels", "database_labels")
    arguments = dict(zip(names, bits_and_labels(0), strict=True))
    with pytest.raises(ValueError, match=message):
        retrieval_scores(**{**arguments, **changed})


@pytest.fixture(scope="module")
def two_kinds():
    """Images of two kinds that differ in the half that is bright, and a little noise."""
    rng = np.random.default_rng(0)
    kinds = np.arange(200) % 2
    images = rng.uniform(0, 0.2, (200, 6, 6, 1))
    images[kinds == 0, :3] += 0.7
    images[kinds == 1, 3:] += 0.7
    return images.astype(np.float32), kinds


@pytest.mark.parametrize("make_bits", [pca_sign_bits, itq_bits])
def test_baselines_hash_unseen_images(two_kinds, make_bits):
    images, kinds = two_kinds
    bits = make_bits(images[:150], images[150:], 4)
    assert bits.shape == (50, 4)
    assert set(np.unique(bits)) == {0, 1}
    assert abs(np.corrcoef(bits.T, kinds[150:])[-1, :-1]).max() > 0.99
    pixels = np.round(images * 255).astype(np.uint8)
    assert (make_bits(pixels[:150], pixels[150:], 4) == bits).mean() > 0.9


def test_turning_brings_projections_closer_to_their_signs():
    rng = np.random.default_rng(0)
    images = np.clip(rng.normal(0.5, np.linspace(0.02, 0.15, 36), (400, 36)), 0, 1).reshape(400, 6, 6, 1)
    data = images.reshape(400, -1) - images.reshape(400, -1).mean(axis=0)

    def explained(bits):
        """How much of the centred images a linear map from the codes gives back."""
        codes = 2.0 * bits - 1
        return np.square(codes @ np.linalg.lstsq(codes, data, rcond=None)[0]).sum()

    begun, turned = (explained(itq_bits(images, images, 8, iterations=count)) for count in (0, 50))
    assert turned > begun
    np.testing.assert_array_equal(itq_bits(images, images, 8, seed=3), itq_bits(images, images, 8, seed=3))


@pytest.mark.parametrize(
    ("bits", "iterations", "message"), [(0, 50, "bits"), (37, 50, "bits"), (1.5, 50, "bits"), (4, -1, "iterations")]
)
def test_baselines_refuse(two_kinds, bits, iterations, message):
    with pytest.raises(ValueError, match=message):
        itq_bits(two_kinds[0], two_kinds[0], bits, iterations=iterations)


def test_baselines_want_images_of_one_shape(two_kinds):
    with pytest.raises(ValueError, match="one shape"):
        pca_sign_bits(two_kinds[0], two_kinds[0][:, :5], 2)
