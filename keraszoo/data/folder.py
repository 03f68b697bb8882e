"""A folder of pictures: sub-folders are classes; sizes and modes made equal, said aloud."""

import logging
import os
import statistics
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from keraszoo.data.picture_files import SUFFIXES, all_picture_names, check_folder, picture_names, reason_of
from keraszoo.data.pictures import Header, read_header, read_pixels
from keraszoo.data.splits import SourceImages, Split, cut_by_name

MAX_SIDE = 256  # of the size that is chosen where none is given

logger = logging.getLogger("keraszoo")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Survey:
    """What the pictures in a folder say of themselves before one is decoded; `survey_folder` makes it.

    Attributes:
        name: the folder's.
        headers: of the pictures that can be read, by their paths in the folder.
        class_sizes: how many pictures are in each sub-folder; empty where some are in none.
    """

    name: str
    headers: dict[str, Header]
    class_sizes: dict[str, int]

    @property
    def channels(self) -> int:
        """3 if any picture is in colour, else 1."""
        return max((header.channels for header in self.headers.values()), default=1)

    def usual_size(self, max_side: int = MAX_SIDE) -> tuple[int, int]:
        """The ``(height, width)`` that half of the pictures have, else the medians, shrunk to ``max_side``."""
        sizes = Counter((header.height, header.width) for header in self.headers.values())
        if not sizes:
            return 1, 1
        size = max(sizes, key=lambda size: (sizes[size], -size[0] * size[1], size))
        if 2 * sizes[size] < sizes.total():
            heights, widths = zip(*sizes.elements(), strict=True)
            size = statistics.median_low(heights), statistics.median_low(widths)
        shrink = min(1.0, max_side / max(size))
        return max(1, round(size[0] * shrink)), max(1, round(size[1] * shrink))


def is_path(source: str | os.PathLike[str]) -> bool:
    """Whether ``load_images`` takes this for a path, there or not, and not for a name; what is neither is refused."""
    if isinstance(source, os.PathLike):
        return True
    if not isinstance(source, str) or not source:
        raise ValueError(f"expected the name of a data set or a folder of pictures, received {source!r}; name one")
    is_spelled_so = source.startswith((".", "~")) or source.endswith(("/", os.sep)) or os.path.isabs(source)
    return is_spelled_so or os.path.isdir(source) or Path(source).suffix.lower() in SUFFIXES


def picture_folder(source: str) -> Path | None:
    """The folder that ``load_images(source)`` reads; None where ``source`` is no path, or where no folder is there."""
    folder = Path(source).expanduser()
    return folder if is_path(source) and folder.is_dir() else None


def check_source(source: str) -> None:
    """See that there is a folder where ``source`` is a path, before anything slow starts; raises an OSError."""
    if is_path(source):
        check_folder(Path(source).expanduser())


def survey_folder(folder: Path, *, may_mix: bool = False) -> Survey:
    """Look at every picture under ``folder`` without decoding it; one that cannot be read is passed over.

    Args:
        folder: where the pictures are.
        may_mix: take pictures in sub-folders and beside them together, as pictures without classes.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: no pictures, or some in sub-folders and some beside them.
    """
    names = all_picture_names(folder) if may_mix else picture_names(folder)
    headers = read_each(names, lambda name: read_header(folder / name), {})
    classes = class_names_of(names)
    class_of = [name.split("/")[0] for name in headers]
    return Survey(folder.resolve().name, headers, {name: class_of.count(name) for name in classes})


def read_folder(
    folder: Path,
    image_size: tuple[int, int] | None = None,
    skip_broken: bool = False,
    *,
    channels: int | None = None,
    may_mix: bool = False,
) -> SourceImages:
    """Read every picture under ``folder``; a hash of each path chooses about a sixth as the test split.

    Pictures in sub-folders, however deep, belong to the class that the first sub-folder names. Pictures
    directly in ``folder`` have no labels.

    Args:
        folder: where the pictures are.
        image_size: ``(height, width)`` to resize to, without regard to proportions; if not given, that of
            `Survey.usual_size`, at most 256 pixels a side.
        skip_broken: leave out pictures that cannot be read, and log it, instead of raising.
        channels: 1 to make all grey, 3 for colour; if not given, colour if any picture's mode is.
        may_mix: as for `survey_folder`.

    Raises:
        OSError: no such folder, or a part of it cannot be listed.
        ValueError: fewer than 3 pictures, broken pictures, or pictures both in sub-folders and beside them.
    """
    names = all_picture_names(folder) if may_mix else picture_names(folder)
    broken: dict[str, str] = {}
    headers = read_each(names, lambda name: read_header(folder / name), broken)
    survey = Survey(folder.resolve().name, headers, {})
    size, depth = image_size or survey.usual_size(), channels or survey.channels
    pixels = read_each(headers, lambda name: read_pixels(folder / name, depth, size), broken)
    if broken:
        report_broken(folder, broken, len(names), skip=skip_broken and len(pixels) > 0)
    report_made_equal(folder, [headers[name] for name in pixels], f"{size[0]}x{size[1]}", depth)

    class_names = class_names_of(names)
    labels = np.array([class_names.index(name.split("/")[0]) for name in pixels]) if class_names else None
    train, test = cut_by_name(Split(np.stack(list(pixels.values())), labels), list(pixels))
    return SourceImages(survey.name, train, test, class_names)


def class_names_of(names: Collection[str]) -> tuple[str, ...]:
    """The first sub-folders, sorted; none where a picture lies beside them."""
    return tuple(sorted({name.split("/")[0] for name in names})) if all("/" in name for name in names) else ()


def read_each(names: Iterable[str], read: Callable[[str], Result], broken: dict[str, str]) -> dict[str, Result]:
    """Return what ``read`` gives for each name; where it raises, the reason goes to ``broken``."""
    results = {}
    for name in names:
        try:
            results[name] = read(name)
        except Exception as error:  # Pillow raises nearly anything for broken files
            broken[name] = reason_of(error)
    return results


def report_broken(folder: Path, broken: dict[str, str], total: int, skip: bool) -> None:
    """Log which pictures cannot be read and why, or raise it as a ``ValueError`` unless they are to be skipped."""
    first = "; ".join(f"{name} ({reason})" for name, reason in list(broken.items())[:3])
    more = f"; and {len(broken) - 3} more" if len(broken) > 3 else ""
    line = f"{len(broken)} of {total} pictures in {folder} cannot be read: {first}{more}"
    if not skip:
        raise ValueError(f"{line}. Repair or remove them, or leave them out with skip_broken (--skip-broken)")
    logger.warning("Left out: %s", line)


def report_made_equal(folder: Path, headers: Collection[Header], target: str, channels: int) -> None:
    """Log the sizes and modes of pictures and what they were made; as a warning if that changed any."""
    sizes = Counter(f"{header.height}x{header.width}" for header in headers)
    modes = Counter(header.mode for header in headers)
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
