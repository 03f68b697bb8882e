"""The task's own measure, which every exported file must keep."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from export.formats import FORMATS, SAVED_MODEL, SAVED_MODEL_LARGEST_LOSS


@dataclass(frozen=True)
class Score:
    """A measure of one signature's outputs on the test samples.

    Args:
        name: As it stands in the report, for example ``"squared_error"``.
        signature: The signature whose outputs are measured.
        measure: From ``{output name: (n, ...)}`` over the first ``n`` of ``samples[signature]`` to one finite number. A
            slow runtime is measured on fewer than all; where that is a ``ValueError`` or an ``IndexError``, on all.
        higher_is_better: Whether a larger number is the better one.
        largest_loss: Format name to the largest relative loss against Keras (0.05 is five percent worse).
            Formats that are not named keep the bound that `export.formats` gives them.

    Raises:
        ValueError: a bound for an unknown format, or one that is not a number of 0 or more.
    """

    name: str
    signature: str
    measure: Callable[[dict[str, np.ndarray]], float]
    higher_is_better: bool = True
    largest_loss: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        defaults = {name: row.largest_loss for name, row in FORMATS.items()}
        defaults[SAVED_MODEL] = SAVED_MODEL_LARGEST_LOSS
        for name, loss in self.largest_loss.items():
            if name not in defaults:
                raise ValueError(f"largest_loss names {name!r}, which is none of {', '.join(defaults)}")
            if not loss >= 0:
                raise ValueError(f"largest_loss[{name!r}] must be a number of 0 or more, received {loss}")
        object.__setattr__(self, "largest_loss", {**defaults, **self.largest_loss})


def describe_score(score: Score, expected: Mapping[str, dict[str, np.ndarray]]) -> dict[str, Any]:
    """The score's entry in the report, with Keras's own value.

    Args:
        score: The measure.
        expected: Keras's outputs: signature name to output name to array ``(n, ...)``.

    Raises:
        ValueError: the measure gives something else than one finite number.
    """
    value = float(score.measure(expected[score.signature]))
    if not math.isfinite(value):
        raise ValueError(f"score {score.name!r} of Keras's outputs must be a finite number, received {value}")
    return {
        "name": score.name,
        "signature": score.signature,
        "higher_is_better": score.higher_is_better,
        "keras": value,
    }
