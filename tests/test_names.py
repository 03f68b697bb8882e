import pytest

from keraszoo.names import nearest_name_hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mnst", " Did you mean 'mnist'?"), ("MNIST", " Did you mean 'mnist'?"), ("zebra", ""), ("", "")],
)
def test_hint(name, hint):
    assert nearest_name_hint(name, ["cifar10", "mnist"]) == hint


def test_several_names():
    assert nearest_name_hint("mnst", ["kmnist", "mnist"], count=2) == " Did you mean 'mnist' or 'kmnist'?"
