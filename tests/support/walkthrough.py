"""A page that is walked through: its files are written, its commands run, in their order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from support.command import environment

#: a fenced block: its language, its title where it has one, its text
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
#: what differs from run to run
_TIME = re.compile(r"\b\d+(?:\.\d+)? (?:ms|s)\b")
_UNDO = re.compile(r"^Undo: .*", re.MULTILINE)
_IDENTITY = {
    f"GIT_{who}_{what}": f"{value}"
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Reader"), ("EMAIL", "reader@example.org"))
}


def walked(page: str, folder: Path) -> str:
    """The page with the output that its commands really have, run in the folder.

    A block with a title is the file of that name, one of the language ``console`` has commands
    behind ``$``. The folder in which a command ends is that of the next one, and of files.
    """
    here = folder

    def block(match: re.Match[str]) -> str:
        nonlocal here
        language, title, text = match.groups()
        if title:
            (here / title).write_text(text, encoding="utf-8")
        if language != "console":
            return match[0]
        said = []
        for command in re.findall(r"^\$ (.*)$", text, re.MULTILINE):
            out, here = _run(command, here)
            said.append(f"$ {command}\n{out}")
        return f"```console\n{''.join(said)}```"

    return _BLOCK.sub(block, page)


def steady(page: str) -> str:
    """A page without what differs from run to run: times, the width of columns that have them."""
    lines = _UNDO.sub("", _TIME.sub("T", page)).splitlines()
    return "\n".join(re.sub(r"  +", "  ", line) if " T" in line else line for line in lines)


def _run(command: str, folder: Path) -> tuple[str, Path]:
    scripts = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    ran = subprocess.run(
        ["bash", "-c", f'{command}\nprintf "\\n%s" "$PWD"'],
        cwd=folder,
        env=environment(PATH=scripts, PYTHONDONTWRITEBYTECODE="1", **_IDENTITY),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    out, _, after = ran.stdout.rpartition("\n")
    return out, Path(after)
