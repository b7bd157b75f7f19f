"""The fixes that a report carries: each one alone mends its finding."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.command import taskleash
from support.patching import applied
from support.schemas import sarif_run
from taskleash.fixes.text.patch import Replacement
from taskleash.verdict.model import Span

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def results(folder: Path, *options: str) -> list[dict[str, Any]]:
    run = sarif_run(taskleash("check", "--format", "sarif", *options, cwd=folder).out)
    return list(run["results"])


def mended(text: str, fix: dict[str, Any]) -> str:
    (change,) = fix["artifactChanges"]
    return applied(text, map(_replacement, change["replacements"]))


def _replacement(found: dict[str, Any]) -> Replacement:
    region = found["deletedRegion"]
    lines = region["startLine"], region["startColumn"], region["endLine"], region["endColumn"]
    return Replacement(Span(*lines), found["insertedContent"]["text"])


def test_each_fix_of_a_project_alone_mends_its_finding(tmp_path: Path) -> None:
    found = results(FIXTURES / "voice_assistant")
    fixable = [result for result in found if "fixes" in result]
    assert len(fixable) == 3
    for number, result in enumerate(fixable):
        copy = tmp_path / str(number)
        shutil.copytree(FIXTURES / "voice_assistant", copy)
        (fix,) = result["fixes"]
        path = (
            copy
            / fix["artifactChanges"][0]["artifactLocation"]["uri"].partition("voice_assistant/")[2]
        )
        text = path.read_text(encoding="utf-8")
        path.write_text(mended(text, fix), encoding="utf-8")
        left = {one["partialFingerprints"]["taskleash/v1"] for one in results(copy)}
        before = {one["partialFingerprints"]["taskleash/v1"] for one in found}
        assert before - left == {result["partialFingerprints"]["taskleash/v1"]}
        assert left <= before


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(
        "import asyncio\nimport logging\n\nlogger = logging.getLogger(__name__)\n\n\n"
        "async def send():\n    pass\n\n\n"
        "async def main():\n    asyncio.create_task(send())\n",
        encoding="utf-8",
    )
    return tmp_path


def test_only_what_a_run_that_fixes_would_make_is_carried(project: Path) -> None:
    def kinds(*options: str) -> list[str]:
        (result,) = results(project, *options)
        return [fix["description"]["text"] for fix in result.get("fixes", [])]

    assert kinds() == ["track: keep it in `_background_tasks` until it is done"]
    assert kinds("--unsafe-fixes") == kinds()
    assert kinds("--unsafe-fixes", "--fix-style", "await") == [
        "await: await it here, log its failure by `logger`"
    ]
    assert kinds("--fix-style", "await") == []
    assert kinds("--config", "extend-unsafe-fixes=['TL001']") == []


def test_nothing_is_carried_for_what_is_silenced(project: Path) -> None:
    app = project / "app.py"
    app.write_text(app.read_text().replace("(send())", "(send())  # noqa: TL001"))
    (result,) = results(project, "--show-suppressed")
    assert "suppressions" in result
    assert "fixes" not in result


def test_an_unused_comment_carries_its_removal(project: Path) -> None:
    app = project / "app.py"
    before = app.read_text()
    app.write_text(before.replace("    pass", "    pass  # noqa: TL001"))
    (result,) = results(project, "--select", "TL100")
    assert mended(app.read_text(), result["fixes"][0]) == before
    ran = taskleash("check", "--format", "json", "--select", "TL100", cwd=project)
    (error,) = json.loads(ran.out)["errors"]
    assert error["fixes"] == [{"kind": "remove", "applicability": "safe"}]


def test_nothing_is_written(project: Path) -> None:
    before = (project / "app.py").read_bytes()
    results(project)
    assert (project / "app.py").read_bytes() == before
