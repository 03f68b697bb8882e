"""What a TFLite file lacks for a runtime, told from the file alone: operators, shapes and types of numbers.

A gate explains and predicts. Whether the file runs is for the runtime to say: it may refuse what no gate knows of.
"""

from collections.abc import Iterator
from os import PathLike
from typing import Any, NamedTuple

from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import unpack
from export.operator_lists import BROWSER_DTYPES, GPU, GPU_LARGEST_RANK, GPU_VERSIONS, MICRO
from export.operators import operator_names

_DTYPES = {code: name for name, code in vars(schema.TensorType).items() if not name.startswith("_")}
LOOPS = {"WHILE", "IF", "STABLEHLO_WHILE", "STABLEHLO_CASE"}


class Node(NamedTuple):
    """An operator where it stands.

    Args:
        name: As `operator_names` gives it.
        version: Of the operator, as the converter chose it.
        options: The schema's object, or None.
        tensors: The schema's objects of its inputs, then of its outputs.
        is_constant: Of each tensor, whether the file holds its value.
    """

    name: str
    version: int
    options: Any
    tensors: list[Any]
    is_constant: list[bool]

    @property
    def computed(self) -> list[Any]:
        """The tensors that are not in the file: they come in or are computed."""
        return [tensor for tensor, constant in zip(self.tensors, self.is_constant, strict=True) if not constant]


def verdicts(file: str | PathLike[str] | bytes) -> dict[str, list[str]]:
    """Runtime (``gpu``, ``micro``, ``browser``) to what is missing there, one line a reason; empty: nothing known.

    All subgraphs are looked at, the bodies of loops and branches too. A file of several signatures has the reasons of
    all of them: give the file of one, as `export.single_signature` cuts it out, to learn of that one.

    Args:
        file: A path, or the file's content.

    Raises:
        ValueError: the content is no whole TFLite file.
        OSError: the path cannot be read.
    """
    model = unpack(file)
    nodes, shapes = list(_nodes(model)), list(_dynamic_shapes(model))
    return {
        runtime: list(dict.fromkeys([*shapes, *(reason for node in nodes for reason in gate(node)), *more]))
        for runtime, gate, more in (
            ("gpu", _gpu, ()),
            ("micro", _micro, ()),
            ("browser", _browser, _browser_dtypes(model)),
        )
    }


def _gpu(node: Node) -> Iterator[str]:
    if node.name in LOOPS:
        yield f"{node.name}: the GPU delegate runs no loops and branches; unroll them"
    elif node.name not in GPU:
        yield f"{node.name}: the GPU delegate has no such operator"
    newest = GPU_VERSIONS.get(node.name, node.version)
    if node.version > newest:
        yield f"{node.name}: the GPU delegate takes versions up to {newest}, this is {node.version}"
    if node.name == "STRIDED_SLICE" and node.options.shrinkAxisMask:
        yield "STRIDED_SLICE: the GPU delegate drops no axes; slice with a size of 1 and reshape"
    if node.name == "TOPK_V2" and _shape(node.tensors[0])[-1] % 4:
        yield f"TOPK_V2: the GPU delegate takes a multiple of 4 values, this has {_shape(node.tensors[0])[-1]}"
    for tensor in node.computed:
        if len(_shape(tensor)) > GPU_LARGEST_RANK:
            yield f"{node.name}: the GPU delegate takes at most {GPU_LARGEST_RANK} axes, this has {len(_shape(tensor))}"


def _micro(node: Node) -> Iterator[str]:
    if node.name not in MICRO:
        yield f"{node.name}: TFLite Micro has no such operator"
    dtypes = [_DTYPES[tensor.type] for tensor in node.tensors]
    if node.name == "DEQUANTIZE" and dtypes[0] == "FLOAT16":
        yield "DEQUANTIZE: TFLite Micro takes no float16 weights; export float32 or full_int8"
    constants = {dtype for dtype, constant in zip(dtypes, node.is_constant, strict=True) if constant}
    if "INT8" in constants and "FLOAT32" in dtypes and node.name not in {"QUANTIZE", "DEQUANTIZE"}:
        yield f"{node.name}: TFLite Micro takes no int8 weights with float32 activations; export float32 or full_int8"


def _browser(node: Node) -> Iterator[str]:
    if node.name.startswith(("Flex", "CUSTOM", "BUILTIN")):
        yield f"{node.name}: LiteRT.js has builtin operators only"


def _browser_dtypes(model: schema.ModelT) -> Iterator[str]:
    for name, tensor in _interface(model):
        if _DTYPES[tensor.type] not in BROWSER_DTYPES:
            taken = ", ".join(sorted(BROWSER_DTYPES)).lower()
            yield f"{name}: LiteRT.js takes {taken}, this is {_DTYPES[tensor.type].lower()}"


def _dynamic_shapes(model: schema.ModelT) -> Iterator[str]:
    for name, tensor in _interface(model):
        if tensor.shapeSignature is not None and -1 in list(tensor.shapeSignature):
            yield f"{name}: a shape that is not fixed; export a batch of 1"


def _interface(model: schema.ModelT) -> Iterator[tuple[str, Any]]:
    """What a caller gives and gets: each tensor after its place in a signature, such as ``encode.inputs.image``, or
    after itself where there are no signatures."""
    for signature in model.signatureDefs or []:
        tensors = model.subgraphs[signature.subgraphIndex].tensors
        for side in ("inputs", "outputs"):
            for entry in getattr(signature, side) or []:
                yield f"{signature.signatureKey.decode()}.{side}.{entry.name.decode()}", tensors[entry.tensorIndex]
    if not model.signatureDefs:
        main = model.subgraphs[0]
        for tensor in (main.tensors[index] for index in (*main.inputs, *main.outputs)):
            yield tensor.name.decode(), tensor


def _nodes(model: schema.ModelT) -> Iterator[Node]:
    names = operator_names(model)
    for subgraph in model.subgraphs or []:
        for operator in subgraph.operators or []:
            # An index of -1 is an input that was left out.
            indices = [index for index in (*operator.inputs, *operator.outputs) if index >= 0]
            tensors = [subgraph.tensors[index] for index in indices]
            buffers = [model.buffers[tensor.buffer].data for tensor in tensors]
            yield Node(
                names[operator.opcodeIndex],
                model.operatorCodes[operator.opcodeIndex].version,
                operator.builtinOptions,
                tensors,
                [data is not None and len(data) > 0 for data in buffers],
            )


def _shape(tensor: Any) -> list[int]:
    return [] if tensor.shape is None else [int(size) for size in tensor.shape]
