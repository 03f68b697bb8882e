"""Bad input is told before anything slow starts, and no folder is made."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from export import FORMATS, Score, export_model
from export.signatures import named_signatures

IMAGES = np.linspace(0, 255, 2 * 64, dtype=np.float32).reshape(2, 8, 8, 1)
GOOD = {"encode": {"image": IMAGES}}
TARGETS = np.zeros(2)


@pytest.fixture(scope="module")
def encode() -> keras.Model:
    image = keras.Input((8, 8, 1), name="image")
    return keras.Model(image, keras.layers.Flatten(name="code")(image))


def refuse(folder: Path, signatures: dict[str, Any], message: str, **options: Any) -> None:
    options = {"calibration": GOOD, "samples": GOOD, **options}
    with pytest.raises(ValueError, match=message):
        export_model(signatures, folder / "run", name="tiny", **options)
    assert not (folder / "run").exists()


@pytest.mark.parametrize(
    ("calibration", "message"),
    [
        ({}, r"calibration has nothing for signature encode; received \[\]"),
        ({"encode": {}}, r"calibration\['encode'\] has nothing for input image"),
        ({"encode": {"image": IMAGES, "mask": IMAGES}}, r"names unknown input mask; expected \['image'\]"),
        ({**GOOD, "decode": {"code": IMAGES}}, "names unknown signature decode"),
        ({"encode": {"image": IMAGES[..., 0]}}, r"expected shape \(n, 8, 8, 1\) .* received \(2, 8, 8\)"),
        ({"encode": {"image": IMAGES[:0]}}, r"n of 1 or more, received \(0, 8, 8, 1\)"),
        ({"encode": {"image": IMAGES.astype(str)}}, "expected float32 or what casts to it, received <U32"),
        ({"encode": {"image": IMAGES * np.nan}}, "expected finite values"),
        ({"encode": {"image": IMAGES + 1e300}}, "expected finite values of float32, received .* or larger ones"),
        ([1, 2], r"\['encode'\]\['image'\]: expected shape .* received \(2,\)"),
        ({"encode": {"image": IMAGES / 255}}, "calibration lies in 0 to 1 but samples in 0 to 255"),
    ],
)
def test_calibration(calibration: dict, message: str, encode: keras.Model, tmp_path: Path) -> None:
    refuse(tmp_path, {"encode": encode}, message, calibration=calibration)


def test_an_array_does_not_say_which_of_two_inputs_it_is(encode: keras.Model, tmp_path: Path) -> None:
    two = {"encode": encode, "again": encode}
    refuse(
        tmp_path, two, r"calibration must name signatures and inputs, .*'again'.* received ndarray", calibration=IMAGES
    )


@pytest.mark.parametrize("signatures", [{}, None, []])
def test_no_signatures(tmp_path: Path, signatures: Any) -> None:
    refuse(tmp_path, signatures, r"expected a model, or signatures such as \{'encode': model\}; received")


def test_no_functional_model(tmp_path: Path) -> None:
    refuse(tmp_path, {"encode": len}, "must be a functional keras.Model .* received builtin")
    unbuilt = keras.Sequential([keras.layers.Dense(2)])
    refuse(tmp_path, {"encode": unbuilt}, r"received Sequential; of .* keras\.Model\(image, model\(image\)\) makes one")


def test_outputs_without_names(encode: keras.Model, tmp_path: Path) -> None:
    model = keras.Model(encode.input, [encode.output, encode.output])
    refuse(tmp_path, {"encode": model}, "has 2 outputs without names")


@pytest.mark.parametrize("name", ["image", None])
def test_a_fixed_batch(tmp_path: Path, name: str | None) -> None:
    image = keras.Input(batch_shape=(1, 8, 8, 1), name=name)
    model = keras.Model(image, {"code": keras.layers.Flatten()(image)})
    refuse(tmp_path, {"encode": model}, r"has shape \(1, 8, 8, 1\); expected None for the batch")


def test_a_layer_of_another_precision_is_told_by_name(tmp_path: Path) -> None:
    image = keras.Input((8, 8, 1), name="image")
    half = keras.Sequential([keras.Input((64,)), keras.layers.Dense(2, name="half", dtype="mixed_float16")])
    code = half(keras.layers.Flatten()(image))
    model = keras.Model(image, keras.layers.Activation("relu", name="code", dtype="float32")(code))
    message = r"signature 'encode': layer 'half' computes in float16, expected float32: build the model again after "
    refuse(tmp_path, {"encode": model}, message)


def test_a_name_that_is_no_identifier(encode: keras.Model, tmp_path: Path) -> None:
    refuse(tmp_path, {"en code": encode}, "'en code' is no usable name")


def test_samples_of_differing_number(tmp_path: Path) -> None:
    left, right = keras.Input((2,), name="left"), keras.Input((2,), name="right")
    model = keras.Model([left, right], {"sum": left + right})
    samples = {"add": {"left": np.ones((2, 2)), "right": np.ones((3, 2))}}
    refuse(tmp_path, {"add": model}, "same number of samples", calibration=samples, samples=samples)


def test_integers_that_the_input_cannot_hold(tmp_path: Path) -> None:
    ids = keras.Input((2,), dtype="int32", name="ids")
    samples = {"look_up": {"ids": np.array([[0, 2**32 + 5]])}}
    message = r"\['ids'\]: expected values that int32 has, received 0 to 4294967301"
    model = keras.Model(ids, {"sum": keras.ops.sum(ids, axis=1, keepdims=True)})
    refuse(tmp_path, {"look_up": model}, message, calibration=samples, samples=samples)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"formats": ("int4",)}, "expected formats out of float32, float16, dynamic, int8, full_int8, received int4"),
        ({"formats": ()}, "received none"),
        ({"runtimes": ("micor",)}, "expected runtimes out of .*, received 'micor'. Did you mean 'micro'"),
        ({"score": Score("error", "decode", TARGETS, lambda *_: 0.0)}, r"expected one of \['encode'\]"),
        (
            {"score": Score("error", "encode", TARGETS[1:], lambda *_: 0.0)},
            "each sample of 'encode', expected 2, received 1",
        ),
        ({"score": Score("error", "encode", TARGETS, lambda *_: np.nan)}, "must be a finite number, received nan"),
        ({"details": {"loss": np.float32(1)}}, "details must hold finite numbers"),
        ({"time_limit": 0}, "time_limit must be more than 0"),
        ({"time_limit": np.inf}, "at most 86400, received inf"),
    ],
)
def test_options(options: dict[str, Any], message: str, encode: keras.Model, tmp_path: Path) -> None:
    refuse(tmp_path, {"encode": encode}, message, **options)


def test_a_model_that_gives_nan(tmp_path: Path) -> None:
    image = keras.Input((8, 8, 1), name="image")
    model = keras.Model(image, {"code": keras.ops.log(image - 1000)})
    refuse(tmp_path, {"encode": model}, "Keras itself gives NaN or infinity in output 'code'")


def test_score_bounds() -> None:
    score = Score("error", "encode", TARGETS, lambda *_: 0.0, largest_loss={"int8": 0.2})
    assert score.largest_loss == {
        "saved_model": 0.001,
        **{name: row.largest_loss for name, row in FORMATS.items()},
        "int8": 0.2,
    }
    with pytest.raises(ValueError, match="names 'int4', which is none of"):
        Score("error", "encode", TARGETS, lambda *_: 0.0, largest_loss={"int4": 0.1})
    with pytest.raises(ValueError, match="0 or more"):
        Score("error", "encode", TARGETS, lambda *_: 0.0, largest_loss={"int8": -0.1})


def test_importing_export_imports_no_tensorflow() -> None:
    code = "import sys, export; export.Score; export.check_report; print({'keras', 'tensorflow'} & set(sys.modules))"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout == "set()\n"


def test_a_single_output_is_named_after_its_layer(encode: keras.Model) -> None:
    sequential = keras.Sequential([keras.Input((3,), name="code"), keras.layers.Dense(2, name="logits")])
    named = named_signatures({"encode": encode, "classify": sequential})
    assert {name: list(model.output) for name, model in named.items()} == {
        "encode": ["code"],
        "classify": ["logits"],
    }


@pytest.mark.parametrize("keep", [0, -3])
def test_no_version_would_stay(tmp_path: Path, encode: keras.Model, keep: int) -> None:
    refuse(tmp_path, {"encode": encode}, f"keep: expected at least 1 version, the new one; received {keep}", keep=keep)


def test_a_name_that_cannot_be_served(tmp_path: Path, encode: keras.Model) -> None:
    with pytest.raises(ValueError, match="name: expected letters, digits"):
        export_model({"encode": encode}, tmp_path / "run", name="two words", calibration=GOOD, samples=GOOD)
    assert not (tmp_path / "run").exists()
