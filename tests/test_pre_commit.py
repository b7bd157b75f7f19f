"""The hooks as `pre-commit` runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
NEEDED_TO_INSTALL = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "src")

IDENTITY = (
    "GIT_AUTHOR_NAME",
    "GIT_AUTHOR_EMAIL",
    "GIT_COMMITTER_NAME",
    "GIT_COMMITTER_EMAIL",
)

LEAKY = """\
import asyncio


async def on_message(store, message):
    asyncio.create_task(store(message))
"""
CLEAN = LEAKY.replace("    asyncio", "    await asyncio")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment where git has an identity, and the hook sees nothing of this checkout."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONPATH" and not name.startswith("GIT_")
    }
    return {
        **inherited,
        **dict.fromkeys(IDENTITY, "test@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }


def repository(folder: Path, environment: dict[str, str]) -> Path:
    """Make the folder a git repository with all its files committed."""
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "-m", "all"]):
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True)
    return folder


def pre_commit(
    *arguments: str, cwd: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8")


def test_the_manifest_is_valid(tmp_path: Path) -> None:
    ran = pre_commit("validate-manifest", str(MANIFEST), cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "")


def test_the_fixing_hook_is_the_other_one_with_an_argument() -> None:
    plain, fixing = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert (plain["id"], fixing["id"]) == ("taskleash", "taskleash-fix")
    assert (plain["args"], fixing["args"]) == ([], ["--fix"])
    described = {"id", "name", "description", "args"}
    assert {k: v for k, v in plain.items() if k not in described} == {
        k: v for k, v in fixing.items() if k not in described
    }


@pytest.mark.network
def test_the_hook_fails_on_a_leaky_file_and_passes_a_clean_one(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in NEEDED_TO_INSTALL:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, hooks / name)
    project = tmp_path / "project"
    project.mkdir()
    (project / "leaky.py").write_text(LEAKY, encoding="utf-8")
    (project / "clean.py").write_text(CLEAN, encoding="utf-8")
    repository(hooks, environment)
    repository(project, environment)

    def tried(path: str, hook: str = "taskleash") -> subprocess.CompletedProcess[str]:
        arguments = ["try-repo", str(hooks), hook, "--color", "never", "--files", path]
        return pre_commit(*arguments, cwd=project, env=environment)

    leaky, clean = tried("leaky.py"), tried("clean.py")
    fixing = tried("leaky.py", "taskleash-fix")
    assert leaky.returncode == 1, leaky.stdout + leaky.stderr
    assert "leaky.py:5:5: TL001" in leaky.stdout
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout
    assert fixing.returncode == 1, fixing.stdout + fixing.stderr
    assert "files were modified by this hook" in fixing.stdout
    assert "task.add_done_callback(" in (project / "leaky.py").read_text(encoding="utf-8")
    assert tried("leaky.py").returncode == 0
