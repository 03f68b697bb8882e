"""The few functions of TensorFlow's C library that serving needs, by ctypes, from the tensorflow wheel.

Nothing here imports Python TensorFlow. The functions are declared in the wheel's ``tensorflow/c/c_api.h``.
"""

import ctypes
import functools
import importlib.util
from ctypes import POINTER, c_char_p, c_int, c_int64, c_size_t, c_void_p
from pathlib import Path
from typing import Any

import numpy as np

from export.errors import RuntimeMissingError

DTYPES: dict[int, np.dtype[Any]] = {
    1: np.dtype(np.float32),
    2: np.dtype(np.float64),
    3: np.dtype(np.int32),
    4: np.dtype(np.uint8),
    5: np.dtype(np.int16),
    6: np.dtype(np.int8),
    9: np.dtype(np.int64),
    10: np.dtype(np.bool_),
    19: np.dtype(np.float16),
}
STRING = 7
"""What is no dtype of NumPy: strings, given as arrays of objects, each ``bytes``."""
STRING_SIZE = 24
"""Bytes of a ``TF_TString`` structure on a 64-bit machine."""
DTYPE_NUMBERS = {dtype: number for number, dtype in DTYPES.items()}


class Output(ctypes.Structure):
    """``TF_Output``: one output of an operation of a graph."""

    _fields_ = (("operation", c_void_p), ("index", c_int))


# Pointers to TensorFlow's own objects are c_void_p; what can fail has a status as its last argument.
PROTOTYPES: dict[str, tuple[Any, list[Any]]] = {
    "TF_NewStatus": (c_void_p, []),
    "TF_DeleteStatus": (None, [c_void_p]),
    "TF_GetCode": (c_int, [c_void_p]),
    "TF_Message": (c_char_p, [c_void_p]),
    "TF_NewGraph": (c_void_p, []),
    "TF_DeleteGraph": (None, [c_void_p]),
    "TF_GraphOperationByName": (c_void_p, [c_void_p, c_char_p]),
    "TF_NewSessionOptions": (c_void_p, []),
    "TF_DeleteSessionOptions": (None, [c_void_p]),
    "TF_SetConfig": (None, [c_void_p, c_char_p, c_size_t, c_void_p]),
    "TF_LoadSessionFromSavedModel": (
        c_void_p,
        [c_void_p, c_void_p, c_char_p, POINTER(c_char_p), c_int, c_void_p, c_void_p, c_void_p],
    ),
    "TF_SessionRun": (
        None,
        [c_void_p, c_void_p] + [POINTER(Output), POINTER(c_void_p), c_int] * 2 + [c_void_p, c_int, c_void_p, c_void_p],
    ),
    "TF_CloseSession": (None, [c_void_p, c_void_p]),
    "TF_DeleteSession": (None, [c_void_p, c_void_p]),
    "TF_AllocateTensor": (c_void_p, [c_int, POINTER(c_int64), c_int, c_size_t]),
    "TF_DeleteTensor": (None, [c_void_p]),
    "TF_TensorType": (c_int, [c_void_p]),
    "TF_NumDims": (c_int, [c_void_p]),
    "TF_Dim": (c_int64, [c_void_p, c_int]),
    "TF_TensorData": (c_void_p, [c_void_p]),
    "TF_TensorByteSize": (c_size_t, [c_void_p]),
    "TF_StringInit": (None, [c_void_p]),
    "TF_StringCopy": (None, [c_void_p, c_char_p, c_size_t]),
    "TF_StringDealloc": (None, [c_void_p]),
    "TF_StringGetDataPointer": (c_void_p, [c_void_p]),
    "TF_StringGetSize": (c_size_t, [c_void_p]),
}


