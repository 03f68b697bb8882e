"""Texts as token ids: one token a character, and three that are none."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from keraszoo.files import write_whole

VERSION = 1
PADDING, START, END = 0, 1, 2
FIRST_CHARACTER = 3


@dataclass(frozen=True)
class Vocabulary:
    """The characters that texts are made of, and their token ids.

    The ids are the same in every vocabulary up to the characters: 0 is padding, 1 the start, which a decoder is given
    as its first token, and 2 the end, which follows a text's last character. The characters count on from 3.

    Attributes:
        characters: printable, each once, sorted by code point.

    Raises:
        ValueError: characters that are not such.
    """

    characters: tuple[str, ...]

    def __post_init__(self) -> None:
        single = [isinstance(each, str) and len(each) == 1 and each.isprintable() for each in self.characters]
        if not single or not all(single) or self.characters != tuple(sorted(set(self.characters))):
            raise ValueError(
                f"expected printable characters, each once and sorted, received {self.characters!r}; "
                "use Vocabulary.of(texts)"
            )

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Vocabulary":
        """The vocabulary of all characters that occur in ``texts``."""
        return cls(tuple(sorted(set().union(*texts))))

    @property
    def size(self) -> int:
        """How many token ids there are: those of the characters and three more."""
        return FIRST_CHARACTER + len(self.characters)

    @property
    def pieces(self) -> tuple[str, ...]:
        """What each token id stands for in a text."""
        return ("",) * FIRST_CHARACTER + self.characters

    def encode(self, texts: Sequence[str], length: int) -> np.ndarray:
        """Return the token ids of each text, its end, and padding behind.

        Args:
            texts: no longer than ``length - 1`` characters, the end needs a place too.
            length: of every row; `longest_length` gives the smallest that fits.

        Returns:
            ``int32``, shape ``(len(texts), length)``.

        Raises:
            ValueError: a character that the vocabulary lacks, or a text that is too long.
        """
        longest = longest_length(texts)
        if longest > length:
            raise ValueError(
                f"expected texts of at most {length - 1} characters and the end, received "
                f"{max(texts, key=len)!r} of {longest - 1}; allow a length of {longest}"
            )
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        points = np.array(texts, dtype=f"<U{length}").view(np.uint32).reshape(len(texts), length)
        places = np.searchsorted(self._points, points).clip(max=len(self.characters) - 1)
        inside = np.arange(length) < lengths[:, np.newaxis]
        unknown = inside & (self._points[places] != points)
        if unknown.any():
            row, column = np.argwhere(unknown)[0]
            raise ValueError(
                f"expected characters of {''.join(self.characters)!r}, received {texts[row][column]!r} in "
                f"{texts[row]!r}; leave it out, or make the vocabulary of texts that have it"
            )
        ids = np.where(inside, places + FIRST_CHARACTER, PADDING).astype(np.int32)
        ids[np.arange(len(texts)), lengths] = END
        return ids

    def decode(self, ids: Any) -> list[str]:
        """Return the text of each row of token ids, up to its first end; padding and start are passed over.

        Args:
            ids: integers of shape ``(n, length)``.

        Raises:
            ValueError: another type or shape, or ids that the vocabulary lacks.
        """
        ids = np.asarray(ids)
        if ids.ndim != 2 or ids.shape[1] == 0 or not np.issubdtype(ids.dtype, np.integer):
            raise ValueError(
                f"expected token ids as integers of shape (n, length), received {ids.dtype} of shape {ids.shape}; "
                "decode whole batches"
            )
        if ids.size and not (ids.min() >= 0 and ids.max() < self.size):
            raise ValueError(
                f"expected token ids 0 to {self.size - 1}, received {ids.min()} to {ids.max()}; "
                "decode with the vocabulary that the model was trained with"
            )
        points = np.ascontiguousarray(np.concatenate([np.zeros(FIRST_CHARACTER, np.uint32), self._points])[ids])
        points[np.cumsum(ids == END, axis=1) > 0] = 0
        return [text.replace("\0", "") for text in points.view(f"<U{ids.shape[1]}")[:, 0].tolist()]

    @property
    def _points(self) -> np.ndarray:
        return np.array([ord(character) for character in self.characters], np.uint32)

    def to_json(self) -> str:
        """The text of ``vocabulary.json``: the version, the ids that are no characters, and the characters in order."""
        return json.dumps(_record(self.characters), ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Vocabulary":
        """The vocabulary that `to_json` wrote.

        Raises:
            ValueError: the text is no vocabulary, or one of another version.
        """
        try:
            record = json.loads(text)
            vocabulary = cls(tuple(record["characters"]))
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"expected a vocabulary as JSON, received another text ({error!r})") from None
        if record != _record(vocabulary.characters):
            kind = {name: value for name, value in record.items() if name != "characters"}
            raise ValueError(f"expected a vocabulary of version {VERSION} (padding 0, start 1, end 2), received {kind}")
        return vocabulary

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it as JSON, whole or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        with write_whole(path) as temporary:
            temporary.write_text(self.to_json(), encoding="utf-8")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Vocabulary":
        """Read what `save` wrote.

        Raises:
            ValueError: the file is no vocabulary, or one of another version.
            OSError: the file cannot be read.
        """
        try:
            return cls.from_json(Path(path).read_text(encoding="utf-8"))
        except ValueError as error:
            raise ValueError(f"{path}: {error}; take the file that was written beside the model") from None


def longest_length(texts: Sequence[str]) -> int:
    """The tokens of the longest text, its end counted: the smallest ``length`` that `Vocabulary.encode` can do with.

    Raises:
        ValueError: one text where several are expected, or none.
    """
    if isinstance(texts, str) or not len(texts):
        raise ValueError(f"expected a list of at least one text, received {texts!r}; put it in a list")
    return max(map(len, texts)) + 1


def _record(characters: tuple[str, ...]) -> dict[str, Any]:
    return {"version": VERSION, "padding": PADDING, "start": START, "end": END, "characters": list(characters)}
