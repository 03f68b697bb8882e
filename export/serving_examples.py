"""How a client asks TensorFlow Serving for this very model: commands and code for the card."""

import json
from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from export.serving_folder import BATCHING_CONFIG, CONTAINER_FOLDER, MODELS_CONFIG

BLANK_PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQImWNgAAAAAgAB9HFkpgAAAABJRU5ErkJggg=="
"""A grey picture of one black pixel, in base64; any picture is brought to the model's size."""
MOST_NUMBERS = 1000
"""In a request that is shown in one line; a shell takes no command of some 100,000 characters."""

Tensors = Mapping[str, Mapping[str, Any]]


def serving_examples(report: Mapping[str, Any]) -> str:
    """The command that starts the server, a ``curl`` request and a gRPC client, as Markdown without a heading.

    The request is of the first signature that takes files, or else of the one with the smallest input; the gRPC client
    of the first one that takes numbers.

    Args:
        report: As `check_report` accepts it.
    """
    name, signatures = report["name"], report["signatures"]
    place = f"{CONTAINER_FOLDER}/{name}"
    asked = next((key for key in signatures if _takes_strings(signatures[key])), None)
    asked = asked or min(signatures, key=lambda key: _size(signatures[key]["inputs"]))
    called = next(key for key in signatures if not _takes_strings(signatures[key]))
    return f"""The server, from this folder; it takes a new version as soon as that is published:

```sh
docker run --rm -p 8500:8500 -p 8501:8501 -v "$PWD/saved_model:{place}:ro" tensorflow/serving \\
  --model_config_file={place}/{MODELS_CONFIG} \\
  --enable_batching --batching_parameters_file={place}/{BATCHING_CONFIG}
```

Without a container, with `saved_model` at `{place}`: `tensorflow_model_server --port=8500 --rest_api_port=8501` and the
same three options.

{_curl_sentence(signatures[asked])}

```sh
{_curl(name, asked, signatures[asked])}
```

From Python over gRPC (`pip install tensorflow-serving-api`):

```python
{_client(name, called, signatures[called])}
```"""


def _takes_strings(signature: Mapping[str, Any]) -> bool:
    return any(tensor["dtype"] == "string" for tensor in signature["inputs"].values())


def _size(inputs: Tensors) -> int:
    return sum(prod(tensor["shape"][1:]) for tensor in inputs.values())


def _curl_sentence(signature: Mapping[str, Any]) -> str:
    if not _takes_strings(signature):
        return "A request over REST:"
    sentence = "A request over REST, for a PNG or JPEG picture; that of yours is what `base64 -w0 FILE` prints"
    several = any(len(tensor["shape"]) == 2 for tensor in signature["inputs"].values())
    return sentence + (', and `""` is a blank one:' if several else ":")


def _curl(name: str, asked: str, signature: Mapping[str, Any]) -> str:
    """The command; a body that is too long to be typed is written into a file first."""
    url = f"http://localhost:8501/v1/models/{name}:predict"
    if _size(signature["inputs"]) <= MOST_NUMBERS:
        return f"curl {url} -d '{json.dumps(_body(asked, signature))}'"
    inputs = ", ".join(
        f"{json.dumps(key)}: np.zeros({tuple(tensor['shape'][1:])}, np.{tensor['dtype']}).tolist()"
        for key, tensor in signature["inputs"].items()
    )
    program = (
        "import json, numpy as np; "
        f'print(json.dumps({{"signature_name": {json.dumps(asked)}, "instances": [{{{inputs}}}]}}))'
    )
    return f"python -c '{program}' > request.json\ncurl {url} -d @request.json"


def _body(name: str, signature: Mapping[str, Any]) -> dict[str, Any]:
    instance = {key: _value(tensor["shape"][1:], tensor["dtype"]) for key, tensor in signature["inputs"].items()}
    return {"signature_name": name, "instances": [instance]}


def _value(shape: list[int], dtype: str) -> Any:
    """One sample of zeros, or of blank pictures, as nested lists."""
    if dtype != "string":
        return np.zeros(shape, dtype).tolist()
    return [_value(shape[1:], dtype)] * shape[0] if shape else {"b64": BLANK_PNG}


def _client(name: str, signature_name: str, signature: Mapping[str, Any]) -> str:
    inputs = "\n".join(
        f'request.inputs["{key}"].CopyFrom(tf.make_tensor_proto(np.zeros({(1, *tensor["shape"][1:])}, '
        f"np.{tensor['dtype']})))"
        for key, tensor in signature["inputs"].items()
    )
    return f"""import grpc
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

request = predict_pb2.PredictRequest()
request.model_spec.name = "{name}"
request.model_spec.signature_name = "{signature_name}"
{inputs}
with grpc.insecure_channel("localhost:8500") as channel:
    response = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict(request, timeout=10)
for name, tensor in response.outputs.items():
    print(name, tf.make_ndarray(tensor))"""
