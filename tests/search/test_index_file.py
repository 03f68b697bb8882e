import numpy as np
import pytest
from brute_force import clustered_codes, mixed_ids

from keraszoo.search import CodeIndex

MODEL = {"name": "binary-mnist", "sha256": "0" * 64}


@pytest.fixture
def saved(tmp_path):
    """An index of 100 codes of 12 bits with all there can be, and its file."""
    rng = np.random.default_rng(0)
    index = CodeIndex(12, model=MODEL)
    paths = [f"집/{number}\n.png" for number in range(100)]
    index.add(clustered_codes(100, 12), mixed_ids(100), soft_codes=rng.uniform(size=(100, 12)), paths=paths)
    path = tmp_path / "codes.index"
    index.save(path)
    return index, path


def test_round_trip(saved):
    index, path = saved
    loaded = CodeIndex.load(path, bits=12, model=MODEL)
    queries, ids = clustered_codes(10, 12, seed=1), mixed_ids(100)
    soft = np.full((10, 12), 0.4)
    for arguments in ({}, {"soft_codes": soft}):
        for mine, theirs in zip(
            index.search(queries, 9, **arguments), loaded.search(queries, 9, **arguments), strict=True
        ):
            np.testing.assert_array_equal(mine, theirs)
    assert loaded.paths(ids) == index.paths(ids)
    assert loaded.stats() == index.stats()
    with pytest.raises(ValueError, match="again"):
        loaded.add(clustered_codes(1, 12), ids[:1], soft_codes=soft[:1], paths=["a"])
    loaded.remove(ids[:50])
    assert len(loaded) == 50


@pytest.mark.parametrize("bits", [1, 64, 100])
def test_bare_and_empty_indexes(tmp_path, bits):
    index = CodeIndex(bits)
    index.save(tmp_path / "empty")
    assert len(CodeIndex.load(tmp_path / "empty")) == 0
    index.add(clustered_codes(2, bits), [5, 6])
    index.save(tmp_path / "bare")
    loaded = CodeIndex.load(tmp_path / "bare")
    loaded.add(clustered_codes(2, bits), [7, 8])
    assert set(loaded.search(clustered_codes(1, bits), 9)[0][0]) == {5, 6, 7, 8}


def test_an_edited_byte_or_a_missing_end_is_seen(saved, tmp_path):
    content = saved[1].read_bytes()
    broken = tmp_path / "broken"
    for position in range(0, len(content), 97):
        broken.write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        with pytest.raises(ValueError, match=r"broken: expected"):
            CodeIndex.load(broken)
    for length in (0, 5, 30, 90, 150, len(content) // 2, len(content) - 1):
        broken.write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"broken: expected"):
            CodeIndex.load(broken)
    broken.write_bytes(content + b"more")
    with pytest.raises(ValueError, match="truncated or edited"):
        CodeIndex.load(broken)


def test_another_version(saved):
    path = saved[1]
    path.write_bytes(path.read_bytes().replace(b"keraszoo code index 1", b"keraszoo code index 2", 1))
    with pytest.raises(ValueError, match="expected an index of version 1, received 2"):
        CodeIndex.load(path)


def test_another_width_or_model(saved):
    with pytest.raises(ValueError, match="with bits 32, received 12"):
        CodeIndex.load(saved[1], bits=32)
    with pytest.raises(ValueError, match="with model 'binary-fashion', received"):
        CodeIndex.load(saved[1], model="binary-fashion")


def test_a_failed_save_leaves_the_old_file(saved, monkeypatch):
    index, path = saved
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    index.remove(mixed_ids(100)[:10])
    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        index.save(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        CodeIndex.load(tmp_path / "none")
