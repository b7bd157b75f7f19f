"""The site: every page is in it, every link leads somewhere, and the program names its address.

`mkdocs build --strict` says more; `.ci/run` has it. This needs no package that the tests lack.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.command import taskleash
from taskleash.rules.model import SITE, Rule
from taskleash.rules.registry import all_rules

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


class _Loader(yaml.SafeLoader):
    """One that does not import what the names of extensions stand for."""


def settings() -> dict[str, Any]:
    found = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)
    assert isinstance(found, dict)
    return found


def named(nav: Any) -> list[str]:
    """The pages of a navigation, in their order."""
    if isinstance(nav, str):
        return [nav]
    entries = nav.values() if isinstance(nav, dict) else nav
    return [page for entry in entries for page in named(entry)]


def label(page: Path) -> str:
    return page.relative_to(DOCS).as_posix()


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    found = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    words = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in found)
    return {re.sub(r"[\s-]+", "-", heading) for heading in words}


def test_every_page_has_its_place() -> None:
    pages = named(settings()["nav"])
    assert len(pages) == len(set(pages))
    assert sorted(pages) == sorted(map(label, PAGES))


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = _CODE.sub("", page.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.is_file(), target
        assert DOCS in file.resolve().parents, target
        assert not anchor or anchor in anchors(file), target


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_link_to_the_repository_is_a_file_of_it(page: Path) -> None:
    address = f"{settings()['repo_url']}/blob/main/"
    for target in _LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith(address):
            assert (ROOT / target.removeprefix(address).partition("#")[0]).exists(), target


def test_the_address_is_one() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert settings()["site_url"] == SITE
    assert f'Documentation = "{SITE}"' in project
    assert f'Homepage = "{settings()["repo_url"]}"' in project


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_names_its_page(rule: Rule, tmp_path: Path) -> None:
    assert (DOCS / rule.url.removeprefix(SITE).rstrip("/")).with_suffix(".md").is_file()
    for lang in ("en", "zh"):
        ran = taskleash("rule", rule.code, "--lang", lang, cwd=tmp_path)
        assert ran.out.splitlines()[-1] == rule.url


def test_reports_link_to_the_pages_of_rules(tmp_path: Path) -> None:
    code = "import asyncio\n\nasync def go():\n    asyncio.create_task(work())\n"
    (tmp_path / "app.py").write_text(code, encoding="utf-8")
    for name in ("sarif", "rdjson", "html"):
        out = taskleash("check", "--format", name, cwd=tmp_path).out
        assert f"{SITE}rules/TL001/" in out, name


def test_continuous_integration_builds_it() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["build"]["steps"]]
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert any("mkdocs build --strict" in step for step in steps)
    assert 'mkdocs" build --strict' in script
    assert "'.[docs]'" in script
