"""One signature of a ``.tflite`` file as a file of its own: for a device that needs one graph of many.

TFLite Micro runs nothing but the first subgraph of a file.
"""

from collections.abc import Iterator
from typing import Any

from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import pack, unpack
from export.graph import drop_unnamed
from export.runtimes.signature import check_signature


def single_signature(content: bytes, name: str) -> bytes:
    """A ``.tflite`` file with one signature only, which gives bit for bit what it gave in the larger file.

    Its subgraph comes first, then those that it calls, such as the bodies of its loops. Operator codes and buffers
    of others are left out; metadata, the description and the names of inputs and outputs stay.

    Args:
        content: a whole ``.tflite`` file.
        name: one of its signatures.

    Raises:
        ValueError: the content is no whole TFLite file, has no such signature, or keeps weights outside of its
            flatbuffer, as files of more than 2 GB do.
    """
    model = unpack(content)
    keep_signature(model, name, "the content")
    return pack(model)


def keep_signature(model: schema.ModelT, name: str, source: str) -> schema.SignatureDefT:
    """Leave one signature in ``model`` and what it needs; returns it. ``source`` is the model's name in errors.

    Raises:
        ValueError: the model has no such signature.
    """
    signatures = {each.signatureKey.decode(): each for each in model.signatureDefs or []}
    check_signature(source, name, signatures)
    model.signatureDefs = [signatures[name]]
    _keep_subgraphs(model, signatures[name])
    drop_unnamed(model)
    return signatures[name]


def _keep_subgraphs(model: schema.ModelT, signature: schema.SignatureDefT) -> None:
    order = [signature.subgraphIndex]
    for index in order:  # grows while subgraphs call others
        called = [number for options, field in _calls(model.subgraphs[index]) for number in _numbers(options, field)]
        order += [number for number in dict.fromkeys(called) if number not in order]
    places = {index: place for place, index in enumerate(order)}
    model.subgraphs = [model.subgraphs[index] for index in order]
    signature.subgraphIndex = 0
    for subgraph in model.subgraphs:
        for options, field in _calls(subgraph):
            moved = [places[number] for number in _numbers(options, field)]
            setattr(options, field, moved[0] if isinstance(getattr(options, field), int) else moved)


def _calls(subgraph: schema.SubGraphT) -> Iterator[tuple[Any, str]]:
    """The options of operators that name subgraphs, each with the field that does, such as ``bodySubgraphIndex``."""
    for operator in subgraph.operators or []:
        for options in (operator.builtinOptions, operator.builtinOptions2):
            for field, value in vars(options).items() if options is not None else ():
                if "subgraph" in field.lower() and value is not None:
                    yield options, field


def _numbers(options: Any, field: str) -> list[int]:
    value = getattr(options, field)
    return [value] if isinstance(value, int) else [int(number) for number in value]
