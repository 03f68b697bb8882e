"""The house rules that neither ruff nor mypy knows: imports point down only, and what library code may hold.

Files are read with `ast`, never run: imports within functions and for type checking count, and so does a module
named in a string, which is how a lazy import or a child process names it.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = sorted(path for package in ("keraszoo", "export") for path in (ROOT / package).rglob("*.py"))
EVERY_FILE = [*LIBRARY, *sorted(path for folder in ("benchmarks", "tests") for path in (ROOT / folder).rglob("*.py"))]

# From the ground up. A module imports from the floors below and from its own package, not from its neighbours'.
FLOORS = (
    {"names", "files", "locks", "progress"},
    {"data"},
    {"models", "export"},
    {"training", "model_files"},
    {"evaluation", "search", "denoising"},
    {"families", "presets", "picture_search"},
    {"settings"},
    {"run_folders", "card_texts"},
    {"runs", "loading"},
    {"arguments", "picture_reading", "demo_panels", "verification"},
    {"commands"},
    {"cli"},
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
MOST_LINES = 300
HEAVY = {"tensorflow", "keras", "tf_keras", "torch", "jax"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in LIBRARY}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def statements(tree: ast.AST, type_checking: bool) -> Iterator[ast.AST]:
    """Every node, those under ``if TYPE_CHECKING:`` only if asked for."""
    for node in ast.iter_child_nodes(tree):
        if type_checking or not (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")):
            yield node
            yield from statements(node, type_checking)


def imports(tree: ast.Module, package: str, type_checking: bool = True) -> set[str]:
    """What ``import`` statements name: ``from a import b`` gives ``a.b`` where that is a module, else ``a``."""
    found: set[str] = set()
    for node in statements(tree, type_checking):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = resolve_name("." * node.level + (node.module or ""), package)
            names = {f"{source}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else source for name in names}
    return found


def named_modules(tree: ast.Module) -> set[str]:
    """Modules of the library that a string names."""
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {name for name in strings if name in MODULES and "." in name}


def package_of(module: str) -> str:
    return module if MODULES[module].name == "__init__.py" else module.rpartition(".")[0]


def unit(module: str) -> str | None:
    """What stands on a floor: ``export``, or a module or package right under ``keraszoo``; None outside and for it."""
    first, *rest = module.split(".")
    if first == "keraszoo":
        return rest[0] if rest else None
    return first if first == "export" else None


def is_allowed(importing: str, imported: str) -> bool:
    source, target = unit(importing), unit(imported)
    if target is None or source == target:
        return source != "export" or imported.split(".")[0] != "keraszoo"
    if source in (None, "export"):
        return (importing, target) == ("keraszoo", "loading")  # `keraszoo.load`, when it is first used
    if source == "models":
        return FLOOR[target] == 0
    return FLOOR[target] < FLOOR[source]


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down_only(module):
    tree = tree_of(MODULES[module])
    wrong = {name for name in imports(tree, package_of(module)) | named_modules(tree) if not is_allowed(module, name)}
    assert not wrong, f"{module} must not import {', '.join(sorted(wrong))}"


def test_every_part_of_the_zoo_has_a_floor():
    assert {unit(module) for module in MODULES} - {None} <= set(FLOOR)


@pytest.mark.parametrize(
    ("importing", "imported", "allowed"),
    [
        ("keraszoo.data.images", "keraszoo.data.splits", True),
        ("keraszoo.training.fit", "keraszoo.data", True),
        ("keraszoo.cli", "keraszoo", True),
        ("keraszoo.commands.train", "keraszoo.runs", True),
        ("keraszoo.commands.train", "keraszoo.cli", False),
        ("keraszoo.data.images", "keraszoo.cli", False),
        ("keraszoo.training.fit", "keraszoo.evaluation", False),
        ("keraszoo.models.autoencoder", "keraszoo.names", True),
        ("keraszoo.models.autoencoder", "keraszoo.data", False),
        ("keraszoo.models.autoencoder", "export.formats", False),
        ("keraszoo", "keraszoo.runs", False),
        ("keraszoo", "keraszoo.loading", True),
        ("export.files", "keraszoo", False),
        ("export.files", "keraszoo.files", False),
    ],
)
def test_the_rule_itself(importing, imported, allowed):
    assert is_allowed(importing, imported) == allowed


def test_hidden_imports_are_seen():
    tree = ast.parse(
        "if TYPE_CHECKING:\n    import export.files\n"
        "def late():\n    from keraszoo import cli, runs\n"
        "from . import images\n"
        "import_module('keraszoo.presets')\n"
    )
    found = imports(tree, "keraszoo.data") | named_modules(tree)
    assert found == {"export.files", "keraszoo.cli", "keraszoo.runs", "keraszoo.data.images", "keraszoo.presets"}


def test_the_litert_runtime_reaches_neither_tensorflow_nor_keras():
    """Not even within functions: it runs where they are not installed."""
    reached, waiting = set(), {"export.runtimes.litert"}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        if module in MODULES:
            found = imports(tree_of(MODULES[module]), package_of(module), type_checking=False)
            # Importing a.b.c runs a and a.b too.
            parents = {
                name.rsplit(".", count)[0] for name in found | {module} for count in range(1, 1 + name.count("."))
            }
            waiting |= (found | parents) - reached
    assert {"export", "export.runtimes.signature", "numpy"} <= reached
    assert {name.split(".")[0] for name in reached} & HEAVY == set()


@pytest.mark.parametrize("module", ["keraszoo", "export", "keraszoo.cli", "export.runtimes.litert"])
def test_importing_is_light(module):
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert module.split(".")[0] in loaded
    assert set(loaded) & HEAVY == set()


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES


@pytest.mark.parametrize("module", MODULES)
def test_what_is_public_is_described(module):
    tree = tree_of(MODULES[module])
    public = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    undescribed = [getattr(node, "name", "the module") for node in [tree, *public] if not ast.get_docstring(node)]
    assert not undescribed, f"{module}: without a docstring: {', '.join(undescribed)}"


@pytest.mark.parametrize("module", MODULES)
def test_no_assert_and_no_lambda_layer(module):
    """An assert vanishes under ``python -O``; a file with a Lambda layer carries code, which safe mode refuses."""
    for node in ast.walk(tree_of(MODULES[module])):
        name = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "name", None)
        assert not isinstance(node, ast.Assert), f"{module}, line {node.lineno}: raise ValueError instead"
        assert name != "Lambda", f"{module}: write a registered layer instead of Lambda"
