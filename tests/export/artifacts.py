"""Small artifacts for the runtime tests, made without the export that is tested elsewhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.errors import RuntimeMissingError


def skip_if_missing(check_installed: Callable[[], object]) -> None:
    """Skip the test, with what would have to be installed, where a runtime is not there."""
    try:
        check_installed()
    except RuntimeMissingError as error:
        pytest.skip(str(error))


def make_saved_model(signatures: dict[str, Any], folder: Path, batch_size: int | None = None) -> Path:
    """A SavedModel of keras models with named inputs and dictionaries of outputs."""
    from export.saved_model import write_saved_model
    from export.signatures import named_signatures

    write_saved_model(named_signatures(signatures), folder, batch_size=batch_size)
    return folder


def keras_outputs(model: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What Keras gives for named inputs."""
    from export.signatures import named_signatures

    outputs = named_signatures({"model": model})["model"].predict(inputs, verbose=0)
    return {name: np.asarray(values) for name, values in outputs.items()}


def make_tflite(
    saved_model: Path, path: Path, signatures: list[str], calibration: dict[str, np.ndarray] | None = None
) -> Path:
    """A ``.tflite`` file of a SavedModel; calibration samples for its one signature make it all int8."""
    import tensorflow as tf

    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved_model), signature_keys=signatures)
    if calibration is not None:
        rows = zip(*calibration.values(), strict=True)
        samples = [dict(zip(calibration, (value[np.newaxis] for value in row), strict=True)) for row in rows]
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ((signatures[0], sample) for sample in samples)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(converter.convert())
    return path
