"""The serving runtime: a real SavedModel in TensorFlow's own C++ loader."""

import gc
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from artifacts import keras_outputs, make_saved_model

from export.errors import RuntimeMissingError
from export.runtimes import serving, session, tensorflow_c
from export.runtimes.signature import Signature, Tensor

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def saved_model(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_saved_model(tiny_signatures, tmp_path_factory.mktemp("serving") / "1")


@pytest.fixture
def copy(saved_model: Path, tmp_path: Path) -> Path:
    """A SavedModel to damage."""
    return Path(shutil.copytree(saved_model, tmp_path / "1"))


@pytest.mark.parametrize("signature", ["reconstruct", "encode", "decode"])
def test_each_signature_gives_what_keras_gives(
    saved_model: Path, tiny_signatures: dict[str, Any], tiny_samples: Samples, signature: str
) -> None:
    expected = keras_outputs(tiny_signatures[signature], tiny_samples[signature])
    received = serving.open_signature(saved_model, signature)(tiny_samples[signature])
    assert received.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-5)


def test_several_inputs_and_outputs_of_other_dtypes(tmp_path: Path) -> None:
    import keras

    left, right = keras.Input((3,), name="left"), keras.Input((3,), dtype="int32", name="right")
    total = keras.ops.add(left, keras.ops.cast(right, "float32"))
    outputs = {
        "total": total,
        "doubled": keras.ops.multiply(right, 2),
        "large": keras.ops.greater(total, 5.0),
    }
    folder = make_saved_model({"add": keras.Model([left, right], outputs)}, tmp_path / "1")
    values = {"right": np.array([[1, 2, 3]]), "left": np.array([[4.5, 0, 9]])}
    received = serving.open_signature(folder, "add")(values)
    np.testing.assert_array_equal(received["total"], np.array([[5.5, 2, 12]], np.float32))
    np.testing.assert_array_equal(received["doubled"], np.array([[2, 4, 6]], np.int32))
    np.testing.assert_array_equal(received["large"], np.array([[True, False, True]]))
    with pytest.raises(ValueError, match=r"same number of samples.*'left': 1, 'right': 2"):
        serving.open_signature(folder, "add")({"left": np.ones((1, 3)), "right": np.ones((2, 3))})


def test_all_signatures_in_one_session(
    saved_model: Path, tiny_samples: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def load(folder: Path, threads: int) -> session.Session:
        opened.append(folder)
        return session.Session(folder, threads)

    monkeypatch.setattr(serving, "Session", load)
    runs = serving.open_signatures(saved_model)
    assert runs.keys() == serving.signatures(saved_model).keys()
    code = runs["encode"](tiny_samples["encode"])
    np.testing.assert_allclose(code["code"], tiny_samples["decode"]["code"], atol=1e-5)
    assert runs["decode"](code)["reconstruction"].shape == (16, 8, 8, 1)
    assert opened == [saved_model]


def test_signatures_are_described(saved_model: Path) -> None:
    described = serving.signatures(saved_model)
    assert described.keys() == {"reconstruct", "encode", "decode", "serving_default"}
    image, code = Tensor((-1, 8, 8, 1), "float32"), Tensor((-1, 4), "float32")
    assert described["encode"] == Signature({"image": image}, {"code": code})


def test_an_unknown_signature_names_the_nearest(saved_model: Path) -> None:
    with pytest.raises(ValueError, match="Did you mean 'reconstruct'"):
        serving.open_signature(saved_model, "reconstrct")


def test_wrong_shapes_say_what_is_expected(saved_model: Path) -> None:
    with pytest.raises(ValueError, match=r"input 'code'.*\(n, 4\).*received \(2, 5\)"):
        serving.open_signature(saved_model, "decode")({"code": np.zeros((2, 5))})


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a SavedModel folder at .*nowhere, found no saved_model\.pb"):
        serving.open_signature(tmp_path / "nowhere", "encode")


def test_no_variables(copy: Path) -> None:
    shutil.rmtree(copy / "variables")
    with pytest.raises(ValueError, match=r"found no variables/variables\.index"):
        serving.open_signature(copy, "encode")


def test_truncated_variables_give_tensorflows_own_message(copy: Path) -> None:
    data = next((copy / "variables").glob("variables.data*"))
    data.write_bytes(data.read_bytes()[:50])
    with pytest.raises(ValueError, match=r"TensorFlow Serving cannot load .*(?i:truncated|corrupt|out_of_range|read)"):
        serving.open_signature(copy, "encode")


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" * 9, b"\x12\xff\xff\x03"], ids=["empty", "foreign", "short"]
)
def test_a_broken_graph_file(copy: Path, content: bytes) -> None:
    (copy / "saved_model.pb").write_bytes(content)
    with pytest.raises(ValueError, match=r"saved_model\.pb"):
        serving.open_signature(copy, "encode")


