"""The reader's graphs where little is known of them: GPUs, microcontrollers, and int8 with a narrow calibration."""

import importlib

import keras
import numpy as np
import pytest
from keras import layers

from export.convert_child import convert
from export.errors import RuntimeMissingError
from export.four_axes import four_axes_signatures
from export.gates import verdicts
from export.runtimes import litert
from export.runtimes.fixed_batch import four_axes_shape
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.model_files import load_model, save_model
from keraszoo.models import attention_model, reader, reader_signatures
from keraszoo.models.recurrence import ComparedEmbedding

STRIP_SHAPE = (2, 8, 8, 1)
VARIANTS = {"gru": {}, "lstm": {"recurrent_layer": "lstm"}, "attention": {"attention": True}}


def file_of(signatures, samples, folder, file_format="float32"):
    """A TFLite file as `export` writes it."""
    named = four_axes_signatures(named_signatures(signatures))
    write_saved_model(named, folder / "saved_model", batch_size=1)
    arrays = {f"{name}/{key}": values for name, inputs in samples.items() for key, values in inputs.items()}
    shaped = {name: values.reshape(four_axes_shape(values.shape)) for name, values in arrays.items()}
    np.savez(folder / "samples.npz", **shaped)
    path = folder / f"{file_format}.tflite"
    path.write_bytes(convert(folder / "saved_model", file_format, folder / "samples.npz"))
    return path


@pytest.fixture(scope="module", params=VARIANTS)
def exported(request, tmp_path_factory):
    """A float32 file of ``read``, ``context``, ``decode`` and, with attention, ``attend``; and samples for each."""
    keras.utils.set_random_seed(2)
    sizes = {"filters": (4,), "hidden_units": (8,), "units": 12, "embedding_size": 5}
    model = reader(STRIP_SHAPE[1:], STRIP_SHAPE[0], 9, 4, **sizes, **VARIANTS[request.param])
    signatures = reader_signatures(model)
    if request.param == "attention":
        signatures["attend"] = attention_model(model)
    images = np.random.default_rng(0).uniform(0, 255, (8, *STRIP_SHAPE)).astype(np.float32)
    samples = {name: {"images": images} for name in signatures}
    samples["decode"] = signatures["context"].predict(images, verbose=0)
    return file_of(signatures, samples, tmp_path_factory.mktemp(request.param)), samples


def test_no_runtime_lacks_anything_for_them(exported):
    assert verdicts(exported[0]) == {"gpu": [], "micro": [], "browser": []}


@pytest.mark.parametrize("runtime", ["gpu", "micro"])
def test_each_gives_there_what_it_gives_on_the_cpu(exported, runtime):
    module = importlib.import_module(f"export.runtimes.{runtime}")
    try:
        module.check_installed()
    except RuntimeMissingError as error:
        pytest.skip(str(error))
    path, samples = exported
    for signature, inputs in samples.items():
        expected = litert.open_signature(path, signature)(inputs)
        for name, values in module.open_signature(path, signature)(inputs).items():
            np.testing.assert_allclose(values, expected[name], atol=1e-4)


@pytest.fixture
def embedding():
    """Rows of normal numbers, the largest of them far from the first ids."""
    layer = layers.Embedding(20, 6, embeddings_initializer=keras.initializers.RandomNormal(seed=0))
    layer.build()
    layer.set_weights([layer.get_weights()[0] * np.linspace(0.1, 10, 20)[:, np.newaxis]])
    return layer


def test_an_embedding_by_comparison_is_the_embedding(embedding, tmp_path):
    ids = keras.Input((3,), dtype="int32", name="ids")
    model = keras.Model(ids, {"vectors": ComparedEmbedding(embedding)(ids)})
    every = np.arange(60, dtype=np.int32).reshape(20, 3) % 20
    np.testing.assert_array_equal(model(every)["vectors"], embedding(every))
    save_model(model, tmp_path / "embedding.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "embedding.keras")(every)["vectors"], embedding(every))


def test_int8_keeps_the_ids_and_rows_that_calibration_never_showed(embedding, tmp_path):
    ids = keras.Input((1,), dtype="int32", name="ids")
    model = keras.Model(ids, {"vectors": ComparedEmbedding(embedding)(ids)})
    shown = {"embed": {"ids": np.array([[3], [4]], np.int32)}}
    path = file_of({"embed": model}, shown, tmp_path, "int8")
    every = np.arange(20, dtype=np.int32)[:, np.newaxis]
    rows = np.asarray(embedding(every))
    received = litert.open_signature(path, "embed")({"ids": every})["vectors"]
    np.testing.assert_allclose(received, rows, atol=np.ptp(rows) / 100)
