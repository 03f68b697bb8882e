import numpy as np
import pytest

from keraszoo.search import CodeIndex

CODES = np.eye(4)


@pytest.fixture
def index():
    index = CodeIndex(4)
    index.add(CODES, [10, 11, 12, 13])
    return index


@pytest.mark.parametrize("bits", [0, -8, 7.5, "8", True, None])
def test_bits(bits):
    with pytest.raises(ValueError, match="bits: expected a whole number of at least 1"):
        CodeIndex(bits)


@pytest.mark.parametrize("model", [3, ["name"], {"name": 3}])
def test_model(model):
    with pytest.raises(ValueError, match="model: expected a name"):
        CodeIndex(8, model=model)


@pytest.mark.parametrize("codes", [np.zeros((1, 3)), np.zeros(4), np.zeros((1, 1, 4)), [[]]])
def test_width(index, codes):
    for use in (lambda: index.add(codes, [0]), lambda: index.search(codes, 1), lambda: index.buckets(codes)):
        with pytest.raises(ValueError, match=r"expected shape \(count, 4\)"):
            use()


@pytest.mark.parametrize("value", [0.5, 2, -1, np.nan])
def test_values(index, value):
    with pytest.raises(ValueError, match="expected 0 and 1 only"):
        index.add([[0, 1, 0, value]], [0])
    with pytest.raises(ValueError, match="expected 0 and 1 only"):
        index.search([[0, 1, 0, value]], 1)


@pytest.mark.parametrize(("ids", "named"), [([20, 21, 20, 22], "20 again"), ([20, 12, 21, 22], "12 again")])
def test_ids_that_repeat_change_nothing(index, ids, named):
    with pytest.raises(ValueError, match=named):
        index.add(CODES, ids)
    assert len(index) == 4
    assert 21 not in index
    index.add(CODES, [20, 21, 22, 23])


@pytest.mark.parametrize("ids", [[1.5, 2, 3, 4], ["a", "b", "c", "d"], np.full(4, 2**63, np.uint64), [1, 2], [[1, 2]]])
def test_ids_that_are_none(index, ids):
    with pytest.raises(ValueError, match="ids: expected"):
        index.add(CODES, ids)


def test_unknown_ids_change_nothing(index):
    with pytest.raises(ValueError, match="99"):
        index.remove([10, 99])
    with pytest.raises(ValueError, match="99"):
        index.paths([99])
    assert len(index) == 4


@pytest.mark.parametrize("k", [0, -1, 1.5, None])
def test_k(index, k):
    with pytest.raises(ValueError, match="k: expected a whole number of at least 1"):
        index.search(CODES, k)


@pytest.mark.parametrize("radius", [-1, 0.5])
def test_radius(index, radius):
    with pytest.raises(ValueError, match="radius: expected a whole number of at least 0"):
        index.near(CODES[0], radius)


def test_empty_index():
    index = CodeIndex(4)
    index.add(np.zeros((0, 4)), [])
    uses = [
        lambda: index.search(CODES, 1),
        lambda: index.bucket(CODES[0]),
        lambda: index.near(CODES[0]),
        lambda: index.search(CODES, 1, soft_codes=CODES),
    ]
    for use in uses:
        with pytest.raises(ValueError, match="add codes first"):
            use()


def test_soft_codes(index):
    with pytest.raises(ValueError, match="an index with soft codes"):
        index.search(CODES, 1, soft_codes=CODES)
    with pytest.raises(ValueError, match="expected soft_codes with it"):
        index.search(CODES, 1, candidates=5)
    with pytest.raises(ValueError, match="all items have them or none has"):
        index.add(CODES, [1, 2, 3, 4], soft_codes=CODES)
    fresh = CodeIndex(4)
    for soft in (CODES[:, :3], CODES + 1, CODES * np.nan):
        with pytest.raises(ValueError, match="soft_codes: expected"):
            fresh.add(CODES, [1, 2, 3, 4], soft_codes=soft)
    fresh.add(CODES, [1, 2, 3, 4], soft_codes=CODES)
    with pytest.raises(ValueError, match="candidates: expected a whole number of at least 3"):
        fresh.search(CODES, 3, soft_codes=CODES, candidates=2)


def test_paths(index):
    with pytest.raises(ValueError, match="index with paths"):
        index.paths([10])
    with pytest.raises(ValueError, match="all items have them or none has"):
        index.add(CODES, [1, 2, 3, 4], paths=list("abcd"))
    for paths in (["a"], "abcd", list("abcde")):
        with pytest.raises(ValueError, match="paths: expected 4 strings"):
            CodeIndex(4).add(CODES, [1, 2, 3, 4], paths=paths)
