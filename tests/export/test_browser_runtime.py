"""The browser runtime: real files, in LiteRT.js in a real headless Chromium. Each run takes about three seconds."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import numpy as np
import pytest
from artifacts import make_saved_model, make_tflite, skip_if_missing

from export.errors import RuntimeMissingError
from export.runtimes import browser, litert
from export.runtimes.browser_server import serve_page

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def _installed() -> None:
    skip_if_missing(browser.check_installed)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where browsers have their profiles during the test."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def fake_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a ``chromium`` that ends at once, and a LiteRT.js of nothing but its version."""
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\necho cannot start >&2\nexit 3\n", encoding="utf-8")
    fake.chmod(0o755)
    for name, version in json.loads((browser.PAGE / "package.json").read_bytes())["dependencies"].items():
        package = tmp_path / "node_modules" / name / "package.json"
        package.parent.mkdir(parents=True)
        package.write_text(json.dumps({"version": version}), encoding="utf-8")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("KERASZOO_LITERTJS", str(tmp_path))
    return tmp_path


def _convert(function: Any, shape: tuple[int | None, ...], dtype: str, path: Path, custom: bool = False) -> Path:
    """A ``.tflite`` file with the signature ``f`` of a function of ``x``."""
    import tensorflow as tf

    graph = tf.function(function, input_signature=[tf.TensorSpec(shape, dtype, name="x")])
    tf.saved_model.save(tf.Module(), str(path.with_suffix("")), signatures={"f": graph})
    converter = tf.lite.TFLiteConverter.from_saved_model(str(path.with_suffix("")), signature_keys=["f"])
    converter.allow_custom_ops = custom
    path.write_bytes(converter.convert())
    return path


