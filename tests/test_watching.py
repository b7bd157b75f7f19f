"""`taskleash scan --watch`: what it says after a change."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.command import environment, taskleash

LEAK = """
import asyncio

async def work(): ...

async def main():
    asyncio.create_task(work())
"""


class Watched:
    """What a run that watches says, line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def until(self, end: str) -> list[str]:
        """The lines up to the first that has a text in it."""
        found: list[str] = []
        while not found or end not in found[-1]:
            found.append(self._lines.get(timeout=60))
        return found

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))


@contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    command = [sys.executable, "-m", "taskleash", "scan", "--watch", "--no-cache"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Watched(process)
        finally:
            process.kill()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("", encoding="utf-8")
    (tmp_path / "app.py").write_text(LEAK, encoding="utf-8")
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt goes to the whole console")
def test_changes_of_verdicts_are_said(project: Path) -> None:
    pytest.importorskip("watchfiles", reason="watchfiles is not installed")
    app, other = project / "app.py", project / "other.py"
    with watched(project) as run:
        first = run.until("watching for changes")
        assert any("app.py" in line and "high" in line for line in first)

        app.write_text("# a line more\n" + LEAK, encoding="utf-8")
        assert run.until("verdict")[-1].endswith("no verdict changed")

        app.write_text(LEAK.replace("asyncio.create_task", "await asyncio.create_task"), "utf-8")
        (changed, said) = run.until("verdict")
        assert changed == "~ app.py:7:11: none local/awaited task `work` (before: TL001 high)"
        assert said.endswith("the verdicts above changed")

        other.write_text(LEAK, encoding="utf-8")
        assert run.until("verdict")[0].startswith("+ other.py:7:5: TL001 high [*] task `work`")

        # What is being edited keeps nobody from going on.
        (project / "pyproject.toml").write_text("[tool.taskleash]\nnone = 1\n", "utf-8")
        assert "unknown key" in run.until("pyproject.toml")[-1]
        (project / "pyproject.toml").write_text("", encoding="utf-8")
        assert run.until("verdict")[-1].endswith("no verdict changed")

        other.write_text("import asyncio\nasyncio.create_task(\n", encoding="utf-8")
        gone, broken, _ = run.until("verdicts above")
        assert gone.startswith("+ other.py:2:20: TL000 ") or broken.startswith("+ other.py:")
        assert "- other.py:7:5: TL001" in f"{gone}\n{broken}"

        run.process.send_signal(signal.SIGINT)
        assert run.process.wait(timeout=60) == 130


@pytest.mark.skipif(sys.platform == "win32", reason="an interrupt goes to the whole console")
def test_what_a_new_folder_holds_is_seen_and_what_changes_in_it(project: Path) -> None:
    pytest.importorskip("watchfiles", reason="watchfiles is not installed")
    with watched(project) as run:
        run.until("watching for changes")
        module = project / "new" / "deep" / "module.py"
        module.parent.mkdir(parents=True)
        module.write_text(LEAK, encoding="utf-8")
        found = run.until("new/deep/module.py:7:5: TL001")
        assert found[-1].startswith("+ ")
        module.write_text(LEAK.replace("asyncio.create_task", "await asyncio.create_task"), "utf-8")
        assert run.until("new/deep/module.py:7:11")[-1].startswith("~ ")


def test_without_the_package_there_is_a_remedy(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    ran = taskleash("scan", "--watch", cwd=project)
    assert ran.status == 2
    assert ran.err == "taskleash: --watch needs more packages: pip install 'taskleash[watch]'\n"


def test_standard_input_is_not_watched(project: Path) -> None:
    ran = taskleash("scan", "--watch", "--stdin-filename", "app.py", "-", cwd=project, text=LEAK)
    assert ran.status == 2
    assert "--watch needs files" in ran.err
