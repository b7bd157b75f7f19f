"""A configuration that cannot be used: one line that names the file, the key and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash
from taskleash.driver.config.errors import kind_of

RULES = "expected a rule, a prefix of rules or ALL"
PYTHONS = "py37, py38, py39, py310, py311, py312, py313, py314"
FORMATS = "table, full, concise, markdown, html, json, sarif, github, gitlab, junit, rdjson, agent"
NO_FILES = "only the command line names files to write: --format NAME=FILE"

BAD_SETTINGS = [
    ("fail-on = 'hgih'",
     'fail-on: expected one of high, low, never, got "hgih" (did you mean high?)'),
    ("fail-on = true", "fail-on: expected one of high, low, never, got true"),
    ("fail-on = []", "fail-on: expected one of high, low, never, got an empty list"),
    ("exlude = ['a']", "exlude: unknown key (did you mean exclude?)"),
    ("fail_on = 'low'", "fail_on: unknown key (did you mean fail-on?)"),
    ("zzz = 1", "zzz: unknown key (all are in `taskleash config --isolated`)"),
    ("'a key' = 1", '"a key": unknown key (all are in `taskleash config --isolated`)'),
    ("select = 'TL001'", 'select: expected a list of rules, got "TL001" (write ["TL001"])'),
    ("select = ['TL0001']", f'select: {RULES}, got "TL0001" (did you mean TL001?)'),
    (
        "ignore = ['discarded-tsk']",
        f'ignore: {RULES}, got "discarded-tsk" (did you mean discarded-task?)',
    ),
    ("ignore = ['E501']", f'ignore: {RULES}, got "E501"'),
    ("extend-select = [1]", f"extend-select: {RULES}, got 1"),
    ("per-file-ignores = ['a']",
     "per-file-ignores: expected a table from patterns to lists of rules, got a list"),
    ("per-file-ignores = {'tests/*' = ['TL9']}",
     f'per-file-ignores."tests/*": {RULES}, got "TL9"'),
    ("per-file-ignores = {tests = 'TL001'}",
     'per-file-ignores.tests: expected a list of rules, got "TL001" (write ["TL001"])'),
    ("exclude = 'build'", 'exclude: expected a list of patterns, got "build" (write ["build"])'),
    ("exclude = ['']", 'exclude: expected a pattern, got ""'),
    ("force-exclude = 'true'",
     'force-exclude: expected true or false, got "true" (write true, without quotes)'),
    ("respect-gitignore = 1", "respect-gitignore: expected true or false, got 1"),
    ('lang = "\\u001b[2J\\u202e"', 'lang: expected one of en, zh, got "\\u001b[2J\\u202e"'),
    ("jobs = -1", "jobs: expected a whole number from 0 on, got -1"),
    ("jobs = 1.5", "jobs: expected a whole number from 0 on, got 1.5"),
    ("jobs = true", "jobs: expected a whole number from 0 on, got true"),
    ("jobs = 2026-01-31",
     "jobs: expected a whole number from 0 on, got the date or time 2026-01-31"),
    ("flags = {proxy = []}",
     "flags.proxy: expected true, false, a number or a string, got an empty list"),
    ("safe-calls = ['a b']", 'safe-calls: expected a dotted name, got "a b"'),
    ("spawn-calls = ['pkg.*']", 'spawn-calls: expected a dotted name, got "pkg.*"'),
    ("target-version = 'py27'",
     f'target-version: expected one of {PYTHONS}, got "py27" (did you mean py37?)'),
    ("format = 'sarf'",
     f'format: expected one of {FORMATS}, got "sarf" (did you mean sarif?)'),
    ("format = 'json=a'", f'format: expected one of {FORMATS}, got "json=a" ({NO_FILES})'),
    ("format = ['full', 'json=a']", f"format: expected one of {FORMATS}, got a list ({NO_FILES})"),
    ("baseline = {}", "baseline: expected a path, got a table"),
    ("lang = 'de'", 'lang: expected one of en, zh, got "de"'),
    ("extend = 'nowhere.toml'", 'extend: "nowhere.toml": no such file'),
]  # fmt: skip


def said(folder: Path, *arguments: str) -> str:
    """The line of a check that cannot be run."""
    ran = taskleash("check", *arguments, cwd=folder)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("taskleash: ")
    assert ran.err.endswith("\n")
    assert ran.err.count("\n") == 1
    return ran.err.removeprefix("taskleash: ").rstrip("\n")


@pytest.mark.parametrize(("setting", "message"), BAD_SETTINGS)
def test_a_setting_is_named_with_its_file(tmp_path: Path, setting: str, message: str) -> None:
    message = message.replace(
        "fail-on: unknown key", "fail_on: unknown key (did you mean fail-on?)"
    )
    (tmp_path / "taskleash.toml").write_text(setting, encoding="utf-8")
    assert said(tmp_path) == f"taskleash.toml: {message}"
    (tmp_path / "taskleash.toml").unlink()
    (tmp_path / "pyproject.toml").write_text(f"[tool.taskleash]\n{setting}", encoding="utf-8")
    assert said(tmp_path) == f"pyproject.toml: tool.taskleash.{message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"fail-on = \n", ":1:11: invalid TOML: invalid value"),
        (b"jobs = 1\njobs = 2\n", ":2:9: invalid TOML: cannot overwrite a value"),
        (b"jobs = 1\nselect = [", ":2:11: invalid TOML: invalid value"),
        (b"# taskleash\n# caf\xe9\n", ":2: not valid utf-8: save the file as utf-8"),
        (b"select = " + b"[" * 100_000, ": invalid TOML: nested too deeply"),
    ],
)
def test_what_is_no_toml_is_named_with_its_place(tmp_path: Path, text: bytes, message: str) -> None:
    (tmp_path / "taskleash.toml").write_bytes(text)
    # Older releases of tomli spell it so.
    error = said(tmp_path).replace("can not", "cannot")
    assert error.startswith(f"taskleash.toml{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tool = 'taskleash'", 'tool: expected a table, got "taskleash"'),
        ("[tool]\ntaskleash = 3", "tool.taskleash: expected a table, got 3"),
        ("[[tool.taskleash]]", "tool.taskleash: expected a table, got a list"),
    ],
)
def test_the_table_is_a_table(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert said(tmp_path) == f"pyproject.toml: {message}"


@pytest.mark.parametrize("text", [b"", b"[tool.other]\nx = 1", b"not = = toml", b"\xff"])
def test_a_project_file_that_never_mentions_us_is_not_ours(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "pyproject.toml").write_bytes(text)
    assert taskleash("check", cwd=tmp_path).status == 0


def test_our_own_file_needs_no_table(tmp_path: Path) -> None:
    (tmp_path / "taskleash.toml").write_text("[tool.taskleash]\njobs = 1", encoding="utf-8")
    hint = "the keys stand here without [tool.taskleash] before them"
    assert said(tmp_path) == f"taskleash.toml: tool: unknown key ({hint})"


class TestExtend:
    def test_in_a_loop(self, tmp_path: Path) -> None:
        (tmp_path / "taskleash.toml").write_text("extend = 'a.toml'", encoding="utf-8")
        (tmp_path / "a.toml").write_text("extend = 'b.toml'", encoding="utf-8")
        (tmp_path / "b.toml").write_text("extend = './a.toml'", encoding="utf-8")
        assert said(tmp_path) == (
            "b.toml: extend: a loop: a.toml extends b.toml, which extends a.toml"
        )

    def test_of_itself(self, tmp_path: Path) -> None:
        (tmp_path / "taskleash.toml").write_text("extend = 'taskleash.toml'", encoding="utf-8")
        assert said(tmp_path) == (
            "taskleash.toml: extend: a loop: taskleash.toml extends taskleash.toml"
        )

    def test_of_a_project_file_that_says_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "taskleash.toml").write_text("extend = 'x/pyproject.toml'", encoding="utf-8")
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "pyproject.toml").write_text("[tool.ruff]", encoding="utf-8")
        assert said(tmp_path) == (
            "taskleash.toml: extend: no [tool.taskleash] table in x/pyproject.toml"
        )

    def test_the_file_that_is_wrong_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "taskleash.toml").write_text("extend = 'a.toml'", encoding="utf-8")
        (tmp_path / "a.toml").write_text("jobs = 'x'", encoding="utf-8")
        assert said(tmp_path) == 'a.toml: jobs: expected a whole number from 0 on, got "x"'


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lang='de'"], '--config: lang: expected one of en, zh, got "de"'),
        (["fail-on=low"], "--config:1:9: invalid TOML: invalid value (write 'fail-on = \"low\"')"),
        (["extend='a.toml'"], "--config: extend: only a file can extend another"),
        (["nowhere.toml"],
         "--config nowhere.toml: no such file (a setting is written 'key = value')"),
        (["a.toml", "b.toml"], "--config: two files, a.toml and b.toml: extend one in another"),
        (["pyproject.toml"], "pyproject.toml: no [tool.taskleash] table in it"),
    ],
)  # fmt: skip
def test_on_the_command_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "pyproject.toml").touch()
    assert said(tmp_path, *(f"--config={argument}" for argument in arguments)) == message


def test_a_file_contradicts_isolated(tmp_path: Path) -> None:
    (tmp_path / "a.toml").touch()
    assert said(tmp_path, "--config", "a.toml", "--isolated") == (
        "--config a.toml: contradicts --isolated"
    )


@pytest.mark.parametrize("value", ["a.py", ":TL001", "a.py:", "TL001,a.py:TL002"])
def test_rules_without_a_file_or_files_without_a_rule(tmp_path: Path, value: str) -> None:
    line = said(tmp_path, "--per-file-ignores", value)
    assert line.startswith("invalid value for '--per-file-ignores': ")


def test_rules_of_the_command_line_that_do_not_exist(tmp_path: Path) -> None:
    known = "(see `taskleash rule --all`)"
    for option in ("--extend-select=TL9", "--per-file-ignores=a.py:TL9"):
        assert said(tmp_path, option) == f"unknown rule `TL9` {known}"


def test_a_nested_configuration_is_named_by_its_path(tmp_path: Path) -> None:
    nested = tmp_path / "pkg" / "deep"
    nested.mkdir(parents=True)
    (nested / "a.py").touch()
    (nested / "taskleash.toml").write_text("jobs = ''", encoding="utf-8")
    message = 'taskleash.toml: jobs: expected a whole number from 0 on, got ""'
    assert said(tmp_path) == f"pkg/deep/{message}"
    assert said(nested) == message
    (tmp_path / "other").mkdir()
    assert said(tmp_path / "other", str(nested)) == f"{nested.as_posix()}/{message}"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ([], "an empty list"), ([1], "a list"), ({}, "a table"), (True, "true or false"),
        (1.5, "a number"), ("secret", "text"), (None, "nothing"),
        (b"secret", "a value of another kind"),
    ],
)  # fmt: skip
def test_a_value_is_told_by_its_kind_alone(value: object, kind: str) -> None:
    assert kind_of(value) == kind
