"""The layers: each imports only those before it; none of them runs what it reads."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from taskleash.query import components

SOURCE = Path(__file__).resolve().parent.parent / "src"
PACKAGE = "taskleash"
LAYERS = (
    "records",
    "sentences",
    "importing",
    "source",
    "models",
    "query",
    "ir",
    "controlflow",
    "semantics",
    "dataflow",
    "lifecycle",
    "dormancy",
    "verdict",
    "demand",
    "trace",
    "rules",
    "fixes",
    "audit",
    "reporters",
    "driver",
    "api",
    "progress",
    "interruption",
    "terminal",
    "writing",
    "options",
    "mending",
    "live",
    "tracing",
    "watching",
    "server",
    "serving",
    "cli",
    "__main__",
)
#: what reads the code of others and must not run any
ANALYSIS = (
    "sentences", "source", "models", "query", "ir", "controlflow", "semantics", "dataflow",
    "lifecycle", "dormancy", "verdict", "demand", "rules", "fixes", "audit",
)  # fmt: skip
#: registries that find the modules of their own package
FINDS_ITS_OWN = {"rules/registry.py", "reporters/registry.py"}
#: what users import from the package itself
OFFERED = ("api", "trace")
#: what runs inside of the programs that are traced, in whatever environment they have
INJECTED = ("trace/runtime/", "trace/inject/")
RUNS_CODE = {"exec", "eval", "compile", "__import__"}
MAX_LINES = 400
MAX_FUNCTION_LINES = 60

MODULES = sorted((SOURCE / PACKAGE).rglob("*.py"))


def label(path: Path) -> str:
    return path.relative_to(SOURCE / PACKAGE).as_posix()


def layer(path: Path) -> str:
    return path.relative_to(SOURCE / PACKAGE).with_suffix("").parts[0]


def modules_of(name: str) -> list[Path]:
    """The modules of a layer; there are some."""
    found = [path for path in MODULES if layer(path) == name]
    assert found, name
    return found


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> set[str]:
    """The dotted names that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level and is_injected(path):
            # It is imported under two names; its own modules are below the folder.
            assert node.level == 1, f"{label(path)}:{node.lineno}"
            found.add(f"{PACKAGE}.trace.runtime.{node.module}")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{label(path)}:{node.lineno}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def is_injected(path: Path) -> bool:
    """Whether a module runs inside of the programs that are traced."""
    return label(path).startswith(INJECTED)


def layers_used(path: Path) -> set[str]:
    parts = [name.split(".") for name in imported(path)]
    return {name[1] for name in parts if name[0] == PACKAGE} & set(LAYERS)


def test_every_module_is_in_a_layer() -> None:
    assert {layer(path) for path in MODULES} <= {*LAYERS, "__init__"}


@pytest.mark.parametrize("name", [*LAYERS, "__init__"])
def test_imports_point_to_earlier_layers(name: str) -> None:
    before = LAYERS[: LAYERS.index(name) + 1] if name in LAYERS else OFFERED
    late = {label(path): layers_used(path) - set(before) for path in modules_of(name)}
    assert {path for path, used in late.items() if used} == set(), late


@pytest.mark.parametrize("name", ANALYSIS)
def test_the_analysis_runs_no_code(name: str) -> None:
    for path in modules_of(name):
        names = {node.id for node in ast.walk(tree(path)) if isinstance(node, ast.Name)}
        assert not names & RUNS_CODE, label(path)
        roots = {dotted.split(".")[0] for dotted in imported(path)}
        assert label(path) in FINDS_ITS_OWN or not roots & {"importlib", "runpy"}, label(path)


@pytest.mark.parametrize("path", [path for path in MODULES if is_injected(path)], ids=label)
def test_what_is_injected_needs_the_standard_library_alone(path: Path) -> None:
    own = (f"{PACKAGE}.trace.runtime.", "_taskleash_runtime.", "sitecustomize")
    foreign = {name for name in imported(path) if not name.startswith(own)}
    assert {name.split(".")[0] for name in foreign} <= sys.stdlib_module_names


def test_no_module_leads_back_to_itself() -> None:
    """Imports for types and inside of functions count: where they go round, two things are one."""
    known = {dotted(path): path for path in MODULES}
    # The package itself offers what the modules below it make.
    graph = {
        name: {found for found in map(known_part(known), imported(path)) if found != PACKAGE}
        for name, path in known.items()
        if name != PACKAGE
    }
    circles = [part for part in components(graph, lambda name: graph[name]) if len(part) > 1]
    assert circles == []


def dotted(path: Path) -> str:
    """The name by which a module is imported."""
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def known_part(known: Iterable[str]) -> Callable[[str], str]:
    """What tells the module that an imported name is, or comes from."""

    def part(name: str) -> str:
        while name and name not in known:
            name = name.rpartition(".")[0]
        return name or PACKAGE

    return part


def long_functions(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            if node.end_lineno - node.lineno + 1 > MAX_FUNCTION_LINES:
                yield f"{node.name}, line {node.lineno}"


@pytest.mark.parametrize("name", [*LAYERS, "__init__"])
def test_files_and_functions_are_short(name: str) -> None:
    for path in modules_of(name):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= MAX_LINES, label(path)
        assert list(long_functions(path)) == [], label(path)
