"""The card's web page, which runs a file with LiteRT.js."""

import json
from pathlib import Path

from export.snippets import LABELS, PROBABILITIES, Example, count, quoted

PACKAGE = Path(__file__).parent / "runtimes" / "browser_page" / "package.json"
ARRAYS = {"float32": "Float32Array", "int32": "Int32Array", "uint8": "Uint8Array"}


def javascript_install() -> str:
    """The command that puts LiteRT.js, of the version that the export proves files with, beside the page."""
    packages = json.loads(PACKAGE.read_bytes())["dependencies"]
    return "npm install " + " ".join(f"{name}@{version}" for name, version in packages.items())


def javascript_snippet(example: Example) -> str:
    """A page that runs the example and logs what comes out; empty where LiteRT.js lacks the type of an input or output.

    Args:
        example: One of pictures takes those that the page shows, at first ``picture.png``.
    """
    if example.dtypes - set(ARRAYS):
        return ""
    shown = ['<img src="picture.png">'] if example.pictures else []
    return "\n".join(
        [
            "<!doctype html>",
            '<meta charset="utf-8">',
            *shown,
            IMPORTS,
            "",
            "await loadLiteRt('/node_modules/@litertjs/core/wasm/');",
            f"const model = await loadAndCompile('/{example.path}', {{accelerator: 'wasm'}});  // or 'webgpu'",
            f"const runner = model.signatures['{example.signature}'];",
            "",
            *(_pictures(example) if example.pictures else _numbers(example)),
            RUN,
            *_answer(example),
            "console.log(outputs);",
            "</script>",
        ]
    )


IMPORTS = """<script type="importmap">
{
  "imports": {
    "@litertjs/core": "/node_modules/@litertjs/core/dist/index.js",
    "@litertjs/wasm-utils": "/node_modules/@litertjs/wasm-utils/dist/index.js"
  }
}
</script>
<script type="module">
import {loadAndCompile, loadLiteRt, Tensor} from '@litertjs/core';"""

RUN = """const results = await runner.run(inputs);
const outputs = {};
for (const name in results) outputs[name] = results[name].toTypedArray();
for (const tensor of [...Object.values(inputs), ...Object.values(results)]) tensor.delete();
"""


def _numbers(example: Example) -> list[str]:
    given = [
        f"  '{name}': new Tensor(new {ARRAYS[tensor.dtype]}({count(tensor)}), {list(tensor.shape)}),"
        for name, tensor in example.inputs.items()
    ]
    return ["const inputs = {  // your numbers here", *given, "};"]


def _pictures(example: Example) -> list[str]:
    ((name, tensor),) = example.inputs.items()
    height, width, channels = example.picture_shape
    size = height * width * channels
    grey = "\n      Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2])"
    value = grey if channels == 1 else " data[4 * Math.floor(i / 3) + i % 3]"
    array = ARRAYS[tensor.dtype]
    single = f"const values = {array}.from(await pixels(document.images[0]));"
    several = f"""const values = new {array}({example.pictures * size});  // of up to {example.pictures} pictures
const shown = [...document.images].slice(0, {example.pictures});
for (const [place, picture] of shown.entries()) values.set(await pixels(picture), {size} * place);"""
    return f"""// A picture in the model's size, pixels 0-255: scaling is part of the model.
async function pixels(picture) {{
  await picture.decode();
  const context = new OffscreenCanvas({width}, {height}).getContext('2d');
  context.fillStyle = 'white';  // behind transparent parts
  context.fillRect(0, 0, {width}, {height});
  context.drawImage(picture, 0, 0, {width}, {height});
  const {{data}} = context.getImageData(0, 0, {width}, {height});
  return Array.from({{length: {size}}}, (_, i) =>{value});
}}

{single if example.pictures == 1 else several}
const inputs = {{'{name}': new Tensor(values, {list(tensor.shape)})}};""".splitlines()


def _answer(example: Example) -> list[str]:
    lines = []
    if example.labels:
        folder = example.path.rpartition("/")[0]
        lines += [
            f"const labels = (await (await fetch('/{folder}/{LABELS}')).text()).trim().split('\\n');",
            f"const probabilities = outputs['{PROBABILITIES}'];",
            "console.log(labels[probabilities.indexOf(Math.max(...probabilities))]);",
        ]
    if example.text:
        source, end = example.text.source, example.text.end
        lines += [
            f"const pieces = [{', '.join(map(quoted, example.text.pieces))}];",
            f"const ids = [...outputs['{source}'], {end}];",
            f"console.log(ids.slice(0, ids.indexOf({end})).map((id) => pieces[id]).join(''));",
        ]
    return lines
