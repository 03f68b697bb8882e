"""Whether a JSON value has the shape it should, in plain Python."""

import math
from collections.abc import Iterable
from typing import Any


def problem(value: Any, expected: Any, where: str) -> str | None:
    """What is wrong with a value at ``where``, in one line, or None.

    Args:
        value: What ``json.loads`` gave.
        expected: A type stands for a value of it (float: any finite number), a tuple for its alternatives, a
            list for any number of its one item, ``{str: x}`` for any names with an ``x`` each, any other
            dictionary for an object of just these keys.
        where: The value's name in the message.
    """
    if isinstance(expected, tuple):
        problems = [problem(value, alternative, where) for alternative in expected]
        return None if None in problems else problems[0]
    if isinstance(expected, list):
        return _mismatch(value, list, where) or _first(
            problem(item, expected[0], f"{where}[{index}]") for index, item in enumerate(value)
        )
    if isinstance(expected, dict):
        return _mismatch(value, dict, where) or _object_problem(value, expected, where)
    return _mismatch(value, expected, where)


def _object_problem(value: dict[str, Any], expected: dict[Any, Any], where: str) -> str | None:
    if str in expected:
        expected = dict.fromkeys(value, expected[str])
    if set(value) != set(expected):
        return f"{where}: expected the keys {sorted(expected)}, received {sorted(map(str, value))}"
    return _first(problem(value[key], expected[key], f"{where}.{key}") for key in expected)


def _mismatch(value: Any, expected: type | None, where: str) -> str | None:
    if expected is None:
        fits = value is None
    elif expected is float:
        fits = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    else:
        fits = isinstance(value, expected) and (expected is bool or not isinstance(value, bool))
    if fits:
        return None
    name = expected.__name__ if expected else "null"
    return f"{where}: expected {name}, received {value!r:.60}"


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem), None)
