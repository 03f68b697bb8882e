from pathlib import Path

import numpy as np
import pytest

from keraszoo.data.cache import cache_folder, keep_arrays, read_arrays

ARRAYS = {"images": np.arange(24, dtype=np.uint8).reshape(2, 3, 4, 1), "names": np.array(["a", "b"])}


def test_kept_and_read(tmp_path):
    keep_arrays(tmp_path / "new" / "kept.npz", ARRAYS)
    read = read_arrays(tmp_path / "new" / "kept.npz")
    assert read.keys() == ARRAYS.keys()
    np.testing.assert_array_equal(read["images"], ARRAYS["images"])


def test_nothing_kept(tmp_path, caplog):
    assert read_arrays(tmp_path / "kept.npz") is None
    assert caplog.text == ""


def flip_a_byte(content):
    return content[:200] + bytes([content[200] ^ 255]) + content[201:]


def truncate(content):
    return content[:-40]


@pytest.mark.parametrize("damage", [flip_a_byte, truncate, bytes.swapcase, lambda _: b""])
def test_damage_is_seen(tmp_path, caplog, damage):
    path = tmp_path / "kept.npz"
    keep_arrays(path, ARRAYS)
    path.write_bytes(damage(path.read_bytes()))
    assert read_arrays(path) is None
    assert "made anew" in caplog.text


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    (tmp_path / "file").touch()
    keep_arrays(tmp_path / "file" / "kept.npz", ARRAYS)
    assert "set KERASZOO_CACHE" in caplog.text
    assert read_arrays(tmp_path / "file" / "kept.npz") is None


def test_where_it_lies(monkeypatch):
    monkeypatch.setenv("KERASZOO_CACHE", "/own")
    assert cache_folder() == Path("/own")
    monkeypatch.setenv("KERASZOO_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/shared")
    assert cache_folder() == Path("/shared/keraszoo")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "keraszoo"
