"""Files of models: what is taken, and the one line that says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from support.command import taskleash
from support.drawing import steady
from taskleash.models.api import Api, Effect, Starts
from taskleash.models.lifecycle import Phase, Sign, UserEntry
from taskleash.models.reading import KEYS, PHASE_KEYS, BadModels, models, schema

VALIDATOR = Draft7Validator(schema())
VALUES = st.one_of(
    st.sampled_from(
        ["task", "owner", "cancels", "coroutine", "once", "a.b", "a..b", "1a", "é.b", "", "x"]
    ),
    st.integers(-1, 256), st.booleans(), st.just(1.5), st.just([]), st.just({}),
)  # fmt: skip
ENTRIES = st.dictionaries(st.sampled_from([*KEYS, "nmae"]), VALUES, max_size=4)
PHASES = st.dictionaries(st.sampled_from([*PHASE_KEYS, "nmae"]), VALUES, max_size=3)


def is_read(data: dict[str, Any]) -> bool:
    try:
        models(data, "models.toml")
    except BadModels:
        return False
    return True


@steady(200)
@given(st.builds(lambda entry: {"api": [{"name": "a.b", **entry}]}, ENTRIES))
def test_the_schema_takes_the_same(data: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(data) == is_read(data)


@steady(200)
@given(st.builds(lambda entry: {"lifecycle": [{"phase": "event", **entry}]}, PHASES))
def test_the_schema_takes_the_same_phases(data: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(data) == is_read(data)


def test_an_entry_of_the_table() -> None:
    entry = {"name": "pool.Pool.submit", "starts": "owner", "work": 1, "task": "ends"}
    read = models({"api": [entry]}, "models.toml")
    assert read.apis == (Api("pool.Pool.submit", "models.toml", Starts.OWNER, 1, Effect.RUNS),)
    assert read.lifecycle == ()


def test_an_entry_of_the_lifecycle() -> None:
    entry = {"phase": "teardown-of-a-part", "decorator": "app.on_shutdown", "source": "app 2.1"}
    read = models({"lifecycle": [entry]}, "models.toml")
    assert read.lifecycle == (
        UserEntry(Phase.PART, Sign.REGISTERING, "app.on_shutdown", "app 2.1"),
    )
    assert read.apis == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1", "unknown key: all that it holds are [[api]] and [[lifecycle]] tables"),
        ("api = 1", "api: expected a list of tables"),
        ("api = [1]", "api 1: expected a table"),
        ("[[api]]\nstarts = 'task'", "api 1: name is missing"),
        ("[[api]]\nname = 'a.b'", "api 1: says nothing: give one of callback, gives"),
        ("[[api]]\nname = 'a..b'\nstarts = 'task'", "api 1: name: expected a dotted name"),
        ("[[api]]\nname = 'a'\nstarts = 'tsak'", "api 1: starts: expected one of task, thread"),
        ("[[api]]\nname = 'a'\nstart = 'task'", "api 1: unknown key (all are name, source, "),
        ("[[api]]\nname = 'a'\ncallback = true", "api 1: callback: expected the number of an arg"),
        ("[[api]]\nname = 'a'\ncallback = -1", "api 1: callback: expected the number of an argu"),
        ("lifecycle = 1", "lifecycle: expected a list of tables"),
        ("[[lifecycle]]\nname = 'a'", "lifecycle 1: phase is missing: give one of setup, event, "),
        (
            "[[lifecycle]]\nphase = 'teardwon'\nname = 'a'",
            "lifecycle 1: phase: expected one of setup, event, teardown, teardown-of-a-part, once",
        ),
        (
            "[[lifecycle]]\nphase = 'once'",
            "lifecycle 1: give one of name, decorator, registrar, and no other of them",
        ),
        (
            "[[lifecycle]]\nphase = 'once'\nname = 'a'\nregistrar = 'b'",
            "lifecycle 1: give one of name, decorator, registrar, and no other of them",
        ),
        (
            "[[lifecycle]]\nphase = 'once'\nname = 'a()'",
            "lifecycle 1: name: expected a dotted name",
        ),
        (
            "[[lifecycle]]\nphase = 'once'\nfunction = 'a'",
            "lifecycle 1: unknown key (all are phase, name, decorator, registrar, source)",
        ),
        ("[[api]", ": invalid TOML: "),
        (None, "no such file"),
    ],
)
def test_a_bad_file_gives_one_line(tmp_path: Path, text: str | None, message: str) -> None:
    (tmp_path / "taskleash.toml").write_text("models = ['m.toml']")
    if text is not None:
        (tmp_path / "m.toml").write_text(text)
    ran = taskleash("check", "--no-cache", cwd=tmp_path)
    assert ran.status == 2
    assert ran.err.startswith("taskleash: models: m.toml")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "taskleash.toml").write_text("models = ['m.yaml']")
    ran = taskleash("check", "--no-cache", cwd=tmp_path)
    assert ran.err == "taskleash: models: m.yaml: expected a .toml file\n"
