"""``keraszoo.load``: a trained model by its name, in the runtime at hand."""

import os

from keraszoo.loading.folders import find_folder
from keraszoo.loading.model import LoadedModel
from keraszoo.loading.runtimes import RUNTIMES
from keraszoo.names import nearest_name_hint


def load(
    name_or_path: str | os.PathLike[str],
    runtime: str = "keras",
    *,
    format: str | None = None,  # noqa: A002
) -> LoadedModel:
    """Open a trained model; the verbs and the answers are the same in every runtime::

        keraszoo.load("denoiser-mnist", runtime="tflite").denoise("noisy.png")

    Args:
        name_or_path: a model's folder; or its name, looked for in ``saved_models`` of the working directory, then among
            the models installed with the zoo.
        runtime: ``keras`` runs ``model.keras``; ``saved_model`` what TensorFlow Serving is given, by its own loader;
            ``tflite`` a TFLite file by LiteRT, which needs numpy, Pillow and ai-edge-litert only, no TensorFlow.
        format: of the TFLite file: ``float32``, ``float16``, ``dynamic``, ``int8`` or ``full_int8``; by default the
            first of these that is there. Installed models have some of them only.

    Raises:
        ValueError: no such model, runtime or format; a folder that was not exported, whose files are not those of its
            report, or that a newer version made; a file that is not there, with the command that makes it.
        export.errors.RuntimeMissingError: the runtime is not installed; says what to install.
    """
    if runtime not in RUNTIMES:
        hint = nearest_name_hint(str(runtime), RUNTIMES)
        raise ValueError(f"expected a runtime of {', '.join(RUNTIMES)}; received {runtime!r}.{hint}")
    if runtime != "tflite" and format is not None:
        raise ValueError(
            f'expected runtime="tflite" with format={format!r}, received {runtime!r}; leave one of them out'
        )
    return LoadedModel(RUNTIMES[runtime](find_folder(name_or_path), format))
