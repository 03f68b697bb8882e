"""Refuse a misspelt name, and suggest what it may have meant."""

import difflib
from collections.abc import Collection, Iterable
from typing import Any


def nearest_name_hint(name: str, known: Iterable[str], count: int = 1) -> str:
    """Return `` Did you mean 'mnist'?`` for the known names nearest to ``name``, or ``""`` if none is near.

    Args:
        name: what was asked for; upper and lower case are taken as equal.
        known: the names there are.
        count: the most names to suggest, the nearest first.
    """
    spelled = {candidate.lower(): candidate for candidate in known}
    nearest = difflib.get_close_matches(name.lower(), spelled, n=count)
    if not nearest:
        return ""
    return f" Did you mean {' or '.join(repr(spelled[match]) for match in nearest)}?"


def check_choice(name: str, choice: Any, choices: Collection[str]) -> None:
    """Raise a ``ValueError`` that suggests the nearest, unless ``choice``, given as ``name``, is one of ``choices``."""
    if choice not in choices:
        hint = nearest_name_hint(str(choice), choices)
        raise ValueError(f"{name} must be one of {', '.join(choices)}; received {choice!r}.{hint}")
