"""The hooks as `pre-commit` runs them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from support.command import taskleash as run_taskleash
from support.git import Repository, git_environment
from support.registry import PATIENT, QUICK

ROOT = Path(__file__).parents[1]
MANIFEST = ROOT / ".pre-commit-hooks.yaml"
NEEDED_TO_INSTALL = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "LICENSE", "src")

LEAKY = """\
import asyncio


async def on_message(store, message):
    asyncio.create_task(store(message))
"""
CLEAN = LEAKY.replace("    asyncio", "    await asyncio")

BASE = """\
class Base:
    async def close(self):
        self._beat.cancel()
"""
OWNER = """\
import asyncio
from base import Base


class Owner(Base):
    def start(self):
        self._beat = asyncio.create_task(self._run())

    async def _run(self):
        while True:
            await asyncio.sleep(1)
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps the environments of hooks: to install one takes longest."""
    return tmp_path_factory.mktemp("pre-commit")


@pytest.fixture
def environment(installed: Path) -> dict[str, str]:
    """An environment where the hook sees nothing of this checkout, and git nothing of the user."""
    inherited = {name: value for name, value in git_environment().items() if name != "PYTHONPATH"}
    return {**inherited, **PATIENT, **QUICK, "PRE_COMMIT_HOME": str(installed)}


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with what the hooks need to be installed."""
    made = Repository(tmp_path_factory.mktemp("hooks"))
    for name in NEEDED_TO_INSTALL:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, made.folder / name)
    made.commit()
    return made


def configuration(hooks: Repository, *names: str) -> str:
    """The text of a project's `.pre-commit-config.yaml` with these hooks."""
    settings = {
        "repo": str(hooks.folder),
        "rev": hooks.git("rev-parse", "HEAD").strip(),
        "hooks": [{"id": name} for name in names],
    }
    return yaml.safe_dump({"repos": [settings]})


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
    tmp_path: Path, hooks: Repository, environment: dict[str, str]
) -> None:
    project = Repository(tmp_path / "project")
    config = configuration(hooks, "taskleash", "taskleash-fix")
    project.commit({"leaky.py": LEAKY, "clean.py": CLEAN, ".pre-commit-config.yaml": config})

    def tried(path: str, hook: str = "taskleash") -> subprocess.CompletedProcess[str]:
        arguments = ["run", hook, "--color", "never", "--files", path]
        return pre_commit(*arguments, cwd=project.folder, env=environment)

    leaky, clean = tried("leaky.py"), tried("clean.py")
    fixing = tried("leaky.py", "taskleash-fix")
    assert leaky.returncode == 1, leaky.stdout + leaky.stderr
    assert "leaky.py:5:5: TL001 high" in leaky.stdout
    assert clean.returncode == 0, clean.stdout + clean.stderr
    assert "Passed" in clean.stdout
    assert fixing.returncode == 1, fixing.stdout + fixing.stderr
    assert "files were modified by this hook" in fixing.stdout
    assert "task.add_done_callback(" in (project.folder / "leaky.py").read_text(encoding="utf-8")
    assert tried("leaky.py").returncode == 0


@pytest.mark.network
def test_a_commit_is_judged_as_it_is_staged_with_the_rest_as_evidence(
    tmp_path: Path, hooks: Repository, environment: dict[str, str]
) -> None:
    project = Repository(tmp_path / "project")
    config = configuration(hooks, "taskleash")
    project.commit({"base.py": BASE, "old.py": LEAKY, ".pre-commit-config.yaml": config})

    def run() -> subprocess.CompletedProcess[str]:
        return pre_commit("run", "--color", "never", cwd=project.folder, env=environment)

    # Only owner.py is staged: what ends its task is in a module that is not.
    project.write({"owner.py": OWNER})
    project.git("add", "owner.py")
    assert run().returncode == 0, run().stdout
    # What is not staged counts for nothing, good or bad.
    project.write({"owner.py": OWNER + LEAKY})
    assert run().returncode == 0, run().stdout
    project.git("add", "owner.py")
    project.write({"owner.py": OWNER})
    leaky = run()
    assert leaky.returncode == 1
    assert "owner.py:16:5: TL001 high" in leaky.stdout
    assert "old.py" not in leaky.stdout
    # A baseline of the project applies to the hook.
    project.write({"owner.py": OWNER + LEAKY, "taskleash.toml": 'baseline = "known.txt"\n'})
    run_taskleash("check", "--write-baseline", "known.txt", cwd=project.folder)
    assert run().returncode == 0, run().stdout
