import pytest

from keraszoo.files import write_whole


def test_takes_the_place_only_when_whole(tmp_path):
    path = tmp_path / "new" / "scores.json"
    with write_whole(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == ".json"
        temporary.write_text("whole")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "scores.json"
    path.write_text("old")

    def fail_half_way():
        with write_whole(path) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_written(tmp_path):
    with pytest.raises(FileNotFoundError), write_whole(tmp_path / "scores.json"):
        pass


def test_permissions_follow_the_umask(tmp_path):
    (tmp_path / "plain").touch()
    with write_whole(tmp_path / "whole") as temporary:
        temporary.touch()
    assert (tmp_path / "whole").stat().st_mode == (tmp_path / "plain").stat().st_mode
