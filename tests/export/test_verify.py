"""The comparison with Keras: what agrees, and everything that must not pass for agreement."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model, make_tflite

from export import ExportError, Score
from export.verify import Difference, compare, score_loss, verify

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def saved_model(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_saved_model(tiny_signatures, tmp_path_factory.mktemp("verify") / "saved_model" / "1")


@pytest.fixture(scope="module")
def tflite(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    static_model = make_saved_model(tiny_signatures, folder / "static", batch_size=1)
    return make_tflite(static_model, folder / "tflite" / "float32.tflite", list(tiny_signatures))


@pytest.fixture(scope="module")
def expected(tiny_signatures: dict[str, Any], tiny_samples: Samples) -> Samples:
    return {name: keras_outputs(model, tiny_samples[name]) for name, model in tiny_signatures.items()}


@pytest.fixture(scope="module")
def squared_error(tiny_samples: Samples) -> Score:
    pixels = tiny_samples["reconstruct"]["image"] / 255

    def measure(outputs: dict[str, np.ndarray], targets: np.ndarray) -> float:
        return float(np.mean((outputs["reconstruction"] - targets) ** 2))

    return Score("squared_error", "reconstruct", pixels, measure, higher_is_better=False, largest_loss={"float32": 0.1})


def altered(expected: Samples, signature: str, output: str, value: Any) -> Samples:
    """Keras's outputs, one of them replaced: what Keras would have to give for the file to be wrong."""
    return {**expected, signature: {**expected[signature], output: value}}


def test_differences_are_absolute_and_relative_to_large_outputs() -> None:
    expected = {"code": np.array([[100.0, -200.0]]), "reconstruction": np.array([[0.1, 0.5]])}
    received = {"code": np.array([[101.0, -200.0]]), "reconstruction": np.array([[0.1, 0.25]])}
    differences = compare(expected, received)
    assert differences == {"code": Difference(1.0, 1 / 200), "reconstruction": Difference(0.25, 0.25)}


def test_integers_and_bits_are_compared_without_overflow() -> None:
    expected = {"ids": np.array([[0]], np.uint8), "bits": np.array([[True, False]])}
    received = {"ids": np.array([[255]], np.uint8), "bits": np.array([[True, True]])}
    assert {name: difference.largest for name, difference in compare(expected, received).items()} == {
        "ids": 255.0,
        "bits": 1.0,
    }


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("side", ["expected", "received"])
def test_values_that_are_not_finite_are_infinitely_wrong(value: float, side: str) -> None:
    outputs = {"expected": {"code": np.zeros(2)}, "received": {"code": np.zeros(2)}}
    outputs[side] = {"code": np.array([0, value])}
    assert compare(**outputs)["code"] == Difference(math.inf, math.inf)


def test_other_shapes_and_names_are_errors() -> None:
    with pytest.raises(ValueError, match=r"'code' of shape \(3, 1\), received \(3,\)"):
        compare({"code": np.zeros((3, 1))}, {"code": np.zeros(3)})
    with pytest.raises(ValueError, match=r"expected the outputs \['code'\], received \['bits'\]"):
        compare({"code": np.zeros(3)}, {"bits": np.zeros(3)})


@pytest.mark.parametrize(
    ("higher_is_better", "expected", "received", "loss"),
    [(True, 0.8, 0.6, 0.25), (False, 2.0, 2.5, 0.25), (False, 2.0, 1.5, -0.25), (True, 0.0, -0.5, 0.5)],
)
def test_score_loss_is_relative_and_positive_when_worse(
    higher_is_better: bool, expected: float, received: float, loss: float
) -> None:
    score = Score("score", "encode", np.zeros(1), lambda *_: 0.0, higher_is_better)
    assert score_loss(score, expected, received) == pytest.approx(loss)
    assert score_loss(score, expected, math.nan) == math.inf


def test_agreeing_artifacts_give_one_row_for_each_output(
    saved_model: Path, tflite: Path, expected: Samples, tiny_samples: Samples, squared_error: Score
) -> None:
    for artifact, kind, runtime, file in [
        (saved_model, "saved_model", "serving", "saved_model/1"),
        (tflite, "float32", "litert", "tflite/float32.tflite"),
    ]:
        rows = verify(artifact, kind, expected, tiny_samples, squared_error, 1e-5)
        assert [(row["signature"], row["output"]) for row in rows] == [
            ("reconstruct", "reconstruction"),
            ("encode", "code"),
            ("decode", "reconstruction"),
        ]
        assert all(row["agrees"] and row["relative_difference"] <= 1e-5 for row in rows)
        assert {(row["file"], row["format"], row["runtime"], row["samples"]) for row in rows} == {
            (file, kind, runtime, 16)
        }
        assert rows[0]["score"] == pytest.approx(squared_error.of(expected["reconstruct"]))
        assert rows[0]["score_loss"] == pytest.approx(0, abs=1e-4)
        assert rows[1]["score"] is rows[1]["score_loss"] is None


@pytest.mark.parametrize(("tolerance", "agrees"), [(1e-5, False), (0.2, True), (None, True)])
def test_only_the_output_out_of_tolerance_disagrees(
    tflite: Path, expected: Samples, tiny_samples: Samples, tolerance: float | None, agrees: bool
) -> None:
    shifted = altered(expected, "decode", "reconstruction", expected["decode"]["reconstruction"] + np.float32(0.1))
    rows = verify(tflite, "float32", shifted, tiny_samples, None, tolerance)
    assert [row["agrees"] for row in rows] == [True, True, agrees]
    assert rows[2]["largest_difference"] == pytest.approx(0.1, abs=1e-4)


def test_nan_disagrees_even_without_a_tolerance(
    tflite: Path, expected: Samples, tiny_samples: Samples, squared_error: Score
) -> None:
    images = tiny_samples["reconstruct"]["image"].copy()
    images[3] = np.nan
    samples = {**tiny_samples, "reconstruct": {"image": images}}
    row = verify(tflite, "float32", expected, samples, squared_error, None)[0]
    assert (row["agrees"], row["score"], row["largest_difference"]) == (False, None, math.inf)


def test_a_score_that_fell_too_far_disagrees(
    tflite: Path, expected: Samples, tiny_samples: Samples, squared_error: Score
) -> None:
    pixels = tiny_samples["reconstruct"]["image"] / 255
    better = altered(
        expected, "reconstruct", "reconstruction", (pixels + expected["reconstruct"]["reconstruction"]) / 2
    )
    bound = verify(tflite, "float32", better, tiny_samples, squared_error, None)[0]
    assert not bound["agrees"]
    assert bound["score_loss"] > 1
    assert verify(tflite, "another", better, tiny_samples, squared_error, None)[0]["agrees"]


def test_other_shapes_and_broken_files_say_which_artifact_and_runtime(
    tflite: Path, expected: Samples, tiny_samples: Samples, tmp_path: Path
) -> None:
    other = altered(expected, "encode", "code", np.zeros((16, 5)))
    with pytest.raises(ExportError, match=r"float32\.tflite .*litert: .*'code' of shape \(16, 5\), received \(16, 4\)"):
        verify(tflite, "float32", other, tiny_samples, None, 1e-5)
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(tflite.read_bytes()[:-1])
    with pytest.raises(ExportError, match=r"broken\.tflite .*in litert: expected a whole"):
        verify(broken, "float32", expected, tiny_samples, None, 1e-5)
