"""``keraszoo classify``."""

import argparse
import json
import logging
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from keraszoo.commands.shared import add_output, load_quietly, printable, run_folder

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
        "--model", metavar="NAME", required=True, help="a trained classifier: its name, or the path of its folder"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, with the probability of every class")
    parser.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    add_output(parser)


def run(options: argparse.Namespace) -> None:
    """Classify all pictures, then print what each of them is."""
    folder = run_folder(options)
    load_quietly()
    from keraszoo import runs

    graph = runs.open_signature(folder, "classify")
    class_names = _class_names(folder, graph.output["probabilities"].shape[1])
    with redirect_stdout(sys.stderr):  # only the result goes to stdout, not the progress
        pictures, probabilities = _classify(graph, options.pictures, options.skip_broken)
    if options.json:
        _print_json(pictures, probabilities, class_names)
    else:
        _print_table(pictures, probabilities, class_names)


def _class_names(folder: Path, count: int) -> list[str]:
    """The names that the training wrote down, or ``"0"``, ``"1"``, ... where its data had none."""
    path = folder / "training.json"
    names = json.loads(path.read_text(encoding="utf-8")).get("class_names") or [str(number) for number in range(count)]
    if len(set(names)) != count:
        raise ValueError(f"expected the names of {count} classes in {path}, received {names}; train the model again")
    return list(names)


def _classify(graph: Any, sources: list[str], skip_broken: bool) -> tuple[list[str], Any]:
    """The names of all pictures that can be read, and their probabilities of shape (pictures, classes)."""
    import keras
    import numpy as np

    from keraszoo.picture_search.pictures import first_few

    image_shape = tuple(graph.input_shape[1:])
    names = [name for source in sources for name in _names_of(source, image_shape)]
    bar = keras.utils.Progbar(len(names), verbose=int(len(names) > AT_ONCE), unit_name="picture")
    pictures: list[str] = []
    probabilities = []
    broken: list[str] = []
    for begin in range(0, len(names), AT_ONCE):
        batch = names[begin : begin + AT_ONCE]
        images = _read_each(batch, image_shape, broken)
        if broken and not skip_broken:
            raise ValueError(
                f"expected pictures, received one that cannot be read: {broken[0]}; repair it or leave it out, as "
                "--skip-broken does with all of them"
            )
        if images:
            pixels = np.stack([image for _, image in images]).astype(np.float32)
            pictures += [name for name, _ in images]
            probabilities.append(graph.predict(pixels, batch_size=AT_ONCE, verbose=0)["probabilities"])
        bar.add(len(batch))
    if not pictures:
        raise ValueError(f"expected pictures, found none that can be read: {first_few(broken)}; repair them")
    if broken:
        logging.getLogger("keraszoo").warning(
            "Left out %d of %d pictures that cannot be read: %s", len(broken), len(names), first_few(broken)
        )
    return pictures, np.concatenate(probabilities)


def _names_of(source: str, image_shape: tuple[int, int, int]) -> list[str]:
    """The pictures that one argument means, named as `read_picture` reads them, files as the argument does."""
    from keraszoo.data.picture_files import SUFFIXES, all_picture_names
    from keraszoo.picture_search.pictures import data_set_item, picture_paths

    path = Path(source)
    if path.is_dir():
        return [str(path / name) for name in all_picture_names(path)]
    if path.exists() or path.suffix.lower() in SUFFIXES or data_set_item(source):
        return [source]
    return picture_paths(source, image_shape)


def _read_each(names: list[str], image_shape: tuple[int, int, int], broken: list[str]) -> list[tuple[str, Any]]:
    """Name and pixels of those that can be read; the others, with the reason, are added to ``broken``."""
    from keraszoo.data.picture_files import reason_of
    from keraszoo.picture_search.pictures import read_picture

    images = []
    for name in names:
        try:
            images.append((name, read_picture(name, image_shape)))
        except Exception as error:  # Pillow raises nearly anything for broken files
            broken.append(f"{name} ({reason_of(error)})")
    return images


def _print_table(pictures: list[str], probabilities: Any, class_names: list[str]) -> None:
    names = [printable(picture) for picture in pictures]
    widths = max(map(len, names)), max(map(len, class_names))
    for picture, row in zip(names, probabilities, strict=True):
        print(f"{picture:<{widths[0]}}  {class_names[row.argmax()]:<{widths[1]}}  {row.max():.3f}")


def _print_json(pictures: list[str], probabilities: Any, class_names: list[str]) -> None:
    results = (
        {
            "picture": picture,
            "label": class_names[row.argmax()],
            "probability": float(row.max()),
            "probabilities": dict(zip(class_names, row.tolist(), strict=True)),
        }
        for picture, row in zip(pictures, probabilities, strict=True)
    )
    print("[" + ",\n ".join(json.dumps(result, allow_nan=False) for result in results) + "]")
