"""The reader's graphs in int8, whose converter is choosy about what follows what."""

import keras
import numpy as np
import pytest

from export import export_model
from keraszoo.models import reader, reader_signatures


@pytest.mark.parametrize("max_digits", [1, 2])
def test_reads_in_int8_also_a_single_image(max_digits, tmp_path):
    keras.utils.set_random_seed(0)
    model = reader((8, 8, 1), max_digits, 8, 4, filters=(4,), hidden_units=(8,), units=8)
    strips = np.random.default_rng(0).uniform(0, 255, (50, max_digits, 8, 8, 1)).astype(np.float32)
    given = {"read": {"images": strips}}
    report = export_model(
        {"read": reader_signatures(model)["read"]},
        tmp_path / "run",
        name="tiny",
        calibration=given,
        samples=given,
        formats=("int8",),
    )
    (difference,) = (
        row["largest_difference"]
        for row in report["agreement"]
        if (row["format"], row["output"]) == ("int8", "probabilities")
    )
    assert difference < 0.05
