"""A folder of pictures: sub-folders are classes; sizes and modes made equal, said aloud."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TypeVar

import numpy as np

from keraszoo.data.picture_files import picture_names, reason_of
from keraszoo.data.pictures import Header, read_header, read_pixels
from keraszoo.data.splits import SourceImages, Split, cut_by_name

MAX_SIDE = 256  # of the size that is chosen where none is given

logger = logging.getLogger("keraszoo")
Result = TypeVar("Result")


def read_folder(folder: Path, image_size: tuple[int, int] | None = None, skip_broken: bool = False) -> SourceImages:
    """Read every picture under ``folder``; a hash of each path chooses about a sixth as the test split.

    Pictures in sub-folders, however deep, belong to the class that the first sub-folder names. Pictures
    directly in ``folder`` have no labels. Images are in colour if any picture's mode is.

    Args:
        folder: where the pictures are.
        image_size: ``(height, width)`` to resize to, without regard to proportions; if not given, the most
            common size, shrunk to at most 256 pixels a side.
        skip_broken: leave out pictures that cannot be read, and log it, instead of raising.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: fewer than 3 pictures, broken pictures, or pictures both in sub-folders and beside them.
    """
    names = picture_names(folder)
    broken: dict[str, str] = {}
    headers = _read_each(names, lambda name: read_header(folder / name), broken)
    size = image_size or _common_size(headers.values())
    channels = max((header.channels for header in headers.values()), default=1)
    pixels = _read_each(headers, lambda name: read_pixels(folder / name, channels, size), broken)
    if broken:
        _report_broken(folder, broken, len(names), skip=skip_broken and len(pixels) > 0)
    _report_made_equal(folder, [headers[name] for name in pixels], size, channels)

    class_names = tuple(sorted({name.split("/")[0] for name in names if "/" in name}))
    labels = np.array([class_names.index(name.split("/")[0]) for name in pixels]) if class_names else None
    train, test = cut_by_name(Split(np.stack(list(pixels.values())), labels), list(pixels))
    return SourceImages(folder.resolve().name, train, test, class_names)


def _read_each(names: Iterable[str], read: Callable[[str], Result], broken: dict[str, str]) -> dict[str, Result]:
    """Return what ``read`` gives for each name; where it raises, the reason goes to ``broken``."""
    results = {}
    for name in names:
        try:
            results[name] = read(name)
        except Exception as error:  # Pillow raises nearly anything for broken files
            broken[name] = reason_of(error)
    return results


def _common_size(headers: Iterable[Header]) -> tuple[int, int]:
    """Return the most common size, the smaller of two, shrunk to `MAX_SIDE`; 1x1 if there are none."""
    counts = Counter((header.height, header.width) for header in headers)
    height, width = max(counts, key=lambda size: (counts[size], -size[0] * size[1], size), default=(1, 1))
    shrink = min(1.0, MAX_SIDE / max(height, width))
    return max(1, round(height * shrink)), max(1, round(width * shrink))


def _report_broken(folder: Path, broken: dict[str, str], total: int, skip: bool) -> None:
    first = "; ".join(f"{name} ({reason})" for name, reason in list(broken.items())[:3])
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
    line = f"{len(broken)} of {total} pictures in {folder} cannot be read: {first}{more}"
    if not skip:
        raise ValueError(f"{line}. Repair or remove them, or leave them out with skip_broken (--skip-broken)")
    logger.warning("Left out: %s", line)


def _report_made_equal(folder: Path, headers: Collection[Header], size: tuple[int, int], channels: int) -> None:
    sizes = Counter(f"{header.height}x{header.width}" for header in headers)
    modes = Counter(header.mode for header in headers)
    target = f"{size[0]}x{size[1]}"
    plain = "L" if channels == 1 else "RGB"
    changed = set(sizes) != {target} or set(modes) != {plain}
    logger.log(
        logging.WARNING if changed else logging.INFO,
        "%s: %d pictures; height x width %s, all made %s; modes %s, all made %s",
        folder,
        len(headers),
        _counted(sizes),
        target,
        _counted(modes),
        "grey" if channels == 1 else "colour",
    )


def _counted(counts: Counter[str]) -> str:
    most = ", ".join(f"{name} ({count})" for name, count in counts.most_common(5))
    return most + (f" and {len(counts) - 5} others" if len(counts) > 5 else "")
