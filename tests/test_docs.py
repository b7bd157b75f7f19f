"""The documentation says what the code says."""

from __future__ import annotations

import html
import re
import sys
from pathlib import Path

import pytest

import generate
from support.command import Ran, taskleash
from support.pages import example
from taskleash.driver.config.keys import KEYS
from taskleash.driver.config.layers import checked
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).resolve().parents[1] / "docs"
COMMANDS = (DOCS / "commands.md").read_text(encoding="utf-8")
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
APIS = (DOCS / "apis.md").read_text(encoding="utf-8")


def test_no_page_is_stale() -> None:
    assert list(generate.stale()) == [], "run `python docs/generate.py`"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rules_page_has_its_examples_as_code(rule: Rule) -> None:
    page = (DOCS / "rules" / f"{rule.code}.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert blocks == [example(rule, "Example"), example(rule, "Use instead")]
    assert "\n    import" not in page.replace("".join(blocks), "")
    assert not re.search(r"^-{3,}$", page, re.MULTILINE)


def test_every_setting_has_its_section() -> None:
    sections = re.findall(r"^### `([a-z-]+)`$", CONFIGURATION, re.MULTILINE)
    assert sections == list(KEYS)


def test_the_settings_that_are_shown_can_be_used(tmp_path: Path) -> None:
    blocks = re.findall(r"^```toml\n(.*?)^```$", CONFIGURATION + APIS, re.DOTALL | re.MULTILINE)
    assert "taskleash" in tomllib.loads(blocks[0])["tool"]
    for block in blocks:
        name = "pyproject.toml" if "tool" in tomllib.loads(block) else "taskleash.toml"
        if not {"api", "lifecycle"}.isdisjoint(tomllib.loads(block)):
            (tmp_path / name).write_text('models = ["models.toml"]', encoding="utf-8")
            name = "models.toml"
        (tmp_path / name).write_text(block, encoding="utf-8")
        for file, text in (("conf.yaml", "system_config: {}"), ("settings.toml", ""), (".env", "")):
            (tmp_path / file).write_text(text, encoding="utf-8")
        (tmp_path / "app.py").write_text("enable_proxy, asr.enabled, mode\n", encoding="utf-8")
        assert taskleash("check", cwd=tmp_path) == Ran(0, "All checks passed!\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete(tmp_path: Path, shell: str) -> None:
    assert f"_TASKLEASH_COMPLETE={shell}_source" in COMMANDS or f"`{shell}_source`" in COMMANDS
    ran = taskleash(cwd=tmp_path, _TASKLEASH_COMPLETE=f"{shell}_source")
    assert ran.status == 0
    assert f"_TASKLEASH_COMPLETE={shell}_complete" in ran.out


def test_every_option_that_is_named_exists(tmp_path: Path) -> None:
    known = "".join(taskleash(name, "--help", cwd=tmp_path).out for name in ("check", "config"))
    named = set(re.findall(r"`(?:taskleash \w+ )?(--[a-z-]+)", CONFIGURATION))
    assert len(named) > 10
    assert [option for option in sorted(named) if option not in known] == []


@pytest.mark.parametrize("name", [key for key in KEYS if key != "extend"])
def test_the_example_of_a_setting_can_be_used(name: str) -> None:
    found = re.search(rf"^### `{name}`$.*?^- Example: `(.+?)`$", CONFIGURATION, re.DOTALL | re.M)
    assert found is not None
    assert set(checked(tomllib.loads(found[1]), "taskleash.toml", (), "/").values) == {name}


def test_the_picture_of_the_scan_table_is_what_the_tool_prints() -> None:
    text = re.sub(r"<[^>]+>", "", (DOCS / "scan.svg").read_text("utf-8"))
    drawn = html.unescape(text).replace("\xa0", " ")
    ran = taskleash("scan", "--flag", "enable_proxy=false", "voice_assistant", "--isolated",
                    cwd=DOCS.parent / "fixtures", COLUMNS="110")  # fmt: skip
    for line in ran.out.splitlines():
        for word in line.split():
            assert word in drawn
