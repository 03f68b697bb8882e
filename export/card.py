"""The card: a run folder's README.md, written from its report and what the caller has to say."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from export.card_examples import code, examples, folded
from export.card_tables import (
    AGREEMENT_COLUMNS,
    FILE_COLUMNS,
    agreement_rows,
    file_rows,
    signature_rows,
    table,
)
from export.card_text import CardText
from export.formats import SAVED_MODEL
from export.lacking import COLUMNS as LACKING_COLUMNS
from export.lacking import lacking
from export.summary import COLUMNS, summary
from export.texts import Texts


def card(report: Mapping[str, Any], text: CardText | None = None, texts: Texts | None = None) -> str:
    """The card as Markdown: what the model is for, how to run it, what it takes and gives, and its files.

    What is long, such as programs and the tables of all runs, is folded away.

    Args:
        report: As `export.check_report` accepts it.
        text: What only the caller knows; the card is right without it.
        texts: As `export_model` was given them: the programs then say the text of ids.
    """
    text = text or CardText()
    first, *others = _pictures(report, text)
    sections = [
        f"# {report['name']}",
        report["description"],
        text.purpose,
        text.limits,
        first,
        "## Use it\n\n" + examples(report, text, texts),
        _scores(report, text),
        "## Signatures\n\nThe same names in Keras, in the SavedModel and in every TFLite file.\n\n"
        + table(("signature", "inputs", "outputs"), signature_rows(report)),
        _files_sentence(report),
        _strings_sentence(report),
        "## Files\n\n" + table(FILE_COLUMNS, file_rows(report, text.further_files)),
        text.files,
        _lacking(report),
        _scales_sentence(report),
        _assets_sentences(report),
        folded("Checksums", _checksums(report, text)),
        folded("Every file in every runtime", _runtimes(report)),
        folded("Agreement with Keras, output by output", _agreement(report)),
        _origin(text),
        folded("More pictures", "\n\n".join(others)) if others else "",
        f"Exported with `{report['command']}` on {report['created']}, with "
        + ", ".join(f"{name} {number}" for name, number in report["versions"].items())
        + ". All figures are in [report.json](report.json).",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _pictures(report: Mapping[str, Any], text: CardText) -> list[str]:
    """All pictures, that of the top first; an empty one where there is none."""
    titles = sorted(report["pictures"], key=lambda title: title != text.picture)
    return [f"![{title}]({report['pictures'][title]})\n\n*{title}*" for title in titles] or [""]


def _scores(report: Mapping[str, Any], text: CardText) -> str:
    parts = [table(("measure", "value", "measured"), text.scores) if text.scores else "", _score_sentence(report)]
    found = "\n\n".join(part for part in parts if part)
    return f"## Scores\n\n{found}" if found else ""


def _score_sentence(report: Mapping[str, Any]) -> str:
    score = report["score"]
    if score is None:
        return ""
    better = "higher" if score["higher_is_better"] else "lower"
    return (
        f"The files below are held to {score['name']} of `{score['signature']}` on test samples ({better} is better); "
        f"Keras has {score['keras']:.6g}."
    )


def _files_sentence(report: Mapping[str, Any]) -> str:
    """What the other runtimes lack: decoders."""
    names = [
        f"`{name}`"
        for name, signature in report["signatures"].items()
        if any(tensor["dtype"] == "string" for tensor in signature["inputs"].values())
    ]
    if not names:
        return ""
    return (
        "Pixels go in as they come, 0-255: scaling is part of the model. The SavedModel alone takes PNG and JPEG "
        f"files, of any size, decoded in its graph: {', '.join(names)}."
    )


def _strings_sentence(report: Mapping[str, Any]) -> str:
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


def _lacking(report: Mapping[str, Any]) -> str:
    rows = lacking(report)
    if not rows:
        return ""
    return (
        "### What is missing where\n\nTold from the files alone, all signatures together; the runtime has the last "
        "word.\n\n" + table(LACKING_COLUMNS, rows)
    )


def _scales_sentence(report: Mapping[str, Any]) -> str:
    return "" if report.get("per_channel", True) else "Weights in int8 have one scale a layer, not one a channel."


def _assets_sentences(report: Mapping[str, Any]) -> str:
    if "assets" not in report:
        return ""
    saved_model = next(entry["path"] for entry in report["files"] if entry["format"] == SAVED_MODEL)
    inside, beside = (
        ", ".join(f"[{name}]({folder}/{name})" for name in report["assets"])
        for folder in (f"{saved_model}/assets", "tflite")
    )
    return (
        "Texts that go with the model, in UTF-8: in the metadata of every TFLite file, and beside them: "
        f"{beside}. The SavedModel holds the same as its assets, which `tf.saved_model.load` lists: {inside}."
    )


def _checksums(report: Mapping[str, Any], text: CardText) -> str:
    """For the shell: SHA-256 of every file, and of the SavedModel that of the list of its files."""
    files = [f"{file.sha256}  {file.path}" for file in text.further_files]
    files += [f"{entry['sha256']}  {entry['path']}" for entry in report["files"] if entry["format"] != SAVED_MODEL]
    files += [f"{sha256}  tflite/{name}" for name, sha256 in report.get("assets", {}).items()]
    parts = [code("sh", "\n".join(["sha256sum --check --ignore-missing <<'END'", *files, "END"]))] if files else []
    for entry in report["files"]:
        if entry["format"] == SAVED_MODEL:
            command = f"(cd {entry['path']} && find * -type f | LC_ALL=C sort | xargs sha256sum) | sha256sum"
            parts.append(f"Of the SavedModel, `{command}` gives `{entry['sha256']}`.")
    return "\n\n".join(parts)


def _runtimes(report: Mapping[str, Any]) -> str:
    return (
        "The difference is the largest relative one of all outputs; the milliseconds are of one sample of the first "
        "signature, on the machine that proved it.\n\n" + table(COLUMNS, summary(report))
    )


def _agreement(report: Mapping[str, Any]) -> str:
    return (
        "Each file was run in its own runtime on test samples. The difference is the largest `|a - b|`; "
        "relative is `max|a - b| / max(1, max|b|)`, which the tolerance holds. Of outputs that are rounded to 0 or 1, "
        "flipped is the share that came out the other way, and the differences leave out those on the brink.\n\n"
        + table(AGREEMENT_COLUMNS, agreement_rows(report))
    )


def _origin(text: CardText) -> str:
    training = f"Trained with `{text.training}`." if text.training else ""
    found = "\n\n".join(part for part in (text.data, training) if part)
    return f"## Data and training\n\n{found}" if found else ""


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
