"""A folder is one process's, and everyone's again once that process ended, in whatever way."""

import subprocess
import sys

import pytest

from keraszoo.locks import locked


def test_a_held_folder_is_refused_and_then_free(tmp_path):
    folder = tmp_path / "state"
    with locked(folder, "busy"):
        (folder / "mine").touch()
        with pytest.raises(BlockingIOError, match="busy"), locked(folder, "busy"):
            pass
    with locked(folder, "busy"):
        pass
    assert [path.name for path in folder.iterdir()] == ["mine"]


def test_what_stays_empty_is_removed(tmp_path):
    with pytest.raises(ValueError, match="bad"), locked(tmp_path / "models" / "state", "busy"):
        raise ValueError("bad")
    assert not list(tmp_path.iterdir())


def test_a_killed_process_holds_nothing(tmp_path):
    script = (
        "import sys, time, pathlib; from keraszoo.locks import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), 'busy'): print('held', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(BlockingIOError), locked(tmp_path, "busy"):
            pass
        process.kill()
        process.wait()
    assert (tmp_path / "lock").exists()
    with locked(tmp_path, "busy"):
        pass


def test_a_lock_whose_file_was_just_removed_is_no_lock(tmp_path, monkeypatch):
    """The holder before removed the folder between our opening its file and our lock on it."""
    flock = sys.modules["keraszoo.locks"].fcntl.flock

    def lock_too_late(file, operation):
        (tmp_path / "lock").unlink()
        flock(file, operation)

    monkeypatch.setattr("keraszoo.locks.fcntl.flock", lock_too_late)
    with pytest.raises(BlockingIOError, match="busy"), locked(tmp_path, "busy"):
        pass
