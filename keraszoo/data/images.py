"""Images in: the bundled digits, any single-image TensorFlow Datasets data set, or a folder of pictures."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keraszoo.data.digits import read_digits
from keraszoo.data.folder import is_path, read_folder
from keraszoo.data.splits import SourceImages, Split, cut_validation
from keraszoo.data.tfds_images import read_tfds

MAX_IMAGE_SIDE = 4096

# Data sets with a reader of their own; every other name is asked of TensorFlow Datasets.
READERS: dict[str, Callable[[tuple[int, int] | None], SourceImages]] = {
    "digits": read_digits,
}


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """Images in three splits.

    Attributes:
        name: the data set's name, with its version where it has one.
        train: to learn from.
        validation: a twelfth of the source's training images, drawn with the seed.
        test: to report with; the same images whatever the seed.
        class_names: the names that labels point at; empty where there are no labels.
    """

    name: str
    train: Split
    validation: Split
    test: Split
    class_names: tuple[str, ...]

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """The ``(height, width, channels)`` of every image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels


def load_images(
    source: str | os.PathLike[str] = "digits",
    *,
    seed: int = 0,
    image_size: int | tuple[int, int] | None = None,
    skip_broken: bool = False,
) -> ImageDataset:
    """Load images as ``uint8`` pixels 0-255, cut into training, validation and test splits.

    Args:
        source: ``"digits"`` (bundled, 8x8), the name of a TensorFlow Datasets data set as it spells it
            (``"mnist"``, ``"mnist:3.0.1"``, ``"emnist/letters"``), or a folder of pictures whose sub-folders
            are the classes. A name that is also a folder here means the folder.
        seed: draws the validation split; touches nothing else.
        image_size: ``(height, width)``, or one number for both, to resize every image to. Needed for
            TFDS data sets whose images differ in size.
        skip_broken: leave out pictures of a folder that cannot be read instead of raising.

    Raises:
        ValueError: an unknown name, an unfit data set or folder, or an option out of range.
        ConnectionError: the data set has to be downloaded and cannot be.
        OSError: a folder or a prepared data set cannot be read.

    Example:
        >>> load_images("digits").image_shape
        (8, 8, 1)
    """
    size = _checked_size(image_size)
    if isinstance(source, str) and source in READERS:
        images = READERS[source](size)
    elif is_path(source):
        images = read_folder(Path(source).expanduser(), size, skip_broken)
    else:
        images = read_tfds(str(source), size, other_names=READERS)
    train, validation = cut_validation(images.train, seed)
    return ImageDataset(images.name, train, validation, images.test, images.class_names)


def _checked_size(image_size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    if image_size is None:
        return None
    sides = tuple(image_size) if isinstance(image_size, (tuple, list)) else (image_size, image_size)
    if len(sides) != 2 or not all(isinstance(side, int) and 1 <= side <= MAX_IMAGE_SIDE for side in sides):
        raise ValueError(
            f"expected image_size as (height, width) or one number, each 1 to {MAX_IMAGE_SIDE},"
            f" received {image_size!r}; choose another"
        )
    return sides[0], sides[1]
