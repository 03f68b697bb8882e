"""Clean picture files and folders of them."""

import logging
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from keraszoo.data.picture_files import SUFFIXES, all_picture_names, reason_of
from keraszoo.data.pictures import read_header, read_pixels
from keraszoo.denoising.tiles import Denoise, count_tiles, denoise_picture
from keraszoo.files import write_whole
from keraszoo.progress import progress_line

LOSSY_QUALITY = 95
"""Of JPEG and WebP files, whose artefacts would be noise again."""

logger = logging.getLogger("keraszoo")


def denoise_files(
    denoise: Denoise,
    source: str | PathLike[str],
    target: str | PathLike[str],
    image_shape: tuple[int, int, int],
    *,
    overlap: float = 0.5,
    resize: bool = False,
    skip_broken: bool = False,
    overwrite: bool = False,
    verbose: int = 1,
) -> int:
    """Clean a picture file into another, or all pictures in a folder and its sub-folders into another folder.

    Names and sub-folders are kept; hidden files are passed over, those that are no pictures by their suffix are logged.
    Each file is written whole or not at all, upright, with 8 bits a channel and without metadata, in the format of its
    suffix. Of several frames or pages the first is cleaned.

    Args:
        denoise: as for `denoise_picture`, like ``image_shape``, ``overlap`` and ``resize``.
        source: a picture, or a folder of pictures.
        target: the file or folder to write.
        skip_broken: leave out pictures that cannot be read, and log it, instead of raising.
        overwrite: replace files that stand where ``target`` goes.
        verbose: 1 for a progress bar, 0 for none.

    Returns:
        How many pictures were cleaned.

    Raises:
        OSError: ``source`` is missing or cannot be listed, or ``target`` cannot be written.
        ValueError: there are no pictures, one cannot be read or kept in the target's format, or a target is
            a source, or is there and may not be overwritten.
    """
    pairs = _pairs(Path(source), Path(target))
    if not overwrite:
        _check_nothing_is_there([path for _, path in pairs])
    broken: list[str] = []
    tiles = {}
    for path, _ in pairs:
        try:
            tiles[path] = _count_tiles_of(path, image_shape, overlap, resize)
        except Exception as error:  # Pillow raises nearly anything for broken files
            if not skip_broken:
                raise _unreadable(path, error, cleaned=0) from error
            tiles[path] = 0
    advance = progress_line(sum(tiles.values()), "tiles", shown=verbose > 0)
    cleaned = 0

    def denoise_and_count(pixels: np.ndarray) -> np.ndarray:
        result = denoise(pixels)
        advance(len(pixels))
        return result

    for path, cleaned_path in pairs:
        try:
            picture = _read_picture(path)
        except Exception as error:
            broken.append(f"{path} ({reason_of(error)})")
            if not skip_broken or len(broken) == len(pairs):
                raise _unreadable(path, error, cleaned) from error
            advance(tiles[path])
            continue
        clean = denoise_picture(denoise_and_count, picture, image_shape, overlap=overlap, resize=resize)
        _write_picture(clean, cleaned_path)
        cleaned += 1
    if broken:
        logger.warning("Left out %d of %d pictures that cannot be read: %s", len(broken), len(pairs), "; ".join(broken))
    return cleaned


def _unreadable(path: Path, error: Exception, cleaned: int) -> ValueError:
    written = f"; written before it: {cleaned}, with overwrite (--overwrite) written again" if cleaned else ""
    return ValueError(
        f"expected a picture, received one that cannot be read: {path} ({reason_of(error)}); repair or remove it, or "
        f"leave such files of a folder out with skip_broken (--skip-broken){written}"
    )


def _count_tiles_of(path: Path, image_shape: tuple[int, int, int], overlap: float, resize: bool) -> int:
    header = read_header(path)
    height, width = image_shape[:2] if resize else (header.height, header.width)
    return count_tiles(height, width, header.channels, image_shape, overlap=overlap)


def _pairs(source: Path, target: Path) -> list[tuple[Path, Path]]:
    """What to clean and where to, checked before anything is read."""
    if source.is_dir():
        if target.exists() and not target.is_dir():
            raise NotADirectoryError(
                f"expected a folder to write the pictures of {source} to, received the file {target}"
            )
        if target.resolve().is_relative_to(source.resolve()):
            raise ValueError(
                f"expected a target outside {source}, received {target}; its pictures would be cleaned twice"
            )
        pairs = [(source / name, target / name) for name in all_picture_names(source)]
    elif source.is_file():
        if target.is_dir():
            raise IsADirectoryError(f"expected a file to write the picture {source} to, received the folder {target}")
        pairs = [(source, target)]
    else:
        raise FileNotFoundError(
            f"expected a picture or a folder of pictures at {source}, found nothing; check the path"
        )
    sources = {path.resolve() for path, _ in pairs}
    for _, path in pairs:
        if path.suffix.lower() not in SUFFIXES:
            raise ValueError(f"expected a picture file to write ({' '.join(sorted(SUFFIXES))}), received {path}")
        if path.resolve() in sources:
            raise ValueError(f"{path} would be overwritten, which is to be cleaned; choose another target")
    return pairs


def _check_nothing_is_there(targets: list[Path]) -> None:
    there = [path for path in targets if path.exists()]
    if there:
        others = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise ValueError(f"{there[0]}{others} would be overwritten; choose another target, or allow it (--overwrite)")


def _read_picture(path: Path) -> np.ndarray:
    """Upright uint8 pixels of 1 to 4 channels, alpha last where there is any."""
    channels = read_header(path).channels  # which also refuses a picture too large to be one
    with Image.open(path) as opened:
        if not opened.has_transparency_data or opened.mode.startswith("I"):
            return read_pixels(path, channels)
        pixels = np.asarray(ImageOps.exif_transpose(opened).convert("RGBA"))
    return pixels[..., [0, 3]] if channels == 1 else pixels


def _write_picture(pixels: np.ndarray, path: Path) -> None:
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    try:
        with write_whole(path) as temporary:
            picture.save(temporary, quality=LOSSY_QUALITY)
    except OSError as error:
        if "cannot write mode" not in str(error):
            raise
        raise ValueError(f"{path} cannot hold this picture ({error}); write it as .png, which keeps all") from error
