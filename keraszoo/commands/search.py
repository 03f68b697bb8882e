"""``keraszoo search``."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keraszoo.commands.opening import add_runtime, codes_of, model_folder, open_model
from keraszoo.commands.shared import printable

if TYPE_CHECKING:
    from keraszoo.picture_search import Found
    from keraszoo.search import CodeIndex

DESCRIPTION = (
    "Find the pictures of an index that are most like each QUERY: those whose codes differ in the fewest bits, by id "
    "where they are equally near."
)
DEFAULT_K = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where to search, what for, how much of it and how to show it."""
    parser.add_argument("file", metavar="FILE", help="an index, which `keraszoo index` writes")
    parser.add_argument(
        "queries", metavar="QUERY", nargs="+", help="a picture, or one of a data set, such as digits/test/0"
    )
    parser.add_argument(
        "-k", type=int, metavar="N", help=f"how many to find [{DEFAULT_K}; all with --radius or --bucket]"
    )
    within = parser.add_mutually_exclusive_group()
    within.add_argument("--radius", type=int, metavar="R", help="only pictures whose codes differ in at most R bits")
    within.add_argument(
        "--bucket", dest="radius", action="store_const", const=0, help="only pictures with the very code of the query"
    )
    parser.add_argument("--rerank", action="store_true", help="order what is near by the code before rounding to bits")
    parser.add_argument("--show", metavar="PNG", help="draw the queries over what was found")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--model", metavar="NAME", help="the model, its name or the path of its folder [the one that the index names]"
    )
    add_runtime(parser)


def run(options: argparse.Namespace) -> None:
    """Search, print what was found, and draw it if asked to."""
    if options.show:
        _check_picture_to_write(options)
    from keraszoo import picture_search

    index = picture_search.open_index(options.file)
    if options.show and Path(options.show).exists() and _is_indexed(options.show, index):
        raise ValueError(f"--show: {options.show} is in the index and would be overwritten; choose another file")
    folder = _model_folder(options, index)
    picture_search.check_model(options.file, index, picture_search.model_identity(folder))
    k = DEFAULT_K if options.k is None and options.radius is None else options.k
    model = open_model(folder, "hash", options, options.queries)
    image_shape = model.image_shape
    codes = codes_of(model, picture_search.read_queries(options.queries, image_shape))
    width = codes["bits"].shape[1]
    if width != index.bits:
        raise ValueError(
            f"{options.file} is an index of {index.bits} bits, but {folder.name} gives {width}; search with the model "
            "that it was made with, or index again"
        )
    found = [
        picture_search.find_pictures(index, bits, soft_code, k=k, radius=options.radius, rerank=options.rerank)
        for bits, soft_code in zip(codes["bits"], codes["soft_code"], strict=True)
    ]
    if options.k is not None and options.k > len(index):
        print(f"keraszoo: -k {options.k} is more than the index holds: {len(index):,}", file=sys.stderr)
    if options.json:
        _print_json(options.queries, found, index)
    else:
        for number, (query, pictures) in enumerate(zip(options.queries, found, strict=True)):
            print(f"query {number + 1}: {printable(query)}")
            _print_table(pictures, options.rerank)
            if not pictures:
                nearest = index.near(codes["bits"][number])[1][0]
                print(f"  none within distance {options.radius}: the nearest is at {nearest}")
    if options.show:
        _draw(options, found, image_shape)


def _check_picture_to_write(options: argparse.Namespace) -> None:
    if Path(options.show).suffix.lower() != ".png" or Path(options.show).is_dir():
        raise ValueError(f"--show: expected a file to write that ends in .png, received {options.show}")
    if any(Path(query).resolve() == Path(options.show).resolve() for query in options.queries):
        raise ValueError(f"--show: {options.show} is a query and would be overwritten; choose another file")


def _is_indexed(picture: str, index: "CodeIndex") -> bool:
    return len(index) > 0 and Path(picture).resolve() in {Path(path).resolve() for path in index.paths()}


def _model_folder(options: argparse.Namespace, index: "CodeIndex") -> Path:
    """The folder of the model to hash the queries with, which is the one that the index names unless one is given."""
    from keraszoo.picture_search import named_model

    if options.model:
        return model_folder(options.model, options)
    name = named_model(index)
    if name is None:
        raise ValueError(f"{options.file} does not name its model; give it with --model")
    try:
        return model_folder(name, options)
    except ValueError as error:
        raise ValueError(f"{options.file} is of a model that is not there, give it with --model: {error}") from None


def _print_table(pictures: list["Found"], reranked: bool) -> None:
    if pictures:
        print(f"{'place':>7}{'distance':>10}{'soft distance' if reranked else '':>{15 * reranked}}{'id':>10}  path")
    for place, found in enumerate(pictures, 1):
        soft = "" if found.soft_distance is None else f"{found.soft_distance:15.4f}"
        print(f"{place:7}{found.distance:10}{soft}{found.id:10}  {printable(found.path)}")


def _print_json(queries: list[str], found: list[list["Found"]], index: "CodeIndex") -> None:
    results = [
        {"query": query, "found": [{"place": place, **picture._asdict()} for place, picture in enumerate(pictures, 1)]}
        for query, pictures in zip(queries, found, strict=True)
    ]
    print(json.dumps({"model": index.model, "bits": index.bits, "count": len(index), "results": results}, indent=2))


def _draw(options: argparse.Namespace, found: list[list["Found"]], image_shape: tuple[int, int, int]) -> None:
    from keraszoo.picture_search import plot_found

    where = sys.stderr if options.json else sys.stdout
    if not any(found):
        print(f"picture: none, for there is nothing to show in {options.show}", file=where)
        return
    plot_found(options.queries, found, options.show, image_shape)
    print(f"picture: {options.show}", file=where)
