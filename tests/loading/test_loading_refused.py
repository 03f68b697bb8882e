"""What ``keraszoo.load`` finds by name, and what is refused: names, folders, files, versions, runtimes and verbs."""

import json
import re
import shutil
import sys
import warnings
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import keraszoo
from export.errors import RuntimeMissingError
from export.runtimes import session
from keraszoo.loading import folders

EVERY_RUNTIME = ["keras", "saved_model", "tflite"]
IMAGE = np.zeros((8, 8), np.uint8)


@pytest.fixture
def here(run_folder, tmp_path, monkeypatch):
    """A working directory with a model ``coder`` in ``saved_models``, of which every file may be changed."""
    shutil.copytree(run_folder("coder"), tmp_path / "saved_models" / "coder")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(folders, "INSTALLED", tmp_path / "installed")
    return tmp_path / "saved_models"


def refused(*arguments, **options):
    """The one line that `load` says."""
    with pytest.raises(ValueError, match=r"^.*$") as raised:
        keraszoo.load(*arguments, **options)
    return str(raised.value)


def change_report(folder, **changes):
    report = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps({**report, **changes}))


def test_a_name_a_path_and_an_installed_model(here):
    assert keraszoo.load("coder", runtime="tflite").name == "coder"
    shutil.copytree(here / "coder", here.parent / "coder")  # the name comes before a path that reads the same
    assert folders.find_folder("coder") == Path("saved_models/coder")
    shutil.rmtree(here.parent / "coder")
    (here / "coder").rename(here.parent / "moved")
    assert keraszoo.load(here.parent / "moved", runtime="tflite").name == "coder"
    (here.parent / "installed").mkdir()
    (here.parent / "moved").rename(here.parent / "installed" / "coder")
    (here.parent / "coder").mkdir()  # another folder of that name does not hide it
    assert keraszoo.load("coder", runtime="tflite").name == "coder"


def test_an_unknown_name(here):
    assert "(coder), or a model's folder; received 'codr'. Did you mean 'coder'?" in refused("codr")
    assert "Did you mean 'denoiser-mnist'?" in refused("denoiser-mnits")
    assert "received '~nobody-of-that-name/x'" in refused("~nobody-of-that-name/x")
    assert refused(None) == "expected the name or the path of a model, received NoneType"
    assert "`keraszoo train denoiser-mnist; keraszoo export denoiser-mnist`" in refused("denoiser-mnist")
    shutil.rmtree(here)
    assert "an installed one (none)" in refused("nothing-like-it")


def test_a_folder_that_was_not_exported(here):
    (here / "coder" / "report.json").unlink()
    for runtime in ("saved_model", "tflite"):
        assert "run `keraszoo export saved_models/coder`" in refused("coder", runtime=runtime)
    assert keraszoo.load("coder").verbs == ("reconstruct", "encode", "decode")
    (here / "coder" / "model.keras").unlink()
    said = "neither report.json nor model.keras in saved_models/coder; `keraszoo list` shows the models that are there"
    assert said in refused("saved_models/coder")


@pytest.mark.parametrize(
    ("runtime", "file", "said"),
    [
        ("tflite", "tflite/float32.tflite", "tflite/float32.tflite was changed; export it again"),
        ("saved_model", "saved_model/1/saved_model.pb", "saved_model/1 was changed; export it again"),
        ("keras", "model.keras", "model.keras is not the one that report.json is of"),
    ],
)
def test_a_changed_file(here, runtime, file, said):
    content = (here / "coder" / file).read_bytes()
    (here / "coder" / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert said in refused("coder", runtime=runtime)
    if runtime == "saved_model":  # the others are as they were
        assert keraszoo.load("coder", runtime="tflite")


def test_a_file_that_is_replaced_before_it_is_first_run(here):
    model = keraszoo.load("coder", runtime="tflite", format="float32")
    shutil.copyfile(here / "coder" / "tflite" / "int8.tflite", here / "coder" / "tflite" / "float32.tflite")
    with pytest.raises(ValueError, match=r"float32\.tflite was changed"):
        model.encode(np.zeros((8, 8), np.uint8))


def test_files_of_a_model_that_was_trained_again(here):
    """Their answers would be those of the model before."""
    (here / "coder" / "model.keras").write_bytes(b"trained again")
    for runtime in EVERY_RUNTIME:
        assert "run `keraszoo export saved_models/coder`" in refused("coder", runtime=runtime)


def test_a_missing_model_file(here):
    (here / "coder" / "model.keras").unlink()
    assert "expected a .keras file, found none" in refused("coder")


def test_a_changed_vocabulary(run_folder, tmp_path):
    shutil.copytree(run_folder("reader"), tmp_path / "reader")
    with (tmp_path / "reader" / "tflite" / "vocabulary.json").open("a") as file:
        file.write(" ")
    assert "tflite/vocabulary.json was changed" in refused(tmp_path / "reader", runtime="tflite")


@pytest.mark.parametrize("runtime", EVERY_RUNTIME)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"schema_version": 99}, "made by a newer keraszoo, in version 99"),
        ({"schema_version": 1}, "received 1; export it again"),
        ({"files": 3}, "report.files: expected list, received 3"),
    ],
)
def test_a_report_of_another_version(here, runtime, changes, said):
    change_report(here / "coder", **changes)
    message = refused("coder", runtime=runtime)
    assert said in message
    assert "saved_models/coder/report.json" in message


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"null", b"no JSON", b"\xba"])
def test_a_report_that_is_none(here, content):
    (here / "coder" / "report.json").write_bytes(content)
    said = "report.json: expected the report of an export, received something else; export it again"
    assert refused("coder", runtime="tflite") == f"saved_models/coder/{said}"


