"""The requests that TensorFlow Serving runs by itself before it lets a new version answer: a model's warm-up.

A ``PredictionLog`` each, of TensorFlow Serving's ``prediction_log.proto``, in a TFRecord file; see
https://www.tensorflow.org/tfx/serving/saved_model_warmup.
"""

from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path

import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from export.encoded_images import SUFFIX, to_files
from export.errors import ExportError
from export.runtimes import serving
from export.runtimes.protobuf import field, fields, mapping
from export.signatures import Arrays

WARMUP = Path("assets.extra", "tf_serving_warmup_requests")
MOST_REQUESTS = 1000
"""With more, TensorFlow Serving refuses to load the model."""
PREDICT_LOG, REQUEST, MODEL_SPEC, INPUTS = 6, 1, 1, 2
MODEL_NAME, SIGNATURE_NAME = 1, 3


def write_warmup(saved_model: Path, name: str, samples: Mapping[str, Arrays], *, encoded: Sequence[str] = ()) -> None:
    """Write a request for each signature, of its first sample, and the first one also as ``serving_default``.

    Args:
        saved_model: The version folder; gets ``assets.extra/tf_serving_warmup_requests``.
        name: What the model is served as.
        samples: Signature name to input name to array ``(n, ...)``.
        encoded: The signatures that were also written as ``<name>_from_bytes``, as `write_saved_model` was given them.

    Raises:
        ValueError: more signatures than the warm-up may have requests.
        OSError: the file cannot be written.
    """
    first = {key: {tensor: array[:1] for tensor, array in inputs.items()} for key, inputs in samples.items()}
    files = {key + SUFFIX: to_files(first[key]) for key in encoded}
    served = {**first, **files, "serving_default": next(iter(first.values()))}
    if len(served) > MOST_REQUESTS:
        raise ValueError(f"expected at most {MOST_REQUESTS} signatures with serving_default, received {len(served)}")
    (saved_model / WARMUP).parent.mkdir(exist_ok=True)
    try:
        with tf.io.TFRecordWriter(str(saved_model / WARMUP)) as writer:
            for signature, inputs in served.items():
                writer.write(_log(name, signature, inputs))
    except tf.errors.OpError as error:
        raise OSError(f"cannot write {saved_model / WARMUP}: {error.message.splitlines()[0]}") from error


def _log(name: str, signature: str, inputs: Arrays) -> bytes:
    specification = field(MODEL_NAME, name.encode()) + field(SIGNATURE_NAME, signature.encode())
    request = field(MODEL_SPEC, specification)
    for key, array in inputs.items():
        tensor = tf.make_tensor_proto(array).SerializeToString()
        request += field(INPUTS, field(1, key.encode()) + field(2, tensor))
    return field(PREDICT_LOG, field(REQUEST, request))


def replay(saved_model: str | PathLike[str]) -> int:
    """Run the warm-up of a SavedModel as TensorFlow Serving does, with its C++ loader, in one session.

    Returns:
        How many requests ran.

    Raises:
        ExportError: no warm-up, a damaged one, one of no or of more than 1,000 requests, or a request that does not
            run; TensorFlow Serving would not load the model.
        ValueError: the folder is no whole SavedModel.
    """
    signatures = serving.open_signatures(saved_model)
    count = 0
    for signature, inputs in _requests(Path(saved_model) / WARMUP):
        if signature not in signatures:
            raise ExportError(f"{saved_model}: warm-up of signature {signature!r}, which the SavedModel does not have")
        try:
            signatures[signature](inputs)
        except ValueError as error:
            raise ExportError(f"{saved_model}: a request of the warm-up does not run: {error}") from error
        count += 1
    if not 1 <= count <= MOST_REQUESTS:
        raise ExportError(f"{saved_model}: expected 1 to {MOST_REQUESTS} requests in {WARMUP}, received {count}")
    return count


def _requests(path: Path) -> Iterator[tuple[str, Arrays]]:
    """Each request's signature and inputs."""
    try:
        for record in tf.data.TFRecordDataset(str(path)):
            request = _message(_message(record.numpy(), PREDICT_LOG), REQUEST)
            signature = _message(_message(request, MODEL_SPEC), SIGNATURE_NAME).decode()
            tensors = {key: TensorProto.FromString(value) for key, value in mapping(request, INPUTS).items()}
            yield signature, {key: tf.make_ndarray(tensor) for key, tensor in tensors.items()}
    except (tf.errors.OpError, ValueError, KeyError) as error:
        raise ExportError(
            f"expected TensorFlow Serving's requests in {path}: {' '.join(str(error).split())}"
        ) from error


def _message(message: bytes, number: int) -> bytes:
    return bytes(dict(fields(message))[number])
