"""The translator: a word encoder on a reader's decoder, and the same without loops."""

import keras
import numpy as np
import pytest
from keras import layers

from export.convert_child import convert
from export.gates import verdicts
from export.operators import operators
from export.runtimes import litert
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.model_files import load_model, save_model
from keraszoo.models import decoding_model, reader, translation_model, translator, translator_signatures
from keraszoo.models.word_decoders import CLASSES

MAX_DIGITS, VOCABULARY_SIZE, LENGTH = 3, 9, 6
LENGTH_IN, VOCABULARY_SIZE_IN = 10, 8


@pytest.fixture(scope="module")
def trained_reader():
    keras.utils.set_random_seed(2)
    sizes = {"filters": (4,), "hidden_units": (8,), "units": 12, "embedding_size": 5}
    model = reader((8, 8, 1), MAX_DIGITS, VOCABULARY_SIZE, LENGTH, **sizes)
    model.set_weights([4 * weights for weights in model.get_weights()])
    return model


@pytest.fixture
def model(trained_reader):
    keras.utils.set_random_seed(0)
    decoder = trained_reader.get_layer("decoder")
    model = translator(decoder, LENGTH_IN, VOCABULARY_SIZE_IN, units=7, embedding_size=4)
    encoder = model.get_layer("encoder")
    encoder.set_weights([4 * weights for weights in encoder.get_weights()])
    return model


@pytest.fixture(scope="module")
def source_ids():
    """Texts of 1 to 9 characters, the end, and padding."""
    ids = np.random.default_rng(0).integers(3, VOCABULARY_SIZE_IN, (36, LENGTH_IN), dtype=np.int32)
    lengths = np.arange(36)[:, np.newaxis] % 9 + 1
    ids[np.arange(LENGTH_IN) == lengths] = 2
    ids[np.arange(LENGTH_IN) > lengths] = 0
    return ids


def run(model, inputs):
    """The outputs as arrays."""
    return keras.tree.map_structure(np.asarray, model(inputs))


def test_names_and_shapes(model):
    assert {tensor.name: (tensor.shape, tensor.dtype) for tensor in model.inputs} == {
        "source_ids": ((None, LENGTH_IN), "int32"),
        "previous_ids": ((None, LENGTH), "int32"),
    }
    assert {name: tensor.shape for name, tensor in model.output.items()} == {
        "context": (None, MAX_DIGITS, CLASSES),
        "probabilities": (None, LENGTH, VOCABULARY_SIZE),
    }
    assert not model.compiled


def test_the_decoder_is_the_readers_own(model, trained_reader):
    assert model.get_layer("decoder") is trained_reader.get_layer("decoder")


def test_padding_is_not_attended_to(model, source_ids):
    """What the recurrent layer gives there is without effect."""
    encoder = model.get_layer("encoder")
    attended = encoder.get_layer("attended").input[0]
    weights = run(keras.Model(encoder.input, attended), source_ids)
    assert weights.shape == (len(source_ids), LENGTH_IN, MAX_DIGITS)
    assert (weights[source_ids == 0] == 0).all()
    assert (weights[source_ids != 0] > 0).all()


def test_without_loops_it_translates_as_encoder_and_decoder_do(model, trained_reader, source_ids):
    context = run(model.get_layer("encoder"), source_ids)
    graphs = translator_signatures(model)
    assert list(graphs) == ["translate", "context"]
    found = run(graphs["context"], source_ids)
    np.testing.assert_allclose(found["context"], context, atol=1e-5)
    expected = run(decoding_model(trained_reader), context)
    assert len(np.unique(expected["token_ids"], axis=0)) > 3
    for name, values in run(graphs["translate"], source_ids).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-5)


def test_translates_the_same_after_a_reload(model, source_ids, tmp_path):
    save_model(model, tmp_path / "model.keras")
    expected = run(translation_model(model), source_ids)
    for name, values in run(translation_model(load_model(tmp_path / "model.keras")), source_ids).items():
        np.testing.assert_array_equal(values, expected[name])


