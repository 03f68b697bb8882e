"""Open the trained model that a command asks for, in the runtime at hand."""

import argparse
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keraszoo.commands.shared import add_output, load_quietly, log_plainly, native_messages_hidden

if TYPE_CHECKING:
    from keraszoo.loading import LoadedModel

AUTO = "auto"


def add_runtime(parser: argparse.ArgumentParser) -> None:
    """Add ``--runtime``, and ``--output``, where models are looked for."""
    parser.add_argument(
        "--runtime",
        default=AUTO,
        metavar="RUNTIME",
        help="keras, saved_model, tflite, or auto: TFLite if the model was exported, which starts at once and needs no "
        "TensorFlow, else Keras [auto]",
    )
    add_output(parser)


def model_folder(name: str, options: argparse.Namespace) -> Path:
    """The folder of a model: its name in ``options.output``, else among those installed with the zoo, or a path.

    Raises:
        ValueError: there is none; the message names the nearest.
    """
    from keraszoo.loading.folders import find_folder

    return find_folder(name, options.output)


def open_model(folder: Path, verb: str, options: argparse.Namespace, pictures: Iterable[str] = ()) -> "LoadedModel":
    """The model of a folder, ready for a verb, in ``options.runtime``; ``pictures`` are what it will be given, by name.

    Raises:
        ValueError: as `keraszoo.load`, or the model has no such verb; the message names those that have.
    """
    from keraszoo.data.named_pictures import needs_tensorflow
    from keraszoo.loading import load
    from keraszoo.loading.folders import folders_there

    log_plainly()
    runtime = _at_hand(folder) if options.runtime == AUTO else options.runtime
    if runtime == "keras":
        load_quietly()
    with native_messages_hidden():
        model = load(folder, runtime)
        if verb in model.verbs:
            model.warm_up(verb)
            if any(needs_tensorflow(name, model.image_shape) for name in pictures):
                load_quietly()
            return model
    beside = folders_there(folder.parent, options.output)
    able = [other.name for other in beside if _can(other, verb, runtime)]
    raise ValueError(
        f"expected a model with the signature {verb!r}, received {folder.name}, which has {', '.join(model.verbs)}; "
        f"of the models beside it these have: {', '.join(able) or 'none; train one (`keraszoo list`)'}"
    )


def codes_of(model: "LoadedModel", images: Any) -> dict[str, Any]:
    """``bits`` and ``soft_code`` of pixels 0-255 ``(n, height, width, channels)``, in one run: bits are it rounded."""
    import numpy as np

    soft_code = model.soft_code(images.astype(np.uint8))
    return {"bits": np.rint(soft_code).astype(np.uint8), "soft_code": soft_code}


def _at_hand(folder: Path) -> str:
    """``tflite`` for an exported model, unless it was trained again since, which is an error; else ``keras``."""
    from keraszoo.loading.reports import check_model_file, read_report

    if not (folder / "report.json").is_file() or not any((folder / "tflite").glob("*.tflite")):
        return "keras"
    check_model_file(folder, read_report(folder))
    return "tflite"


def _can(folder: Path, verb: str, runtime: str) -> bool:
    """Whether a model has a verb; one that was not exported is opened for that, in Keras only."""
    from keraszoo.loading import load
    from keraszoo.loading.listing import listed

    found = listed(folder)
    if found.verbs or runtime != "keras":
        return verb in found.verbs
    with suppress(ValueError, OSError):
        return verb in load(folder).verbs
    return False
