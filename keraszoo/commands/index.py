"""``keraszoo index``."""

import argparse
import shlex
from functools import partial

from keraszoo.commands.opening import AUTO, add_runtime, codes_of, model_folder, open_model

DESCRIPTION = (
    "Hash every picture of a folder and its sub-folders, or every image of a data set, with a trained model of binary "
    "codes, and write the codes to the index FILE, which `keraszoo search` finds pictures in. An index of the same "
    "model that stands in FILE is replaced as a whole, once the new one is done. With --stats: what an index holds."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to index, with which model and where to; or the index to describe."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="a folder of pictures, or a data set: digits, a TensorFlow Datasets name such as mnist; with --stats an "
        "index file",
    )
    parser.add_argument(
        "--model",
        metavar="NAME",
        help="a trained model of binary codes: its name, as `keraszoo list` shows it, or the path of its folder",
    )
    parser.add_argument("--out", metavar="FILE", help="the index file to write")
    parser.add_argument("--skip-broken", action="store_true", help="leave out pictures that cannot be read")
    parser.add_argument("--stats", action="store_true", help="describe the index file SOURCE")
    add_runtime(parser)


def run(options: argparse.Namespace) -> None:
    """Index the pictures and describe the index, or describe one that is there."""
    if options.stats:
        _describe(options)
    else:
        _index(options)


def _describe(options: argparse.Namespace) -> None:
    could_be = {
        "--model": options.model,
        "--out": options.out,
        "--skip-broken": options.skip_broken,
        "--runtime": options.runtime != AUTO,
    }
    given = [name for name, value in could_be.items() if value]
    if given:
        raise ValueError(f"--stats only describes an index: leave out {', '.join(given)}, or --stats")
    _print_description(options.source)


def _index(options: argparse.Namespace) -> None:
    missing = [name for name, value in (("--model", options.model), ("--out", options.out)) if not value]
    if missing:
        raise ValueError(f"expected {' and '.join(missing)} to index with; to describe an index file, give --stats")
    from keraszoo.loading.folders import INSTALLED, MODELS
    from keraszoo.picture_search import check_replaceable, index_pictures, model_identity

    folder = model_folder(options.model, options)
    identity = model_identity(folder)
    check_replaceable(options.out, identity["name"])
    model = open_model(folder, "hash", options, [options.source])
    index = index_pictures(
        partial(codes_of, model),
        options.source,
        model.image_shape,
        model=identity,
        skip_broken=options.skip_broken,
    )
    index.save(options.out)
    _print_description(options.out)
    print(f"index: {options.out}")
    is_found_by_name = folder in [place / identity["name"] for place in (MODELS, INSTALLED)]
    named = "" if is_found_by_name else f" --model {shlex.quote(f'{folder}')}"
    print(f"next: keraszoo search {shlex.quote(f'{options.out}')} PICTURE{named} --show found.png")


def _print_description(file: str) -> None:
    from keraszoo.picture_search import describe_index

    for line in describe_index(file):
        print(line)
