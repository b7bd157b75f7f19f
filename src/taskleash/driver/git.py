"""git as it is called here: it reads a repository, and runs nothing that the repository names."""

from __future__ import annotations

import os
import subprocess

#: more than a repository of any size takes; what a hostile one makes git wait for ends then
_SECONDS = 120.0
#: what a repository's own configuration can name to be run, or to be read without an end
_OFF = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.sshCommand=",
    "diff.external=",
    "submodule.recurse=false",
    # A folder of the checkout that looks like a repository is none.
    "safe.bareRepository=explicit",
)
#: where the user's own configuration lies, which says whose repositories are trusted
_KEPT = frozenset({
    "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES",
})  # fmt: skip
_SET = {
    # Nothing is fetched: a remote is a command, too.
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    # A file can have a name that is a pattern to git.
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_FILTER_COMMANDS = ("clean", "smudge", "process")


class GitFailed(Exception):
    """git gives no answer; the message says why."""


class Git:
    """Calls git on the repository around the current folder.

    Raises:
        GitFailed: there is no git on the PATH, or the repository cannot be read safely.
    """

    def __init__(self) -> None:
        self._command = [_program(), "--no-pager"]
        self._add(_OFF)
        self._add(self._filters())

    def output(self, *arguments: str, given: bytes = b"") -> bytes | None:
        """What git writes of what it is given; None where it fails. Raises GitFailed."""
        try:
            ran = subprocess.run(
                [*self._command, *arguments],
                input=given,
                capture_output=True,
                env=_environment(),
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitFailed(f"git has not answered for {_SECONDS:.0f} seconds") from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise GitFailed(f"git cannot be started: {reason}") from None
        if b"detected dubious ownership" in ran.stderr:
            raise GitFailed(
                "git does not read a repository that belongs to somebody else: allow it with "
                "`git config --global --add safe.directory FOLDER`"
            )
        return ran.stdout if ran.returncode == 0 else None

    def _add(self, settings: tuple[str, ...]) -> None:
        for setting in settings:
            self._command += ["-c", setting]

    def _filters(self) -> tuple[str, ...]:
        """Settings that turn off every filter that the configuration has a command for."""
        listed = self.output("config", "--null", "--name-only", "--get-regexp", r"^filter\.") or b""
        keys = {os.fsdecode(key) for key in listed.split(b"\0") if key}
        names = sorted({key.split(".", 1)[1].rpartition(".")[0] for key in keys})
        for name in names:
            # `-c` ends a key at the first of these.
            if "=" in name or "\n" in name:
                raise GitFailed("the repository has a filter of an odd name, which git might run")
        commands = (f"filter.{name}.{command}=" for name in names for command in _FILTER_COMMANDS)
        return (*commands, *(f"filter.{name}.required=false" for name in names))


def _environment() -> dict[str, str]:
    """This process's environment with nothing that redirects git or names commands for it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("GIT_") or name.upper() in _KEPT
    }
    return {**kept, **_SET}


def _program() -> str:
    """git by its full path: an entry of the PATH that means the current folder is passed over."""
    names = ("git.exe",) if os.name == "nt" else ("git",)
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in names if os.path.isabs(folder) else ():
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
    raise GitFailed("git is not installed, or not on the PATH")
