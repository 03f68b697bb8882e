"""What the command line says where only the part for small devices is installed."""

import sys

from keraszoo.cli import main


def test_a_command_that_needs_more_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert main(["train", "autoencoder-digits"]) == 2
    said = capsys.readouterr().err
    assert said == 'keraszoo: error: this needs tensorflow, which is not installed: pip install "keraszoo[train]"\n'


def test_an_import_of_our_own_that_fails_is_no_missing_package(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "keraszoo.picture_search", None)
    assert main(["search", "codes.index", "digits/test/0"]) == 2
    assert "pip install" not in capsys.readouterr().err
