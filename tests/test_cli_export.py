"""`keraszoo export --prove`: further runtimes, their table and the exit code."""

import json
import shutil

import pytest

from export.prove_runtimes import PROOFS, Proof
from keraszoo.cli import main

NAME = "autoencoder-digits"
TRAIN = ("train", NAME, "--quiet", "--epochs", "1", "--code-size", "4", "--hidden-units", "8")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    output = tmp_path_factory.mktemp("models")
    assert main([*TRAIN, "--output", str(output)]) == 0
    return output


@pytest.fixture
def output(trained, tmp_path):
    return shutil.copytree(trained, tmp_path / "models")


def export(output, *options):
    return main(["export", NAME, "--output", str(output), "--formats", "float32", *options])


def rows_of(output):
    return json.loads((output / NAME / "report.json").read_text())["runtimes"]


def test_what_agrees_is_in_the_report_and_the_table(output, capfd, monkeypatch):
    monkeypatch.setitem(PROOFS, "litert", PROOFS["litert"][1:2])
    monkeypatch.setitem(PROOFS, "micro", PROOFS["litert"])
    assert export(output, "--prove", "litert", "--prove", "micro, litert") == 0
    rows = rows_of(output)
    assert {row["runtime"] for row in rows} == {"litert", "micro"}
    assert {(row["signature"], row["status"]) for row in rows} == {
        ("reconstruct", "agrees"),
        ("encode", "agrees"),
        ("decode", "agrees"),
    }
    printed = capfd.readouterr().out
    assert printed.count("tflite/float32.tflite") == len(rows)
    assert "float32      litert, XNNPACK, 2 threads" in printed
    assert "litert, XNNPACK, 2 threads" in (output / NAME / "README.md").read_text()


def test_what_is_missing_elsewhere_is_told_without_a_proof(output, capfd):
    assert main(["export", NAME, "--output", str(output), "--formats", "float32,float16"]) == 0
    (line,) = [line for line in capfd.readouterr().out.splitlines() if "DEQUANTIZE" in line]
    reason = "DEQUANTIZE: TFLite Micro takes no float16 weights; export float32 or full_int8"
    assert line == f"float16 in micro: {reason}"
    assert f"| float16 | micro | {reason} |" in (output / NAME / "README.md").read_text()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("raise RuntimeMissingError('pip install toy')", "not installed", 0),
        ("raise ValueError('no such operator')", "refused", 1),
        ("os.abort()", "crashed", 1),
    ],
)
def test_a_runtime_that_fails_is_exit_code_1_and_a_missing_one_is_not(
    output, capfd, monkeypatch, tmp_path, body, status, code
):
    (tmp_path / "toy_runtime.py").write_text(
        f"import os\nfrom export.errors import RuntimeMissingError\n\n\ndef check_installed():\n    {body}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(PROOFS, "micro", (Proof("toy_runtime"),))
    if code == 0:
        assert export(output, "--prove", "micro") == 0
    else:
        with pytest.raises(SystemExit, match="keraszoo: 3 of 3 further proofs failed: micro"):
            export(output, "--prove", "micro")
    assert {row["status"] for row in rows_of(output)} == {status}
    assert (output / NAME / "tflite" / "float32.tflite").exists()
    assert f"{status}: " in capfd.readouterr().out


def test_an_unknown_runtime_is_told_before_anything_is_loaded(output, capfd):
    assert export(output, "--prove", "mirco") == 2
    assert "received 'mirco'. Did you mean 'micro'?" in capfd.readouterr().err
    assert not (output / NAME / "report.json").exists()


@pytest.mark.parametrize(("option", "value"), [("--formats", ""), ("--formats", "float32,,int8"), ("--prove", "")])
def test_names_that_are_none(output, capfd, option, value):
    assert main(["export", NAME, "--output", str(output), option, value]) == 2
    said = capfd.readouterr().err
    assert f"argument {option}: expected names with commas, such as float32,int8; received {value!r}" in said
    assert not (output / NAME / "report.json").exists()
