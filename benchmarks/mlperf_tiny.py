"""MLPerf Tiny's anomaly detector in Keras, with the weights of the reference's own TFLite file.

The reference, https://github.com/mlcommons/tiny, benchmark/training/anomaly_detection: 640 numbers, four dense layers
of 128, one of 8, four of 128, each with batch normalization and ReLU, and a dense layer of 640.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from ai_edge_litert.compiled_model import CompiledModel
from ai_edge_litert.hardware_accelerator import HardwareAccelerator
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.options import CpuOptions, Options
from keras import layers

from export.flatbuffer import pack, unpack
from export.saved_model import write_saved_model
from export.signatures import named_signatures

FEATURES = 640
HIDDEN_UNITS = (128, 128, 128, 128, 8, 128, 128, 128, 128)
SIGNATURE = "reconstruct"
MEAN, DEVIATION = -30.0, 10.0
"""Of what stands for the reference's input, decibels of a mel spectrogram, which its int8 file takes from -85 to 15."""


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


def one_scale_a_layer(model: keras.Model, calibration: np.ndarray) -> bytes:
    """A full int8 TFLite file whose dense weights have one scale a layer, as the reference's have.

    The converter's own choice since TensorFlow 2.17, and that of `export_model`, is one scale a channel: closer to
    Keras, and 4 bytes a channel larger for the scale, 4 for its bias's, and up to 8 for zero points.
    """
    with tempfile.TemporaryDirectory() as folder:
        write_saved_model(named_signatures({SIGNATURE: model}), Path(folder) / "model", batch_size=1)
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/model", signature_keys=[SIGNATURE])
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.representative_dataset = lambda: (
            (SIGNATURE, {"features": row}) for row in np.split(calibration, len(calibration))
        )
        converter.inference_input_type = converter.inference_output_type = tf.int8
        converter._experimental_disable_per_channel_quantization_for_dense_layers = True
        return pack(unpack(converter.convert()))


def compiled(path: Path) -> Callable[[], None]:
    """One run of a file with one input, on one thread, by the calls that ``litert-benchmark`` makes and times.

    The tool itself rounds to 0.01 ms, which is more than this model takes.
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
    generator = np.random.default_rng(0)
    inputs[name].write(generator.integers(-128, 128, details["shape"]).astype(details["dtype"]))
    return lambda: model.run_by_name(signature, inputs, outputs)


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
