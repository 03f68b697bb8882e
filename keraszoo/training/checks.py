"""What every training asks of its numbers."""

import math
from typing import Any


def check_count(name: str, value: int) -> None:
    """Raise a ``ValueError`` unless the value, given as ``name``, is a positive integer."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a positive integer; received {value!r}")


def check_rate(name: str, value: float) -> None:
    """Raise a ``ValueError`` unless the value, given as ``name``, is a finite number greater than 0."""
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number greater than 0; received {value!r}")


def check_fit_numbers(
    epochs: int = 1, learning_rate: float = 1.0, weight_decay: float = 0.0, patience: int | None = None, **others: Any
) -> None:
    """Raise what `fit` would for these of its arguments, and look at no others: for what is fitted last of several."""
    check_count("epochs", epochs)
    check_rate("learning_rate", learning_rate)
    if not (math.isfinite(weight_decay) and weight_decay >= 0):
        raise ValueError(f"weight_decay must be a finite number of 0 or more; received {weight_decay!r}")
    if patience is not None and (isinstance(patience, bool) or not isinstance(patience, int) or patience < 1):
        raise ValueError(f"patience must be a positive integer or None; received {patience!r}")
