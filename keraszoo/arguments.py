"""A parser of the command line whose errors are exceptions that name what is nearest."""

import argparse
from collections.abc import Sequence
from typing import NoReturn

from keraszoo.names import nearest_name_hint


class Parser(argparse.ArgumentParser):
    """Answers a misspelt command or option with the nearest one."""

    def error(self, message: str) -> NoReturn:
        """Raise the message as a ``ValueError``."""
        raise ValueError(f"{message} (see `{self.prog} --help`)")

    def unknown(self, arguments: Sequence[str]) -> NoReturn:
        """Raise a ``ValueError`` that names the first of the unknown arguments and the option nearest to it."""
        options = [name for action in self._actions for name in action.option_strings]
        hint = nearest_name_hint(arguments[0].partition("=")[0], options)
        several = [
            action.metavar for action in self._actions if not action.option_strings and action.nargs in ("*", "+")
        ]
        if several and not arguments[0].startswith("-"):
            hint = f" Give all {several[0]} together, before or after the options"
        self.error(f"unknown argument {arguments[0]!r}.{hint}")
