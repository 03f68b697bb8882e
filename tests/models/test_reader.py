"""The reader: its parts, and inference graphs that write, step by step, what the trained model gives token by token."""

import keras
import numpy as np
import pytest
from keras import layers

from export.convert_child import convert
from export.operators import operators
from export.runtimes import litert
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from keraszoo.data import strips, vocabulary
from keraszoo.model_files import load_model, save_model
from keraszoo.models import (
    attention_model,
    context_model,
    decoding_model,
    reader,
    reader_signatures,
    reading_model,
    recurrence,
    strip_encoder,
)
from keraszoo.models.reader import MOST_DIGITS
from keraszoo.models.word_decoders import CLASSES

IMAGE_SHAPE = (8, 8, 1)
MAX_DIGITS, VOCABULARY_SIZE, LENGTH = 3, 9, 6
STRIP_SHAPE = (MAX_DIGITS, *IMAGE_SHAPE)
VARIANTS = {"gru": {}, "lstm": {"recurrent_layer": "lstm"}, "attention": {"attention": True}}


def build(**arguments):
    """A reader of random weights, so large that texts differ and some of them end."""
    keras.utils.set_random_seed(2)
    sizes = {"filters": (4,), "hidden_units": (8,), "units": 12, "embedding_size": 5}
    model = reader(IMAGE_SHAPE, MAX_DIGITS, VOCABULARY_SIZE, LENGTH, **{**sizes, **arguments})
    model.set_weights([3 * weights for weights in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def images():
    """Noise as bright as chance has it, each row of pixels otherwise."""
    generator = np.random.default_rng(0)
    brightness = generator.integers(0, 256, (32, MAX_DIGITS, 8, 1, 1))
    return (brightness * generator.random((32, *STRIP_SHAPE))).astype(np.float32)


@pytest.fixture(scope="module", params=VARIANTS)
def model(request):
    return build(**VARIANTS[request.param])


@pytest.fixture(scope="module")
def gru():
    return build()


def run(model, inputs):
    """The outputs as arrays."""
    return keras.tree.map_structure(np.asarray, model(inputs))


def read_by_hand(model, images):
    """Token by token, each time with the model that is trained: what the inference graphs must give."""
    previous_ids = np.full((len(images), LENGTH + 1), vocabulary.PADDING, np.int32)
    previous_ids[:, 0] = vocabulary.START
    chances = np.ones((len(images), LENGTH), np.float32)
    writing = np.full(len(images), True)
    for place in range(LENGTH):
        inputs = {"images": images, "previous_ids": previous_ids[:, :LENGTH]}
        given = run(model, inputs)["probabilities"][:, place].copy()
        given[:, [vocabulary.PADDING, vocabulary.START]] = 0
        previous_ids[writing, place + 1] = given.argmax(axis=-1)[writing]
        chances[writing, place] = given.max(axis=-1)[writing]
        writing &= previous_ids[:, place + 1] != vocabulary.END
    return previous_ids[:, 1:], chances


def test_names_and_shapes(model):
    assert {tensor.name: tensor.shape for tensor in model.inputs} == {
        "images": (None, *STRIP_SHAPE),
        "previous_ids": (None, LENGTH),
    }
    assert [model.input[name].dtype for name in ("images", "previous_ids")] == ["float32", "int32"]
    assert {name: tensor.shape for name, tensor in model.output.items()} == {
        "context": (None, MAX_DIGITS, CLASSES),
        "probabilities": (None, LENGTH, VOCABULARY_SIZE),
    }
    assert not model.compiled
    assert model.get_layer("encoder").get_layer("image_encoder").output_shape == (None, CLASSES)


def test_the_whole_is_its_parts(model, images):
    previous_ids = np.random.default_rng(0).integers(0, VOCABULARY_SIZE, (len(images), LENGTH))
    outputs = run(model, {"images": images, "previous_ids": previous_ids})
    context = run(model.get_layer("encoder"), images / np.float32(255))
    # The whole's own context: attention makes more of a last bit in which the other one differs.
    decoded = run(model.get_layer("decoder"), {"context": outputs["context"], "previous_ids": previous_ids})
    np.testing.assert_allclose(outputs["context"], context, atol=1e-5)
    np.testing.assert_allclose(outputs["probabilities"], decoded, atol=1e-5)
    for probabilities in (context, decoded):
        np.testing.assert_allclose(probabilities.sum(axis=-1), 1, atol=1e-5)


def test_each_image_is_seen_alone_and_alike(gru, images):
    encoder = gru.get_layer("encoder")
    scaled = images[:1] / np.float32(255)
    context = run(encoder, scaled)
    np.testing.assert_allclose(run(encoder, scaled[:, ::-1]), context[:, ::-1], atol=1e-5)
    other = scaled.copy()
    other[:, 0] = 0
    np.testing.assert_allclose(run(encoder, other)[:, 1:], context[:, 1:], atol=1e-5)


def test_opens_in_plain_keras(model):
    every = [*model.layers, *model.get_layer("encoder").layers, *model.get_layer("decoder").layers]
    # What is no layer is an operation of keras.ops.
    assert {type(layer).__module__.split(".")[0] for layer in every} == {"keras"}


def test_reads_what_the_trained_model_gives_token_by_token(model, images):
    token_ids, probabilities = read_by_hand(model, images)
    assert len(np.unique(token_ids, axis=0)) > 3
    assert (token_ids == vocabulary.PADDING).any(), "no text has ended"
    for unrolled in (True, False):
        outputs = reading_model(model, unrolled).predict(images, verbose=0)
        assert list(outputs) == ["token_ids", "probabilities"]
        assert outputs["token_ids"].dtype == np.int32
        np.testing.assert_array_equal(outputs["token_ids"], token_ids)
        np.testing.assert_allclose(outputs["probabilities"], probabilities, atol=1e-5)


def test_reading_is_a_context_and_its_decoding(model, images):
    context = run(context_model(model), images)
    assert {name: values.shape for name, values in context.items()} == {"context": (len(images), MAX_DIGITS, CLASSES)}
    decoded = run(decoding_model(model), context["context"])
    for name, values in run(reading_model(model), images).items():
        np.testing.assert_allclose(decoded[name], values, atol=1e-5)


def test_attention_is_over_the_images(images):
    model = build(attention=True)
    outputs = run(attention_model(model), images)
    assert outputs["attention"].shape == (len(images), LENGTH, MAX_DIGITS)
    np.testing.assert_allclose(outputs["attention"].sum(axis=-1), 1, atol=1e-5)
    np.testing.assert_array_equal(outputs["token_ids"], run(reading_model(model), images)["token_ids"])


def test_a_reader_without_attention_has_none_to_show(gru):
    with pytest.raises(ValueError, match=r"'reader' has no attention to show; build it with .*attention=True"):
        attention_model(gru)


def test_reads_the_same_after_a_reload(model, images, tmp_path):
    save_model(model, tmp_path / "model.keras")
    expected = run(reading_model(model), images)
    for name, values in run(reading_model(load_model(tmp_path / "model.keras")), images).items():
        np.testing.assert_array_equal(values, expected[name])


def test_an_inference_graph_can_be_saved_itself(gru, images, tmp_path):
    graph = reading_model(gru, unrolled=False)
    save_model(graph, tmp_path / "read.keras")
    reloaded = load_model(tmp_path / "read.keras").predict(images, verbose=0)
    np.testing.assert_array_equal(reloaded["token_ids"], graph.predict(images, verbose=0)["token_ids"])


@pytest.mark.parametrize("variant", VARIANTS)
def test_words_alone_teach_the_encoder_too(variant, images):
    model = build(**VARIANTS[variant])
    before = [weights.numpy().copy() for weights in model.trainable_weights]
    model.compile(
        "sgd",
        {"probabilities": keras.losses.SparseCategoricalCrossentropy(ignore_class=vocabulary.PADDING)},
        jit_compile=False,
    )
    token_ids = np.tile([3, 4, 5, vocabulary.END, 0, 0], (len(images), 1))
    previous_ids = np.tile([vocabulary.START, 3, 4, 5, 0, 0], (len(images), 1))
    model.fit({"images": images, "previous_ids": previous_ids}, {"probabilities": token_ids}, verbose=0)
    for weights, old in zip(model.trainable_weights, before, strict=True):
        assert not np.array_equal(weights.numpy(), old), weights.path


@pytest.mark.parametrize("attention", [False, True])
def test_learns_to_read(attention):
    """Images of two brightnesses, whose words are of different lengths."""
    keras.utils.set_random_seed(0)
    model = reader(
        IMAGE_SHAPE, 2, 8, 6, filters=(4,), hidden_units=(8,), units=24, embedding_size=8, attention=attention
    )
    digits = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    strips = np.broadcast_to(50.0 + 150 * digits[..., np.newaxis, np.newaxis, np.newaxis], (4, 2, *IMAGE_SHAPE))
    words = [[3], [4, 5]]
    token_ids = np.zeros((4, 6), np.int32)
    for row, number in enumerate(digits):
        text = [*words[number[0]], *words[number[1]], vocabulary.END]
        token_ids[row, : len(text)] = text
    previous_ids = np.roll(token_ids, 1, axis=1)
    previous_ids[:, 0] = vocabulary.START
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=vocabulary.PADDING)
    model.compile(keras.optimizers.Adam(0.02), {"probabilities": loss}, jit_compile=False)
    model.fit({"images": strips, "previous_ids": previous_ids}, {"probabilities": token_ids}, epochs=100, verbose=0)
    np.testing.assert_array_equal(run(reading_model(model), strips)["token_ids"], token_ids)


def test_an_encoder_of_single_images_may_be_put_in(images):
    image_encoder = keras.Sequential([keras.Input(IMAGE_SHAPE), layers.Flatten(), layers.Dense(CLASSES)], name="mine")
    model = build(encoder=strip_encoder(image_encoder, MAX_DIGITS))
    context = run(context_model(model), images)["context"]
    logits = run(image_encoder, images[:, 1] / np.float32(255))
    np.testing.assert_allclose(context[:, 1], keras.ops.softmax(logits), atol=1e-5)


def test_an_encoder_that_sees_the_whole_strip_may_be_put_in(images):
    strip = keras.Input(STRIP_SHAPE)
    logits = layers.Dense(MAX_DIGITS * CLASSES)(layers.Flatten()(strip))
    model = build(encoder=keras.Model(strip, layers.Softmax()(layers.Reshape((MAX_DIGITS, CLASSES))(logits))))
    expected = run(model.get_layer("encoder"), images / np.float32(255))
    np.testing.assert_allclose(run(context_model(model), images)["context"], expected, atol=1e-5)


def test_an_encoder_with_a_layer_more_is_not_taken_apart(images):
    """It has the layers of `strip_encoder` by name, and an operation between them."""
    plain = build().get_layer("encoder")
    strip = keras.Input(STRIP_SHAPE, name="scaled_images")
    logits = plain.get_layer("image_encoder")(keras.ops.reshape(1 - strip, (-1, *IMAGE_SHAPE)))
    digits = layers.Softmax(name="digit_probabilities")(logits)
    model = build(encoder=keras.Model(strip, keras.ops.reshape(digits, (-1, MAX_DIGITS, CLASSES))))
    expected = run(plain, 1 - images / np.float32(255))
    np.testing.assert_allclose(run(context_model(model), images)["context"], expected, atol=1e-4)


def test_of_several_that_are_the_likeliest_it_writes_the_first():
    """As int8 often has them; `numpy.argmax` takes the first too."""
    probabilities = np.random.default_rng(0).integers(0, 3, (200, 7)).astype(np.float32) / 2
    largest, index, one_hot = map(np.asarray, recurrence._likeliest(probabilities))
    np.testing.assert_array_equal(largest, probabilities.max(axis=1))
    np.testing.assert_array_equal(index, probabilities.argmax(axis=1))
    np.testing.assert_array_equal(one_hot, np.eye(9)[2 + index])


def test_a_decoder_of_ones_own_is_read_with_too(images):
    context = keras.Input((MAX_DIGITS, CLASSES), name="context")
    previous_ids = keras.Input((LENGTH,), dtype="int32", name="previous_ids")
    x = layers.Embedding(VOCABULARY_SIZE, 8)(previous_ids)
    x = (
        layers.Conv1D(8, 3, padding="causal", activation="tanh")(x)
        + layers.Dense(8)(layers.Flatten()(context))[:, None]
    )
    probabilities = layers.Dense(VOCABULARY_SIZE, activation="softmax")(x)
    decoder = keras.Model({"context": context, "previous_ids": previous_ids}, probabilities, name="mine")
    model = build(decoder=decoder)
    token_ids, _ = read_by_hand(model, images)
    for unrolled in (True, False):
        outputs = reading_model(model, unrolled).predict(images, verbose=0)
        np.testing.assert_array_equal(outputs["token_ids"], token_ids)


@pytest.mark.parametrize("variant", ["gru", "attention"])
def test_its_tflite_file_reads_the_same_with_builtin_operators(variant, images, tmp_path):
    model = build(**VARIANTS[variant])
    # Each step takes up the last one's rounding errors, so much the more as the weights are large.
    model.set_weights([2 / 3 * weights for weights in model.get_weights()])
    write_saved_model(named_signatures(reader_signatures(model)), tmp_path / "saved_model", batch_size=1)
    arrays = {
        "read/images": images,
        "context/images": images,
        "decode/context": context_model(model)(images)["context"],
    }
    np.savez(tmp_path / "samples.npz", **arrays)
    path = tmp_path / "float32.tflite"
    path.write_bytes(convert(tmp_path / "saved_model", "float32", tmp_path / "samples.npz"))
    assert not [name for name in operators(path) if name.startswith(("Flex", "CUSTOM")) or name == "WHILE"]
    expected = run(reading_model(model), images)
    read = litert.open_signature(path, "read")({"images": images})
    np.testing.assert_array_equal(read["token_ids"], expected["token_ids"])
    np.testing.assert_allclose(read["probabilities"], expected["probabilities"], atol=1e-5)


def test_ids_and_classes_are_those_of_the_data():
    for name in ("PADDING", "START", "END"):
        assert getattr(recurrence, name) == getattr(vocabulary, name)
    assert strips.BLANK + 1 == CLASSES
    assert strips.MOST_DIGITS == MOST_DIGITS
