"""What lies over the version folders, and which of them stay."""

from pathlib import Path
from typing import Any

import pytest
from artifacts import make_saved_model

from export.serving_folder import (
    check_any_batch,
    models_config,
    outdated_versions,
    withdraw_versions,
    write_configs,
)


def test_the_configuration_of_the_models(tmp_path: Path) -> None:
    reason = "pip install --no-deps tensorflow-serving-api==2.21.0"
    model_server_config_pb2 = pytest.importorskip("tensorflow_serving.config.model_server_config_pb2", reason=reason)
    text_format = pytest.importorskip("google.protobuf.text_format")
    assert write_configs(tmp_path / "saved_model", "mnist-encoder") == ["models.config", "batching.config"]
    text = (tmp_path / "saved_model" / "models.config").read_text()
    (config,) = text_format.Parse(text, model_server_config_pb2.ModelServerConfig()).model_config_list.config
    assert (config.name, config.base_path, config.model_platform) == (
        "mnist-encoder",
        "/models/mnist-encoder",
        "tensorflow",
    )
    assert config.model_version_policy.latest.num_versions == 1


def test_the_configuration_of_batching(tmp_path: Path) -> None:
    """The fields of BatchingParameters, whose generated class no package has."""
    write_configs(tmp_path, "tiny")
    lines = (tmp_path / "batching.config").read_text().splitlines()
    assert lines == [
        "max_batch_size { value: 128 }",
        "batch_timeout_micros { value: 2000 }",
        "max_enqueued_batches { value: 1000 }",
    ]


@pytest.mark.parametrize("name", ["", "two words", 'quo"te', "a/b", "../up", "숫자"])
def test_a_name_that_cannot_be_served(name: str) -> None:
    with pytest.raises(ValueError, match="name: expected letters, digits"):
        models_config(name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for version in (1, 2, 9, 10):
        (tmp_path / "saved_model" / str(version) / "variables").mkdir(parents=True)
    (tmp_path / "saved_model" / "models.config").touch()
    return tmp_path / "saved_model"


@pytest.mark.parametrize(
    ("keep", "outdated"),
    [(1, ["1", "2", "9"]), (2, ["1", "2"]), (4, []), (99, []), (None, [])],
)
def test_the_oldest_versions_go(folder: Path, keep: int | None, outdated: list[str]) -> None:
    assert outdated_versions(folder, keep) == outdated


@pytest.mark.parametrize("keep", [0, -1])
def test_at_least_the_new_version_stays(folder: Path, keep: int) -> None:
    with pytest.raises(ValueError, match=f"keep: expected at least 1 version, the new one; received {keep}; leave it"):
        outdated_versions(folder, keep)


def test_no_versions_at_all(tmp_path: Path) -> None:
    assert outdated_versions(tmp_path / "absent", 1) == []


def test_versions_go_as_a_whole(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    withdraw_versions(folder, ["1", "9"], tmp_path / "temporary")
    assert sorted(path.name for path in folder.iterdir()) == ["10", "2", "models.config"]
    assert (tmp_path / "temporary" / "version-9" / "variables").is_dir()


def test_any_batch(tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    check_any_batch(make_saved_model(tiny_signatures, tmp_path / "1"))


def test_a_fixed_batch(tiny_signatures: dict[str, Any], tmp_path: Path) -> None:
    folder = make_saved_model({"encode": tiny_signatures["encode"]}, tmp_path / "1", batch_size=1)
    with pytest.raises(ValueError, match=r"any batch as the first dimension of 'image' of .*\(1, 8, 8, 1\)"):
        check_any_batch(folder)


def test_an_output_without_a_batch(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.weight = tf.Variable(1.0)
    module.total = tf.function(
        lambda values: {"total": module.weight * tf.reduce_sum(values)},
        input_signature=[tf.TensorSpec((None, 3), name="values")],
    )
    tf.saved_model.save(module, str(tmp_path / "1"), signatures={"total": module.total})
    with pytest.raises(ValueError, match=r"'total' of signature 'total', received the shape \(\)"):
        check_any_batch(tmp_path / "1")
