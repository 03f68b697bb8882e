"""What a denoiser is given in use: images that its own layers have corrupted."""

import keras
import numpy as np

CORRUPTION_SEED = 0


def typical_inputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """The images as the model's own corruption leaves them, float32 pixels 0-255; the same ones every time."""
    corrupt = keras.Model(model.input, model.get_layer("clipping").output)
    generators = [variable for variable in corrupt.variables if variable.path.endswith("seed_generator_state")]
    before = [keras.ops.convert_to_numpy(generator) for generator in generators]
    for number, generator in enumerate(generators):
        generator.assign([CORRUPTION_SEED, number])
    starts = range(0, len(images), 1000)
    noisy = np.concatenate([np.asarray(corrupt(images[start : start + 1000], training=True)) for start in starts])
    for generator, state in zip(generators, before, strict=True):
        generator.assign(state)
    return 255 * noisy
