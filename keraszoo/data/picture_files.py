"""Find the pictures in a folder, and say why one cannot be read."""

import logging
import os
from pathlib import Path

SUFFIXES = {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}

logger = logging.getLogger("keraszoo")


def picture_names(folder: Path) -> list[str]:
    """As `all_picture_names`, for a folder whose sub-folders are classes, or which has none.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: no pictures, or some in sub-folders and some beside them.
    """
    names = all_picture_names(folder)
    beside = [name for name in names if "/" not in name]
    if beside and len(beside) < len(names):
        inside = next(name for name in names if "/" in name)
        raise ValueError(
            f"expected the pictures of {folder} all in sub-folders (the classes) or all directly in it, found"
            f" both, {inside!r} and {beside[0]!r}; move the one or the other"
        )
    return names


def check_folder(folder: Path) -> None:
    """Raises an OSError where no folder is."""
    if not folder.exists():
        raise FileNotFoundError(f"expected a folder of pictures at {folder}, found nothing; check the path")
    if not folder.is_dir():
        raise NotADirectoryError(f"expected a folder of pictures, received the file {folder}; name its folder")


def all_picture_names(folder: Path) -> list[str]:
    """Return the paths of the pictures under ``folder``, relative to it, sorted, with forward slashes.

    Pictures are told by their suffix. Hidden files and folders are passed over, other files are logged. Links are
    followed, but no folder is entered twice.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: no pictures.
    """
    check_folder(folder)
    files = _visible_files(folder)
    names = sorted(file for file in files if Path(file).suffix.lower() in SUFFIXES)
    others = sorted({Path(file).suffix or file for file in files} - {Path(name).suffix for name in names})
    if others:
        logger.warning("Left out in %s: files that are no pictures by their suffix, %s", folder, ", ".join(others[:8]))
    if not names:
        raise ValueError(
            f"expected pictures in {folder} or its sub-folders, found none; add some ({' '.join(sorted(SUFFIXES))})"
        )
    return names


def reason_of(error: Exception) -> str:
    """What an error says, in one line."""
    if isinstance(error, FileNotFoundError):
        return "nothing is there"
    return " ".join(str(error).split()) or type(error).__name__


def told_with_remedy(picture: object, error: Exception) -> str:
    """A picture, why it cannot be read, and what to do."""
    if isinstance(error, FileNotFoundError):
        return f"{picture}, where nothing is; check the path"
    return f"{picture}, which cannot be read ({reason_of(error)}); repair it or leave it out"


def _visible_files(folder: Path) -> list[str]:
    def stop(error: OSError) -> None:
        raise error

    files = []
    seen = set()
    for directory, subfolders, names in os.walk(folder, onerror=stop, followlinks=True):
        if os.path.realpath(directory) in seen:  # a link back up would lead round for ever
            subfolders.clear()
            continue
        seen.add(os.path.realpath(directory))
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        relative = Path(directory).relative_to(folder)
        files += [(relative / name).as_posix() for name in names if not name.startswith(".")]
    return files
