"""The JSON schema and the reading of a configuration take the same settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from support.command import taskleash
from support.drawing import steady
from taskleash.driver.config.errors import ConfigError
from taskleash.driver.config.keys import KEYS
from taskleash.driver.config.layers import Config, Layer, checked
from taskleash.driver.config.schema import schema
from taskleash.driver.config.show import show

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
VALIDATOR = Draft7Validator(json.loads(schema()))

WORDS = st.sampled_from(
    ["high", "low", "never", "auto", "own", "zh", "py310", "TL001", "TL", "ALL", "TL9", "E501",
     "json", "json=a", "json=", "json=a=b", "=a", "a.b", "a..b", "1a", "a", "", "*.py", "true"]
)  # fmt: skip
SCALARS = st.one_of(
    WORDS, st.booleans(), st.integers(-2, 3), st.just(1.5), st.text(max_size=3).map(repr)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b*"]), inner)
    ),
    max_leaves=5,
)
NAMES = st.sampled_from([*KEYS, "exlude", "fail_on", ""])


def is_read(table: dict[str, Any]) -> bool:
    try:
        checked(table, "taskleash.toml", (), "/")
    except ConfigError:
        return False
    return True


@steady(50)
@given(st.dictionaries(NAMES, VALUES, max_size=2))
def test_they_agree_about_any_table(table: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(table) == is_read(table)


@pytest.mark.parametrize("name", KEYS)
@steady(50)
@given(value=VALUES)
def test_they_agree_about_every_key(name: str, value: object) -> None:
    assert VALIDATOR.is_valid({name: value}) == is_read({name: value})


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(json.loads(schema()))


def test_the_command_prints_it(tmp_path: Path) -> None:
    (tmp_path / "taskleash.toml").write_text("broken", encoding="utf-8")
    ran = taskleash("config", "--schema", cwd=tmp_path)
    assert (ran.status, ran.out, ran.err) == (0, schema(), "")


def test_every_default_is_a_value_that_its_key_takes() -> None:
    defaults = {name: key["default"] for name, key in properties().items() if "default" in key}
    assert len(defaults) > 20
    layer = checked(defaults, "taskleash.toml", (), "/")
    assert {name: KEYS[name].default for name in defaults} == layer.values


def properties() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(schema())["properties"]
    return found


class TestShown:
    EVERYTHING = """
select = ["TL0"]
extend-select = ["TL020"]
ignore = ["TL011"]
per-file-ignores = { "tests/*" = ["ALL"], 'a"b\\c' = [] }
include = ["*.py"]
exclude = ["a", "\\u007f\\u0001\\n"]
extend-exclude = ["gen"]
force-exclude = true
respect-gitignore = false
src = ["lib"]
fail-on = "low"
severity = { TL011 = "high" }
baseline = "known.txt"
fix = true
unsafe-fixes = true
fix-style = "own"
extend-safe-fixes = ["TL001"]
extend-unsafe-fixes = ["TL002"]
fixable = ["TL001", "discarded-gather"]
unfixable = ["TL013"]
spawn-calls = ["pkg.spawn"]
owner-calls = ["pkg.own"]
safe-calls = ["pkg.safe"]
models = ["models.toml"]
flags = { proxy = false, mode = "x", level = 3, share = 0.5, "a b" = 1e300 }
flags-from = ["conf.yaml:system"]
target-version = "py311"
cache-dir = ".cache"
jobs = 3
format = "json"
lang = "zh"
background-tasks = "package.tasks:keep"
"""

    def test_is_toml_that_says_the_same(self) -> None:
        table = tomllib.loads(self.EVERYTHING)
        assert {*table, "extend"} == set(KEYS)
        layer = checked(table, "taskleash.toml", (), "/")
        again = tomllib.loads(show(Config((layer,))))
        assert checked(again, "", (), "/").values == layer.values

    def test_says_where_each_setting_comes_from(self) -> None:
        layers = (
            Layer("base.toml", "/", {"jobs": 1, "lang": "zh", "ignore": ("TL001",)}),
            Layer("taskleash.toml", "/", {"jobs": 2, "ignore": ("TL002",)}),
            Layer("command line", "/", {"ignore": ()}),
        )
        lines = show(Config(layers)).splitlines()
        assert "jobs = 2  # taskleash.toml" in lines
        assert 'lang = "zh"  # base.toml' in lines
        assert 'ignore = ["TL001", "TL002"]  # base.toml, taskleash.toml, command line' in lines
        assert "fix = false  # default" in lines
        assert "# baseline is not set" in lines
        assert max(map(len, lines)) <= 100

    def test_of_a_folder_or_of_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.py").touch()
        (tmp_path / "sub" / "taskleash.toml").write_text("jobs = 7", encoding="utf-8")
        for path in ("sub", "sub/a.py"):
            assert "jobs = 7  # sub/taskleash.toml\n" in taskleash("config", path, cwd=tmp_path).out
        assert "jobs = 0  # default\n" in taskleash("config", cwd=tmp_path).out
        assert (
            "jobs = 4  # --config\n"
            in taskleash("config", "--config", "jobs=4", "sub", cwd=tmp_path).out
        )

    def test_of_a_path_that_does_not_exist(self, tmp_path: Path) -> None:
        ran = taskleash("config", "nowhere", cwd=tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == "taskleash: nowhere: no such file or folder\n"
