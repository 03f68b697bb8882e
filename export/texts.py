"""Outputs that are text: a SavedModel gives them beside the integer ids that they are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from export.runtimes.signature import Arrays


@dataclass(frozen=True)
class Text:
    """How another output's ids are read: the pieces of the ids before the first end, joined.

    An id that has no piece makes the run fail.

    Args:
        source: The output of ids: integers of shape ``(batch, length)``.
        pieces: What each id, from 0 on, adds to the text; ``""`` for those that are no text.
        end: The id that ends a text; neither it nor what follows adds to it.

    Raises:
        ValueError: pieces that are no texts, or that cannot be written as UTF-8, or an end that is none of the ids.
    """

    source: str
    pieces: Sequence[str]
    end: int

    def __post_init__(self) -> None:
        if isinstance(self.pieces, str) or not all(isinstance(piece, str) for piece in self.pieces):
            raise ValueError(f"pieces: expected a sequence of texts, one for each id, received {self.pieces!r:.60}")
        object.__setattr__(self, "pieces", tuple(self.pieces))
        try:
            "".join(self.pieces).encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"pieces: one of them cannot be written as UTF-8 ({error}); change it") from error
        whole = isinstance(self.end, (int, np.integer)) and not isinstance(self.end, bool)
        if not whole or not 0 <= self.end < len(self.pieces):
            raise ValueError(f"end: expected one of the ids 0 to {len(self.pieces) - 1}, received {self.end!r}")

    def join(self, ids: np.ndarray) -> np.ndarray:
        """The text of each row of ids: an array of ``bytes`` in UTF-8, shape ``(n,)``.

        Raises:
            ValueError: an id that has no piece.
        """
        if ids.size and not (ids.min() >= 0 and ids.max() < len(self.pieces)):
            raise ValueError(
                f"expected ids of 0 to {len(self.pieces) - 1}, received {ids.min()} to {ids.max()}; "
                "give a piece for each id"
            )
        texts = (takewhile(lambda number: number != self.end, row) for row in ids.tolist())
        return np.array(["".join(map(self.pieces.__getitem__, text)).encode() for text in texts], object)


Texts = Mapping[str, Mapping[str, Text]]
"""Signature name to the names of further outputs, each with how it is made of another."""


def check_texts(texts: Texts, signatures: Mapping[str, Any]) -> None:
    """See that every text is a new output of a signature, made of one that holds rows of ids.

    Args:
        texts: What `export_model` was given.
        signatures: As `named_signatures` gives them.

    Raises:
        ValueError: names the signature and the output, what was expected there and what was received.
    """
    for signature, outputs in texts.items():
        if signature not in signatures:
            raise ValueError(f"texts names the signature {signature!r}; expected one of {', '.join(signatures)}")
        for name, text in outputs.items():
            _check_text(f"texts: output {name!r} of signature {signature!r}", name, text, signatures[signature].output)


def _check_text(where: str, name: Any, text: Any, outputs: Mapping[str, Any]) -> None:
    if not isinstance(name, str) or not name.isidentifier() or name in outputs:
        raise ValueError(f"{where}: expected a name of letters, digits and underscores other than {', '.join(outputs)}")
    if not isinstance(text, Text):
        raise ValueError(f"{where}: expected a Text, received {type(text).__name__}")
    if text.source not in outputs:
        raise ValueError(f"{where}: expected a source out of {', '.join(outputs)}, received {text.source!r}")
    ids = outputs[text.source]
    if len(ids.shape) != 2 or "int" not in str(ids.dtype):
        raise ValueError(
            f"{where}: expected integers of shape (None, length) as {text.source!r}, "
            f"received {ids.dtype} of shape {ids.shape}"
        )


def join_texts(texts: Texts, outputs: Mapping[str, Arrays]) -> dict[str, Arrays]:
    """Signature name to output name to the texts of Keras's own ids, as `Text.join` gives them.

    Raises:
        ValueError: an id that has no piece.
    """
    joined: dict[str, Arrays] = {}
    for signature, named in texts.items():
        for name, text in named.items():
            try:
                joined.setdefault(signature, {})[name] = text.join(outputs[signature][text.source])
            except ValueError as error:
                raise ValueError(f"texts: output {text.source!r} of signature {signature!r}: {error}") from error
    return joined
