"""What README.md and docs/ show: their blocks of code, and a check of the commands in them against the command line."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from keraszoo.cli import build_parser
from keraszoo.commands.train import BUILDER_OPTIONS, TRAINING_OPTIONS
from keraszoo.families import FAMILIES, full_name, options_of
from keraszoo.presets import PRESETS

ROOT = Path(__file__).parent.parent
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
PLACEHOLDER = re.compile(r"\b[A-Z]{4,}\b")


def python_blocks(text: str) -> list[str]:
    """The blocks of Python, in their order."""
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """The words of every command: of each line in a shell block, and of what begins with ``keraszoo`` in the text."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    spoken = re.findall(r"`((?:keraszoo |make |python benchmarks/)[^`\n]+)`", prose)
    for line in (*lines, *(each for each in spoken if not PLACEHOLDER.search(each))):
        words = shlex.split(line, comments=True)
        if words:
            yield words


def names_of_runs(text: str) -> set[str]:
    """The presets, and what a page's own trainings are called."""
    return {*PRESETS, *(words[words.index("--name") + 1] for words in commands(text) if "--name" in words)}


def check_command(words: list[str], runs: set[str]) -> None:
    """Raise an ``AssertionError`` or a ``ValueError`` for a command that could not be given as it stands."""
    program, *arguments = words
    if program == "keraszoo":
        check_arguments(arguments, runs)
    elif program == "make":
        assert set(arguments) <= TARGETS, f"no such target: {arguments}"
    elif program == "python":
        assert (ROOT / arguments[0]).is_file(), f"no such script: {arguments[0]}"
    else:
        assert program == "pip", f"what is {program}?"


def check_arguments(arguments: list[str], runs: set[str]) -> None:
    """That the command's parser knows each option, the family has it, and the models are presets or named before."""
    parser, parsers = build_parser()
    if len(arguments) == 1:  # spoken of, in the text
        assert arguments[0] in parsers, f"no such command: {arguments[0]}"
        return
    options, unknown = parser.parse_known_args(arguments)
    assert not unknown, f"unknown: {unknown}"
    given = {name: value for name, value in vars(options).items() if value is not None}
    if options.command == "train":
        family = full_name(options.preset)
        assert family in {*PRESETS, *FAMILIES}, f"no such preset or family: {family}"
        family = PRESETS[family].family if family in PRESETS else family
        builder, training = options_of(family)
        foreign = given.keys() & {*BUILDER_OPTIONS, *TRAINING_OPTIONS} - {*builder, *training}
        assert not foreign, f"{family} has no {foreign}"
    models = {given[name] for name in ("model", "run", "autoencoder", "reader") if isinstance(given.get(name), str)}
    assert models <= runs, f"neither presets nor trained on the page: {models - runs}"
