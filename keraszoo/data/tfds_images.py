"""Any single-image data set of TensorFlow Datasets, decoded once and then read from the cache."""

import io
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from keraszoo.data.pictures import read_pixels
from keraszoo.data.splits import SourceImages, Split, cut_last
from keraszoo.data.tfds_builder import find_builder, prepare
from keraszoo.data.tfds_cache import keep_images, kept_images

BATCH_SIZE = 1000


class Features(NamedTuple):
    """Which features of a data set are read, and the shape that its images come out with."""

    image: str
    label: str | None
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]


def read_tfds(name: str, image_size: tuple[int, int] | None = None, other_names: Iterable[str] = ()) -> SourceImages:
    """Read a data set's training and test images; from the cache, without importing TensorFlow or TFDS.

    Without a ``test`` split, ``validation`` is the test split; without either, the last sixth of ``train``.

    Args:
        name: as TFDS spells it: ``mnist``, ``mnist:3.0.1``, ``emnist/letters``.
        image_size: ``(height, width)`` to resize to; needed where the images differ in size.
        other_names: data sets from elsewhere that a misspelt ``name`` may have meant.

    Raises:
        ValueError: no such data set, not one image with at most one label, or ``image_size`` is needed.
        ConnectionError: neither prepared nor cached, and no network.
        OSError: it cannot be prepared or read.
    """
    kept = kept_images(name, image_size)
    if kept is not None:
        return kept
    builder = find_builder(name, other_names)
    features = _features_of(builder, image_size)
    prepare(builder)
    source = _decode(builder, features)
    keep_images(source, name, image_size)
    return source


def _features_of(builder: Any, image_size: tuple[int, int] | None) -> Features:
    import tensorflow_datasets as tfds

    features = builder.info.features
    described = ", ".join(f"{key}: {type(feature).__name__}" for key, feature in sorted(features.items()))
    # A LabeledImage is an Image too, but one of class numbers.
    images = [key for key, feature in features.items() if type(feature) is tfds.features.Image]
    labels = [key for key, feature in features.items() if isinstance(feature, tfds.features.ClassLabel)]
    supervised = [key for key in labels if key in (builder.info.supervised_keys or ())]
    if len(supervised) == 1:  # as cifar100, whose coarse_label is left aside
        labels = supervised
    if len(images) != 1 or len(labels) > 1:
        raise ValueError(
            f"expected a data set of one Image and at most one ClassLabel, received {builder.name!r}"
            f" with the features {described}; choose another data set"
        )
    height, width, channels = features[images[0]].shape
    if features[images[0]].dtype != np.uint8 or channels not in (1, 3):
        raise ValueError(
            f"expected uint8 images with 1 or 3 channels, received {builder.name!r} with"
            f" {features[images[0]]}; choose another data set"
        )
    if image_size is not None:
        height, width = image_size
    if height is None or width is None:
        raise ValueError(f"the images of {builder.name!r} differ in size; give image_size=(height, width)")
    label = labels[0] if labels else None
    class_names = tuple(features[label].names) if label else ()
    return Features(images[0], label, class_names, (height, width, channels))


def _decode(builder: Any, features: Features) -> SourceImages:
    splits = builder.info.splits
    if "train" not in splits:
        raise ValueError(
            f"expected a data set with a 'train' split, received {builder.name!r} with {', '.join(splits)};"
            " choose another data set"
        )
    test_name = next((split for split in ("test", "validation") if split in splits), None)
    try:
        train = _decode_split(builder, "train", features)
        test = _decode_split(builder, test_name, features) if test_name else None
    except Exception as error:  # TensorFlow's own kinds of errors, for damaged or missing files
        raise OSError(
            f"{builder.name!r} in {builder.data_path} cannot be read ({' '.join(str(error).split())[:200]});"
            " remove that folder to have it prepared anew"
        ) from error
    if test is None:
        train, test = cut_last(train)
    return SourceImages(builder.info.full_name, train, test, features.class_names)


def _decode_split(builder: Any, split: str, features: Features) -> Split:
    import tensorflow_datasets as tfds

    count = builder.info.splits[split].num_examples
    images = np.empty((count, *features.image_shape), dtype=np.uint8)
    labels = np.empty(count, dtype=np.int64) if features.label else None
    # Pillow decodes as quickly as TFDS does, and resizes as in a folder of pictures.
    decoders = tfds.decode.PartialDecoding(
        {key: True for key in (features.image, features.label) if key},
        decoders={features.image: tfds.decode.SkipDecoding()},
    )
    examples = builder.as_dataset(split=split, shuffle_files=False, decoders=decoders).batch(BATCH_SIZE)
    print(f"keraszoo: decoding {builder.name} {split} once, {count:,} images", file=sys.stderr)
    done = 0
    for batch in tfds.as_numpy(examples):
        encoded = batch[features.image]
        if labels is not None:
            labels[done : done + len(encoded)] = batch[features.label]
        for picture in encoded:
            images[done] = read_pixels(io.BytesIO(picture), features.image_shape[2], features.image_shape[:2])
            done += 1
    if done < count:
        raise ValueError(f"{split} holds {done} of {count} images")
    if labels is not None and np.all(labels < 0):  # how TFDS marks a test split without labels
        labels = None
    return Split(images, labels)
