"""The warm-up requests: written, read by TensorFlow Serving's own messages, and replayed by its loader."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from export import ExportError
from export.encoded_images import to_files
from export.runtimes.protobuf import field
from export.saved_model import write_saved_model
from export.signatures import named_signatures
from export.warmup import WARMUP, replay, write_warmup

Samples = dict[str, dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def saved_model(
    tiny_signatures: dict[str, Any], tiny_samples: Samples, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("warmup") / "1"
    write_saved_model(named_signatures(tiny_signatures), folder, encoded=["encode"])
    write_warmup(folder, "tiny", tiny_samples, encoded=["encode"])
    return folder


@pytest.fixture
def copy(saved_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(saved_model, tmp_path / "1"))


def write_records(folder: Path, *records: bytes) -> None:
    with tf.io.TFRecordWriter(str(folder / WARMUP)) as writer:
        for record in records:
            writer.write(record)


def first_record(folder: Path) -> bytes:
    return bytes(next(iter(tf.data.TFRecordDataset(str(folder / WARMUP)))).numpy())


def test_the_loader_runs_every_request(saved_model: Path) -> None:
    assert replay(saved_model) == 5


def test_tensorflow_servings_own_messages_read_them(saved_model: Path, tiny_samples: Samples) -> None:
    prediction_log_pb2 = pytest.importorskip(
        "tensorflow_serving.apis.prediction_log_pb2", reason="pip install --no-deps tensorflow-serving-api==2.21.0"
    )
    requests = {}
    for record in tf.data.TFRecordDataset(str(saved_model / WARMUP)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        # Nothing but what was meant: no unknown field is carried along.
        assert log.WhichOneof("log_type") == "predict_log"
        assert request.model_spec.name == "tiny"
        requests[request.model_spec.signature_name] = {
            name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()
        }
    assert list(requests) == ["reconstruct", "encode", "decode", "encode_from_bytes", "serving_default"]
    samples = {**tiny_samples, "encode_from_bytes": to_files(tiny_samples["encode"])}
    for signature, inputs in requests.items():
        for name, array in inputs.items():
            expected = samples["reconstruct" if signature == "serving_default" else signature][name]
            np.testing.assert_array_equal(array, expected[:1])


def test_a_request_that_does_not_run(copy: Path) -> None:
    write_warmup(copy, "tiny", {"decode": {"code": np.zeros((1, 5), np.float32)}})
    with pytest.raises(ExportError, match=r"a request of the warm-up does not run: input 'code'.*\(n, 4\)"):
        replay(copy)


def test_a_signature_that_the_model_does_not_have(copy: Path) -> None:
    write_warmup(copy, "tiny", {"paint": {"code": np.zeros((1, 4), np.float32)}})
    with pytest.raises(ExportError, match="warm-up of signature 'paint', which the SavedModel does not have"):
        replay(copy)


def test_too_many_requests(copy: Path) -> None:
    write_records(copy, *[first_record(copy)] * 1001)
    with pytest.raises(ExportError, match=r"expected 1 to 1000 requests .* received 1001"):
        replay(copy)


def test_no_requests(copy: Path) -> None:
    write_records(copy)
    with pytest.raises(ExportError, match="received 0"):
        replay(copy)


def test_no_warm_up(copy: Path) -> None:
    (copy / WARMUP).unlink()
    with pytest.raises(ExportError, match=r"expected TensorFlow Serving's requests in .*tf_serving_warmup_requests"):
        replay(copy)


def test_a_changed_byte(copy: Path) -> None:
    content = bytearray((copy / WARMUP).read_bytes())
    content[100] ^= 1
    (copy / WARMUP).write_bytes(content)
    with pytest.raises(ExportError, match=r"(?i)expected TensorFlow Serving's requests in .*corrupt"):
        replay(copy)


@pytest.mark.parametrize(
    "record", [b"\xff\xff", field(6, b""), field(1, b"classify")], ids=["foreign", "empty", "kind"]
)
def test_other_records(copy: Path, record: bytes) -> None:
    write_records(copy, record)
    with pytest.raises(ExportError, match="expected TensorFlow Serving's requests in"):
        replay(copy)


def test_a_request_for_each_signature_at_most_a_thousand(tmp_path: Path) -> None:
    samples = {f"signature_{index}": {"code": np.zeros((1, 1))} for index in range(1000)}
    with pytest.raises(ValueError, match="at most 1000 signatures with serving_default, received 1001"):
        write_warmup(tmp_path, "tiny", samples)
    assert not (tmp_path / WARMUP).exists()


def test_a_place_that_cannot_be_written(tiny_samples: Samples, tmp_path: Path) -> None:
    (tmp_path / WARMUP).mkdir(parents=True)
    with pytest.raises(OSError, match=r"cannot write .*tf_serving_warmup_requests"):
        write_warmup(tmp_path, "tiny", tiny_samples)
