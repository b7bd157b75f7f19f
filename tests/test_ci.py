"""The action and the documented pipelines: what they say is what taskleash takes."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from support.schemas import sarif_run, valid_junit
from taskleash.cli import cli

ROOT = Path(__file__).resolve().parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
DOCUMENTS = ("docs/ci.md", "README.md")
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))
DROPPED = "import asyncio\nasyncio.create_task(work())\n"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
#: a command within a line of a shell, of YAML or of Groovy
_COMMAND = re.compile(r"(?:^|[\s/'])taskleash ((?:check|scan) [^'&|#;]*)")


def blocks(document: str, *languages: str) -> list[str]:
    text = (ROOT / document).read_text(encoding="utf-8")
    return [body for language, body in _BLOCK.findall(text) if language in languages]


def commands(document: str) -> list[str]:
    """The commands of ours in the blocks of a document."""
    found = blocks(document, "sh", "console", "yaml", "groovy")
    lines = [line for body in found for line in body.replace("\\\n", " ").splitlines()]
    return [match[1].strip() for line in lines for match in _COMMAND.finditer(line)]


def assert_accepted(arguments: list[str]) -> None:
    """Fails unless the command line takes the arguments."""
    name, *rest = arguments
    command = cli.commands[name]
    try:
        command.make_context(name, rest, **cli.context_settings)
    except click.ClickException as error:
        pytest.fail(f"taskleash {shlex.join(arguments)}: {error.format_message()}")


@pytest.mark.parametrize("document", [*PAGES, "README.md"])
def test_documented_commands_are_accepted(document: str) -> None:
    for command in commands(document):
        assert_accepted(shlex.split(command))


def test_there_are_documented_commands() -> None:
    for document in (*DOCUMENTS, "docs/tutorial.md", "docs/fixing.md", "docs/baseline.md"):
        assert len(commands(document)) >= 2, document


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documented_pipelines_are_yaml(document: str) -> None:
    found = [yaml.safe_load(body) for body in blocks(document, "yaml")]
    assert found
    assert all(isinstance(body, dict) for body in found)


def test_the_workflow_of_the_project_tries_all_systems_and_what_it_runs_is_accepted() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    systems = {job["runs-on"] for job in jobs.values()}
    systems |= set(jobs["systems"]["strategy"]["matrix"]["os"])
    assert {"ubuntu-latest", "windows-latest", "macos-latest"} <= systems
    lines = [step.get("run", "") for job in jobs.values() for step in job["steps"]]
    assert ".ci/run" in lines
    found = [match[1] for line in lines for match in _COMMAND.finditer(line)]
    assert len(found) == 2
    for command in found:
        assert_accepted(shlex.split(command))


def test_documented_inputs_of_the_action_exist() -> None:
    used = [
        step["with"]
        for body in blocks("docs/ci.md", "yaml")
        for job in (yaml.safe_load(body).get("jobs") or {}).values()
        for step in job["steps"]
        if "/taskleash@" in step.get("uses", "")
    ]
    assert used
    for inputs in used:
        assert inputs.keys() <= ACTION["inputs"].keys()
        assert_accepted(["check", *inputs["args"].split(), inputs["paths"]])


def steps() -> list[dict[str, Any]]:
    found = ACTION["runs"]["steps"]
    assert isinstance(found, list)
    return found


def test_every_input_of_the_action_has_a_use_and_every_use_an_input() -> None:
    text = " ".join(_EXPRESSION.findall(yaml.safe_dump(steps()))) + str(
        [step.get("if") for step in steps()]
    )
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == ACTION["inputs"].keys()
    assert {step["id"] for step in steps() if "id" in step} == set(
        re.findall(r"steps\.([\w-]+)", text)
    )


def test_the_action_imports_nothing_from_the_project() -> None:
    scripts = "".join(step.get("run", "") for step in ACTION["runs"]["steps"])
    assert scripts.count('"$PYTHON"') == scripts.count('"$PYTHON" -I -m ') == 2


def test_no_input_is_pasted_into_a_script_of_the_action() -> None:
    scripts = [step["run"] for step in steps() if "run" in step]
    assert len(scripts) == 3
    assert not any(_EXPRESSION.search(script) for script in scripts)


@dataclass(frozen=True)
class Job:
    """How the action's own step went."""

    status: int
    out: str
    outputs: dict[str, str]
    summary: str


