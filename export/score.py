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
        targets: What is right for each of ``samples[signature]``, ``(samples, ...)``: labels, clean images, words.
        measure: From ``{output name: (n, ...)}`` and the first ``n`` of ``targets`` to one finite number. ``n`` is less
            than all in a slow runtime, unless so few are a ``ValueError``.
        higher_is_better: Whether a larger number is the better one.
        largest_loss: Format name to the largest relative loss against Keras (0.05 is five percent worse).
            Formats that are not named keep the bound that `export.formats` gives them.

    Raises:
        ValueError: a bound for an unknown format, or one that is not a number of 0 or more.
    """

    name: str
    signature: str
    targets: np.ndarray
    measure: Callable[[dict[str, np.ndarray], np.ndarray], float]
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

    def of(self, outputs: Mapping[str, np.ndarray]) -> float:
        """What the measure gives for the outputs of the first ``n`` samples, ``{output name: (n, ...)}``."""
        count = len(next(iter(outputs.values())))
        return float(self.measure(dict(outputs), self.targets[:count]))


def describe_score(score: Score, expected: Mapping[str, dict[str, np.ndarray]]) -> dict[str, Any]:
    """The score's entry in the report, with Keras's own value.

    Args:
        score: The measure.
        expected: Keras's outputs: signature name to output name to array ``(n, ...)``.

    Raises:
        ValueError: not one target for each sample, or the measure gives something else than one finite number.
    """
    outputs = expected[score.signature]
    count = len(next(iter(outputs.values())))
    if len(score.targets) != count:
        raise ValueError(
            f"score {score.name!r} must have one target for each sample of {score.signature!r}, "
            f"expected {count}, received {len(score.targets)}"
        )
    value = score.of(outputs)
    if not math.isfinite(value):
        raise ValueError(f"score {score.name!r} of Keras's outputs must be a finite number, received {value}")
    return {
        "name": score.name,
        "signature": score.signature,
        "higher_is_better": score.higher_is_better,
        "keras": value,
    }
