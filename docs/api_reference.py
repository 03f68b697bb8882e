"""docs/api.md, from the docstrings: every public name of every package, its signature and what it says of itself.

python docs/api_reference.py
"""

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from keraszoo.files import write_whole

PAGE = Path(__file__).parent / "api.md"
MODULES = (
    "keraszoo",
    "keraszoo.loading",
    "keraszoo.data",
    "keraszoo.models",
    "keraszoo.training",
    "keraszoo.evaluation",
    "keraszoo.search",
    "keraszoo.denoising",
    "keraszoo.picture_search",
    "keraszoo.picture_reading",
    "keraszoo.presets",
    "keraszoo.runs",
    "keraszoo.model_files",
    "export",
    "export.runtimes.litert",
)
WIDTH = 100
HEADER = """# API reference

From the docstrings, by `python docs/api_reference.py`. Images are `(count, height, width, channels)` arrays everywhere:
pixels 0-255 go into whole models and signatures, 0-1 comes out.
"""
Anchors = dict[tuple[str, str], str]
SECTION = re.compile(r"^(Args|Attributes|Returns|Raises|Yields|Examples?|Shapes?):$")
ENTRY = re.compile(r"^(\*{0,2}[\w.]+): +(.*)$")


def main() -> None:
    with write_whole(PAGE) as temporary:
        temporary.write_text(reference(), encoding="utf-8")


def reference() -> str:
    """The whole page."""
    contents: dict[str, list[str]] = {}
    listed: list[Any] = []
    for name in MODULES:
        module = import_module(name)
        names = [each for each in public_names(module) if not any(getattr(module, each) is other for other in listed)]
        listed += [getattr(module, each) for each in names]
        if names:
            contents[name] = names
    anchors = anchors_of(contents)
    sections = [HEADER, "\n".join(contents_line(name, names, anchors) for name, names in contents.items())]
    for name, names in contents.items():
        module = import_module(name)
        targets = {each: anchor for (_, each), anchor in anchors.items()} | {
            each: anchors[name, each] for each in names
        }
        sections += [f"## {name}", as_markdown(module.__doc__ or "", targets)]
        sections += [entry(each, getattr(module, each), targets) for each in names]
    return re.sub(r"\n{3,}", "\n\n", "\n\n".join(sections)).rstrip() + "\n"


def contents_line(module: str, names: list[str], anchors: Anchors) -> str:
    links = ", ".join(f"[`{name}`](#{anchors[module, name]})" for name in names)
    return f"- [`{module}`](#{anchors[module, '']}): {links}"


def anchors_of(contents: dict[str, list[str]]) -> Anchors:
    """What GitHub calls the page's headings, by module and name: lower case, numbered where two are the same."""
    seen: Counter[str] = Counter()
    anchors = {}
    for module, names in contents.items():
        for name in ("", *names):
            slug = name.lower() or module.replace(".", "")
            anchors[module, name] = f"{slug}-{seen[slug]}" if seen[slug] else slug
            seen[slug] += 1
    return anchors


