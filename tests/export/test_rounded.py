"""Outputs that are others rounded to bits: on the brink they may be either, elsewhere they must be as Keras's are."""

import copy
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite

from export import ExportError, export_model
from export.card import card
from export.proof import prove
from export.report import check_report
from export.verify import verify

ROUNDED = {"hash": {"bits": "soft_code"}}
CODES, BITS = 20, 10  # 1% of all are two bits
Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def signatures() -> dict[str, Any]:
    """`hash`: probabilities that come out as they go in, and the same rounded."""
    import keras
    from keras import layers, ops

    values = keras.Input((BITS,), name="values")
    soft_code = layers.Dense(BITS, kernel_initializer="identity", name="code")(values)
    return {"hash": keras.Model(values, {"soft_code": soft_code, "bits": ops.round(soft_code)}, name="hash")}


@pytest.fixture(scope="module")
def samples() -> Samples:
    """Decided values, but the first two of the first code."""
    values = np.random.default_rng(0).choice([0.1, 0.2, 0.8, 0.9], (CODES, BITS)).astype(np.float32)
    values[0, :2] = 0.50005, 0.501
    return {"hash": {"values": values}}


@pytest.fixture(scope="module")
def artifacts(signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same as a SavedModel and as a float32 TFLite file."""
    folder = tmp_path_factory.mktemp("rounded")
    saved_model = make_saved_model(signatures, folder / "saved_model" / "1")
    static_model = make_saved_model(signatures, folder / "static", batch_size=1)
    return saved_model, make_tflite(static_model, folder / "tflite" / "float32.tflite", ["hash"])


@pytest.fixture
def expected(signatures: dict[str, Any], samples: Samples) -> Samples:
    """What Keras gives; a test may flip its bits, as if the file had flipped them."""
    return {"hash": keras_outputs(signatures["hash"], samples["hash"])}


def flip(expected: Samples, *places: tuple[int, int]) -> None:
    for place in places:
        expected["hash"]["bits"][place] = 1 - expected["hash"]["bits"][place]


def bits_row(artifact: Path, expected: Samples, samples: Samples, tolerance: float | None) -> dict[str, Any]:
    soft, bits = verify(artifact, "any", expected, samples, None, tolerance, ROUNDED)
    assert (soft["output"], soft["flipped"], soft["agrees"]) == ("soft_code", None, True)
    assert bits["output"] == "bits"
    return bits


@pytest.mark.parametrize("kind", [0, 1], ids=["saved_model", "float32"])
def test_only_what_is_on_the_brink_may_flip(
    artifacts: tuple[Path, Path], expected: Samples, samples: Samples, kind: int
) -> None:
    row = bits_row(artifacts[kind], expected, samples, 1e-5)
    assert (row["agrees"], row["flipped"], row["largest_difference"]) == (True, 0.0, 0.0)
    flip(expected, (0, 0))
    row = bits_row(artifacts[kind], expected, samples, 1e-5)
    assert (row["agrees"], row["flipped"], row["largest_difference"]) == (True, 1 / (CODES * BITS), 0.0)
    flip(expected, (5, 5))
    row = bits_row(artifacts[kind], expected, samples, 1e-5)
    assert (row["agrees"], row["flipped"], row["largest_difference"]) == (False, 2 / (CODES * BITS), 1.0)


@pytest.mark.parametrize(("tolerance", "agrees"), [(1e-5, False), (2e-3, True)])
def test_the_brink_is_as_wide_as_the_tolerance(
    artifacts: tuple[Path, Path], expected: Samples, samples: Samples, tolerance: float, agrees: bool
) -> None:
    flip(expected, (0, 1))
    assert bits_row(artifacts[1], expected, samples, tolerance)["agrees"] == agrees


def test_without_a_tolerance_one_percent_may_flip(
    artifacts: tuple[Path, Path], expected: Samples, samples: Samples
) -> None:
    flip(expected, (3, 3), (7, 7))
    row = bits_row(artifacts[1], expected, samples, None)
    assert (row["agrees"], row["flipped"]) == (True, 0.01)
    flip(expected, (0, 0))  # on the brink it counts too
    row = bits_row(artifacts[1], expected, samples, None)
    assert (row["agrees"], row["flipped"]) == (False, 0.015)


def test_outputs_that_are_not_named_are_compared_as_ever(
    artifacts: tuple[Path, Path], expected: Samples, samples: Samples
) -> None:
    flip(expected, (0, 0))
    rows = verify(artifacts[1], "any", expected, samples, None, 1e-5)
    assert [(row["flipped"], row["agrees"]) for row in rows] == [(None, True), (None, False)]


@pytest.mark.parametrize("tolerance", [1e-5, None])
def test_nan_disagrees_wherever_it_is(
    artifacts: tuple[Path, Path], expected: Samples, samples: Samples, tolerance: float | None
) -> None:
    values = samples["hash"]["values"].copy()
    values[0, 0] = np.nan
    rows = verify(artifacts[1], "any", expected, {"hash": {"values": values}}, None, tolerance, ROUNDED)
    assert [(row["agrees"], row["largest_difference"]) for row in rows] == [(False, math.inf)] * 2


def test_the_error_says_how_many_flipped(artifacts: tuple[Path, Path], expected: Samples, samples: Samples) -> None:
    flip(expected, (5, 5), (6, 6), (7, 7))
    root = artifacts[1].parents[1]
    message = (
        r"tflite/float32\.tflite does not agree with Keras in litert: signature 'hash', output 'bits': relative "
        r"difference 1 .*, tolerance 1e-05, 1\.50% of its values flipped \(without a tolerance at most 1% may\)$"
    )
    with pytest.raises(ExportError, match=message):
        prove(root, {"tflite/float32.tflite": "float32"}, expected, samples, None, ROUNDED)


def test_the_report_and_the_card_tell_the_share(signatures: dict[str, Any], samples: Samples, tmp_path: Path) -> None:
    options = {"calibration": samples, "samples": samples, "rounded": ROUNDED, "formats": ["float32"]}
    report = export_model(signatures, tmp_path / "run", name="hasher", **options)
    check_report(report)
    assert {(row["output"], row["flipped"]) for row in report["agreement"]} == {("soft_code", None), ("bits", 0.0)}

    report = copy.deepcopy(report)
    report["agreement"][-1]["flipped"] = 0.0125
    check_report(report)
    rows = [line.split(" | ") for line in card(report).splitlines() if line.startswith("| tflite/float32")]
    assert [(row[3], row[6]) for row in rows] == [("soft_code", ""), ("bits", "1.250%")]
    report["agreement"][-1]["flipped"] = "some"
    with pytest.raises(ValueError, match=r"agreement\[3\]\.flipped"):
        check_report(report)


@pytest.mark.parametrize(
    ("rounded", "message"),
    [
        ({"hahs": {"bits": "soft_code"}}, "the signature 'hahs' .*; expected signatures out of hash and"),
        ({"hash": {"bit": "soft_code"}}, "its outputs 'bit'; expected .* outputs out of soft_code, bits"),
        ({"hash": {"bits": "code"}}, "its outputs 'code'; expected .* outputs out of soft_code, bits"),
        ({"hahs": {}}, "the signature 'hahs'"),
    ],
)
def test_unknown_names_are_refused_before_anything_is_made(
    signatures: dict[str, Any], samples: Samples, tmp_path: Path, rounded: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        export_model(signatures, tmp_path / "run", name="hasher", calibration=samples, samples=samples, rounded=rounded)
    assert not list(tmp_path.iterdir())
