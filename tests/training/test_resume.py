"""A training that is killed, and repeated, ends with the weights of one that never was."""

import multiprocessing
import random
import signal
import time

import numpy as np
import pytest
from tiny_training import train_in_child

# Children are forked from a process that has imported TensorFlow and not yet used it: a start costs no import.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["keraszoo.training"])


def start(*arguments):
    process = CHILDREN.Process(target=train_in_child, args=arguments)
    process.start()
    return process


def rows_in(folder):
    path = folder / "history.csv"
    return len(path.read_text().splitlines()) - 1 if path.exists() else 0


def kill_after_rows(process, folder, rows, delay):
    """SIGKILL, ``delay`` seconds after the history has got so many rows."""
    while rows_in(folder) < rows:
        assert process.is_alive(), "the training ended before it could be killed"
        time.sleep(0.002)
    time.sleep(delay)
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def read_weights(folder):
    with np.load(folder / "weights.npz") as weights:
        return list(weights.values())


@pytest.mark.parametrize(
    ("optimizer", "convolutional", "killed_early"),
    [("adam", False, True), ("muon", False, False), ("adam", True, False)],
)
def test_a_killed_training_ends_with_the_same_weights(tmp_path, optimizer, convolutional, killed_early):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    never_killed = start(whole, optimizer, convolutional)
    if killed_early:
        early = start(killed, optimizer, convolutional)
        kill_after_rows(early, killed, 2, random.Random(optimizer).uniform(0, 0.05))
    # By then some of the patience is used up.
    in_backup = start(killed, optimizer, convolutional, 10)
    in_backup.join()
    assert in_backup.exitcode == -signal.SIGKILL
    assert rows_in(killed) == 10
    assert not (killed / "weights.npz").exists()

    resumed = start(killed, optimizer, convolutional)
    for process in (resumed, never_killed):
        process.join()
        assert process.exitcode == 0

    for expected, found in zip(read_weights(whole), read_weights(killed), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert (killed / "history.csv").read_text() == (whole / "history.csv").read_text()