def run_action(folder: Path, **inputs: str) -> Job:
    """Run the step that runs taskleash, as a runner would."""
    (step,) = (step for step in steps() if step.get("id") == "check")
    defaults = {name: entry["default"] for name, entry in ACTION["inputs"].items()}
    context = {
        **{f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()},
        "steps.python.outputs.python-path": sys.executable,
        "runner.temp": str(folder.parent),
    }

    def resolved(text: str) -> str:
        return _EXPRESSION.sub(lambda match: context[match[1]], text)

    output, summary = folder.parent / "output", folder.parent / "summary"
    files = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
    for file in (output, summary):
        file.write_text("", encoding="utf-8")
    ran = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder / resolved(step["working-directory"]),
        env={**os.environ, **{k: resolved(v) for k, v in step["env"].items()}, **files},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    pairs = (line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return Job(ran.returncode, ran.stdout, dict(pairs), summary.read_text(encoding="utf-8"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checkout whose modules have names of Python's own."""
    folder = tmp_path / "workspace"
    (folder / "src").mkdir(parents=True)
    (folder / "src/types.py").write_text(DROPPED, encoding="utf-8")
    (folder / "a b.py").write_text(DROPPED, encoding="utf-8")
    return folder


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@needs_bash
def test_the_action_annotates_summarises_and_reports(workspace: Path) -> None:
    job = run_action(workspace)
    assert (job.status, job.outputs["status"]) == (0, "1")
    assert [line.split(",")[1] for line in job.out.splitlines()] == [
        "file=a b.py",
        "file=src/types.py",
    ]
    assert job.summary.startswith("# Background tasks\n")
    assert "`src/types.py:2:1` **TL001 high**" in job.summary
    report = (workspace / job.outputs["sarif-file"]).read_text(encoding="utf-8")
    assert len(sarif_run(report)["results"]) == 2


@needs_bash
def test_the_action_takes_options_and_folders(workspace: Path) -> None:
    job = run_action(
        workspace, **{"working-directory": "src", "args": "--ignore\n  TL001", "paths": ". .\n"}
    )
    assert (job.status, job.outputs["status"], job.out) == (0, "0", "")
    assert job.outputs["sarif-file"] == "src/taskleash.sarif"
    assert (workspace / "src/taskleash.sarif").exists()


@needs_bash
def test_the_action_reports_what_the_configuration_would_mend(workspace: Path) -> None:
    (workspace / "taskleash.toml").write_text("fix = true\n", encoding="utf-8")
    assert run_action(workspace).outputs["status"] == "1"
    assert (workspace / "a b.py").read_text(encoding="utf-8") == DROPPED


@needs_bash
@pytest.mark.parametrize("inputs", [{"paths": "nowhere"}, {"args": "--nonsense"}])
def test_the_action_fails_where_taskleash_cannot_run(
    workspace: Path, inputs: dict[str, str]
) -> None:
    job = run_action(workspace, **inputs)
    assert (job.status, job.outputs, job.summary) == (2, {}, "")
    assert job.out.startswith("taskleash: ")


@needs_bash
@pytest.mark.parametrize(
    "inputs", [{"paths": "$(touch pwned)"}, {"args": "`touch pwned`; * $PATH"}]
)
def test_inputs_of_the_action_are_never_run(workspace: Path, inputs: dict[str, str]) -> None:
    assert run_action(workspace, **inputs).status == 2
    assert not list(workspace.rglob("pwned"))


def test_the_documented_pipeline_of_gitlab_writes_what_it_collects(workspace: Path) -> None:
    (job,) = (
        body["taskleash"]
        for body in map(yaml.safe_load, blocks("docs/ci.md", "yaml"))
        if "artifacts" in body.get("taskleash", ())
    )
    (command,) = (line for line in job["script"] if line.startswith("taskleash "))
    ran = subprocess.run(
        [sys.executable, "-I", "-m", *shlex.split(command)],
        cwd=workspace,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    assert (ran.returncode, "TL001" in ran.stdout) == (1, True)
    reports = job["artifacts"]["reports"]
    assert "TL001" in (workspace / reports["codequality"]).read_text(encoding="utf-8")
    assert "TL001" in valid_junit((workspace / reports["junit"]).read_text(encoding="utf-8"))
