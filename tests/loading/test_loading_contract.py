"""Every family's verbs give the same answers in every runtime, for whatever form the pictures come in."""

import json
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import keraszoo
from export.report import SCHEMA_VERSION
from export.runtimes import litert
from keraszoo import runs
from keraszoo.data import digits_of
from keraszoo.families import FAMILIES
from keraszoo.loading import Classification, Words
from keraszoo.loading.runtimes import RUNTIMES
from keraszoo.loading.verbs import VERBS

IMAGES = np.random.default_rng(5).integers(0, 256, (3, 8, 8), dtype=np.uint8)
CODES = np.random.default_rng(6).normal(size=(3, 3))
BITS = np.random.default_rng(7).integers(0, 2, (3, 5))
NUMBERS = [[IMAGES[0], IMAGES[1]], [IMAGES[2]]]
CONTEXTS = np.eye(11)[digits_of([42, 7], 2)]
TEXTS = ["forty two", "seven"]
CALLS = {
    "coder": {"reconstruct": IMAGES, "encode": IMAGES, "decode": CODES},
    "cleaner": {"denoise": IMAGES},
    "hasher": {"hash": IMAGES, "soft_code": IMAGES, "decode": BITS},
    "classifier": {"classify": IMAGES, "encode": IMAGES, "reconstruct": IMAGES},
    "reader": {"read": NUMBERS, "context": NUMBERS, "decode": CONTEXTS},
    "translator": {"translate": TEXTS, "context": TEXTS},
}
SHAPES = {
    "reconstruct": (8, 8, 1),
    "denoise": (8, 8, 1),
    "encode": (3,),
    "hash": (5,),
    "soft_code": (5,),
    "context": (2, 11),
}
NOT_LIGHT = ["tensorflow", "keras", "scipy", "skimage", "sklearn", "matplotlib", "num2words", "faiss", "requests"]


@pytest.fixture(scope="module")
def answers(run_folder):
    """Opens a model once in each runtime; gives the answers to `CALLS` by verb."""
    known = {}

    def answers_of(name, runtime):
        if (name, runtime) not in known:
            model = keraszoo.load(run_folder(name), runtime=runtime)
            known[name, runtime] = {verb: getattr(model, verb)(given) for verb, given in CALLS[name].items()}
            assert set(model.verbs) == set(CALLS[name])
            assert (model.name, model.runtime) == (name, runtime)
        return known[name, runtime]

    return answers_of


def assert_same(answer, other):
    assert type(answer) is type(other)
    if isinstance(answer, list):
        for each, its_other in zip(answer, other, strict=True):
            assert_same(each, its_other)
    elif isinstance(answer, np.ndarray):
        assert (answer.dtype, answer.shape) == (other.dtype, other.shape)
        np.testing.assert_allclose(answer, other, rtol=1e-5, atol=1e-5)
    elif isinstance(answer, Classification):
        assert (answer.label, list(answer.probabilities)) == (other.label, list(other.probabilities))
        assert answer.probabilities == pytest.approx(other.probabilities, abs=1e-5)
    else:
        assert isinstance(answer, Words)
        assert answer.text == other.text
        assert answer.confidence == pytest.approx(other.confidence, abs=1e-5)


def test_every_family_and_verb_is_called():
    assert len(CALLS) == len(FAMILIES)
    assert {verb for calls in CALLS.values() for verb in calls} == set(VERBS)


@pytest.mark.parametrize("runtime", [runtime for runtime in RUNTIMES if runtime != "keras"])
@pytest.mark.parametrize("name", CALLS)
def test_the_answers_are_those_of_keras(answers, name, runtime):
    for verb, answer in answers(name, runtime).items():
        assert_same(answer, answers(name, "keras")[verb])


@pytest.mark.parametrize("name", CALLS)
def test_what_the_answers_are(answers, name):
    for verb, answer in answers(name, "tflite").items():
        assert len(answer) == len(CALLS[name][verb])
        shape = {"decode": (8, 8, 1)}.get(verb, SHAPES.get(verb))
        if isinstance(answer, np.ndarray):
            assert answer.shape[1:] == shape
        if verb in ("reconstruct", "denoise", "soft_code"):
            assert answer.min() >= 0
            assert answer.max() <= 1


def test_keras_answers_as_the_signature_does(run_folder, answers):
    graph = runs.open_signature(run_folder("coder"), "encode")
    expected = graph.predict(IMAGES[..., None].astype(np.float32), verbose=0)["code"]
    np.testing.assert_array_equal(answers("coder", "keras")["encode"], expected)


def test_bits_are_the_soft_code_rounded(answers):
    found = answers("hasher", "tflite")
    assert found["hash"].dtype == np.uint8
    np.testing.assert_array_equal(found["hash"], found["soft_code"] > 0.5)


