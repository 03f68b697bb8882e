"""What exported files are timed beside: Keras itself, and ONNX Runtime on the same weights."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from export.errors import ExportError
from export.files import size_of
from export.runtimes import onnx
from export.runtimes.signature import Arrays, RunSignature
from export.verify import compare

ONNX_TOLERANCE = 1e-4
"""Largest relative difference of any output from Keras's: what computes something else is no peer."""


class OnnxPeer(NamedTuple):
    """A model in ONNX Runtime: the bytes of its file, and number of threads to the function that runs it."""

    bytes: int
    runs: dict[int, RunSignature]


def keras_peer(model: Any) -> dict[str, Callable[[Arrays], Any]]:
    """The two ways in which Keras runs a functional model, by the name of the call; inputs and outputs by name."""
    import keras

    from export.signatures import named_signatures

    named = named_signatures({"model": model})["model"]

    def predict(inputs: Arrays) -> Any:
        return named.predict(inputs, batch_size=len(next(iter(inputs.values()))), verbose=0)

    def call(inputs: Arrays) -> Any:
        return {name: keras.ops.convert_to_numpy(values) for name, values in named(inputs).items()}

    return {"model.predict(x)": predict, "model(x)": call}


def onnx_peer(model: Any, sample: Arrays, threads: Sequence[int]) -> OnnxPeer:
    """A functional Keras model, converted for ONNX Runtime and seen to give there what Keras gives.

    Args:
        model: the ``keras.Model``.
        sample: input name to array ``(n, ...)``, what the outputs are compared on.
        threads: numbers of CPU threads.

    Raises:
        RuntimeMissingError: ONNX Runtime or its converter is not installed.
        ExportError: the model cannot be converted, or an output is further from Keras's than `ONNX_TOLERANCE`.
    """
    onnx.check_installed()
    from export.saved_model import write_saved_model
    from export.signatures import named_signatures, predict

    named = named_signatures({"model": model})
    with tempfile.TemporaryDirectory() as folder:
        saved_model, path = Path(folder) / "saved_model", Path(folder) / "model.onnx"
        write_saved_model(named, saved_model)
        onnx.convert(saved_model, "model", path)
        peer = OnnxPeer(size_of(path), {count: onnx.open_signature(path, "model", threads=count) for count in threads})
    expected = predict(named, {"model": sample})["model"]
    for output, difference in compare(expected, peer.runs[threads[0]](sample)).items():
        if not difference.relative <= ONNX_TOLERANCE:
            raise ExportError(
                f"ONNX Runtime gives {output!r} with a difference of {difference.relative:.1e} from Keras, expected at "
                f"most {ONNX_TOLERANCE:g}"
            )
    return peer
