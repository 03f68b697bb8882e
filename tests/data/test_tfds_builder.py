import time
from types import SimpleNamespace

import pytest

from keraszoo.data import load_images
from keraszoo.data.tfds_builder import prepare


@pytest.mark.parametrize("name", ["mnist", "cifar100"])
def test_no_network_and_nothing_cached(tmp_path, monkeypatch, name):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "nothing"))
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")  # where nobody answers
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    start = time.monotonic()
    with pytest.raises(ConnectionError, match=rf"'{name}' is not in .*; use 'digits' .* or set TFDS_DATA_DIR"):
        load_images(name)
    assert time.monotonic() - start < 30


def test_what_keeps_tfds_from_preparing_is_told_in_one_line():
    def fail():
        raise AssertionError("Manual download\nrequired.")

    builder = SimpleNamespace(
        name="manual", data_dir="data", url_infos={}, is_prepared=lambda: False, download_and_prepare=fail
    )
    with pytest.raises(OSError, match=r"could not prepare 'manual' in data: AssertionError: Manual download required;"):
        prepare(builder)
