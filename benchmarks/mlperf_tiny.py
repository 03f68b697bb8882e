"""MLPerf Tiny's anomaly detector in Keras, with the weights of the reference's own TFLite file.

The reference, https://github.com/mlcommons/tiny, benchmark/training/anomaly_detection: 640 numbers, four dense layers
of 128, one of 8, four of 128, each with batch normalization and ReLU, and a dense layer of 640.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

import keras
import numpy as np
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.hardware_accelerator import HardwareAccelerator
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.options import CpuOptions, Options
from keras import layers
from turns import median_milliseconds

FEATURES = 640
HIDDEN_UNITS = (128, 128, 128, 128, 8, 128, 128, 128, 128)
SIGNATURE = "reconstruct"
MEAN, DEVIATION = -30.0, 10.0
"""Of what stands for the reference's input, decibels of a mel spectrogram, which its int8 file takes from -85 to 15."""
INSTANCES, RUNS_AT_A_TIME = 12, 10


def anomaly_autoencoder(reference: Path) -> keras.Model:
    """The architecture with the weights of a float32 TFLite file, into which batch normalization is folded.

    Args:
        reference: the reference's ``ad01_fp32.tflite``. What is folded there cannot be told apart again: here batch
            normalization changes nothing, and a converter has it to fold once more.
    """
    weights = _dense_weights(reference)
    features = x = keras.Input((FEATURES,), name="features")
    for number, units in enumerate(HIDDEN_UNITS):
        dense = layers.Dense(units, name=f"dense_{number}")
        normalization = layers.BatchNormalization(name=f"norm_{number}")
        x = normalization(dense(x))
        x = layers.ReLU(name=f"relu_{number}")(x)
        dense.set_weights(weights[number])
        ones, zeros = np.ones(units), np.zeros(units)
        normalization.set_weights([ones, zeros, zeros, ones - normalization.epsilon])
    last = layers.Dense(FEATURES, name="reconstruction")
    model = keras.Model(features, {"reconstruction": last(x)}, name="ad01")
    last.set_weights(weights[-1])
    return model


def spectra(count: int, seed: int) -> np.ndarray:
    """Random inputs, float32 ``(count, 640)``, in the range of the reference's."""
    noise = np.random.default_rng(seed).normal(MEAN, DEVIATION, (count, FEATURES))
    return noise.clip(-84.0, 14.0).astype(np.float32)


def microseconds(paths: Mapping[str, Path], opened: Callable[[Path], Callable[[], object]]) -> dict[str, float]:
    """Of one run of each file, in turns; ``opened`` is `interpreted` or `compiled`.

    Each file is opened `INSTANCES` times, of which the median counts: where a model lies in memory may make 2%.
    """
    runs = {f"{name}/{number}": _repeated(opened(path)) for number in range(INSTANCES) for name, path in paths.items()}
    times = median_milliseconds(runs)
    return {
        name: median(1000 * times[f"{name}/{number}"] / RUNS_AT_A_TIME for number in range(INSTANCES)) for name in paths
    }


def interpreted(path: Path) -> Callable[[], object]:
    """Runs the graph of a file with one input, on one thread, and no more, as TFLite's ``benchmark_model`` does."""
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    (details,) = interpreter.get_input_details()
    interpreter.set_tensor(details["index"], _numbers(details))
    run: Callable[[], object] = interpreter.invoke
    return run


def compiled(path: Path) -> Callable[[], object]:
    """Runs a file with one input, on one thread, by the calls that ``litert-benchmark`` makes and times.

    The tool itself rounds to 0.01 ms, which is more than this model takes. LiteRT looks up the signature in each run,
    which takes 0.02 microseconds longer where a file has one, as ours have: the reference has none.
    """
    options = Options(hardware_accelerators=HardwareAccelerator.CPU, cpu_options=CpuOptions(num_threads=1))
    model = CompiledModel.from_file(str(path), options=options)
    signature = next(iter(model.get_signature_list()))
    ((name, details),) = model.get_input_tensor_details(signature).items()
    inputs = {name: model.create_input_buffer_by_name(signature, name)}
    outputs = {
        output: model.create_output_buffer_by_name(signature, output)
        for output in model.get_output_tensor_details(signature)
    }
    inputs[name].write(_numbers(details))
    return lambda: model.run_by_name(signature, inputs, outputs)


def _repeated(run: Callable[[], object]) -> Callable[[], None]:
    def repeated() -> None:
        for _ in range(RUNS_AT_A_TIME):
            run()

    return repeated


def _numbers(details: dict[str, Any]) -> np.ndarray:
    return np.random.default_rng(0).integers(-128, 128, details["shape"]).astype(details["dtype"])


def _dense_weights(path: Path) -> list[list[np.ndarray]]:
    """Kernel ``(inputs, outputs)`` and bias of each dense layer, by the names that the reference's tensors have."""
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    tensors = {tensor["name"]: tensor["index"] for tensor in interpreter.get_tensor_details()}
    layer_names = ["dense", *(f"dense_{number}" for number in range(1, len(HIDDEN_UNITS) + 1))]
    return [
        [
            interpreter.get_tensor(tensors[f"functional_1/{name}/MatMul"]).T,
            interpreter.get_tensor(tensors[f"functional_1/{name}/BiasAdd/ReadVariableOp/resource"]),
        ]
        for name in layer_names
    ]
