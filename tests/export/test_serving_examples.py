"""The card's examples, run: what they send is answered by TensorFlow Serving's C++ loader."""

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from concurrent import futures
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from export.encoded_images import describe_files
from export.runtimes import serving
from export.saved_model import write_saved_model
from export.serving_examples import serving_examples
from export.signatures import describe, named_signatures


@pytest.fixture(scope="module")
def saved_model(tiny_signatures: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "1"
    write_saved_model(named_signatures(tiny_signatures), folder, encoded=["reconstruct", "encode"])
    return folder


@pytest.fixture(scope="module")
def report(tiny_signatures: dict[str, Any]) -> dict[str, Any]:
    described = describe(named_signatures(tiny_signatures))
    return {"name": "tiny", "signatures": {**described, **describe_files(described, ["reconstruct", "encode"])}}


def sent(text: str) -> dict[str, Any]:
    """The body of the request that the text has the shell send."""
    (command,) = re.findall(r"```sh\n(curl .*)\n```", text)
    _, url, flag, body = shlex.split(command)
    assert (url, flag) == ("http://localhost:8501/v1/models/tiny:predict", "-d")
    return dict(json.loads(body))


def decoded(value: Any) -> Any:
    """A JSON value as TensorFlow Serving reads it."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    return base64.b64decode(value["b64"], validate=True) if isinstance(value, dict) else value


def answer(folder: Path, body: dict[str, Any]) -> dict[str, np.ndarray]:
    tensors = serving.signatures(folder)[body["signature_name"]].inputs
    rows = {name: [decoded(instance[name]) for instance in body["instances"]] for name in body["instances"][0]}
    inputs = {
        name: np.array(values, object if tensors[name].dtype == "string" else tensors[name].dtype)
        for name, values in rows.items()
    }
    return serving.open_signature(folder, body["signature_name"])(inputs)


def test_a_picture_over_rest(saved_model: Path, report: dict[str, Any]) -> None:
    text = serving_examples(report)
    body = sent(text)
    assert body["signature_name"] == "reconstruct_from_bytes"
    blank = serving.open_signature(saved_model, "reconstruct")({"image": np.zeros((1, 8, 8, 1))})
    np.testing.assert_array_equal(answer(saved_model, body)["reconstruction"], blank["reconstruction"])
    assert "base64 -w0 FILE" in text


def test_numbers_over_rest_where_no_signature_takes_files(saved_model: Path, report: dict[str, Any]) -> None:
    numbers = {name: report["signatures"][name] for name in ("reconstruct", "encode", "decode")}
    text = serving_examples({**report, "signatures": numbers})
    body = sent(text)
    assert body == {"signature_name": "decode", "instances": [{"code": [0.0] * 4}]}
    assert answer(saved_model, body)["reconstruction"].shape == (1, 8, 8, 1)
    assert "base64" not in text


def test_a_request_too_long_to_be_typed_is_written_into_a_file_first(tmp_path: Path) -> None:
    tensor = {"shape": [None, 300, 300, 3], "dtype": "float32"}
    text = serving_examples({"name": "tiny", "signatures": {"predict": {"inputs": {"image": tensor}, "outputs": {}}}})
    (program,) = re.findall(
        r"```sh\n(python .*)\ncurl http://localhost:8501/v1/models/tiny:predict -d @request.json\n", text
    )
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(program, shell=True, check=True, cwd=tmp_path, env={**os.environ, "PATH": path})
    body = json.loads((tmp_path / "request.json").read_text())
    assert (body["signature_name"], np.shape(body["instances"][0]["image"])) == ("predict", (300, 300, 3))


def test_a_strip_over_rest(tmp_path: Path) -> None:
    import keras

    images = keras.Input((2, 3, 3, 3), name="images")
    signatures = named_signatures({"read": keras.Model(images, {"total": keras.ops.sum(images, axis=(2, 3, 4))})})
    write_saved_model(signatures, tmp_path / "1", encoded=["read"])
    described = describe(signatures)
    text = serving_examples({"name": "tiny", "signatures": {**described, **describe_files(described, ["read"])}})
    assert answer(tmp_path / "1", sent(text))["total"].tolist() == [[0, 0]]
    assert '`""` is a blank one' in text


def test_the_server_finds_its_files(report: dict[str, Any]) -> None:
    text = serving_examples(report)
    assert '-v "$PWD/saved_model:/models/tiny:ro"' in text
    assert "--model_config_file=/models/tiny/models.config" in text
    assert "--batching_parameters_file=/models/tiny/batching.config" in text


def test_the_grpc_client_runs(saved_model: Path, report: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Against a server that answers with the C++ loader."""
    reason = "pip install grpcio && pip install --no-deps tensorflow-serving-api==2.21.0"
    grpc = pytest.importorskip("grpc", reason=reason)
    predict_pb2 = pytest.importorskip("tensorflow_serving.apis.predict_pb2", reason=reason)
    service = pytest.importorskip("tensorflow_serving.apis.prediction_service_pb2_grpc", reason=reason)
    asked = []

    def predict(request: Any, _: Any) -> Any:
        asked.append((request.model_spec.name, request.model_spec.signature_name))
        run = serving.open_signature(saved_model, request.model_spec.signature_name)
        response = predict_pb2.PredictResponse()
        inputs = {name: tf.make_ndarray(tensor) for name, tensor in request.inputs.items()}
        for name, array in run(inputs).items():
            response.outputs[name].CopyFrom(tf.make_tensor_proto(array))
        return response

    servicer = service.PredictionServiceServicer()
    servicer.Predict = predict
    server = grpc.server(futures.ThreadPoolExecutor(1))
    service.add_PredictionServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    try:
        (program,) = re.findall(r"```python\n(.*?)\n```", serving_examples(report), flags=re.DOTALL)
        assert "localhost:8500" in program
        exec(program.replace("localhost:8500", f"localhost:{port}"), {})
    finally:
        server.stop(None)
    assert asked == [("tiny", "reconstruct")]
    assert capsys.readouterr().out.startswith("reconstruction [[[[")
