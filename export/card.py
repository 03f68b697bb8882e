"""The card: a run folder's README.md, written from its report."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from export.formats import FORMATS, SAVED_MODEL
from export.serving_examples import serving_examples
from export.summary import COLUMNS, summary


def card(report: dict[str, Any]) -> str:
    """The card as Markdown: what the model takes and gives, its files, their agreement, a first run.

    Args:
        report: As `check_report` accepts it.
    """
    sections = [
        f"# {report['name']}",
        report["description"],
        "## Signatures\n\nThe same names in Keras, in the SavedModel and in every TFLite file.\n\n"
        + _table(("signature", "inputs", "outputs"), _signature_rows(report)),
        _files_sentence(report),
        _strings_sentence(report),
        "## Files\n\n" + _table(("file", "what", "bytes"), _file_rows(report)),
        _assets_sentences(report),
        "## Runtimes\n\n"
        "Each file in each runtime that it was run in. The difference is the largest relative one of all outputs; the "
        "milliseconds are of one sample of the first signature, on the machine that proved it.\n\n"
        + _table(COLUMNS, summary(report)),
        "## Agreement with Keras\n\n"
        "Each file was run in its own runtime on test samples. The difference is the largest `|a - b|`; "
        "relative is `max|a - b| / max(1, max|b|)`, which the tolerance holds. Of outputs that are rounded to 0 or 1, "
        "flipped is the share that came out the other way, and the differences leave out those on the brink.\n\n"
        + _table(AGREEMENT_COLUMNS, _agreement_rows(report)),
        _score_sentence(report),
        "\n\n".join(f"![{title}]({path})\n\n*{title}*" for title, path in report["pictures"].items()),
        _snippet(report),
        "## Serve it\n\n" + serving_examples(report),
        f"Made with `{report['command']}` on {report['created']}, with "
        + ", ".join(f"{name} {number}" for name, number in report["versions"].items())
        + ". All figures are in [report.json](report.json).",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


AGREEMENT_COLUMNS = (
    "file",
    "runtime",
    "signature",
    "output",
    "difference",
    "relative",
    "flipped",
    "tolerance",
    "score",
    "loss",
)


def _signature_rows(report: dict[str, Any]) -> Iterable[Sequence[str]]:
    for name, signature in report["signatures"].items():
        yield f"`{name}`", _tensors(signature["inputs"]), _tensors(signature["outputs"])


def _tensors(tensors: dict[str, Any]) -> str:
    def shape(sizes: Sequence[int | None]) -> str:
        return " x ".join("batch" if size is None else str(size) for size in sizes)

    return "<br>".join(f"`{name}` {tensor['dtype']} {shape(tensor['shape'])}" for name, tensor in tensors.items())


def _file_rows(report: dict[str, Any]) -> Iterable[Sequence[str]]:
    for entry in report["files"]:
        known = FORMATS.get(entry["format"])
        what = known.description if known else "for TensorFlow Serving"
        yield f"[{entry['path']}]({entry['path']})", what, f"{entry['bytes']:,}"


def _files_sentence(report: dict[str, Any]) -> str:
    """What the other runtimes lack: decoders."""
    names = [
        f"`{name}`"
        for name, signature in report["signatures"].items()
        if any(tensor["dtype"] == "string" for tensor in signature["inputs"].values())
    ]
    if not names:
        return ""
    return f"The SavedModel alone takes PNG and JPEG files, of any size, decoded in its graph: {', '.join(names)}."


def _strings_sentence(report: dict[str, Any]) -> str:
    """What the other runtimes lack: string operators."""
    strings = [
        f"`{output}` of `{name}`"
        for name, signature in report["signatures"].items()
        for output, tensor in signature["outputs"].items()
        if tensor["dtype"] == "string"
    ]
    if not strings:
        return ""
    return (
        f"The SavedModel alone gives strings, in UTF-8, made in its graph of ids that all files give: "
        f"{', '.join(strings)}. Agreement below means that every one is, byte for byte, what Keras's ids say; their "
        "difference is the share that is not."
    )


def _assets_sentences(report: dict[str, Any]) -> str:
    if "assets" not in report:
        return ""
    saved_model = next(entry["path"] for entry in report["files"] if entry["format"] == SAVED_MODEL)
    inside, beside = (
        ", ".join(f"[{name}]({folder}/{name})" for name in report["assets"])
        for folder in (f"{saved_model}/assets", "tflite")
    )
    return (
        f"Texts that go with the model, in UTF-8. Beside the TFLite files, to be shipped with the one that is taken: "
        f"{beside}. The SavedModel holds the same as its assets, which `tf.saved_model.load` lists: {inside}."
    )


def _agreement_rows(report: dict[str, Any]) -> Iterable[Sequence[str]]:
    for row in report["agreement"]:
        yield (
            row["file"],
            row["runtime"],
            row["signature"],
            row["output"],
            _number(row["largest_difference"]),
            _number(row["relative_difference"]),
            "" if row["flipped"] is None else f"{row['flipped']:.3%}",
            _number(row["tolerance"]),
            _number(row["score"]),
            "" if row["score_loss"] is None else f"{row['score_loss']:.2%}",
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _score_sentence(report: dict[str, Any]) -> str:
    score = report["score"]
    if score is None:
        return ""
    better = "higher" if score["higher_is_better"] else "lower"
    keras_score = f"Keras has {score['keras']:.6g}"
    return f"The score is {score['name']} of `{score['signature']}` ({better} is better); {keras_score}."


def _snippet(report: dict[str, Any]) -> str:
    files = [entry["path"] for entry in report["files"] if entry["format"] != SAVED_MODEL]
    name, signature = next(iter(report["signatures"].items()))
    arguments = ", ".join(
        f"{key}=np.zeros({(1, *tensor['shape'][1:])}, np.{tensor['dtype']})"
        for key, tensor in signature["inputs"].items()
    )
    output = next(iter(signature["outputs"]))
    return f"""## Run it

`pip install ai-edge-litert`, then from this folder:

```python
import numpy as np
from ai_edge_litert.interpreter import Interpreter

interpreter = Interpreter("{files[0]}")
{name} = interpreter.get_signature_runner("{name}")
outputs = {name}({arguments})
print(outputs["{output}"].shape)
```"""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


def picture_paths(pictures: dict[str, Any]) -> dict[str, str]:
    """Title to the path that a picture gets in the run folder.

    Raises:
        ValueError: two pictures with the same file name.
        FileNotFoundError: a picture that is not there.
    """
    paths = {title: f"pictures/{Path(source).name}" for title, source in pictures.items()}
    if len(set(paths.values())) != len(paths):
        raise ValueError(f"pictures must have different file names, received {sorted(map(str, pictures.values()))}")
    for source in pictures.values():
        if not Path(source).is_file():
            raise FileNotFoundError(f"no picture at {source}")
    return paths
