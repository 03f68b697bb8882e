"""Which operators a TFLite file needs, counted in the file itself."""

from collections import Counter
from os import PathLike

from ai_edge_litert import schema_py_generated as schema

from export.flatbuffer import unpack

_NAMES = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}


def operators(file: str | PathLike[str] | bytes) -> dict[str, int]:
    """How often each operator stands in the file, in all subgraphs: the bodies of loops and branches too.

    Args:
        file: A path, or the file's content.

    Returns:
        Name to count, sorted by name; the names are those of `operator_names`.

    Raises:
        ValueError: the content is no whole TFLite file.
        OSError: the path cannot be read.
    """
    model = unpack(file)
    names = operator_names(model)
    counts = Counter(
        names[operator.opcodeIndex] for subgraph in model.subgraphs or [] for operator in subgraph.operators or []
    )
    return dict(sorted(counts.items()))


def operator_names(model: schema.ModelT) -> list[str]:
    """The name of each operator code: builtin operators as the schema spells them (``"CONV_2D"``), others as
    ``"CUSTOM <code>"``, and TensorFlow's own by their code, which begins with ``Flex``."""
    return [_name(code) for code in model.operatorCodes or []]


def _name(code: schema.OperatorCodeT) -> str:
    # Operators past 127 stand in the newer field only.
    builtin = max(code.builtinCode, code.deprecatedBuiltinCode)
    if builtin != schema.BuiltinOperator.CUSTOM:
        return _NAMES.get(builtin, f"BUILTIN {builtin}")
    custom = (code.customCode or b"").decode(errors="replace")
    return custom if custom.startswith("Flex") else f"CUSTOM {custom}"
