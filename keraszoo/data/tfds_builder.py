"""Find a TensorFlow Datasets builder by name and see that its data set is prepared."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keraszoo.names import nearest_name_hint

INSTEAD = (
    "use 'digits' (bundled) or a folder of pictures, or set TFDS_DATA_DIR to a folder"
    " in which tensorflow-datasets prepared it on another machine"
)


def tfds_folder() -> str:
    """Return the folder in which TFDS keeps its data: ``TFDS_DATA_DIR``, or its own default."""
    folder = os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return folder if "://" in folder else os.path.abspath(Path(folder).expanduser())


def find_builder(name: str, other_names: Iterable[str]) -> Any:
    """Return the builder for ``name`` as TFDS spells it: ``name``, ``name/config``, ``name:version``.

    Args:
        name: what was asked for.
        other_names: data sets from elsewhere that ``name`` may be a misspelling of.

    Raises:
        ValueError: TFDS has no such data set, version or configuration.
    """
    import tensorflow_datasets as tfds  # slow to import

    data_set = name.split("/")[0].split(":")[0]
    registered = tfds.list_builders(with_community_datasets=False)
    try:
        return tfds.builder(name, data_dir=tfds_folder())
    except tfds.core.DatasetNotFoundError:
        hint = nearest_name_hint(data_set, {*other_names, *registered}, count=3)
        raise ValueError(
            f"expected 'digits', a tensorflow-datasets name or a folder of pictures, received {name!r}:"
            f" there is no such data set or folder.{hint}"
        ) from None
    except Exception as error:  # TFDS raises AssertionError for a version, and ImportError for some namespaces
        hint = nearest_name_hint(data_set, {*other_names, *registered}, count=3)
        if data_set not in registered and hint:
            raise ValueError(f"expected the name of a data set, received {name!r}: there is none.{hint}") from error
        configs = tfds.builder_cls(data_set).builder_configs if data_set in registered else ()
        hint = nearest_name_hint(name, [f"{data_set}/{config}" for config in configs], count=3)
        raise ValueError(
            f"expected a data set as tensorflow-datasets spells it (name, name/config or name:version),"
            f" received {name!r}: {_one_line(error)}.{hint}"
        ) from error


def prepare(builder: Any) -> None:
    """Download and prepare the builder's data set, if it is not there already.

    Raises:
        ConnectionError: it has to be downloaded, and none of its hosts answers.
        OSError: anything else that keeps TFDS from preparing it.
    """
    if builder.is_prepared():
        return
    _require_network(builder)
    try:
        builder.download_and_prepare()
    except Exception as error:  # data sets run code of their own: anything can come
        raise OSError(
            f"tensorflow-datasets could not prepare {builder.name!r} in {builder.data_dir}:"
            f" {_one_line(error)}; try again, or {INSTEAD}"
        ) from error


def _require_network(builder: Any) -> None:
    """Ask each host once: without a network TFDS itself retries for minutes before it gives up."""
    import requests

    urls = {urlsplit(url).netloc: url for url in builder.url_infos if url.startswith("http")}
    for url in urls.values():
        try:
            requests.head(url, timeout=5)
            return
        except requests.RequestException:
            continue
    if urls:
        raise ConnectionError(
            f"{builder.name!r} is not in {tfds_folder()} and cannot be downloaded: no answer from"
            f" {', '.join(urls)}; {INSTEAD}"
        )


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300].rstrip(".: ")
