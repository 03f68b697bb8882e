"""The card's program in Python, which needs ai-edge-litert and, for pictures, Pillow."""

from export.snippets import LABELS, PROBABILITIES, Example, quoted


def python_snippet(example: Example) -> str:
    """A program that runs the example from the run folder and prints what comes out.

    One of pictures reads ``picture.png``.
    """
    imports = ["import numpy as np", "from ai_edge_litert.interpreter import Interpreter"]
    if example.pictures:
        imports.append("from PIL import Image")
    if example.labels:
        imports.insert(0, "from pathlib import Path\n")
    if example.text:
        imports.insert(0, "from itertools import takewhile\n")
    return "\n".join(
        [
            *imports,
            "",
            f'interpreter = Interpreter("{example.path}")',
            f'run = interpreter.get_signature_runner("{example.signature}")',
            *_inputs(example),
            "outputs = run(**inputs)",
            *_answer(example),
            "for name, values in outputs.items():",
            "    print(name, values.shape)",
        ]
    )


def _inputs(example: Example) -> list[str]:
    if not example.pictures:
        given = ", ".join(f'"{name}": np.zeros({shape}, np.{dtype})' for name, (shape, dtype) in example.inputs.items())
        return [f"inputs = {{{given}}}  # your numbers here"]
    ((name, (shape, dtype)),) = example.inputs.items()
    height, width, channels = example.picture_shape
    converted = f'.convert("{"L" if channels == 1 else "RGB"}").resize(({width}, {height}))'
    if example.pictures == 1:
        return [
            f'picture = Image.open("picture.png"){converted}',
            f'inputs = {{"{name}": np.asarray(picture, np.{dtype}).reshape{shape}}}  # pixels 0-255',
        ]
    return [
        f'files = ["picture.png"]  # up to {example.pictures}; what is left stays blank',
        f"pixels = np.zeros({(example.pictures, height, width, channels)}, np.{dtype})  # 0-255",
        "for place, file in enumerate(files):",
        f"    picture = Image.open(file){converted}",
        f"    pixels[place] = np.asarray(picture).reshape{example.picture_shape}",
        f'inputs = {{"{name}": pixels.reshape{shape}}}',
    ]


def _answer(example: Example) -> list[str]:
    lines = []
    if example.labels:
        folder = example.path.rpartition("/")[0]
        lines += [
            f'labels = Path("{folder}/{LABELS}").read_text(encoding="utf-8").splitlines()',
            f'print(labels[outputs["{PROBABILITIES}"].argmax()])',
        ]
    if example.text:
        lines += [
            f"pieces = [{', '.join(map(quoted, example.text.pieces))}]",
            f'ids = takewhile(lambda number: number != {example.text.end}, outputs["{example.text.source}"][0])',
            'print("".join(pieces[number] for number in ids))',
        ]
    return lines
