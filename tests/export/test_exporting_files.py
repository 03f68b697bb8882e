import resource
from pathlib import Path
from typing import Any

import pytest

from export.files import publish, workspace
from export.saved_model import next_version, write_saved_model
from export.signatures import named_signatures


def test_what_a_killed_export_left_is_cleared(tmp_path: Path) -> None:
    stale = tmp_path / ".export-killed" / "built"
    stale.mkdir(parents=True)
    with workspace(tmp_path) as temporary:
        assert temporary.is_dir()
        assert not stale.exists()
    assert list(tmp_path.iterdir()) == []


def test_two_exports_do_not_share_a_folder(tmp_path: Path) -> None:
    with (
        workspace(tmp_path),
        pytest.raises(BlockingIOError, match="another export is writing into"),
        workspace(tmp_path),
    ):
        pytest.fail("the second workspace opened")


def test_a_publication_that_fails_half_way_is_undone(tmp_path: Path) -> None:
    for name in ("a", "old"):
        (tmp_path / name).write_text("earlier")
    (tmp_path / "report.json").mkdir()
    with workspace(tmp_path) as temporary:
        built = temporary / "built"
        (built / "1").mkdir(parents=True)
        for name in ("1/model", "a", "new", "report.json"):
            (built / name).write_text("new")
        with pytest.raises(IsADirectoryError):
            publish(built, tmp_path, order=["1", "a", "new", "report.json"], outdated=["old", "absent"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "old", "report.json"]
    assert (tmp_path / "a").read_text() == (tmp_path / "old").read_text() == "earlier"


def test_a_full_disk_is_an_os_error(tmp_path: Path, tiny_signatures: dict[str, Any]) -> None:
    signatures = named_signatures(tiny_signatures)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(
            OSError, match=r"cannot write the SavedModel into .*; is the disk full\? [^{]*File too large"
        ):
            write_saved_model(signatures, tmp_path / "1")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_versions_count_up_from_the_highest_number(tmp_path: Path) -> None:
    assert next_version(tmp_path / "absent") == 1
    for name in ("2", "10", "old", ".hidden"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 11
