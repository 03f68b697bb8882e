"""The card's section of programs, each folded away: this very model in Python, on a phone, in a page, on a server."""

from collections.abc import Mapping
from typing import Any

from export.card_text import CardText
from export.serving_examples import serving_examples
from export.snippets import Example, example_of, sizes
from export.snippets_javascript import javascript_install, javascript_snippet
from export.snippets_kotlin import PACKAGE, kotlin_snippet, resource_name
from export.snippets_python import python_snippet
from export.snippets_swift import swift_snippet
from export.texts import Texts


def examples(report: Mapping[str, Any], text: CardText, texts: Texts | None = None) -> str:
    """Programs for the report's first signature, as Markdown without a heading.

    Args:
        report: As `export.check_report` accepts it.
        text: The caller's own program, if any.
        texts: As `export_model` was given them.
    """
    example = example_of(report, texts)
    parts = [_own(text)]
    if example:
        parts += [
            _shapes_sentence(report, example),
            _python(example),
            _kotlin(example),
            _swift(example),
            _javascript(report, example),
        ]
    parts.append(folded("TensorFlow Serving: curl, and Python over gRPC", serving_examples(report)))
    return "\n\n".join(part for part in parts if part)


def folded(title: str, text: str) -> str:
    """A part of the card that is opened by a click."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def code(language: str, program: str) -> str:
    """A program, to be copied."""
    return f"```{language}\n{program}\n```"


def _own(text: CardText) -> str:
    if not text.python:
        return ""
    install = f"`{text.install}`, then:\n\n" if text.install else ""
    return install + code("python", text.python)


def _shapes_sentence(report: Mapping[str, Any], example: Example) -> str:
    """Where a file's input has another shape than the signature's."""
    described = report["signatures"][example.signature]["inputs"]
    changed = [
        f"`{name}` as 1 x {sizes(tensor)}"
        for name, tensor in example.inputs.items()
        if len(tensor.shape) != len(described[name]["shape"])
    ]
    if not changed:
        return ""
    return f"TFLite files take {', '.join(changed)}, as GPUs do: the same numbers in the same order."


def _python(example: Example) -> str:
    packages = "ai-edge-litert pillow" if example.pictures else "ai-edge-litert"
    intro = f"`pip install {packages}`, then from this folder:"
    return folded("Python with LiteRT alone", f"{intro}\n\n{code('python', python_snippet(example))}")


def _kotlin(example: Example) -> str:
    program = kotlin_snippet(example)
    if not program:
        return ""
    intro = (
        f'`implementation("{PACKAGE}")` in `build.gradle.kts`, and `{example.path}` as '
        f"`app/src/main/res/raw/{resource_name(example)}.tflite`:"
    )
    return folded("Android: Kotlin", f"{intro}\n\n{code('kotlin', program)}")


def _swift(example: Example) -> str:
    program = swift_snippet(example)
    if not program:
        return ""
    intro = f"`pod 'TensorFlowLiteSwift'` in the `Podfile`, and `{example.path}` among the app's resources:"
    return folded("iOS: Swift", f"{intro}\n\n{code('swift', program)}")


def _javascript(report: Mapping[str, Any], example: Example) -> str:
    verdicts = next(entry["verdicts"] for entry in report["files"] if entry["path"] == example.path)
    program = javascript_snippet(example)
    if not program or verdicts["browser"]:
        return ""
    intro = (
        f"In this folder `{javascript_install()}`, this page as `page.html`, and `python -m http.server`; then "
        "`http://localhost:8000/page.html` logs what comes out on its console:"
    )
    return folded("A web page: JavaScript", f"{intro}\n\n{code('html', program)}")