def test_a_class_has_its_name_and_its_probability(answers):
    for answer in answers("classifier", "tflite")["classify"]:
        assert list(answer.probabilities) == [str(digit) for digit in range(10)]
        assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert answer.probability == answer.probabilities[answer.label] == max(answer.probabilities.values())


def test_words_have_a_confidence(answers):
    for answer in [*answers("reader", "tflite")["read"], *answers("translator", "tflite")["translate"]]:
        assert set(answer.text) <= set("영일이삼사오육칠팔구십")
        assert 0 < answer.confidence <= 1


def test_an_answer_for_one_is_that_of_a_batch(run_folder, answers, tmp_path):
    classifier = keraszoo.load(run_folder("classifier"), runtime="tflite")
    expected = answers("classifier", "tflite")["classify"][1]
    Image.fromarray(IMAGES[1]).save(tmp_path / "one.png")
    for one in (IMAGES[1], IMAGES[1, ..., None], IMAGES[1] / 255, tmp_path / "one.png", Image.fromarray(IMAGES[1])):
        assert_same(classifier.classify(one), expected)
        assert_same(classifier.classify([one, IMAGES[0]])[0], expected)


def test_one_number_and_one_text(run_folder, answers):
    reader = keraszoo.load(run_folder("reader"), runtime="tflite")
    assert_same(reader.read(NUMBERS[0]), answers("reader", "tflite")["read"][0])
    assert_same(reader.read(NUMBERS[1][0]), answers("reader", "tflite")["read"][1])
    translator = keraszoo.load(run_folder("translator"), runtime="tflite")
    for text in ("Forty  two", "forty-two", "and forty and two"):
        assert_same(translator.translate(text), answers("translator", "tflite")["translate"][0])


def test_a_quantized_file(run_folder, answers):
    codes = keraszoo.load(run_folder("coder"), runtime="tflite", format="int8").encode(IMAGES)
    difference = np.abs(codes - answers("coder", "keras")["encode"]).max()
    assert 0 < difference < 0.2 * np.abs(codes).max()


@pytest.mark.parametrize("name", CALLS)
def test_tflite_needs_no_tensorflow(run_folder, name):
    """It runs in a process where importing any of them fails, as where they are not installed."""
    script = (
        f"import sys; sys.modules.update(dict.fromkeys({NOT_LIGHT}))\n"
        "import numpy, keraszoo\n"
        "model = keraszoo.load(sys.argv[1], runtime='tflite')\n"
        "for verb in model.verbs:\n"
        "    if verb != 'decode':\n"
        "        print(getattr(model, verb)('seven' if 'translate' in model.verbs else numpy.zeros((8, 8))))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, run_folder(name)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


@pytest.mark.parametrize("name", CALLS)
def test_the_reference_kernels_have_every_operator(run_folder, name):
    path = run_folder(name) / "tflite" / "float32.tflite"
    assert all(litert.open_signature(path, signature, kernels="reference") for signature in litert.signatures(path))


def test_answers_are_plain_values(answers):
    label, probability, probabilities = astuple(answers("classifier", "tflite")["classify"][0])
    assert [type(label), type(probability), type(probabilities)] == [str, float, dict]


COMMITTED = sorted((Path(__file__).resolve().parents[2] / "saved_models").glob("*/report.json"))


@pytest.mark.slow
@pytest.mark.parametrize("report", COMMITTED, ids=lambda report: report.parent.name)
def test_trained_models_answer_alike_in_every_runtime(report):
    if json.loads(report.read_text())["schema_version"] != SCHEMA_VERSION:
        pytest.skip(f"exported in an earlier form; run `keraszoo export {report.parent.name}`")
    models = [keraszoo.load(report.parent, runtime=runtime) for runtime in RUNTIMES]
    inputs = json.loads(report.read_text())["signatures"]
    for verb in models[0].verbs:
        ((name, tensor),) = inputs[VERBS[verb].signature]["inputs"].items()
        given = sample(name, tensor["shape"][1:])
        expected, *others = [getattr(model, verb)(given) for model in models]
        for answer in others:
            assert_same(answer, expected)


def sample(name, shape):
    """Something of an input's kind: noise drawn with large pixels, so that networks tell it from others."""
    generator = np.random.default_rng(11)
    if name == "source_ids":
        return ["forty two", "seven"]
    if name in ("image", "images"):
        *count, height, width, channels = shape
        coarse = generator.integers(0, 256, (5, *count, height // 4 + 1, width // 4 + 1, channels), dtype=np.uint8)
        return coarse.repeat(4, axis=-3).repeat(4, axis=-2)[..., :height, :width, :]
    values = generator.uniform(size=(5, *shape))
    return np.rint(values) if name == "bits" else values
