"""A model file is whole, opens without running code, or says why it cannot be opened."""

import errno
import io
import json
import os
import zipfile

import h5py
import keras
import numpy as np
import pytest
from keras import layers

from keraszoo.model_files import load_model, save_model


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
    model.compile("adam", "mse", run_eagerly=True)
    model.train_on_batch(np.ones((1, 2)), np.ones((1, 3)))
    return model


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.keras"


def test_comes_back_uncompiled_and_without_its_optimizer(model, path):
    save_model(model, path)
    reloaded = load_model(path)
    np.testing.assert_array_equal(reloaded(np.ones((1, 2))), model(np.ones((1, 2))))
    assert not reloaded.compiled
    with zipfile.ZipFile(path) as file, h5py.File(io.BytesIO(file.read("model.weights.h5"))) as weights:
        assert "layers" in weights
        assert "optimizer" not in weights


def test_rounded_weights_come_back_to_the_bit_from_half_the_space(path):
    wide = keras.Sequential([keras.Input((100,)), layers.Dense(200)])
    wide.set_weights([weights.astype(np.float16).astype(np.float32) for weights in wide.get_weights()])
    save_model(wide, path)
    for weights, saved in zip(wide.get_weights(), load_model(path).get_weights(), strict=True):
        np.testing.assert_array_equal(saved, weights)
    assert path.stat().st_size < 0.65 * 4 * wide.count_params()


def test_one_model_is_one_sequence_of_bytes(path):
    image = keras.Input((4, 2))
    shared = keras.initializers.GlorotUniform()  # which Keras names by its address
    model = keras.Model(image, layers.GRU(3, kernel_initializer=shared, recurrent_initializer=shared)(image))
    save_model(model, path)
    before = path.read_bytes()
    save_model(load_model(path), path)
    assert path.read_bytes() == before
    with zipfile.ZipFile(path) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert json.loads(file.read("metadata.json")).keys() == {"keras_version"}
        assert b'"shared_object_id": 1}' in file.read("config.json")


def test_a_full_disk_leaves_the_old_file(model, path, monkeypatch):
    save_model(model, path)
    before = path.read_bytes()

    def full(_, file, **__):
        file.write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(keras.saving, "save_model", full)
    with pytest.raises(OSError, match="No space left"):
        save_model(model, path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_lambda_layer_is_refused_and_its_code_not_run(path, tmp_path):
    proof = str(tmp_path / "code_was_run")
    image = keras.Input((2,))
    output = layers.Lambda(lambda x: (open(proof, "w").close(), x)[1])(image)
    keras.Model(image, output).save(path)
    os.unlink(proof)  # Keras has called the function to learn its output's shape
    with pytest.raises(ValueError, match=r"carries code \(such as a Lambda layer's\), which is refused"):
        load_model(path)
    assert not os.path.exists(proof)


def test_a_truncated_file(model, path):
    save_model(model, path)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match="is truncated or something else; train the model again"):
        load_model(path)


def test_a_text_file(path):
    path.write_text("not a model")
    with pytest.raises(ValueError, match=r"expected a \.keras file, .* train the model again"):
        load_model(path)


def test_a_zip_without_a_model(path):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("readme.txt", "not a model")
    with pytest.raises(ValueError, match=r"model\.keras cannot be opened as a Keras model: "):
        load_model(path)


def test_a_layer_that_is_not_known_here(model, path):
    save_model(model, path)
    with zipfile.ZipFile(path) as file:
        contents = {name: file.read(name) for name in file.namelist()}
    contents["config.json"] = contents["config.json"].replace(b'"Dense"', b'"Denser"')
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    with pytest.raises(ValueError, match=r"cannot be opened as a Keras model: .*Denser"):
        load_model(path)


@pytest.mark.parametrize("name", ["missing.keras", "model.h5"])
def test_no_keras_file(tmp_path, name):
    with pytest.raises(ValueError, match=r"expected a \.keras file, found none at .*; train a model first"):
        load_model(tmp_path / name)