def public_names(module: Any) -> list[str]:
    """What a module says is public, or else the functions and classes that it defines."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    lazy = [name for name in dir(module) if not hasattr(type(module), name) and not name.startswith("_")]
    own = [name for name in lazy if getattr(getattr(module, name), "__module__", "").startswith(module.__name__)]
    return sorted(own)


def entry(name: str, thing: Any, targets: dict[str, str]) -> str:
    """A heading, the signature and the docstring of a function or class; what a constant is."""
    heading = f"### `{name}`"
    if not callable(thing):
        return f"{heading}\n\n{constant(thing)}"
    node = ast.parse(textwrap.dedent(inspect.getsource(thing))).body[0]
    others = {key: anchor for key, anchor in targets.items() if key != name}
    parts = [heading, fenced(signature(node), "py"), as_markdown(inspect.getdoc(thing) or "", others)]
    if isinstance(node, ast.ClassDef):
        for method, text in described_methods(node):
            parts += [f"**`{name}.{method.name}`**", fenced(signature(method), "py"), as_markdown(text, others)]
    return "\n\n".join(part for part in parts if part)


def constant(value: Any) -> str:
    """The keys of a table, or the value itself."""
    if isinstance(value, dict):
        return "A table of " + ", ".join(f"`{key}`" for key in value) + "."
    return f"`{value}`"


def described_methods(node: ast.ClassDef) -> Iterator[tuple[ast.FunctionDef, str]]:
    """The public methods and properties that have a docstring."""
    for each in node.body:
        text = ast.get_docstring(each) if isinstance(each, ast.FunctionDef) else None
        if isinstance(each, ast.FunctionDef) and text and not each.name.startswith("_"):
            yield each, text


def signature(node: ast.AST) -> str:
    """``def name(...) -> type`` or ``class Name(...)``, one argument a line where it is long."""
    if isinstance(node, ast.ClassDef):
        begin = next((each for each in node.body if getattr(each, "name", "") == "__init__"), None)
        if isinstance(begin, ast.FunctionDef):
            arguments = [each for each in arguments_of(begin.args) if each.partition(":")[0] != "self"]
        else:
            arguments = [ast.unparse(each) for each in node.body if isinstance(each, ast.AnnAssign)]
        return laid_out(f"class {node.name}", arguments, "")
    if not isinstance(node, ast.FunctionDef):
        raise ValueError(f"expected a function or a class, received {ast.unparse(node)[:60]!r}")
    is_property = "property" in [ast.unparse(each) for each in node.decorator_list]
    returned = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if is_property:
        return f"{node.name}{returned.replace(' ->', ':')}"
    arguments = [each for each in arguments_of(node.args) if each.partition(":")[0] not in ("self", "cls")]
    return laid_out(f"def {node.name}", arguments, returned)


def arguments_of(arguments: ast.arguments) -> list[str]:
    """Each argument with its type and its default, and the marks ``/`` and ``*``."""
    positional = [*arguments.posonlyargs, *arguments.args]
    required = [None] * (len(positional) - len(arguments.defaults))
    texts = [_argument(*pair) for pair in zip(positional, [*required, *arguments.defaults], strict=True)]
    if arguments.posonlyargs:
        texts.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        texts.append(f"*{_argument(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        texts.append("*")
    texts += [_argument(*pair) for pair in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    return texts + ([f"**{_argument(arguments.kwarg, None)}"] if arguments.kwarg else [])


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    text = ast.unparse(argument)
    if default is None:
        return text
    return f"{text} = {ast.unparse(default)}" if argument.annotation else f"{text}={ast.unparse(default)}"


def laid_out(begin: str, arguments: list[str], end: str) -> str:
    line = f"{begin}({', '.join(arguments)}){end}"
    if len(line) <= WIDTH:
        return line
    return "\n".join((f"{begin}(", *(f"    {each}," for each in arguments), f"){end}"))


def fenced(text: str, language: str) -> str:
    return f"```{language}\n{text}\n```"


def as_markdown(docstring: str, targets: dict[str, str]) -> str:
    """A docstring's text, its lists of arguments and errors, and its examples."""
    blocks: list[str] = []
    title = ""
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(docstring)):
        lines = paragraph.splitlines()
        if match := SECTION.match(lines[0]):
            title = match[1]
            lines = textwrap.dedent("\n".join(lines[1:])).splitlines()
            blocks.append(f"**{title}**")
        elif lines[0].startswith(" "):
            lines = textwrap.dedent("\n".join(lines)).splitlines()
        else:
            title = ""
        text = "\n".join(lines)
        if text.startswith(">>> "):
            blocks.append(fenced(text, "pycon"))
        elif not title and paragraph.startswith("    "):
            blocks.append(fenced(text, "python"))
        elif title in ("Args", "Attributes", "Raises"):
            blocks.append(as_list(lines, targets))
        else:
            blocks.append(linked(re.sub(r"::$", ":", text), targets))
    return "\n\n".join(blocks)


def as_list(lines: list[str], targets: dict[str, str]) -> str:
    """``name: text`` as items, with what is indented below them."""
    items: list[str] = []
    for line in lines:
        match = ENTRY.match(line)
        if match:
            items.append(f"- `{match[1]}`: {linked(match[2], targets)}")
        elif items and line.startswith(" "):
            items[-1] += f"\n  {linked(line.strip(), targets)}"
        else:
            items.append(linked(line, targets))
    return "\n".join(items)


def linked(text: str, targets: dict[str, str]) -> str:
    """Markdown's backticks for those of reStructuredText, and a link where they name another entry."""

    def link(match: re.Match[str]) -> str:
        name = match[1].rpartition(".")[2] if match[1].startswith(("keraszoo.", "export.")) else match[1]
        return f"[`{match[1]}`](#{targets[name]})" if name in targets else match[0]

    quoted = re.split(r"(``.+?``)", text, flags=re.DOTALL)
    parts = [part[1:-1] if part.startswith("``") else re.sub(r"`([\w.]+)`", link, part) for part in quoted]
    return "".join(parts)


if __name__ == "__main__":
    main()
