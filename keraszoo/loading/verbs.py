"""The verbs: which signature each one runs, and what its answer is made of.

What a signature is given goes by the name of its input (`given_to`): ``image``, ``images``, ``source_ids``, or a code.
"""

from collections.abc import Callable, Container
from typing import Any, NamedTuple

from export.runtimes.signature import Arrays
from keraszoo.loading.answers import ReadText, array, bits, classes, decoded, words


class Verb(NamedTuple):
    """The name of a signature, and what turns its outputs into one answer for each sample."""

    signature: str
    answers: Callable[[Arrays, ReadText], Any]


VERBS = {
    "reconstruct": Verb("reconstruct", array("reconstruction")),
    "encode": Verb("encode", array("code")),
    "decode": Verb("decode", decoded),
    "denoise": Verb("denoise", array("reconstruction")),
    "hash": Verb("hash", bits),
    "soft_code": Verb("hash", array("soft_code")),
    "classify": Verb("classify", classes),
    "read": Verb("read", words),
    "translate": Verb("translate", words),
    "context": Verb("context", array("context")),
}


def verbs_of(signatures: Container[str]) -> tuple[str, ...]:
    """What a model with these signatures can do."""
    return tuple(verb for verb, row in VERBS.items() if row.signature in signatures)
