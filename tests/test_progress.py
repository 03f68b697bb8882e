"""The line that counts what is done."""

import sys

from keraszoo import progress
from keraszoo.progress import progress_line


def test_only_the_end_is_printed_where_there_is_no_terminal(capsys):
    advance = progress_line(5, "pictures")
    for count in (2, 3, 0):
        advance(count)
    assert capsys.readouterr().out == "5/5 pictures\n"


def test_a_terminal_is_written_over(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN", 0)
    advance = progress_line(2, "tiles")
    advance(1)
    advance(1)
    assert capsys.readouterr().out == "1/2 tiles, 0 s left\033[K\r2/2 tiles\033[K\n"


def test_nothing_is_printed_where_it_is_not_wanted(capsys):
    progress_line(1, "pictures", shown=False)(1)
    assert capsys.readouterr().out == ""
