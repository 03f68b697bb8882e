"""``keraszoo classify``."""

import argparse
import json
import logging
import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraszoo.commands.opening import add_runtime, model_folder, open_model
from keraszoo.commands.shared import printable

if TYPE_CHECKING:
    from keraszoo.data.named_pictures import ImageShape
    from keraszoo.loading import Classification, LoadedModel

DESCRIPTION = (
    "Say which class each picture belongs to, and how probable that is by the model. Pictures of another size than the "
    "model's are resized."
)
AT_ONCE = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to classify, with which model and how to print it."""
    parser.add_argument(
        "pictures",
        metavar="PICTURES",
        nargs="+",
        help="pictures, folders of pictures, images of a data set such as digits/test/0, or whole data sets",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        required=True,
        help="a trained classifier: its name, as `keraszoo list` shows it, or the path of its folder",
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with the probability of every class")
    parser.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    add_runtime(parser)


def run(options: argparse.Namespace) -> None:
    """Classify all pictures, then print what each of them is."""
    model = open_model(model_folder(options.model, options), "classify", options, options.pictures)
    with redirect_stdout(sys.stderr):  # only the result goes to stdout, not the progress
        pictures, classes = _classify(model, options.pictures, options.skip_broken)
    if options.json:
        _print_json(pictures, classes)
    else:
        _print_table(pictures, classes)


def _classify(model: "LoadedModel", sources: list[str], skip_broken: bool) -> tuple[list[str], list["Classification"]]:
    """The names of all pictures that can be read, and what they show."""
    import numpy as np

    from keraszoo.data.named_pictures import first_few, log_fitted
    from keraszoo.data.picture_files import reason_of, told_with_remedy
    from keraszoo.progress import progress_line

    image_shape = model.image_shape
    names = [name for source in sources for name in _names_of(source, image_shape)]
    advance = progress_line(len(names), "pictures", shown=len(names) > AT_ONCE)
    pictures: list[str] = []
    classes: list[Classification] = []
    broken: list[tuple[str, Exception]] = []
    for begin in range(0, len(names), AT_ONCE):
        batch = names[begin : begin + AT_ONCE]
        images = _read_each(batch, image_shape, broken)
        if broken and not skip_broken:
            raise ValueError(
                f"expected pictures, received {told_with_remedy(*broken[0])} (--skip-broken leaves all such out)"
            )
        if images:
            pictures += [name for name, _ in images]
            classes += model.classify(np.stack([image for _, image in images]))
        advance(len(batch))
    left_out = first_few([f"{name} ({reason_of(error)})" for name, error in broken])
    if not pictures:
        raise ValueError(f"expected pictures, found none that can be read: {left_out}; repair them")
    log_fitted(pictures, image_shape)
    if broken:
        logging.getLogger("keraszoo").warning(
            "Left out %d of %d pictures that cannot be read: %s", len(broken), len(names), left_out
        )
    return pictures, classes


def _names_of(source: str, image_shape: "ImageShape") -> list[str]:
    """The pictures that one argument means, named as `read_picture` reads them, files as the argument does."""
    from keraszoo.data.named_pictures import data_set_item, picture_paths
    from keraszoo.data.picture_files import SUFFIXES, all_picture_names

    path = Path(source)
    if path.is_dir():
        return [str(path / name) for name in all_picture_names(path)]
    if path.exists() or path.suffix.lower() in SUFFIXES or data_set_item(source):
        return [source]
    return picture_paths(source, image_shape)


def _read_each(
    names: list[str], image_shape: "ImageShape", broken: list[tuple[str, Exception]]
) -> list[tuple[str, Any]]:
    """Name and pixels of those that can be read; the others, with the error, are added to ``broken``."""
    from keraszoo.data.named_pictures import read_picture

    images = []
    for name in names:
        try:
            images.append((name, read_picture(name, image_shape)))
        except ModuleNotFoundError:  # of what reads a data set
            raise
        except Exception as error:  # Pillow raises nearly anything for broken files
            broken.append((name, error))
    return images


def _print_table(pictures: list[str], classes: list["Classification"]) -> None:
    names = [printable(picture) for picture in pictures]
    widths = max(map(len, names)), max(map(len, classes[0].probabilities))
    for picture, shown in zip(names, classes, strict=True):
        print(f"{picture:<{widths[0]}}  {shown.label:<{widths[1]}}  {shown.probability:.3f}")


def _print_json(pictures: list[str], classes: list["Classification"]) -> None:
    results = ({"picture": picture, **asdict(shown)} for picture, shown in zip(pictures, classes, strict=True))
    print("[" + ",\n ".join(json.dumps(result, allow_nan=False) for result in results) + "]")