def _processes_with(word: str) -> list[str]:
    """The command lines of the running processes that have the word in them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = entry.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if word in command:
            found.append(command)
    return found


def _wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.usefixtures("_installed")
@pytest.mark.parametrize(("signature", "threads"), [("reconstruct", 1), ("decode", 2)])
def test_a_named_signature_gives_what_litert_gives(
    tiny_tflite: Path, tiny_samples: Samples, signature: str, threads: int
) -> None:
    expected = litert.open_signature(tiny_tflite, signature)(tiny_samples[signature])
    received = browser.open_signature(tiny_tflite, signature, threads=threads)(tiny_samples[signature])
    assert received.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(received[name], values, atol=1e-5)


@pytest.mark.usefixtures("_installed")
def test_integers_a_larger_batch_and_the_time_of_each_run(tmp_path: Path) -> None:
    import tensorflow as tf

    def largest(x: Any) -> dict[str, Any]:
        return {"place": tf.argmax(x, 1, output_type=tf.int32), "half": tf.cast(x, tf.float32) / 2}

    path = _convert(largest, (3, 5), "uint8", tmp_path / "largest.tflite")
    values = np.random.default_rng(7).permutation(30).reshape(6, 5)
    outputs, milliseconds = browser.run_timed(path, "f", {"x": values})
    np.testing.assert_array_equal(outputs["place"], values.argmax(1))
    assert outputs["place"].dtype == np.int32
    np.testing.assert_array_equal(outputs["half"], values / 2)
    assert milliseconds.shape == (2,)
    assert (milliseconds > 0).all()


@pytest.mark.usefixtures("_installed")
def test_int8_inputs_are_refused(tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path: Path) -> None:
    saved_model = make_saved_model(tiny_signatures, tmp_path / "static", batch_size=1)
    path = make_tflite(saved_model, tmp_path / "int8.tflite", ["encode"], tiny_samples["encode"])
    with pytest.raises(ValueError, match=r"LiteRT\.js cannot run 'encode' of .*int8\.tflite: .*INT8 is not supported"):
        browser.open_signature(path, "encode")(tiny_samples["encode"])


@pytest.mark.usefixtures("_installed")
def test_an_operator_that_litertjs_lacks_is_named_instead_of_zeros_given(tmp_path: Path) -> None:
    import tensorflow as tf

    def beta(x: Any) -> dict[str, Any]:
        return {"y": tf.raw_ops.Betainc(a=x, b=x, x=x)}

    path = _convert(beta, (1, 4), "float32", tmp_path / "custom.tflite", custom=True)
    with pytest.raises(ValueError, match=r"cannot run 'f' of .*custom\.tflite: .*unresolved custom op: Betainc"):
        browser.open_signature(path, "f")({"x": np.ones((2, 4), np.float32)})


@pytest.mark.usefixtures("_installed")
def test_a_batch_of_any_size_is_refused(tmp_path: Path) -> None:
    path = _convert(lambda x: {"y": x * 2}, (None, 4), "float32", tmp_path / "any.tflite")
    with pytest.raises(ValueError, match=r"cannot run 'f' of .*any\.tflite: .*it takes .*fixed shapes"):
        browser.open_signature(path, "f")({"x": np.ones((2, 4), np.float32)})


@pytest.mark.usefixtures("_installed")
def test_a_browser_that_takes_too_long_is_stopped_without_a_trace(
    tiny_tflite: Path, tiny_samples: Samples, temporary: Path
) -> None:
    with pytest.raises(TimeoutError, match=r"not done within 0\.2 seconds"):
        browser.run_timed(tiny_tflite, "encode", tiny_samples["encode"], time_limit=0.2)
    assert list(temporary.iterdir()) == []
    assert _processes_with(str(temporary)) == []


@pytest.mark.usefixtures("_installed")
def test_a_browser_ends_with_the_process_that_started_it_in_a_folder_too_deep_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    code = (
        "import threading; from export.runtimes.chromium import show_page; "
        "show_page('about:blank', threading.Event(), 60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(deep)})
    try:
        _wait_until(lambda: any("type=renderer" in command for command in _processes_with(str(tmp_path))))
    finally:
        process.kill()
        process.wait()
    _wait_until(lambda: not _processes_with(str(tmp_path)))


def test_a_browser_that_ends_by_itself_is_told_from_a_refusal(
    tiny_tflite: Path, tiny_samples: Samples, fake_tools: Path, temporary: Path
) -> None:
    with pytest.raises(OSError, match="ended before the page was done: exit code 3; its last words: cannot start"):
        browser.open_signature(tiny_tflite, "encode")(tiny_samples["encode"])


def test_a_missing_browser_is_named(fake_tools: Path) -> None:
    browser.check_installed()
    (fake_tools / "chromium").unlink()
    with pytest.raises(RuntimeMissingError, match="apt-get install chromium"):
        browser.check_installed()


@pytest.mark.parametrize("found", [None, "0.0.1"])
def test_another_litertjs_says_what_to_install(fake_tools: Path, found: str | None) -> None:
    package = fake_tools / "node_modules" / "@litertjs" / "core" / "package.json"
    package.unlink()
    if found:
        package.write_text(json.dumps({"version": found}), encoding="utf-8")
    message = rf"found {found or 'none'}: npm install --prefix {fake_tools} @litertjs/core@\d"
    with pytest.raises(RuntimeMissingError, match=message):
        browser.check_installed()


def test_what_is_wrong_is_said_before_a_browser_starts(tiny_tflite: Path, fake_tools: Path) -> None:
    with pytest.raises(ValueError, match="Did you mean 'encode'"):
        browser.open_signature(tiny_tflite, "encoder")
    with pytest.raises(ValueError, match="takes the inputs image; received picture"):
        browser.open_signature(tiny_tflite, "encode")({"picture": np.zeros((1, 8, 8, 1))})


def test_a_page_gets_what_is_there_for_it_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "page.js").write_bytes(b"run()")
    with serve_page({"/page.js": tmp_path / "page.js", "/inputs/a b": b"\x00\x01"}, last_words=["/done"]) as server:
        with urlopen(f"{server.url}/page.js") as answer:
            assert (answer.read(), answer.headers["Content-Type"]) == (b"run()", "text/javascript")
        with urlopen(f"{server.url}/inputs/a%20b") as answer:
            assert answer.read() == b"\x00\x01"
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{server.url}/../page.html")
        urlopen(f"{server.url}/outputs/y", data=b"12").close()
        assert not server.finished.is_set()
        urlopen(f"{server.url}/done", data=b"").close()
        assert server.finished.wait(5)
        assert server.posted == {"/outputs/y": b"12", "/done": b""}
