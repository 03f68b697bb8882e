"""What the data tests share: a cache of their own, and small pictures."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache folder for every test."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("KERASZOO_CACHE", str(folder))
    return folder


@pytest.fixture
def save_picture():
    """Save a picture of noise (or of one ``value``) under a path, whose folders are made."""

    def save(path, size=(6, 4), mode="L", value=None):
        channels = {"L": (), "RGB": (3,), "RGBA": (4,)}[mode]
        shape = (size[1], size[0], *channels)
        seed = sum(path.name.encode())
        pixels = np.random.default_rng(seed).integers(0, 256, shape) if value is None else np.full(shape, value)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(path)
        return path

    return save


@pytest.fixture
def pictures(tmp_path, save_picture):
    """A folder of two classes, twelve grey pictures each, all 4 high and 6 wide."""
    folder = tmp_path / "pictures"
    for number in range(12):
        save_picture(folder / "cats" / f"{number}.png")
        save_picture(folder / "dogs" / "deeper" / f"{number}.png")
    return folder
