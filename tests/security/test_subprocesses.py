"""Nothing of the checkout runs: neither modules of known names, nor what git would call."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import Ran, python, taskleash, unmeasured
from support.git import Repository
from taskleash.driver.fixing.undo import is_committed
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.parse import Broken
from taskleash.driver.parsing.processes import StartedPython
from taskleash.driver.parsing.worker import Worker
from taskleash.source.discovery import File

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
PACKAGES = (
    "click", "libcst", "rich", "pathspec", "tomli", "yaml", "dotenv", "jinja2", "markupsafe",
    "pygments", "distributed", "dask", "cloudpickle", "msgpack", "tornado", "typing_extensions",
    "taskleash_settings", "sitecustomize_", "sqlite3", "multiprocessing",
)  # fmt: skip
#: what Python has imported before it looks at any module of ours, and so out of anybody's reach
BEFORE = "import runpy, sys; print(*{name.partition('.')[0] for name in sys.modules})"
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="plants scripts for a shell")


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """A folder to check, full of modules that would say so if they were run."""
    early = python("-I", "-c", BEFORE, cwd=tmp_path, env=unmeasured()).out.split()
    for name in {*PACKAGES, *sys.stdlib_module_names} - {*early, "__main__", "antigravity"}:
        trap = f"import os\nos.open({str(tmp_path / 'RAN')!r} + '.{name}', os.O_CREAT)\n"
        if name in ("rich", "libcst"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "__init__.py").write_text(trap, encoding="utf-8")
        else:
            (tmp_path / f"{name}.py").write_text(trap, encoding="utf-8")
    (tmp_path / "m.py").write_text(DROPPED, encoding="utf-8")
    return tmp_path


def ran_traps(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("RAN*"))


def run(folder: Path, *arguments: str, **variables: str) -> Ran:
    ran = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=unmeasured(**variables),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


CHECK = ("check", "--isolated", "--no-cache", "-q", "m.py", "--format", "concise")
FOUND = "m.py:2:1: TL001 high"


def test_a_trap_works(traps: Path) -> None:
    run(traps, "-c", "import click, json")
    assert ran_traps(traps) == ["RAN.click", "RAN.json"]


def test_the_module_imports_nothing_from_the_current_folder(traps: Path) -> None:
    files = [f"--format={form}={traps}/out.{form}" for form in ("html", "sarif", "junit")]
    ran = run(traps, "-m", "taskleash", *CHECK, *files)
    assert (ran.status, ran.err) == (1, "")
    assert ran_traps(traps) == []


def test_nor_does_it_for_an_empty_entry_of_the_python_path(traps: Path) -> None:
    # Before 3.11 what `-m` itself imports is out of reach: the command has no such trouble.
    code = "from taskleash.__main__ import main; main()"
    for path in (os.pathsep, f".{os.pathsep}", str(traps)):
        ran = run(traps, "-c", code, *CHECK, PYTHONPATH=path)
        assert (ran.status, ran.err) == (1, "")
    assert set(ran_traps(traps)) <= {"RAN.__future__"}


def test_a_folder_below_that_the_python_path_names_comes_last(tmp_path: Path) -> None:
    lib = tmp_path / "lib"
    lib.mkdir()
    (lib / "click.py").write_text("raise SystemExit('trap')", encoding="utf-8")
    (tmp_path / "m.py").write_text(DROPPED, encoding="utf-8")
    for path in ("lib", str(lib)):
        ran = run(tmp_path, "-m", "taskleash", *CHECK, PYTHONPATH=path)
        assert (ran.status, ran.err) == (1, "")
        assert ran.out.startswith(FOUND)


def test_taskleash_can_be_run_from_its_own_folder() -> None:
    source = Path(__file__).resolve().parents[2] / "src"
    ran = run(source, "-m", "taskleash", "--version")
    assert (ran.status, ran.err) == (0, "")


def test_a_worker_that_is_started_anew_imports_nothing_from_it(
    traps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(traps)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    worker = Worker(StartedPython())
    worker.give(Input(File("m.py", "m", str(traps / "m.py"), 0), DROPPED.encode()), 60)
    assert worker.connection.poll(60)
    assert not isinstance(worker.take(), Broken)
    worker.kill()
    assert ran_traps(traps) == []


# -- git


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "project")
    made.commit({"old.py": DROPPED, "other.py": DROPPED})
    return made


def trap(repository: Repository, name: str = "") -> str:
    """A command that leaves a mark."""
    return f"touch '{repository.folder.parent}/RAN {name}'; cat; exit 1; #"


def check(repository: Repository, *arguments: str, base: str = "HEAD", **variables: str) -> Ran:
    options = ("check", "--isolated", "--no-cache", "--format", "concise", "-q", *arguments)
    return taskleash(*options, "--diff-base", base, cwd=repository.folder, **variables)


def assert_nothing_ran(repository: Repository) -> None:
    assert ran_traps(repository.folder.parent) == []


KEYS = (
    "core.fsmonitor", "core.sshCommand", "core.pager", "pager.diff", "pager.rev-parse",
    "diff.external", "diff.odd.textconv", "diff.odd.command", "core.editor", "core.gitProxy",
    "filter.odd.clean", "filter.odd.smudge", "filter.a.b.clean", "filter.odd.process",
    "credential.helper", "core.alternateRefsCommand", "alias.diff", "alias.config",
)  # fmt: skip


@needs_posix
def test_no_command_of_the_repository_runs(repository: Repository) -> None:
    attributes = "*.py filter=odd diff=odd\nother.py filter=a.b\n"
    repository.commit({".gitattributes": attributes})
    for key in KEYS:
        value = trap(repository, key)
        repository.git("config", key, f"!{value}" if key.startswith("alias") else value)
    repository.git("config", "filter.odd.required", "true")
    repository.write({"old.py": DROPPED + DROPPED})
    # As if all files had been touched: git has to look at what is in them.
    for path in repository.folder.glob("*.py"):
        os.utime(path, (1, 1))
    ran = check(repository)
    assert ran.out.count("\n") == 1
    assert ran.out.startswith("old.py:4:1: TL001 high")
    assert_nothing_ran(repository)


@needs_posix
def test_a_filter_that_cannot_be_turned_off_is_an_error(repository: Repository) -> None:
    with open(repository.folder / ".git" / "config", "a", encoding="utf-8") as file:
        file.write(f'[filter "a=b"]\n\tclean = "{trap(repository)}"\n')
    ran = check(repository)
    assert (ran.status, ran.out) == (2, "")
    assert "filter of an odd name" in ran.err
    assert_nothing_ran(repository)


@needs_posix
def test_no_hook_runs(repository: Repository) -> None:
    hooks = repository.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (hooks / name).write_text(f"#!/bin/sh\n{trap(repository)}\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    os.utime(repository.folder / "old.py", (1, 1))
    assert check(repository).status == 0
    assert_nothing_ran(repository)


@needs_posix
def test_nothing_is_fetched_for_what_a_repository_lacks(repository: Repository) -> None:
    blob = repository.git("rev-parse", "HEAD:old.py").strip()
    (repository.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in (
        ("extensions.partialClone", "origin"), ("core.repositoryFormatVersion", "1"),
        ("remote.origin.url", f"ext::sh -c {trap(repository)}"), ("protocol.allow", "always"),
        ("remote.origin.promisor", "true"), ("protocol.ext.allow", "always"),
    ):  # fmt: skip
        repository.git("config", key, value)
    repository.write({"old.py": DROPPED + DROPPED})
    ran = check(repository)
    assert (ran.status, ran.out) == (2, "")
    assert "nothing is fetched" in ran.err
    assert_nothing_ran(repository)


@needs_posix
def test_a_folder_that_looks_like_a_repository_is_none(repository: Repository) -> None:
    folder = repository.folder / "bare"
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    with open(folder / "config", "a", encoding="utf-8") as file:
        file.write(f'[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = "{trap(repository)}"\n')
    (folder / "m.py").write_text(DROPPED, encoding="utf-8")
    options = ("check", "--isolated", "--no-cache", "-q", "--diff-base", "HEAD")
    ran = taskleash(*options, cwd=folder)
    assert (ran.status, ran.err) == (2, (
        "taskleash: --diff-base: the current folder is in no git work tree\n"
    ))  # fmt: skip
    assert_nothing_ran(repository)


@needs_posix
def test_the_environment_names_no_command_and_no_other_repository(repository: Repository) -> None:
    elsewhere = Repository(repository.folder.parent / "elsewhere")
    command = trap(repository)
    repository.write({".gitattributes": "*.py diff=odd\n", "old.py": DROPPED + DROPPED})
    ran = check(
        repository,
        GIT_DIR=str(elsewhere.folder / ".git"),
        GIT_WORK_TREE=str(elsewhere.folder),
        GIT_INDEX_FILE="nowhere",
        GIT_EXTERNAL_DIFF=command,
        GIT_PAGER=command,
        GIT_SSH_COMMAND=command,
        GIT_CONFIG_COUNT="1",
        GIT_CONFIG_KEY_0="core.fsmonitor",
        GIT_CONFIG_VALUE_0=command,
        GIT_CONFIG_PARAMETERS=f"'core.fsmonitor={command}'",
        GIT_DIFF_OPTS="--unified=100",
    )
    assert ran.out.startswith("old.py:4:1: TL001 high")
    assert_nothing_ran(repository)


@needs_posix
@pytest.mark.parametrize("path", ["", ".", "bin"])
def test_git_is_not_looked_for_in_the_current_folder(repository: Repository, path: str) -> None:
    planted = repository.folder / path / "git"
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f"#!/bin/sh\n{trap(repository)}\n", encoding="utf-8")
    planted.chmod(0o755)
    ran = check(repository, PATH=os.pathsep.join([path, os.environ["PATH"]]))
    assert ran.status == 0
    assert_nothing_ran(repository)


@pytest.mark.parametrize("base", ["--output=RAN", "-O../RAN", "--help", "-", "--end-of-options"])
def test_a_revision_is_no_option(repository: Repository, base: str) -> None:
    ran = check(repository, base=base)
    assert (ran.status, ran.out) == (2, "")
    assert "no such git revision" in ran.err
    assert_nothing_ran(repository)


def test_another_encoding_hides_no_change(repository: Repository) -> None:
    repository.write(
        {
            ".gitattributes": "*.py working-tree-encoding=UTF-16LE\n",
            "old.py": DROPPED + DROPPED + "#\n",
        }
    )
    ran = check(repository)
    assert "old.py:4:1: TL001 high" in ran.out


@pytest.mark.parametrize("end", ["\r", "\r\r\r\n"])
def test_ends_of_lines_that_git_does_not_count_hide_no_change(
    repository: Repository, end: str
) -> None:
    path = repository.folder / "old.py"
    more = b"asyncio.create_task(more())\n"
    path.write_bytes(f"# one{end * 9}\n".encode() + path.read_bytes() + more)
    assert "task `more` is dropped" in check(repository).out


def test_a_name_is_no_pattern_to_git(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({".gitignore": "\\[o]ld.py\n", "[o]ld.py": DROPPED})
    monkeypatch.chdir(repository.folder)
    assert is_committed(["old.py"])
    assert not is_committed(["[o]ld.py"])


def test_a_submodule_is_another_repository(repository: Repository, tmp_path: Path) -> None:
    other = Repository(tmp_path / "other")
    other.commit({"theirs.py": DROPPED})
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.folder)
    )
    repository.commit()
    assert check(repository).out == ""
