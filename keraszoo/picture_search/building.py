"""Hash many pictures into an index."""

import logging
from collections.abc import Callable, Mapping

import numpy as np

from keraszoo.data.named_pictures import ImageShape, first_few, log_fitted, picture_paths, read_picture
from keraszoo.data.picture_files import reason_of
from keraszoo.progress import progress_line
from keraszoo.search import CodeIndex

Hash = Callable[[np.ndarray], Mapping[str, np.ndarray]]
"""Pixels 0-255, float32 ``(count, height, width, channels)`` -> ``bits`` and ``soft_code``, both ``(count, bits)``."""

PICTURES_AT_ONCE = 256

logger = logging.getLogger("keraszoo")


def index_pictures(
    hash_images: Hash,
    source: str,
    image_shape: ImageShape,
    *,
    model: Mapping[str, str] | None = None,
    skip_broken: bool = False,
    verbose: int = 1,
) -> CodeIndex:
    """Index every picture of a folder and its sub-folders, or every image of a data set, all splits together.

    Args:
        hash_images: the ``hash`` signature of a model.
        source: as for `keraszoo.data.named_pictures.picture_paths`.
        image_shape: what ``hash_images`` takes; pictures are resized to it, and made grey or colour.
        model: what the index says of the model, as `keraszoo.picture_search.model_identity` gives it.
        skip_broken: leave out pictures that cannot be read, and log it, instead of raising.
        verbose: 1 for a progress bar, 0 for none.

    Returns:
        The index: ids from 0 in the order of the paths, soft codes, paths.

    Raises:
        OSError: there is no such folder, or the data set cannot be read.
        ValueError: no pictures, or one that cannot be read.
    """
    paths = picture_paths(source, image_shape)
    advance = progress_line(len(paths), "pictures", shown=verbose > 0)
    index: CodeIndex | None = None
    broken: list[str] = []
    for begin in range(0, len(paths), PICTURES_AT_ONCE):
        batch = paths[begin : begin + PICTURES_AT_ONCE]
        pictures = _read_each(batch, image_shape, broken)
        if broken and not skip_broken:
            raise ValueError(
                f"expected pictures, received one that cannot be read: {broken[0]}; repair or remove it, or leave such "
                "files out with skip_broken (--skip-broken)"
            )
        if pictures:
            codes = hash_images(np.stack(list(pictures.values())).astype(np.float32))
            if index is None:
                index = CodeIndex(codes["bits"].shape[1], model=model)
            ids = np.arange(len(index), len(index) + len(pictures))
            index.add(codes["bits"], ids, codes["soft_code"], list(pictures))
        advance(len(batch))
    if index is None:
        raise ValueError(
            f"expected pictures in {source}, found none that can be read: {first_few(broken)}; repair them"
        )
    log_fitted(paths, image_shape)
    if broken:
        logger.warning("Left out %d of %d pictures that cannot be read: %s", len(broken), len(paths), first_few(broken))
    return index


def _read_each(paths: list[str], image_shape: ImageShape, broken: list[str]) -> dict[str, np.ndarray]:
    """The pictures that can be read, by path; the others, with the reason, are added to ``broken``."""
    pictures = {}
    for path in paths:
        try:
            pictures[path] = read_picture(path, image_shape)
        except Exception as error:  # Pillow raises nearly anything for broken files
            broken.append(f"{path} ({reason_of(error)})")
    return pictures