def test_what_python_opens_and_serving_cannot(tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    """A plain module that holds a Keras model: its variables are not where Serving looks for them."""
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec((None, 8, 8, 1), name="image")])
    def encode(image: Any) -> Any:
        return tiny_signatures["encode"](image)

    module = tf.Module()
    module.model = tiny_signatures["encode"]
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"encode": encode})
    with pytest.raises(ValueError, match=r"TensorFlow Serving cannot run 'encode' of .*Could not find variable"):
        serving.open_signature(tmp_path / "1", "encode")({"image": np.zeros((1, 8, 8, 1))})


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_nothing_is_leaked(saved_model: Path) -> None:
    code = {"code": np.zeros((4096, 4), np.float32)}
    run = serving.open_signature(saved_model, "decode")

    for _ in range(20):
        run(code)
    before = resident_bytes()
    for _ in range(100):
        run(code)
    # One leaked output of each run would be 100 MB.
    assert resident_bytes() - before < 30e6


def test_no_string_is_leaked(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(1.0)
    signature = [tf.TensorSpec((None,), tf.int32, name="count")]
    module.say = tf.function(lambda count: {"text": tf.repeat(["long " * 200], count[0])}, signature)
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"say": module.say})
    run = serving.open_signature(tmp_path / "1", "say")
    assert run({"count": np.array([2])})["text"].tolist() == [b"long " * 200] * 2
    assert run({"count": np.array([0])})["text"].shape == (0,)
    for _ in range(20):
        run({"count": np.array([1000])})
    before = resident_bytes()
    for _ in range(100):
        run({"count": np.array([1000])})
    # One leaked output of each run would be 100 MB.
    assert resident_bytes() - before < 30e6


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that takes rows of two strings, and gives them back twice."""
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(1.0)
    signature = [tf.TensorSpec((None, 2), tf.string, name="words")]
    module.echo = tf.function(lambda words: {"same": tf.identity(words), "doubled": words + words}, signature)
    folder = tmp_path_factory.mktemp("strings") / "1"
    tf.saved_model.save(module, str(folder), signatures={"echo": module.echo})
    return folder


def test_strings_go_in_as_they_are(echo: Path) -> None:
    assert serving.signatures(echo)["echo"].inputs == {"words": Tensor((-1, 2), "string")}
    words = [[b"", b"short"], [b"zeros\0\0", b"long " * 1000]]
    received = serving.open_signature(echo, "echo")({"words": np.array(words, object)})
    assert received["same"].tolist() == words
    assert received["doubled"].tolist() == [[word * 2 for word in row] for row in words]


@pytest.mark.parametrize(
    ("words", "received"),
    [
        (np.array([["a", "b"]], object), "received str"),
        (np.array([[b"a", b"b"]]), r"received dtype \|S1"),
        (np.zeros((1, 2)), "received float"),
    ],
)
def test_only_bytes_are_strings(echo: Path, words: np.ndarray, received: str) -> None:
    with pytest.raises(ValueError, match=f"input 'words' takes an array of bytes objects .*{received}"):
        serving.open_signature(echo, "echo")({"words": words})


def test_no_string_that_goes_in_is_leaked(echo: Path) -> None:
    run = serving.open_signature(echo, "echo")
    words = {"words": np.array([[b"long " * 200] * 2] * 500, object)}
    for _ in range(20):
        run(words)
    before = resident_bytes()
    for _ in range(100):
        run(words)
    # The strings of all runs would be 100 MB.
    assert resident_bytes() - before < 30e6


def test_no_tensorflow(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving.check_installed()
    tensorflow_c.library.cache_clear()
    monkeypatch.setattr(tensorflow_c.importlib.util, "find_spec", lambda _: None)
    for use in (serving.check_installed, lambda: serving.open_signature(saved_model, "encode")):
        with pytest.raises(RuntimeMissingError, match="pip install tensorflow"):
            use()


def test_a_session_is_closed_with_its_function(saved_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []
    monkeypatch.setattr(session, "_close", closed.append)
    run = serving.open_signature(saved_model, "encode")
    assert not closed
    del run
    gc.collect()
    assert len(closed) == 1


def test_neither_tensorflow_nor_keras_is_imported(saved_model: Path) -> None:
    program = (
        "import sys, numpy; from export.runtimes.serving import open_signature; "
        f"run = open_signature({str(saved_model)!r}, 'decode'); "
        "print(run({'code': numpy.zeros((2, 4))})['reconstruction'].shape); "
        "print(sorted(sys.modules.keys() & {'tensorflow', 'keras'}))"
    )
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.split("\n") == ["(2, 8, 8, 1)", "[]", ""]
