"""What a release is made of: the tag, the changelog, the files of the package."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from taskleash import __version__

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def released() -> ModuleType:
    spec = importlib.util.spec_from_file_location("released", ROOT / ".ci/released.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_changelog_has_this_version() -> None:
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_a_tag_has_to_agree_with_package_and_changelog(released: ModuleType) -> None:
    package, changelog = '__version__ = "1.2.0"\n', "## [1.2.0] - 2026-01-31\n"
    assert released.mistakes("v1.2.0", package, changelog) == []
    assert released.mistakes("v1.2.1", package, changelog) == [
        "the package says 1.2.0, the tag 1.2.1",
        "the changelog has no `## [1.2.1] - YYYY-MM-DD`",
    ]
    assert released.mistakes("v1.2.0", package, "## [1.2.0] - unreleased\n") == [
        "the changelog has no `## [1.2.0] - YYYY-MM-DD`"
    ]


def test_a_tag_publishes_what_was_built_and_checked() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text("utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["if"] == "github.ref_type == 'tag'"
    steps = [step.get("run") for step in jobs["build"]["steps"]]
    assert ".ci/build dist" in steps


def test_nothing_is_promised_that_is_not_there() -> None:
    for page in (ROOT / "README.md", ROOT / "docs/ci.md"):
        assert f"v{__version__}" not in page.read_text("utf-8")
