"""``keraszoo benchmark``."""

import argparse

from keraszoo.commands.shared import add_run, integers, load_quietly, run_folder

DESCRIPTION = (
    "Print a table: format, size, score, milliseconds for one image, images per second, beside Keras and, where onnx, "
    "onnxruntime and tf2onnx are installed, ONNX Runtime. With --floor, the exit code is 1 where a file is too slow."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, threads, repetitions and floors."""
    add_run(parser)
    parser.add_argument(
        "--threads", type=integers, action="extend", help="CPU threads of LiteRT and ONNX Runtime, such as 1,2 [1]"
    )
    parser.add_argument("--runs", type=int, default=100, help="how often one image is timed [100]")
    parser.add_argument(
        "--floor",
        metavar="FORMAT:PEER=RATIO",
        action="append",
        default=[],
        help="float32:onnx=1.0: one image takes the float32 file at most 1.0 of ONNX Runtime's time; may be repeated",
    )


def run(options: argparse.Namespace) -> None:
    """Time every file, print the table, and see whether the floors hold."""
    from export.floor import missed_floors, parse_floor

    floors = [parse_floor(text) for text in options.floor]
    folder = run_folder(options)
    load_quietly()
    from export.benchmark import format_table
    from keraszoo import runs

    rows = runs.benchmark(folder, threads=options.threads or (1,), runs=options.runs, floors=floors)
    print(format_table(rows))
    missed = missed_floors(rows, floors)
    if missed:
        raise SystemExit(f"keraszoo: {'; '.join(missed)}")
