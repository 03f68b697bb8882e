"""The command line's help, what it costs to ask for it, and the table of commands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keraszoo import __version__, commands
from keraszoo.cli import main


def test_list(capsys):
    assert main(["list"]) == 0
    assert "autoencoder-digits" in capsys.readouterr().out
    assert main(["list", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["presets"]["autoencoder-digits"]["family"] in table["families"]


@pytest.mark.parametrize("arguments", [[], ["--help"], *([name, "--help"] for name in commands.COMMANDS)])
def test_help_teaches(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 0
    assert "usage: keraszoo" in capsys.readouterr().out


def test_version(capsys):
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"keraszoo {__version__}\n"


def test_every_command_has_a_file_and_every_file_a_row():
    files = {path.stem for path in Path(commands.__file__).parent.glob("*.py")} - {"__init__", "opening", "shared"}
    assert files == set(commands.COMMANDS)


def test_help_imports_nothing_heavy():
    script = (
        "import sys, runpy; sys.argv = ['keraszoo', '--help']\n"
        "try: runpy.run_module('keraszoo.cli', run_name='__main__')\n"
        "except SystemExit as end: print(end.code, *{'tensorflow', 'keras', 'numpy', 'PIL'} & set(sys.modules))\n"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[-1].split() == ["0"]


def test_a_folder_that_is_not_there_is_told_before_anything_slow_is_loaded():
    script = (
        "import sys; from keraszoo.cli import main\n"
        "print(main(['train', 'denoiser', '--data', 'nothing/']), *{'tensorflow', 'keras'} & set(sys.modules))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == ["2"]
    assert "expected a folder of pictures at nothing, found nothing; check the path" in ended.stderr


def test_a_reader_that_goes_away_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "keraszoo.cli", "list"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, env=environment)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_letters_that_a_terminal_does_not_know_are_escaped():
    code = (
        "from keraszoo import cli, commands; commands.command('list').run = lambda _: print('읽다'); cli.main(['list'])"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert ended.stdout == "\\uc77d\\ub2e4\n"


def test_progress_still_sees_a_terminal(monkeypatch):
    """It moves on one line there, and writes whole lines into a file."""
    seen = []
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(commands.command("list"), "run", lambda _: seen.append(sys.stdout.isatty()))
    assert main(["list"]) == 0
    assert seen == [True]


def test_work_goes_on_when_nobody_reads_what_it_prints(tmp_path):
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "picture.png")
    command = f"{sys.executable} -m keraszoo.cli index {tmp_path} --model hasher-mnist --out {tmp_path}/codes.index"
    for end in ("| true", ">&-"):
        subprocess.run(f"{command} {end}", shell=True, check=True, stderr=subprocess.DEVNULL)
        (tmp_path / "codes.index").unlink()
