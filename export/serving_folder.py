"""What TensorFlow Serving finds over the version folders of a SavedModel, and how many of those stay."""

import os
import re
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

from export.runtimes import serving

MODELS_CONFIG, BATCHING_CONFIG = "models.config", "batching.config"
CONTAINER_FOLDER = "/models"
"""Where the server's container has its models: this one's versions are mounted at ``/models/<name>``."""


def check_model_name(name: str) -> None:
    """Raises ValueError unless TensorFlow Serving can serve a model of this name, at ``/v1/models/<name>``."""
    if not re.fullmatch(r"\w[\w.-]*", name, flags=re.ASCII):
        raise ValueError(
            f"name: expected letters, digits, '_', '.' and '-', as in mnist-encoder, since the model is served at "
            f"/v1/models/<name>; received {name!r}"
        )


def models_config(name: str) -> str:
    """The text of ``models.config``: serve the latest version below ``/models/<name>``.

    Raises:
        ValueError: a name that cannot be served.
    """
    check_model_name(name)
    return f"""model_config_list {{
  config {{
    name: "{name}"
    base_path: "{CONTAINER_FOLDER}/{name}"
    model_platform: "tensorflow"
    model_version_policy {{ latest {{ num_versions: 1 }} }}
  }}
}}
"""


def batching_config() -> str:
    """The text of ``batching.config``: up to 128 samples run together, none waits for others longer than 2 ms.

    TensorFlow Serving then refuses a single request of more than 128 samples.
    """
    return """max_batch_size { value: 128 }
batch_timeout_micros { value: 2000 }
max_enqueued_batches { value: 1000 }
"""


def write_configs(folder: Path, name: str) -> list[str]:
    """Write ``models.config`` and ``batching.config`` into the folder of the versions; returns their names."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {MODELS_CONFIG: models_config(name), BATCHING_CONFIG: batching_config()}
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return list(texts)


def outdated_versions(folder: Path, keep: int | None) -> list[str]:
    """The names of the version folders in ``folder``, from the oldest, beyond the ``keep`` newest ones.

    Raises:
        ValueError: ``keep`` is less than 1; None keeps all.
    """
    check_keep(keep)
    found = [child for child in folder.glob("*") if child.name.isdecimal() and child.is_dir()]
    ordered = [child.name for child in sorted(found, key=lambda child: int(child.name))]
    return [] if keep is None else ordered[:-keep]


def check_keep(keep: int | None) -> None:
    """Raises ValueError unless ``keep`` is None or a number of versions, at least 1."""
    if keep is not None and keep < 1:
        raise ValueError(f"keep: expected at least 1 version, the new one; received {keep}; leave it out to keep all")


def withdraw_versions(folder: Path, names: Sequence[str], workspace: Path) -> None:
    """Move version folders into a temporary folder of the same file system: a server never sees half of one.

    Raises:
        OSError: one could not be moved.
    """
    for name in names:
        os.replace(folder / name, workspace / f"version-{name}")


def check_any_batch(saved_model: str | PathLike[str]) -> None:
    """See that TensorFlow Serving can batch requests: the first dimension of every input and output is the batch.

    What the SavedModel's own file says of its signatures is read, no model is loaded.

    Raises:
        ValueError: names a signature and its input or output of a fixed or unknown first dimension, or of none; or the
            folder is no whole SavedModel.
    """
    for name, signature in serving.signatures(saved_model).items():
        for key, tensor in [*signature.inputs.items(), *signature.outputs.items()]:
            if tensor.shape[:1] != (-1,):
                raise ValueError(
                    f"{saved_model}: expected any batch as the first dimension of {key!r} of signature {name!r}, "
                    f"received the shape {tensor.shape}; export it without a fixed batch"
                )