@functools.cache
def library() -> Any:
    """TensorFlow's C library with its functions declared.

    Raises:
        RuntimeMissingError: no tensorflow wheel is installed, or its library is not in it.
    """
    found = importlib.util.find_spec("tensorflow")
    folders = list(found.submodule_search_locations or []) if found else []
    paths = sorted(path for folder in folders for path in Path(folder).glob("libtensorflow_cc.*"))
    if not paths:
        raise RuntimeMissingError("expected libtensorflow_cc in the installed tensorflow wheel: pip install tensorflow")
    loaded = ctypes.CDLL(str(paths[0]))
    for name, (result, arguments) in PROTOTYPES.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = result, arguments
    return loaded


def call(name: str, *arguments: Any) -> Any:
    """Call a function whose last argument is a status.

    Raises:
        ValueError: the function failed; the message is TensorFlow's own, on one line.
    """
    tensorflow = library()
    status = tensorflow.TF_NewStatus()
    try:
        result = getattr(tensorflow, name)(*arguments, status)
        if tensorflow.TF_GetCode(status) != 0:
            raise ValueError(" ".join(tensorflow.TF_Message(status).decode(errors="replace").split()))
        return result
    finally:
        tensorflow.TF_DeleteStatus(status)


def new_tensor(array: np.ndarray) -> int:
    """A TensorFlow tensor with a copy of ``array``, for `delete_tensor`."""
    if array.dtype == object:
        return _new_strings(array)
    array = np.ascontiguousarray(array)
    tensor = _allocate(DTYPE_NUMBERS[array.dtype], array.shape, array.nbytes)
    ctypes.memmove(library().TF_TensorData(tensor), array.ctypes.data, array.nbytes)
    return tensor


def _new_strings(array: np.ndarray) -> int:
    tensorflow = library()
    tensor = _allocate(STRING, array.shape, array.size * STRING_SIZE)
    for string, value in zip(_strings(tensor, array.size), array.flat, strict=True):
        tensorflow.TF_StringInit(string)
        tensorflow.TF_StringCopy(string, value, len(value))
    return tensor


def _allocate(number: int, shape: tuple[int, ...], size: int) -> int:
    tensor: int = library().TF_AllocateTensor(number, (c_int64 * len(shape))(*shape), len(shape), size)
    return tensor


def _strings(tensor: int, count: int) -> range:
    """Where a tensor's ``TF_TString`` structures are: one after another."""
    start = library().TF_TensorData(tensor) or 0
    return range(start, start + count * STRING_SIZE, STRING_SIZE)


def delete_tensor(tensor: int) -> None:
    """Free a tensor that `new_tensor` made, with its strings, which TensorFlow frees in its own tensors only."""
    tensorflow = library()
    if tensorflow.TF_TensorType(tensor) == STRING:
        for string in _strings(tensor, tensorflow.TF_TensorByteSize(tensor) // STRING_SIZE):
            tensorflow.TF_StringDealloc(string)
    tensorflow.TF_DeleteTensor(tensor)


def to_array(tensor: int) -> np.ndarray:
    """A copy of what a TensorFlow tensor holds, strings as ``bytes``; the tensor stays the caller's.

    Raises:
        ValueError: the tensor holds something else than numbers or strings.
    """
    tensorflow = library()
    number = tensorflow.TF_TensorType(tensor)
    if number not in {*DTYPES, STRING}:
        raise ValueError(f"expected an output of numbers or strings, received TensorFlow's dtype number {number}")
    shape = tuple(tensorflow.TF_Dim(tensor, axis) for axis in range(tensorflow.TF_NumDims(tensor)))
    if number == STRING:
        return _to_strings(tensor, shape)
    array = np.empty(shape, DTYPES[number])
    ctypes.memmove(array.ctypes.data, tensorflow.TF_TensorData(tensor), array.nbytes)
    return array


def _to_strings(tensor: int, shape: tuple[int, ...]) -> np.ndarray:
    tensorflow, array = library(), np.empty(shape, object)
    for place, string in enumerate(_strings(tensor, array.size)):
        # Short strings lie within the structure, long ones elsewhere.
        data, length = tensorflow.TF_StringGetDataPointer(string), tensorflow.TF_StringGetSize(string)
        array.flat[place] = ctypes.string_at(data, length)
    return array
