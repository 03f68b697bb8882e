"""What every builder asks of its arguments."""

from collections.abc import Iterable, Sequence
from numbers import Real


def check_image_shape(image_shape: Sequence[int]) -> tuple[int, int, int]:
    """The shape as a tuple of three positive integers, or a ``ValueError``."""
    shape = tuple(image_shape) if isinstance(image_shape, Iterable) else (image_shape,)
    if len(shape) != 3 or not all(isinstance(side, int) and side > 0 for side in shape):
        raise ValueError(f"image_shape must be (height, width, channels), three positive integers; received {shape}")
    return shape


def check_number(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """The value as a float, or a ``ValueError`` unless it is a number from ``low`` to ``high``, in ``unit``."""
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        bounds = f"from {low:g} to {high:g}" + (f", {unit}" if unit else "")
        raise ValueError(f"{name} must be a number {bounds}; received {value!r}")
    return float(value)


def check_positive(sizes: dict[str, Sequence[int]]) -> None:
    """Raise a ``ValueError`` unless every list has at least one size, and positive integers only."""
    for name, values in sizes.items():
        is_list = isinstance(values, Sequence) and len(values) > 0
        if not is_list or not all(isinstance(value, int) and value > 0 for value in values):
            raise ValueError(f"{name} must be a list of one or more positive integers; received {values!r}")
