"""A TensorFlow session over a SavedModel: loaded by the C++ loader, run by tensor names."""

import weakref
from collections.abc import Iterable, Sequence
from ctypes import Array, c_char_p, c_void_p
from pathlib import Path

import numpy as np

from export.runtimes.tensorflow_c import Output, call, delete_tensor, library, new_tensor, to_array


class Session:
    """The graph and variables of a SavedModel's ``serve`` tag; freed when the object is.

    Args:
        folder: the SavedModel.
        threads: how many CPU threads TensorFlow uses, 1 to 127, if this is what starts it in the process.

    Raises:
        ValueError: TensorFlow cannot load the folder; the message is its own.
        RuntimeMissingError: no tensorflow wheel is installed.
    """

    def __init__(self, folder: Path, threads: int) -> None:
        tensorflow = library()
        # A serialized ConfigProto: intra_op_parallelism_threads (2) and inter_op_parallelism_threads (5).
        config = bytes([2 << 3, threads, 5 << 3, threads])
        options, self._graph = tensorflow.TF_NewSessionOptions(), tensorflow.TF_NewGraph()
        weakref.finalize(self, tensorflow.TF_DeleteGraph, self._graph)
        try:
            call("TF_SetConfig", options, config, len(config))
            tags = (c_char_p * 1)(b"serve")
            self._session = call(
                "TF_LoadSessionFromSavedModel", options, None, bytes(folder), tags, 1, self._graph, None
            )
        finally:
            tensorflow.TF_DeleteSessionOptions(options)
        # Finalizers run in the reverse order: the session goes before its graph.
        weakref.finalize(self, _close, self._session)

    def run(self, inputs: dict[str, np.ndarray], outputs: Sequence[str]) -> list[np.ndarray]:
        """The values of the tensors ``outputs`` given those of ``inputs``, both named ``operation:index``.

        Raises:
            ValueError: the graph has no such tensor, or the run failed.
        """
        tensorflow = library()
        input_nodes, output_nodes = self._nodes(inputs), self._nodes(outputs)
        received = (c_void_p * len(outputs))()
        tensors = [new_tensor(array) for array in inputs.values()]
        given = (c_void_p * len(inputs))(*tensors)
        try:
            call(
                "TF_SessionRun",
                self._session,
                None,
                *(input_nodes, given, len(inputs)),
                *(output_nodes, received, len(outputs)),
                *(None, 0, None),
            )
            return [to_array(tensor) for tensor in received if tensor]
        finally:
            for tensor in filter(None, received):
                tensorflow.TF_DeleteTensor(tensor)
            for tensor in tensors:
                delete_tensor(tensor)

    def _nodes(self, names: Iterable[str]) -> "Array[Output]":
        nodes = []
        for name in names:
            operation, _, index = name.partition(":")
            pointer = library().TF_GraphOperationByName(self._graph, operation.encode())
            if not pointer:
                raise ValueError(f"the graph has no tensor {name!r}")
            nodes.append(Output(pointer, int(index or 0)))
        return (Output * len(nodes))(*nodes)


def _close(session: int) -> None:
    call("TF_CloseSession", session)
    call("TF_DeleteSession", session)
