"""A configuration that came with the code writes nothing, and reads nothing outside of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from taskleash.driver.config.keys import KEYS

LEAKY = "import asyncio\n\n\nasync def f():\n    asyncio.create_task(work())\n"
SECRET = "hunter2"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout, beside which there are things that are none of its own."""
    folder = tmp_path / "checkout"
    (folder / ".git" / "hooks").mkdir(parents=True)
    (folder / "a.py").write_text(LEAKY)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim.py").write_text(LEAKY)
    return folder


def configure(folder: Path, text: str) -> None:
    (folder / "taskleash.toml").write_text(text)


def check(folder: Path, *arguments: str) -> Ran:
    return taskleash("check", *arguments, cwd=folder)


def refusal(ran: Ran) -> str:
    """The one line of a run that was refused."""
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert SECRET not in ran.err
    return ran.err.removeprefix("taskleash: ").rstrip("\n")


def everything(folder: Path) -> dict[str, bytes]:
    """All files below a folder, with what they hold."""
    return {str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


class TestWriting:
    @pytest.mark.parametrize("value", ['"concise={}"', '["concise={}"]', '["json", "concise={}"]'])
    @pytest.mark.parametrize("file", [".git/hooks/pre-commit", "../outside/x", "report"])
    def test_no_configuration_names_an_output_file(
        self, project: Path, value: str, file: str
    ) -> None:
        configure(project, f"format = {value.format(file)}\n")
        before = everything(project.parent)
        for options in ((), ("--config", "taskleash.toml")):
            assert "only the command line names files to write" in refusal(check(project, *options))
        assert everything(project.parent) == before

    @pytest.mark.parametrize(
        "key",
        ["output-file", "fix-report", "write-baseline", "executor", "project-root", "diff-base"],
    )
    def test_what_writes_or_connects_is_no_setting(self, project: Path, key: str) -> None:
        assert key not in KEYS
        configure(project, f'{key} = "x"\n')
        assert f"{key}: unknown key" in refusal(check(project))

    def test_every_setting_that_is_a_path_is_known(self) -> None:
        paths = {name for name, key in KEYS.items() if "a path" in str(key.kind)}
        assert paths == {"extend", "baseline", "src", "flags-from", "models", "cache-dir"}

    @pytest.mark.parametrize(
        "extra", ["", "unsafe-fixes = true\n", "extend-safe-fixes = ['ALL']\n"]
    )
    def test_it_turns_on_fixes_in_its_own_folder_alone(self, project: Path, extra: str) -> None:
        configure(project, f"fix = true\n{extra}")
        (project / "link.py").symlink_to("../outside/victim.py")
        check(project)
        assert (project / "a.py").read_text() != LEAKY
        for paths in ((), (".",), ("link.py",), ("../outside",), ("../outside/victim.py",)):
            ran = check(project, "--show-fixes", *paths)
            assert ran.status == 1
            assert "give --fix" in ran.out
            assert (project.parent / "outside" / "victim.py").read_text() == LEAKY

    def test_one_in_a_folder_below_turns_on_nothing(self, project: Path) -> None:
        (project / "sub").mkdir()
        (project / "sub" / "a.py").write_text(LEAKY)
        configure(project / "sub", "fix = true\n")
        before = everything(project)
        check(project)
        assert everything(project) == before
        check(project / "sub", "..")
        assert (project / "a.py").read_text() == LEAKY
        assert (project / "sub" / "a.py").read_text() != LEAKY

    def test_unsafe_fixes_that_it_allows_stay_in_its_folder(self, project: Path) -> None:
        configure(project, "unsafe-fixes = true\n")
        victim = project.parent / "outside" / "victim.py"
        check(project, "--fix", "../outside")
        assert victim.read_text() == LEAKY
        check(project, "--fix", "--no-unsafe-fixes", "../outside")
        assert victim.read_text() != LEAKY

    def test_comments_are_taken_out_in_its_folder_alone(self, project: Path) -> None:
        victim = project.parent / "outside" / "victim.py"
        unused = "x = 1  # noqa: TL001\n"
        for path in (victim, project / "a.py"):
            path.write_text(unused)
        configure(project, "fix = true\nselect = ['TL100']\n")
        check(project, ".", "../outside")
        assert (victim.read_text(), (project / "a.py").read_text()) == (unused, "x = 1\n")

    def test_a_fix_that_is_asked_for_goes_through_no_link_out_of_the_project(
        self, project: Path
    ) -> None:
        victim = project.parent / "outside" / "victim.py"
        (project / "link.py").symlink_to(victim)
        ran = check(project, "--fix", "--show-fixes")
        assert victim.read_text() == LEAKY
        assert "out of the project" in ran.out
        assert check(project, "--add-noqa").err.startswith("taskleash: link.py: left as it is")
        assert victim.read_text() == LEAKY
        check(project, "--fix", "link.py")
        assert victim.read_text() != LEAKY

    def test_only_what_is_a_baseline_is_pruned(self, project: Path) -> None:
        configure(project, 'baseline = "empty.py"\n')
        (project / "empty.py").write_text("# nothing\n")
        check(project, "--prune-baseline")
        assert (project / "empty.py").read_text() == "# nothing\n"


class TestOutputs:
    """What the command line writes goes where it says, not where a link of the project leads."""

    @pytest.mark.parametrize("target", ["../outside/victim.py", ".git/hooks/pre-commit"])
    @pytest.mark.parametrize(
        "options",
        [
            ("--format", "json=out/r.json"),
            ("-o", "out/r.json"),
            ("--write-baseline", "out/r.json"),
            ("--fix", "--fix-report", "out/r.json"),
        ],
    )
    @pytest.mark.parametrize("linked", ["file", "folder"])
    def test_a_link_out_of_the_project(
        self, project: Path, target: str, options: tuple[str, ...], linked: str
    ) -> None:
        real = (project / target).resolve()
        real.write_text("mine")
        if linked == "file":
            (project / "out").mkdir()
            (project / "out" / "r.json").symlink_to(real)
        else:
            (project / "out").symlink_to(real.parent)
        before = everything(real.parent)
        ran = check(project, *options)
        assert ran.status == 2
        assert "leads out of the project" in ran.err
        assert everything(real.parent) == before

    def test_a_folder_that_is_no_project_counts_as_one(self, tmp_path: Path) -> None:
        (tmp_path / "plain").mkdir()
        (tmp_path / "plain" / "r.txt").symlink_to("../victim")
        assert check(tmp_path / "plain", "-o", "r.txt").status == 2
        assert not (tmp_path / "victim").exists()

    def test_a_hard_link_is_cut(self, project: Path) -> None:
        victim = project.parent / "outside" / "victim.py"
        (project / "r.txt").hardlink_to(victim)
        check(project, "-o", "r.txt")
        assert victim.read_text() == LEAKY
        assert "TL001" in (project / "r.txt").read_text()

    def test_links_within_the_project_and_those_of_the_system_are_followed(
        self, project: Path
    ) -> None:
        (project / "real").mkdir()
        (project / "out").symlink_to("real")
        (project.parent / "linked").symlink_to("outside")
        check(project, "-o", "out/r.txt", "--format", "concise")
        check(project, "-o", "../linked/r.txt", "--format", "concise")
        assert "TL001" in (project / "real" / "r.txt").read_text()
        assert "TL001" in (project.parent / "outside" / "r.txt").read_text()


FOREIGN = {
    "x.toml": f'api-key = "{SECRET}"\nfail-on = "{SECRET}"\n',
    "broken.toml": f"{SECRET} = = {SECRET}\n",
    "x.json": json.dumps({"auths": {"host": SECRET}, SECRET: SECRET}),
    "x.yaml": f"auths: *{SECRET}\n",
    ".env": f"{SECRET}={SECRET}\n",
    "known": f"{SECRET} {SECRET}\n",
}
READING = [
    ('extend = "{}"', "x.toml"),
    ('extend = "{}"', "broken.toml"),
    ('baseline = "{}"', "known"),
    ('flags-from = ["{}"]', "x.json"),
    ('models = ["{}"]', "x.toml"),
    ('models = ["{}"]', "broken.toml"),
    ('flags-from = ["{}:auths"]', "x.json"),
    ('flags-from = ["{}:auths.host"]', "x.json"),
    ('flags-from = ["{}:nothing"]', "x.json"),
    ('flags-from = ["{}"]', "x.yaml"),
    ('flags-from = ["{}"]', ".env"),
]  # fmt: skip


class TestReading:
    @pytest.fixture(autouse=True)
    def foreign(self, project: Path) -> None:
        for name, text in FOREIGN.items():
            (project.parent / "outside" / name).write_text(text)

    @pytest.mark.parametrize(("setting", "name"), READING)
    @pytest.mark.parametrize("by", ["path", "absolute", "file link", "folder link", "home"])
    def test_nothing_outside_of_the_project(
        self, project: Path, setting: str, name: str, by: str
    ) -> None:
        outside = project.parent / "outside"
        path = f"../outside/{name}"
        if by == "absolute":
            path = str(outside / name)
        if by == "file link":
            path = f"linked{name}" if name.startswith(".") else name
            (project / path).symlink_to(outside / name)
        if by == "folder link":
            path = f"inside/{name}"
            (project / "inside").symlink_to(outside)
        if by == "home":
            path = f"~/{name}"
        configure(project, setting.format(path))
        said = refusal(taskleash("check", cwd=project, HOME=str(outside)))
        assert "outside of the project" in said
        assert said.startswith("taskleash.toml: ")

    @pytest.mark.parametrize(("setting", "name"), READING)
    def test_what_the_command_line_names_may_lie_anywhere_and_is_not_quoted(
        self, project: Path, setting: str, name: str
    ) -> None:
        named = project.parent / "named.toml"
        named.write_text(setting.format(f"outside/{name}"))
        ran = check(project, "--config", str(named))
        assert "outside of the project" not in ran.err
        if name != "x.toml" and name != "broken.toml":
            assert SECRET not in ran.err + ran.out

    def test_what_git_keeps_is_outside(self, project: Path) -> None:
        (project / ".git" / "config").write_text(f"token = {SECRET}\n")
        configure(project, 'baseline = ".git/config"\n')
        assert "outside of the project" in refusal(check(project))

    def test_a_configuration_in_a_package_reaches_its_repository(self, project: Path) -> None:
        (project / "pkg").mkdir()
        (project / "base.toml").write_text("ignore = ['TL001']\n")
        (project / "pkg" / "a.py").write_text(LEAKY)
        (project / "pkg" / "pyproject.toml").write_text("[tool.taskleash]\nextend='../base.toml'")
        assert check(project / "pkg").status == 0
        (project / "pkg" / "pyproject.toml").write_text(
            "[tool.taskleash]\nextend='../../outside/x.toml'"
        )
        assert "outside of the project" in refusal(check(project))

    def test_what_is_extended_has_the_same_bounds(self, project: Path) -> None:
        (project / "base.toml").write_text("extend = '../outside/x.toml'\n")
        configure(project, "extend = 'base.toml'\n")
        assert "base.toml: extend" in refusal(check(project))
        (project / "base.toml").write_text("baseline = '../outside/known'\n")
        assert "base.toml: baseline" in refusal(check(project))

    @pytest.mark.parametrize("name", ["taskleash.toml", ".taskleash.toml", "pyproject.toml"])
    def test_a_configuration_that_is_a_link_out_of_the_project(
        self, project: Path, name: str
    ) -> None:
        foreign = project.parent / "outside" / "foreign"
        foreign.write_text(f"# taskleash\n{SECRET} = = {SECRET}\n")
        (project / name).symlink_to(foreign)
        assert refusal(check(project)).startswith(f"{name}: leads out of the project")
        assert check(project, "--config", "fail-on = 'never'", "--isolated").status == 0

    def test_a_project_file_that_is_a_link_and_not_about_us_is_none(self, project: Path) -> None:
        (project / "pyproject.toml").symlink_to("../outside/x.toml")
        assert check(project).status == 1

    def test_a_named_folder_that_is_a_link_has_its_own_configuration(self, project: Path) -> None:
        configure(project.parent / "outside", "ignore = ['TL001']\n")
        (project / "linked").symlink_to("../outside")
        assert check(project, "linked").status == 0

    def test_hints_look_into_no_file_behind_a_link(self, project: Path) -> None:
        branch = "import asyncio\nfrom s import config\n\nif config.enable_proxy:\n"
        (project / "a.py").write_text(branch + "    asyncio.create_task(work())\n")
        (project.parent / "outside" / "c.json").write_text('{"enable_proxy": 1}')
        (project / "c.json").symlink_to("../outside/c.json")
        ran = taskleash("scan", cwd=project)
        assert "--flag enable_proxy=false" in ran.out
        assert "c.json" not in ran.out


class TestFlags:
    @pytest.mark.parametrize("form", ["json", "full", "concise", "markdown", "sarif", "table"])
    def test_a_value_is_shown_in_no_format(self, project: Path, form: str) -> None:
        (project / "a.py").write_text(
            "import asyncio\nfrom settings import settings\n\n"
            "if settings.TOKEN == 'guess':\n    asyncio.create_task(work())\n"
        )
        (project / "s.json").write_text(json.dumps({"TOKEN": SECRET}))
        configure(project, 'flags-from = ["s.json"]\n')
        scanned = taskleash("scan", "--format", form, cwd=project)
        assert scanned.status == 0
        assert SECRET not in scanned.out + scanned.err
        assert SECRET not in check(project, "--format", form, "--fail-on", "low").out
        reports = json.loads(taskleash("scan", "--format", "json", cwd=project).out)
        (site,) = reports["sites"]
        assert site["dormant"]
        assert site["evidence"][0]["message"] == (
            "reached only where `TOKEN` has another value than in s.json"
        )

    @pytest.mark.parametrize("value", ["${CI_TOKEN}", "a${CI_TOKEN}", "${CI_TOKEN:-}"])
    def test_a_file_asks_for_no_variable_of_the_environment(
        self, project: Path, value: str
    ) -> None:
        """What a condition compares with a guess must not tell whether that is right."""
        guess = value.replace("${CI_TOKEN}", "guess").replace("${CI_TOKEN:-}", "guess")
        (project / "a.py").write_text(
            "import asyncio\nfrom settings import settings\n\n"
            f"if settings.TOKEN == '{guess}':\n    asyncio.create_task(work())\n"
        )
        (project / ".env").write_text(f"TOKEN=other\nTOKEN={value}\n")
        configure(project, 'flags-from = [".env"]\n')
        for variables in ({}, {"CI_TOKEN": "guess"}, {"CI_TOKEN": SECRET}):
            ran = taskleash("scan", "--format", "json", cwd=project, **variables)
            (site,) = json.loads(ran.out)["sites"]
            assert not site["dormant"]

    @pytest.mark.parametrize(
        "text",
        [
            "a: &x 1\nb: *{}\n", "a: !!int {}\n", "a: !!bool {}\n", "a: !!float {}\n",
            "a: !!timestamp {}\n", "%TAG {} {}\n---\n", "a: !!map {}\n", "? [{}]\n: {{a: [\n",
            "a: !{}!b c\n", 'a: "\\{}"\n', "a: !!set [{}]\n", "&{} a: &{} b\n- {}\n",
        ],
    )  # fmt: skip
    def test_a_broken_file_is_not_quoted(self, project: Path, text: str) -> None:
        (project / "c.yaml").write_text(text.replace("{}", SECRET))
        configure(project, 'flags-from = ["c.yaml:nowhere"]\n')
        assert "c.yaml" in refusal(check(project))


def test_a_file_that_has_the_name_of_a_setting_does_not_take_its_place(project: Path) -> None:
    (project / 'fail-on = "low"').write_text("ignore = ['ALL']\n")
    assert check(project, "--config", 'fail-on = "low"').status == 1


def test_a_loop_of_links_ends(project: Path) -> None:
    configure(project, "baseline = 'loop'\n")
    (project / "loop").symlink_to("loop")
    assert refusal(check(project))
