"""A folder of pictures as images in three splits: each picture whole, or patches of it at its own resolution."""

import hashlib
import math
from pathlib import Path

import numpy as np

from keraszoo.data.folder import Survey, read_each, read_folder, report_broken, report_made_equal
from keraszoo.data.images import ImageDataset
from keraszoo.data.picture_files import all_picture_names
from keraszoo.data.pictures import read_header, read_pixels, resize_images
from keraszoo.data.splits import Split, cut_by_name, cut_validation


def load_folder(
    folder: Path,
    image_size: tuple[int, int] | None = None,
    *,
    seed: int = 0,
    channels: int | None = None,
    skip_broken: bool = False,
    may_mix: bool = False,
) -> ImageDataset:
    """Each picture as one image, as `load_images` does it; ``channels`` and ``may_mix`` are as for `read_folder`."""
    images = read_folder(folder, image_size, skip_broken, channels=channels, may_mix=may_mix)
    train, validation = cut_validation(images.train, seed)
    return ImageDataset(images.name, train, validation, images.test, images.class_names)


def load_patches(
    folder: Path,
    patch_size: tuple[int, int],
    per_picture: int,
    *,
    seed: int = 0,
    channels: int | None = None,
    skip_broken: bool = False,
) -> ImageDataset:
    """Cut patches out of every picture under ``folder``, in whichever sub-folder; they have no labels.

    Pictures are split, as `load_images` splits them, not patches: what a model is tested on is of pictures that it has
    seen nothing of. Where a picture is cut depends on its path alone. One smaller than a patch is enlarged to it.

    Args:
        folder: where the pictures are.
        patch_size: ``(height, width)``.
        per_picture: how many patches of each picture, 1 or more.
        seed: draws the pictures of the validation split; touches nothing else.
        channels: 1 to make all grey, 3 for colour; if not given, colour if any picture's mode is.
        skip_broken: leave out pictures that cannot be read, and log it, instead of raising.

    Returns:
        Splits whose first images are one of each picture, then a second one of each, and so on.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: fewer than 3 pictures, broken ones, or a number of patches that cannot be.
    """
    if per_picture < 1:
        raise ValueError(f"expected 1 patch or more of each picture, received {per_picture}; choose another")
    names = all_picture_names(folder)
    broken: dict[str, str] = {}
    headers = read_each(names, lambda name: read_header(folder / name), broken)
    survey = Survey(folder.resolve().name, headers, {})
    depth = channels or survey.channels

    def cut(name: str) -> np.ndarray:
        return _cut(read_pixels(folder / name, depth), patch_size, per_picture, name)

    patches = read_each(headers, cut, broken)
    if broken:
        report_broken(folder, broken, len(names), skip=skip_broken and len(patches) > 0)
    made = f"{per_picture} patches of {patch_size[0]}x{patch_size[1]} each"
    report_made_equal(folder, [headers[name] for name in patches], made, depth)

    # One row a picture, so that the splits are cut between pictures.
    rows, test = cut_by_name(Split(np.stack(list(patches.values())), None), list(patches))
    train, validation = cut_validation(rows, seed)
    return ImageDataset(survey.name, _in_turn(train), _in_turn(validation), _in_turn(test), ())


def _cut(pixels: np.ndarray, size: tuple[int, int], count: int, name: str) -> np.ndarray:
    """``count`` patches ``(count, height, width, channels)`` at places that the name draws."""
    height, width = pixels.shape[:2]
    enlarge = max(size[0] / height, size[1] / width)
    if enlarge > 1:
        height, width = math.ceil(height * enlarge), math.ceil(width * enlarge)
        pixels = resize_images(pixels[np.newaxis], (height, width))[0]
    digest = hashlib.sha256(name.encode(errors="surrogateescape")).digest()
    generator = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    tops = generator.integers(0, height - size[0], count, endpoint=True)
    lefts = generator.integers(0, width - size[1], count, endpoint=True)
    return np.stack([pixels[y : y + size[0], x : x + size[1]] for y, x in zip(tops, lefts, strict=True)])


def _in_turn(rows: Split) -> Split:
    """From rows of a picture's patches to images, the first patch of every picture before all second ones."""
    return Split(np.concatenate(list(rows.images.swapaxes(0, 1))), None)
