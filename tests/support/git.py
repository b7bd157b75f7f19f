"""Scratch git repositories that nobody's configuration reaches."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_IDENTITY = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
)


def git_environment() -> dict[str, str]:
    """An environment where git has an identity and reads no configuration of the machine."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {
        **inherited,
        **dict.fromkeys(_IDENTITY, "test@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }


@dataclass(frozen=True)
class Repository:
    """A repository, made where ``folder`` is."""

    folder: Path

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        """What git says; fails where it does."""
        ran = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=git_environment(),
            check=True,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return ran.stdout

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, and the folders that they are in."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def commit(self, files: Mapping[str, str] | None = None, message: str = "change") -> str:
        """Commit all files as they are, after writing some; gives the commit."""
        self.write(files or {})
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()
