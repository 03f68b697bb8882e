"""The program on top of a model's card, run as it stands there."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.mark.parametrize("name", ["coder", "cleaner", "hasher", "classifier", "reader", "translator"])
def test_it_runs(
    run_folder: Callable[[str], Path],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = run_folder(name)
    program = re.search(r"then:\n\n```python\n(.*?)```", (folder / "README.md").read_text("utf-8"), re.DOTALL)
    assert program is not None
    (tmp_path / "saved_models").symlink_to(folder.parent)
    Image.fromarray(np.full((8, 8), 200, np.uint8)).save(tmp_path / "picture.png")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    exec(program[1], names)
    assert {"code", "image", "bits", "answer"} & names.keys()
    assert bool(capsys.readouterr().out) == ("answer" in names)
