"""What the README shows must run as it stands."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from shown_code import check_command, commands, names_of_runs, python_blocks

from export import FORMATS
from keraszoo.loading.verbs import VERBS
from keraszoo.presets import PRESETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def script_with(word: str) -> str:
    """The one block of Python that has the word."""
    (script,) = (block for block in python_blocks(README) if word in block)
    return script


def test_the_ten_lines_train_score_draw_and_export(tmp_path):
    script = script_with("export_model")
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    printed = set()
    for _ in ("new", "again, with what the first left"):
        finished = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False
        )
        assert finished.returncode == 0, finished.stderr
        printed |= {line for line in finished.stdout.splitlines() if "squared_error" in line}
    assert len(printed) == 1
    assert (tmp_path / "mine" / "reconstructions.png").read_bytes().startswith(b"\x89PNG")
    report = json.loads((tmp_path / "mine" / "digits" / "report.json").read_text())
    assert {row["format"] for row in report["agreement"]} == {"saved_model", *FORMATS}
    assert all(row["agrees"] for row in report["agreement"])


def test_the_search_shown_finds_and_saves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bits = np.random.default_rng(0).integers(0, 2, (50, 32))
    names = {"bits": bits, "ids": np.arange(100, 150), "query_bits": bits[7:9]}
    exec(script_with("CodeIndex"), names)
    assert names["index"].search(bits[7:9], k=1)[0].tolist() == [[107], [108]]
    assert 107 in names["ids"]
    assert (tmp_path / "codes.index").exists()


def test_the_models_and_verbs_shown_are_there():
    shown = re.findall(r'keraszoo\.load\("([\w-]+)".*?\)\.(\w+)\(', script_with("keraszoo.load"))
    assert shown
    assert {name for name, _ in shown} <= set(PRESETS)
    assert {verb for _, verb in shown} <= set(VERBS)


def test_every_command_shown_can_be_given():
    for words in commands(README):
        check_command(words, names_of_runs(README) | {"my-autoencoder"})


def test_the_figures_shown_are_those_of_the_committed_results(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    tables = importlib.import_module("tables")
    assert tables.figures() in README
