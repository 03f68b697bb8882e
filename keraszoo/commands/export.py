"""``keraszoo export``."""

import argparse

from keraszoo.commands.shared import add_run, load_quietly, names, run_folder

DESCRIPTION = (
    "Write saved_model/, tflite/, report.json and the card README.md. Every file is run in its own runtime on "
    "test images; if one does not agree with Keras, nothing is written. With --prove the files are run in further "
    "runtimes too; if one of these fails, the files are written all the same, and the exit code is 1."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The model, the formats and the runtimes."""
    add_run(parser)
    parser.add_argument(
        "--formats",
        type=names,
        action="extend",
        help="of float32,float16,dynamic,int8,full_int8; files of others are removed [all]",
    )
    parser.add_argument(
        "--prove",
        type=names,
        action="extend",
        default=[],
        metavar="RUNTIMES",
        help="of litert,gpu,micro,browser,arm64; all: but the last [none]",
    )
    parser.add_argument("--time-limit", type=float, default=300, help="seconds for one conversion or proof [300]")
    parser.add_argument("--keep", type=int, metavar="N", help="SavedModel versions that stay, the new one too [all]")


def run(options: argparse.Namespace) -> None:
    """Export, and print how far every file is from Keras in every runtime."""
    from export.formats import check_formats
    from export.prove_runtimes import check_runtimes

    formats = check_formats(options.formats) if options.formats else None
    runtimes = check_runtimes(options.prove)
    folder = run_folder(options)
    load_quietly()
    from export.lacking import lacking, text_lines
    from export.proving import FAILED
    from export.summary import summary, text_table
    from keraszoo import runs

    report = runs.export(folder, formats=formats, runtimes=runtimes, time_limit=options.time_limit, keep=options.keep)
    print(text_table(summary(report)))
    if rows := lacking(report):
        print(f"missing, told from the files alone:\n{text_lines(rows)}")
    print(f"report: {folder / 'report.json'}; card: {folder / 'README.md'}")
    proofs = [row for row in report["runtimes"] if row["runtime"] in runtimes]  # others are of an earlier export
    failed = [row["runtime"] for row in proofs if row["status"] in FAILED]
    if failed:
        where = ", ".join(dict.fromkeys(failed))
        raise SystemExit(f"keraszoo: {len(failed)} of {len(proofs)} further proofs failed: {where}")
