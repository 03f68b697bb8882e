"""Which operators a TFLite file needs, counted in the file itself."""

import struct
from collections import Counter
from os import PathLike
from pathlib import Path

from ai_edge_litert import schema_py_generated as schema

_IDENTIFIER = slice(4, 8)
_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def operators(file: str | PathLike[str] | bytes) -> dict[str, int]:
    """How often each operator stands in the file, in all subgraphs: the bodies of loops and branches too.

    Args:
        file: A path, or the file's content.

    Returns:
        Name to count, sorted by name: builtin operators as the schema spells them (``"CONV_2D"``), others as
        ``"CUSTOM <code>"``, and TensorFlow's own by their code, which begins with ``Flex``.

    Raises:
        ValueError: the content is no whole TFLite file.
        OSError: the path cannot be read.
    """
    content = file if isinstance(file, bytes) else Path(file).read_bytes()
    source = "the content" if isinstance(file, bytes) else str(file)
    if content[_IDENTIFIER] != b"TFL3":
        raise ValueError(f"{source} is no TFLite file: expected TFL3 at byte 4, received {content[_IDENTIFIER]!r}")
    try:
        return _count(content)
    except (IndexError, struct.error, TypeError, UnicodeDecodeError, ValueError) as error:
        raise ValueError(f"{source} is a broken TFLite file ({error}); export it again") from error


def _count(content: bytes) -> dict[str, int]:
    model = schema.Model.GetRootAs(content, 0)
    names = [_name(model.OperatorCodes(index)) for index in range(model.OperatorCodesLength())]
    counts: Counter[str] = Counter()
    for index in range(model.SubgraphsLength()):
        subgraph = model.Subgraphs(index)
        counts.update(names[subgraph.Operators(i).OpcodeIndex()] for i in range(subgraph.OperatorsLength()))
    for index in range(model.BuffersLength()):
        model.Buffers(index).DataAsNumpy()
    return dict(sorted(counts.items()))


def _name(code: schema.OperatorCode) -> str:
    # Operators past 127 stand in the newer field only.
    builtin = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if builtin != schema.BuiltinOperator.CUSTOM:
        return _NAMES.get(builtin, f"BUILTIN {builtin}")
    custom = code.CustomCode().decode()
    return custom if custom.startswith("Flex") else f"CUSTOM {custom}"
