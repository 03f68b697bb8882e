"""The table of runtimes: which of them names stand for."""

from typing import Any

import pytest

from export.prove_runtimes import check_runtimes


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["micro", "gpu"], ("gpu", "micro")),
        ("browser", ("browser",)),
        (["all", "gpu"], ("litert", "gpu", "micro", "browser")),
        ([], ()),
    ],
)
def test_names_of_runtimes(names: Any, expected: tuple[str, ...]) -> None:
    assert check_runtimes(names) == expected


def test_an_unknown_runtime_is_told_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"browser, arm64, all, received 'mirco'. Did you mean 'micro'\?"):
        check_runtimes(["mirco"])
