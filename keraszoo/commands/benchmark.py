"""``keraszoo benchmark``."""

import argparse

from keraszoo.commands.shared import add_run, load_quietly, run_folder

DESCRIPTION = "Print a table: format, size, score, milliseconds for one image, images per second."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, threads and repetitions."""
    add_run(parser)
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the runtimes [1]")
    parser.add_argument("--runs", type=int, default=100, help="how often one image is timed [100]")


def run(options: argparse.Namespace) -> None:
    """Time every file, and print the table."""
    folder = run_folder(options)
    load_quietly()
    from export.benchmark import format_table
    from keraszoo import runs

    print(format_table(runs.benchmark(folder, threads=options.threads, runs=options.runs)))
