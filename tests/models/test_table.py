"""The table of APIs is consistent, and says for each where it is from."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from taskleash.models import frameworks, standard, structured
from taskleash.models.api import Api, Effect, KnownBy, Starts
from taskleash.models.table import MODELS, canonical

APIS = (*standard.APIS, *structured.APIS, *frameworks.APIS)
SOURCE = Path(__file__).resolve().parents[2] / "src" / "taskleash"
#: what asks the table, and knows no API by itself
ASKING = (
    "ir",
    "controlflow",
    "semantics",
    "dataflow",
    "lifecycle",
    "dormancy",
    "verdict",
    "demand",
)


def test_no_name_stands_there_twice() -> None:
    assert [name for name, count in Counter(api.name for api in APIS).items() if count > 1] == []


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_each_says_whose_and_which_version_it_is_from(api: Api) -> None:
    assert re.match(r"[A-Za-z0-9_.-]+ \d+(\.\d+)*, \S", api.source)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_each_does_something(api: Api) -> None:
    assert api != Api(api.name, api.source)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_who_takes_a_task_over_is_named(api: Api) -> None:
    is_kept = api.starts is Starts.OWNER and api.owner != "owner"
    assert bool(api.keeper) is (is_kept or bool(api.kept_with))


def test_only_methods_are_told_by_the_name_of_their_object() -> None:
    functions = [api for api in APIS if api.owner not in MODELS.kinds]
    assert [api.name for api in functions if api.known is not KnownBy.CLASS] == []


@pytest.mark.parametrize(
    ("dotted", "starts"),
    [
        ("asyncio.create_task", Starts.TASK),
        ("asyncio.get_running_loop.create_task", Starts.TASK),
        ("app.main_loop.create_task", Starts.TASK),
        ("asyncio.TaskGroup.create_task", Starts.OWNER),
        ("app.nursery.start", Starts.OWNER),
        ("anything.start_soon", Starts.OWNER),
        ("app.client.create_task", None),
        ("app.server.start", None),
        ("asyncio.sleep", None),
    ],
)
def test_what_a_dotted_name_starts(dotted: str, starts: Starts | None) -> None:
    found = MODELS.spawning(dotted, frozenset())
    assert (found and found.starts) == starts


def test_a_method_of_the_table_is_no_function() -> None:
    assert MODELS.function("loop.run_until_complete") is None


def test_all_functions_of_a_module() -> None:
    assert MODELS.handle("logging.warning") is Effect.READS
    assert MODELS.handle("logging_of_mine.warning") is Effect.UNKNOWN


def test_names_that_libraries_re_export() -> None:
    assert canonical("asyncio.tasks.gather") == "asyncio.gather"
    assert canonical("app.compat.asyncio.create_task") == "asyncio.create_task"
    assert canonical("app.compat.asyncio.own") == "app.compat.asyncio.own"


def test_the_analysis_names_no_api_of_asyncio() -> None:
    assert all((SOURCE / folder).is_dir() for folder in ASKING)
    named = [
        f"{path.relative_to(SOURCE)}:{node.lineno}: {node.value}"
        for folder in ASKING
        for path in sorted((SOURCE / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"(asyncio|anyio|trio|uvloop|tornado|weakref|aiojobs)\.\w+", node.value)
    ]
    assert named == []
