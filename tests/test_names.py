import pytest

from keraszoo.names import check_choice, nearest_name_hint


@pytest.mark.parametrize(
    ("name", "hint"),
    [("mnst", " Did you mean 'mnist'?"), ("MNIST", " Did you mean 'mnist'?"), ("zebra", ""), ("", "")],
)
def test_hint(name, hint):
    assert nearest_name_hint(name, ["cifar10", "mnist"]) == hint


def test_several_names():
    assert nearest_name_hint("mnst", ["kmnist", "mnist"], count=2) == " Did you mean 'mnist' or 'kmnist'?"


def test_a_choice_that_there_is_not():
    check_choice("fruit", "apple", ["apple", "pear"])
    with pytest.raises(ValueError, match=r"fruit must be one of apple, pear; received 'aple'\. Did you mean 'apple'\?"):
        check_choice("fruit", "aple", ["apple", "pear"])
    with pytest.raises(ValueError, match=r"received None\.$"):
        check_choice("fruit", None, ["apple", "pear"])
