"""Suggest what a misspelt name may have meant."""

import difflib
from collections.abc import Iterable


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
