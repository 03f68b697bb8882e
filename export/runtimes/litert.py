"""Run a signature of a ``.tflite`` file with the LiteRT interpreter: what runs on a phone or a Raspberry Pi.

Needs numpy and ai_edge_litert only, and opens a file in a few hundredths of a second.
"""

from os import PathLike
from typing import Any

from ai_edge_litert.interpreter import Interpreter, OpResolverType

from export.errors import one_line
from export.runtimes.fixed_batch import fixed_batch_run, tensor
from export.runtimes.signature import Arrays, RunSignature, Signature, check_signature, check_threads

KERNELS = {
    "xnnpack": OpResolverType.BUILTIN,
    "builtin": OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    "reference": OpResolverType.BUILTIN_REF,
}
"""What computes the operators: XNNPACK, as everywhere by default, with LiteRT's own for those that it leaves; LiteRT's
own alone; or the slow plain ones that both are held against. The last two start no XNNPACK delegate."""


def signatures(path: str | PathLike[str]) -> dict[str, Signature]:
    """The signatures of a ``.tflite`` file by name, with the shapes and dtypes of their inputs and outputs.

    Raises:
        ValueError: there is no such file, or it is truncated or no ``.tflite`` file.
    """
    interpreter = _open(path, threads=1)
    names = interpreter.get_signature_list()
    return {name: _describe(interpreter.get_signature_runner(name)) for name in names}


def open_signature(
    path: str | PathLike[str], signature: str, *, threads: int = 1, kernels: str = "xnnpack"
) -> RunSignature:
    """A function that runs one signature of a ``.tflite`` file.

    The function takes the inputs by name, each ``(n, ...)``, and returns the outputs by name, likewise.
    The file's batch size is fixed, mostly at 1, so the samples go through in turns. Values are given in the
    units that the model was trained on and are cast to the dtype of the input; quantized integer inputs and
    outputs are quantized and dequantized with the file's own scale. Call it from one thread at a time.

    Args:
        path: the ``.tflite`` file; it may hold several signatures.
        signature: the name of one of them.
        threads: how many CPU threads the interpreter uses.
        kernels: one of `KERNELS`.

    Raises:
        ValueError: there is no such file, it is truncated or no ``.tflite`` file, or has no such signature.
            The function raises it for wrong input names or shapes, and for operators that LiteRT lacks.
    """
    check_threads(threads)
    if kernels not in KERNELS:
        raise ValueError(f"kernels must be one of {', '.join(KERNELS)}; received {kernels!r}")
    interpreter = _open(path, threads, kernels)
    check_signature(path, signature, interpreter.get_signature_list())
    runner = interpreter.get_signature_runner(signature)

    def run_batch(inputs: Arrays) -> Arrays:
        try:
            outputs: Arrays = runner(**inputs)
        except RuntimeError as error:
            raise ValueError(f"LiteRT cannot run {signature!r} of {path}: {one_line(error)}") from error
        return outputs

    return fixed_batch_run(path, signature, runner.get_input_details(), runner.get_output_details(), run_batch)


def _open(path: str | PathLike[str], threads: int, kernels: str = "xnnpack") -> Any:
    try:
        return Interpreter(str(path), num_threads=threads, experimental_op_resolver_type=KERNELS[kernels])
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"expected a whole .tflite file at {path}: {one_line(error)}") from error


def _describe(runner: Any) -> Signature:
    return Signature(
        {name: tensor(details) for name, details in runner.get_input_details().items()},
        {name: tensor(details) for name, details in runner.get_output_details().items()},
    )
