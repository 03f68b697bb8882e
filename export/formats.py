"""The table of TFLite formats. A new format is one row here, and what it needs in `convert_child`."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """How a file is converted and how closely it must agree with Keras.

    Args:
        description: For the card.
        bytes_per_weight: What a large weight takes in the file.
        tolerance: Largest ``max|a - b| / max(1, max|b|)`` of any output; None where only the score binds.
        largest_loss: Largest relative loss of the score against Keras, unless the caller's `Score` differs.
        optimize: Let the converter make weights smaller.
        half_weights: Keep weights as float16 rather than int8.
        calibrated: Make activations int8 too, with ranges measured on calibration samples. Inputs and outputs
            stay float, since a browser refuses int8 ones.
        int8_interface: Make the inputs and outputs that are float int8 too, each with a scale and a zero point of
            its own; those of integers, such as token ids, stay what they are.
    """

    description: str
    bytes_per_weight: int
    tolerance: float | None
    largest_loss: float
    optimize: bool = False
    half_weights: bool = False
    calibrated: bool = False
    int8_interface: bool = False


FORMATS: dict[str, Format] = {
    "float32": Format("as trained", 4, tolerance=1e-5, largest_loss=0.001),
    "float16": Format("float16 weights", 2, tolerance=2e-3, largest_loss=0.01, optimize=True, half_weights=True),
    "dynamic": Format("int8 weights, float activations", 1, tolerance=None, largest_loss=0.05, optimize=True),
    "int8": Format(
        "int8 weights and activations", 1, tolerance=None, largest_loss=0.05, optimize=True, calibrated=True
    ),
    "full_int8": Format(
        "int8 inputs and outputs too, for microcontrollers",
        1,
        tolerance=None,
        largest_loss=0.05,
        optimize=True,
        calibrated=True,
        int8_interface=True,
    ),
}

QUANTIZED = tuple(name for name, row in FORMATS.items() if row.tolerance is None)
"""The formats of which the score alone says whether they are close enough."""

PER_LAYER = "--per-layer"
"""What `convert_child` is told where int8 weights shall have one scale a layer rather than one a channel."""

# The SavedModel is always written: it is the same weights in the same precision.
SAVED_MODEL = "saved_model"
SAVED_MODEL_TOLERANCE = 1e-5
SAVED_MODEL_LARGEST_LOSS = 0.001


def check_formats(formats: Iterable[str]) -> tuple[str, ...]:
    """The names as a tuple, in the table's order.

    Raises:
        ValueError: a name that is not in `FORMATS`, or none at all.
    """
    wanted = {formats} if isinstance(formats, str) else set(formats)
    unknown = sorted(wanted - set(FORMATS))
    if unknown or not wanted:
        received = ", ".join(unknown) or "none"
        raise ValueError(f"expected formats out of {', '.join(FORMATS)}, received {received}")
    return tuple(name for name in FORMATS if name in wanted)
