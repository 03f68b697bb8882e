"""Name the pictures of a folder or a data set, and read a picture by its name."""

import logging
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keraszoo.data.folder import is_path
from keraszoo.data.picture_files import all_picture_names, told_with_remedy
from keraszoo.data.pictures import described, fitted_note, read_header, read_pixels
from keraszoo.names import nearest_name_hint

if TYPE_CHECKING:
    from keraszoo.data.images import ImageDataset

SPLITS = ("train", "validation", "test")

logger = logging.getLogger("keraszoo")

ImageShape = tuple[int, int, int]
"""``(height, width, channels)``, 1 for grey or 3 for colour."""


def picture_paths(source: str, image_shape: ImageShape) -> list[str]:
    """Name every picture of a folder and its sub-folders, or of a data set, for `read_picture`.

    Args:
        source: a folder, or the name of a data set as for `keraszoo.data.load_images`. A name that is also a folder
            here means the folder. Hidden files are passed over, those that are no pictures by their suffix are logged.
        image_shape: what a data set is resized to.

    Returns:
        Absolute paths, sorted, or ``SOURCE/SPLIT/NUMBER`` with each split's numbers from 0.

    Raises:
        OSError: there is no such folder, a part of it cannot be listed, or the data set cannot be read.
        ValueError: the folder holds no pictures, there is no such data set or split, or it is grey and the model is
            not, or the other way round.
    """
    if source.startswith((".", "~")) or os.path.isabs(source) or os.path.exists(source):
        folder = Path(source).expanduser()
        return [os.path.abspath(folder / name) for name in all_picture_names(folder)]
    data_set_item(source)  # raises where the split is misspelt
    dataset = _load_data_set(source, image_shape)
    return [f"{source}/{split}/{number}" for split in SPLITS for number in range(len(getattr(dataset, split)))]


def read_picture(path: str, image_shape: ImageShape) -> np.ndarray:
    """Read a picture by its name, as uint8 of ``image_shape``; files are resized without regard to proportions.

    Raises:
        Exception: whatever Pillow raises for a broken file, or a data set's errors, as in `picture_paths`.
    """
    item = data_set_item(path)
    if item is None:
        return read_pixels(path, image_shape[2], image_shape[:2])
    source, split, number = item
    images = getattr(_load_data_set(source, image_shape), split).images
    if number >= len(images):
        raise ValueError(f"{split} of {source} holds {len(images):,} images, numbered from 0")
    return images[number]


def needs_tensorflow(name: str, image_shape: ImageShape) -> bool:
    """Whether TensorFlow is loaded to read a picture, or a data set, of this name: TFDS has yet to decode it."""
    from keraszoo.data.images import READERS
    from keraszoo.data.tfds_cache import is_kept

    item = data_set_item(name)
    source = item[0] if item else name
    if os.path.exists(source) or is_path(source) or source in READERS:
        return False
    return not (is_kept(source, image_shape[:2]) or is_kept(source, None))


def log_fitted(paths: Iterable[str], image_shape: ImageShape) -> None:
    """Log which kinds of files `read_picture` brings to ``image_shape``, being of another size or mode."""
    fitted = []
    for path in paths:
        with suppress(Exception):  # an image of a data set; one that cannot be read is told by who reads it
            header = read_header(path)
            if (header.height, header.width, header.channels) != image_shape:
                fitted.append(described((header.height, header.width, header.channels)))
    if fitted:
        logger.info("The model %s", fitted_note(image_shape, fitted))


def read_queries(paths: Sequence[str], image_shape: ImageShape) -> np.ndarray:
    """Read pictures by their names, as uint8 ``(count, height, width, channels)``.

    Raises:
        ValueError: one of them cannot be read.
    """
    images = []
    for path in paths:
        try:
            images.append(read_picture(path, image_shape))
        except ModuleNotFoundError:  # of what reads a data set
            raise
        except Exception as error:  # Pillow raises nearly anything for broken files
            raise ValueError(
                "expected a picture to search with, or a data set's such as digits/test/0, received "
                f"{told_with_remedy(path, error)}"
            ) from error
    log_fitted(paths, image_shape)
    return np.stack(images)


def data_set_item(path: str) -> tuple[str, str, int] | None:
    """The data set, split and number that a name such as ``mnist/test/17`` means; None for that of a file.

    Raises:
        ValueError: the split is misspelt.
    """
    match = re.fullmatch(r"(.+)/(\w+)/(\d+)", path)
    if match is None or os.path.isabs(path) or os.path.exists(path) or os.path.isdir(match[1]):
        return None
    name, split, number = match.groups()
    if split in SPLITS:
        return name, split, int(number)
    hint = nearest_name_hint(split, SPLITS)
    if hint:
        raise ValueError(f"expected one of {', '.join(SPLITS)} between {name} and a number, received {path!r}.{hint}")
    return None


def first_few(texts: Sequence[str]) -> str:
    """The first three in one line, and how many more there are."""
    more = f"; and {len(texts) - 3:,} more" if len(texts) > 3 else ""
    return "; ".join(texts[:3]) + more


@lru_cache(maxsize=2)  # one to search in and one to search with, each loaded once for all of its pictures
def _load_data_set(name: str, image_shape: ImageShape) -> "ImageDataset":
    from keraszoo.data.images import load_images  # files of pictures do without it

    dataset = load_images(name, image_size=image_shape[:2])
    if dataset.image_shape != image_shape:
        kinds = {1: "grey", 3: "colour"}
        raise ValueError(
            f"expected images in {kinds[image_shape[2]]}, as the model reads them, received {name}, which is in "
            f"{kinds[dataset.image_shape[2]]}; choose another data set, or a folder of pictures, which are converted"
        )
    return dataset
