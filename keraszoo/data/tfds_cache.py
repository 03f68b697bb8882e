"""Decoded TFDS data sets, kept so that the next load needs neither TFDS nor TensorFlow."""

import hashlib
import json
import re
from pathlib import Path

import numpy as np

from keraszoo.data.cache import cache_folder, keep_arrays, read_arrays
from keraszoo.data.splits import SourceImages, Split
from keraszoo.data.tfds_builder import tfds_folder


def kept_images(name: str, image_size: tuple[int, int] | None) -> SourceImages | None:
    """Return the images kept for ``name`` and ``image_size``, or for ``name`` alone if they have that size anyway.

    None if there are none, or only old ones.
    """
    kept = _kept(name, image_size)
    if kept is None and image_size is not None:
        unresized = _kept(name, None)
        if unresized is not None and unresized.train.images.shape[1:3] == image_size:
            return unresized
    return kept


def is_kept(name: str, image_size: tuple[int, int] | None) -> bool:
    """Whether there are images kept for ``name`` and ``image_size``, be they old or not."""
    return _path(name, image_size).exists()


def keep_images(source: SourceImages, name: str, image_size: tuple[int, int] | None) -> None:
    """Keep ``source`` as what ``name`` and ``image_size`` give; where that fails it is logged."""
    arrays = {
        "name": np.array(source.name),
        "class_names": np.array(source.class_names, dtype=np.str_),
        "prepared": np.array(_prepared_versions(name)),
        "train_images": source.train.images,
        "train_labels": source.train.labels,
        "test_images": source.test.images,
        "test_labels": source.test.labels,
    }
    keep_arrays(_path(name, image_size), {key: array for key, array in arrays.items() if array is not None})


def _kept(name: str, image_size: tuple[int, int] | None) -> SourceImages | None:
    arrays = read_arrays(_path(name, image_size))
    if arrays is None or "prepared" not in arrays:
        return None
    # Where TFDS's own files are gone altogether, what was decoded is still good.
    if _prepared_versions(name) not in (str(arrays["prepared"]), "{}"):
        return None
    return SourceImages(
        name=str(arrays["name"]),
        train=Split(arrays["train_images"], arrays.get("train_labels")),
        test=Split(arrays["test_images"], arrays.get("test_labels")),
        class_names=tuple(str(class_name) for class_name in arrays["class_names"]),
    )


def _path(name: str, image_size: tuple[int, int] | None) -> Path:
    key = json.dumps([name, tfds_folder(), image_size])
    readable = re.sub(r"[^\w.-]+", "-", name)[:60]
    return cache_folder() / "tfds" / f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.npz"


def _prepared_versions(name: str) -> str:
    """Return which versions TFDS has prepared, and when: if that changes, what was kept is old."""
    folder = Path(tfds_folder(), re.split("[/:]", name)[0])
    prepared = sorted(folder.glob("**/dataset_info.json"))
    return json.dumps({str(file.relative_to(folder)): file.stat().st_mtime_ns for file in prepared})
