"""What a card says that no report can know: the words of whoever made the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Measure(NamedTuple):
    """A figure of the model: its name, its value as it is to stand there, and how it was measured."""

    name: str
    value: str
    protocol: str


class FurtherFile(NamedTuple):
    """A file beside those of the export: its path in the run folder, what it is, and its fingerprint."""

    path: str
    what: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class CardText:
    """The caller's part of a card, each a line of Markdown; what is left empty is left out.

    Args:
        purpose: What the model is for.
        limits: What it is not for, and what it takes for granted of its inputs.
        data: What it was trained on, and the licence of that.
        training: The command that trains it.
        scores: What it reached, with the protocol.
        python: A few lines of Python that use it by the caller's own package.
        install: The command that installs that package.
        files: Which of the files come along, and how the others are made.
        further_files: To stand before the export's in the table of files, and among the checksums.
        picture: The title of the picture to show on top, of those that are handed in; the first by default.
    """

    purpose: str = ""
    limits: str = ""
    data: str = ""
    training: str = ""
    scores: Sequence[Measure] = ()
    python: str = ""
    install: str = ""
    files: str = ""
    further_files: Sequence[FurtherFile] = ()
    picture: str = ""
