"""How one model of the zoo is made."""

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BOUNDS = {"at most": operator.le, "at least": operator.ge}


@dataclass(frozen=True)
class Preset:
    """How one model of the zoo is made.

    ``builder`` holds the arguments of the family's builder, ``training`` those of its training; ``minutes`` is about
    the time it takes on 2 cores, and no less than the training of the model that ships took; ``score`` is
    ``(measure, "at most" or "at least", value)``, what is asked on the test split of one of the ``measures`` of the
    family's ``evaluate``.
    """

    description: str
    family: str
    data: str
    builder: dict[str, Any]
    training: dict[str, Any]
    minutes: float
    score: tuple[str, str, float]
    seed: int = 0

    def reached(self, value: float) -> bool:
        """Whether this is what is asked of the measure."""
        _, bound, asked = self.score
        return BOUNDS[bound](value, asked)

    def verdict(self, measures: Mapping[str, float]) -> str:
        """Whether the score is reached, in words such as ``squared_error 1.92, asked at most 2: reached``."""
        measure, bound, asked = self.score
        value = measures[measure]
        return f"{measure} {value:.4g}, asked {bound} {asked:g}: {'' if self.reached(value) else 'not '}reached"


MUON = {"batch_size": 512, "optimizer": "muon", "learning_rate": 4e-3}
SMALL_MUON = {"batch_size": 64, "optimizer": "muon", "learning_rate": 3e-3}
"""Rows of training that several tables share."""