def test_a_frozen_decoder_stays_and_the_encoder_learns(model, source_ids):
    model.get_layer("decoder").trainable = False
    before = {part: model.get_layer(part).get_weights() for part in ("encoder", "decoder")}
    model.compile("sgd", {"context": "sparse_categorical_crossentropy"}, jit_compile=False)
    inputs = {"source_ids": source_ids, "previous_ids": np.ones((len(source_ids), LENGTH), np.int32)}
    model.fit(inputs, {"context": source_ids[:, :MAX_DIGITS] % CLASSES}, verbose=0)
    changed = {
        part: [
            not np.array_equal(*pair) for pair in zip(before[part], model.get_layer(part).get_weights(), strict=True)
        ]
        for part in before
    }
    model.get_layer("decoder").trainable = True
    assert all(changed["encoder"])
    assert not any(changed["decoder"])


def test_an_encoder_of_ones_own(trained_reader, source_ids):
    encoder = keras.Sequential(
        [
            keras.Input((LENGTH_IN,), dtype="int32"),
            layers.Embedding(VOCABULARY_SIZE_IN, 4),
            layers.LSTM(6),
            layers.Dense(MAX_DIGITS * CLASSES),
            layers.Reshape((MAX_DIGITS, CLASSES)),
        ],
        name="mine",
    )
    model = translator(trained_reader.get_layer("decoder"), LENGTH_IN, VOCABULARY_SIZE_IN, encoder=encoder)
    found = run(translator_signatures(model)["context"], source_ids)["context"]
    np.testing.assert_allclose(found, run(encoder, source_ids), atol=1e-5)


def test_an_encoder_of_ones_own_may_mask(trained_reader, source_ids):
    ids = keras.Input((LENGTH_IN,), dtype="int32")
    x = layers.GRU(6)(layers.Embedding(VOCABULARY_SIZE_IN, 4, mask_zero=True)(ids))
    encoder = keras.Model(ids, layers.Reshape((MAX_DIGITS, CLASSES))(layers.Dense(MAX_DIGITS * CLASSES)(x)))
    model = translator(trained_reader.get_layer("decoder"), LENGTH_IN, VOCABULARY_SIZE_IN, encoder=encoder)
    found = run(translator_signatures(model)["context"], source_ids)["context"]
    np.testing.assert_allclose(found, run(encoder, source_ids), atol=1e-5)


def test_its_tflite_file_translates_the_same_with_builtin_operators(model, source_ids, tmp_path):
    write_saved_model(named_signatures(translator_signatures(model)), tmp_path / "saved_model", batch_size=1)
    np.savez(tmp_path / "samples.npz", **{"translate/source_ids": source_ids, "context/source_ids": source_ids})
    path = tmp_path / "float32.tflite"
    path.write_bytes(convert(tmp_path / "saved_model", "float32", tmp_path / "samples.npz"))
    assert not [name for name in operators(path) if name.startswith(("Flex", "CUSTOM")) or name == "WHILE"]
    assert verdicts(path) == {"gpu": [], "micro": [], "browser": []}
    expected = run(translation_model(model), source_ids)
    translated = litert.open_signature(path, "translate")({"source_ids": source_ids})
    np.testing.assert_array_equal(translated["token_ids"], expected["token_ids"])
    np.testing.assert_allclose(translated["probabilities"], expected["probabilities"], atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"length_in": 1}, "length_in must be an integer of 2 or more; received 1"),
        ({"vocabulary_size_in": 3}, "vocabulary_size_in must be an integer of 4 or more; received 3"),
        ({"units": 0}, "units must be an integer of 1 or more; received 0"),
        ({"embedding_size": 1.5}, "embedding_size must be an integer of 1 or more; received 1.5"),
    ],
)
def test_refuses_what_cannot_be(trained_reader, arguments, message):
    usual = {"length_in": LENGTH_IN, "vocabulary_size_in": VOCABULARY_SIZE_IN}
    with pytest.raises(ValueError, match=message):
        translator(trained_reader.get_layer("decoder"), **{**usual, **arguments})


def test_refuses_parts_that_do_not_fit(trained_reader, model):
    with pytest.raises(ValueError, match=r"the decoder must be a functional model from .*; received 'encoder' from"):
        translator(trained_reader.get_layer("encoder"), LENGTH_IN, VOCABULARY_SIZE_IN)
    with pytest.raises(
        ValueError, match=r"the encoder must turn \(batch, 11\) into \(batch, 3, 11\); received one from"
    ):
        translator(trained_reader.get_layer("decoder"), 11, VOCABULARY_SIZE_IN, encoder=model.get_layer("encoder"))
