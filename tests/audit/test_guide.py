"""What docs/audit.md explains is what the audit shows."""

from __future__ import annotations

import re
from pathlib import Path

from support.command import taskleash
from support.programs import FIXTURES
from taskleash.reporters.audit.words import COMPONENT_HEADINGS, LIFETIME_HEADINGS

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")


def test_every_column_that_does_not_explain_itself_is_explained() -> None:
    columns = re.findall(r"^\| ([A-Z][\w ]+) \|", GUIDE, re.MULTILINE)
    plain = {"Component", "File", "Tasks", "Task", "Place"}
    headings = [*COMPONENT_HEADINGS, *LIFETIME_HEADINGS]
    assert columns == [heading for heading in headings if heading not in plain]


def test_every_command_that_is_shown_works(tmp_path: Path) -> None:
    commands = re.findall(r"^taskleash (scan .*?)src +#", GUIDE, re.MULTILINE)
    assert len(commands) == 8
    for command in commands:
        words = [
            re.sub(r"\b(audit|before)\.", rf"{tmp_path}/\1.", word) for word in command.split()
        ]
        ran = taskleash(*words, "voice_assistant_fixed", cwd=FIXTURES)
        assert (ran.status, ran.err) == (0, "")
    assert {file.suffix for file in tmp_path.iterdir()} == {".md", ".html", ".json"}