def test_an_unknown_runtime_or_format(here):
    message = refused("coder", runtime="tflit")
    assert "a runtime of keras, saved_model, tflite; received 'tflit'. Did you mean 'tflite'?" in message
    for other in ("float16", "saved_model"):
        assert f" has, float32, int8; received '{other}'" in refused("coder", runtime="tflite", format=other)
    assert "leave one of them out" in refused("coder", format="int8")


@pytest.mark.parametrize(
    ("runtime", "opener", "module", "command"),
    [
        ("tflite", "export.runtimes.litert", "ai_edge_litert.interpreter", "pip install ai-edge-litert"),
        ("keras", "export.signatures", "keras", 'pip install "keraszoo[train]"'),
    ],
)
def test_a_runtime_that_is_not_installed(here, monkeypatch, runtime, opener, module, command):
    package, _, name = opener.rpartition(".")
    monkeypatch.delitem(sys.modules, opener, raising=False)  # so that it is imported again, which fails
    monkeypatch.delattr(import_module(package), name, raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    message = re.escape(f"the runtime {runtime!r} needs {module}, which is not installed: {command}")
    with pytest.raises(RuntimeMissingError, match=message):
        keraszoo.load("coder", runtime=runtime)


def test_a_saved_model_where_tensorflow_is_not_installed(here, monkeypatch):
    def missing():
        raise RuntimeMissingError("no tensorflow wheel")

    monkeypatch.setattr(session, "library", missing)
    with pytest.raises(RuntimeMissingError, match="no tensorflow wheel"):
        keraszoo.load("coder", runtime="saved_model")


@pytest.mark.parametrize("runtime", EVERY_RUNTIME)
def test_a_verb_that_the_model_lacks(here, runtime):
    model = keraszoo.load("coder", runtime=runtime)
    with pytest.raises(
        ValueError, match="coder cannot classify: expected one of its verbs, reconstruct, encode, decode"
    ):
        model.classify(IMAGE)


def test_a_code_that_is_no_bits(run_folder):
    model = keraszoo.load(run_folder("hasher"), runtime="tflite")
    with pytest.raises(ValueError, match=r"expected bits, 0 and 1 only, received 0\.5 to 0\.5"):
        model.decode(np.full(5, 0.5))


def test_no_such_attribute():
    with pytest.raises(AttributeError, match="module 'keraszoo' has no attribute 'lode'; it has load"):
        keraszoo.lode  # noqa: B018


def test_a_fitted_picture_is_said_where_it_was_given(here):
    model = keraszoo.load("coder", runtime="tflite")
    with pytest.warns(
        UserWarning, match="coder takes pictures of 8x8 in grey; 2 of another kind fitted: 9x8 in grey"
    ) as said:
        codes = model.encode([np.zeros((9, 8), np.uint8), IMAGE, np.zeros((9, 8), np.uint8)])
    assert codes.shape == (3, 3)
    assert said[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.encode([IMAGE, IMAGE])


def test_no_class_names(run_folder, tmp_path):
    shutil.copytree(run_folder("classifier"), tmp_path / "classifier")
    (tmp_path / "classifier" / "tflite" / "class_names.txt").write_text("one\ntwo\n")
    change_report(tmp_path / "classifier", assets={})
    with pytest.raises(
        ValueError, match=r"expected the names of 10 classes in class_names\.txt, received \['one', 'two'\]"
    ):
        keraszoo.load(tmp_path / "classifier", runtime="tflite").classify(IMAGE)
    (tmp_path / "classifier" / "tflite" / "class_names.txt").unlink()
    with pytest.raises(ValueError, match=r"expected class_names\.txt in .*, found none; export the model again"):
        keraszoo.load(tmp_path / "classifier", runtime="tflite").classify(IMAGE)


def test_what_a_model_says_of_itself(here):
    assert repr(keraszoo.load("coder", runtime="tflite")) == "<coder in tflite: reconstruct, encode, decode>"


def test_what_a_model_takes(run_folder):
    reader = keraszoo.load(run_folder("reader"), runtime="tflite")
    assert (reader.image_shape, reader.max_digits) == ((8, 8, 1), 2)
    reader.warm_up("read")
    translator = keraszoo.load(run_folder("translator"), runtime="tflite")
    translator.warm_up("translate")
    with pytest.raises(ValueError, match="translator takes no pictures"):
        translator.image_shape  # noqa: B018
    with pytest.raises(ValueError, match="translator cannot read: expected one of its verbs"):
        translator.max_digits  # noqa: B018
    with pytest.raises(ValueError, match="reader cannot classify"):
        reader.warm_up("classify")
