"""What the card's programs have in common: which file and signature they run, on what, and what its outputs mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from export.formats import FORMATS, SAVED_MODEL
from export.runtimes.fixed_batch import four_axes_shape
from export.runtimes.signature import Tensor
from export.texts import Text, Texts


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILES_SUFFIX = "_from_bytes"
"""Of the SavedModel's signature that takes picture files: where there is one, the other takes pixels 0-255."""
LABELS = "class_names.txt"
"""The asset that names the classes, one a line, in the order of the output `PROBABILITIES`."""
PROBABILITIES = "probabilities"
PREFERRED = "float16"
"""The format whose file the programs open, where there is one: half the bytes of float32, and near enough to it."""
MOST_PIECES = 200
"""More pieces of text than these are too many to stand in a program."""
RESERVED = _words(
    """
    as break case catch class const continue default delete do else enum export extension false final for fun func
    function if import in init interface internal is let match new nil null object package private protocol public
    return self static struct super switch this throw throws true try typealias typeof val var void when where while
    with yield bytes file interpreter labels outputs picture pictures pieces pixels runner text
    """
)
"""Words of Kotlin, Swift and JavaScript, and the programs' own names, which no variable may have."""


@dataclass(frozen=True)
class Example:
    """A call of the model's first signature on one sample.

    Attributes:
        name: the model's.
        path: the TFLite file, relative to the run folder.
        signature: its name.
        inputs: by name, in the shape that the file takes, batch 1.
        outputs: likewise; strings, which TFLite files lack, are left out.
        pictures: how many pictures of pixels 0-255 the one input holds; 0 where the inputs are numbers.
        picture_shape: height, width and channels of each.
        labels: whether the metadata and the asset `LABELS` name the classes of `PROBABILITIES`.
        text: how a text is made of an output of ids, where there is one.
    """

    name: str
    path: str
    signature: str
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]
    pictures: int
    picture_shape: tuple[int, int, int]
    labels: bool
    text: Text | None

    @property
    def dtypes(self) -> set[str]:
        """Those of all inputs and outputs."""
        return {tensor.dtype for tensor in [*self.inputs.values(), *self.outputs.values()]}

    @property
    def class_name(self) -> str:
        """The model's name as that of a class: ``DenoiserMnist``."""
        words = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", self.name))
        return words if words[:1].isalpha() else f"Model{words}"


def example_of(report: Mapping[str, Any], texts: Texts | None = None) -> Example | None:
    """What the programs on a card do; None where no file has the inputs that the signatures say.

    Args:
        report: As `export.check_report` accepts it.
        texts: As `export_model` was given them.
    """
    files = {entry["format"]: entry["path"] for entry in report["files"] if entry["format"] != SAVED_MODEL}
    of_floats = [name for name, row in FORMATS.items() if name in files and not row.int8_interface]
    if not of_floats:
        return None
    signature, described = next(iter(report["signatures"].items()))
    inputs, outputs = (
        {
            name: Tensor(four_axes_shape((1, *tensor["shape"][1:])), tensor["dtype"])
            for name, tensor in described[side].items()
            if tensor["dtype"] != "string"
        }
        for side in ("inputs", "outputs")
    )
    takes_pictures = signature + FILES_SUFFIX in report["signatures"]
    _, *counts, height, width, channels = (
        next(iter(described["inputs"].values()))["shape"] if takes_pictures else [0] * 4
    )
    spoken = [text for text in (texts or {}).get(signature, {}).values() if _fits_a_program(text)]
    return Example(
        name=report["name"],
        path=files[PREFERRED if PREFERRED in of_floats else of_floats[0]],
        signature=signature,
        inputs=inputs,
        outputs=outputs,
        pictures=prod(counts) if takes_pictures else 0,
        picture_shape=(height, width, channels),
        labels=LABELS in report.get("assets", {}) and PROBABILITIES in outputs,
        text=spoken[0] if spoken else None,
    )


def _fits_a_program(text: Text) -> bool:
    return len(text.pieces) <= MOST_PIECES and all(piece.isprintable() for piece in text.pieces)


def variable(name: str) -> str:
    """A name of an input or output as that of a variable."""
    return f"{name}_" if name in RESERVED else name


def sizes(tensor: Tensor) -> str:
    """The shape without the batch, for a comment: ``28 x 28 x 1``."""
    return " x ".join(map(str, tensor.shape[1:])) or "1"


def count(tensor: Tensor) -> int:
    """How many numbers one sample has."""
    return prod(tensor.shape[1:])


def quoted(text: str) -> str:
    """A text of printable characters as a literal of Python, JavaScript and Swift, and of Kotlin where no ``$`` is."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
