from __future__ import annotations

import os
from pathlib import Path

import pytest

from taskleash.source.discovery import (
    Discovery,
    PathNotFound,
    discover,
    discover_unsaved,
    project_root,
)

DEFAULT = Discovery()
FORCED = Discovery(force_exclude=True)


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty repository, the current folder."""
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    monkeypatch.chdir(root)
    return root


def write(*paths: str, text: str = "") -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text)


def found(*paths: str, options: Discovery = DEFAULT) -> list[str]:
    return [file.path for file in discover(paths or ["."], options)]


def test_folders_are_walked_for_python_files() -> None:
    write("z.py", "a/b/c.py", "a/b.pyi", "a/notes.txt", "a/script", "a/x.pyc")
    assert found() == ["a/b.pyi", "a/b/c.py", "z.py"]


def test_a_pattern_takes_files_of_any_suffix() -> None:
    write("a.py", "b/c.txt", "b/d.tpl")
    assert found(options=Discovery(include=("*.py", "*.tpl"))) == ["a.py", "b/d.tpl"]


def test_a_file_that_is_not_saved_yet(project: Path) -> None:
    write("pkg/__init__.py")
    (file,) = discover_unsaved("pkg/new.py", DEFAULT)
    assert (file.path, file.module, file.size) == ("pkg/new.py", "pkg.new", 0)
    assert file.absolute == (project / "pkg" / "new.py").as_posix()


def test_a_folder_that_is_named_and_ignored_as_one_is_left_out_by_force() -> None:
    write("made/a.py")
    write(".gitignore", text="made/\n")
    assert found("made") == ["made/a.py"]
    assert found("made", options=FORCED) == []


def test_a_file_outside_of_the_project_that_is_given_has_the_name_it_has_there(
    project: Path,
) -> None:
    write("../other/pyproject.toml", "../other/lib/a.py", "pyproject.toml")
    (file,) = discover(["../other/lib/a.py"], Discovery(project=project.as_posix()))
    assert file.module == "lib.a"


def test_a_file_has_its_absolute_path_and_its_size(project: Path) -> None:
    write("a.py", text="x = 1\n")
    (file,) = discover(["."])
    assert (file.absolute, file.size) == ((project / "a.py").as_posix(), 6)


def test_a_path_outside_the_current_folder_is_reported_absolute(tmp_path: Path) -> None:
    write("../other/a.py")
    assert found("../other") == [(tmp_path / "other" / "a.py").as_posix()]


def test_a_file_named_in_several_ways_is_taken_once(project: Path) -> None:
    write("a/b.py")
    assert found(".", "a", "a/b.py", "./a/../a/b.py", str(project)) == ["a/b.py"]


@pytest.mark.parametrize("path", ["missing.py", "missing", "", "a.py/"])
def test_a_path_that_does_not_exist_is_an_error(path: str) -> None:
    write("a.py")
    with pytest.raises(PathNotFound) as raised:
        discover(["a.py", path])
    assert raised.value.path == path


def test_a_folder_named_like_a_file_is_a_folder() -> None:
    write("x.py/inner.py")
    assert found() == found("x.py") == ["x.py/inner.py"]


def test_a_named_file_is_taken_whatever_its_suffix() -> None:
    write("script")
    assert found("script") == ["script"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root can read every folder")
def test_an_unreadable_folder_is_skipped() -> None:
    write("a.py", "closed/b.py")
    os.chmod("closed", 0)
    try:
        assert found() == ["a.py"]
    finally:
        os.chmod("closed", 0o755)


class TestLinks:
    def test_a_linked_file_is_taken_once_under_its_own_name(self) -> None:
        write("m.py")
        os.symlink("m.py", "a.py")
        os.symlink("m.py", "z.py")
        assert found() == found("a.py", ".") == ["m.py"]

    def test_a_link_to_a_file_elsewhere_is_taken_once_under_its_first_name(self) -> None:
        write("../elsewhere/m.py")
        os.symlink("../elsewhere/m.py", "b.py")
        os.symlink("../elsewhere/m.py", "a.py")
        assert found() == ["a.py"]

    def test_loops_and_broken_links_are_survived(self) -> None:
        write("pkg/a.py")
        os.symlink("..", "pkg/up")
        os.symlink(".", "pkg/here.py")
        os.symlink("two.py", "one.py")
        os.symlink("one.py", "two.py")
        os.symlink("nowhere.py", "broken.py")
        assert found() == ["pkg/a.py"]

    def test_a_linked_folder_is_walked_where_it_is_named(self) -> None:
        write("../elsewhere/a.py")
        os.symlink("../elsewhere", "linked")
        assert found() == []
        assert found("linked") == ["linked/a.py"]

    def test_a_file_seen_through_a_linked_folder_is_taken_once(self) -> None:
        write("real/a.py")
        os.symlink("real", "linked")
        assert found("real", "linked") == ["real/a.py"]


class TestExcludes:
    def test_the_usual_folders_are_left_out(self) -> None:
        write(".venv/a.py", "b/node_modules/a.py", "build/a.py", "dist/a.py", "b/builder/a.py")
        assert found() == ["b/builder/a.py"]

    def test_a_named_folder_is_walked_but_not_excluded_ones_in_it(self) -> None:
        write("venv/site-packages/pkg/a.py", "venv/site-packages/pkg/build/b.py")
        assert found("venv/site-packages/pkg") == ["venv/site-packages/pkg/a.py"]
        assert found("venv/site-packages") == ["venv/site-packages/pkg/a.py"]

    def test_exclude_replaces_the_defaults_and_extend_exclude_adds_to_them(self) -> None:
        write("build/a.py", "gen/a.py", "src/a.py")
        assert found(options=Discovery(exclude=("gen",))) == ["build/a.py", "src/a.py"]
        assert found(options=Discovery(extend_exclude=("gen",))) == ["src/a.py"]

    @pytest.mark.parametrize(
        ("pattern", "left_out"),
        [
            ("*_pb2.py", {"a/b/x_pb2.py"}),
            ("b", {"a/b/c.py", "a/b/x_pb2.py"}),
            ("a/b", {"a/b/c.py", "a/b/x_pb2.py"}),
            ("./a/b/", {"a/b/c.py", "a/b/x_pb2.py"}),
            ("b/c.py", set()),
            ("**/b/c.py", {"a/b/c.py"}),
            ("a/*.py", {"a/b/c.py", "a/b/x_pb2.py", "a/d.py"}),
            ("a/**", {"a/b/c.py", "a/b/x_pb2.py", "a/d.py"}),
            ("a/**/c.py", {"a/b/c.py"}),
            ("{c,d}.py", {"a/b/c.py", "a/d.py"}),
            ("[!c].py", {"a/d.py"}),
            ("[c-d].py", {"a/b/c.py", "a/d.py"}),
            ("?.py", {"a/b/c.py", "a/d.py"}),
            ("../project/a/d.py", {"a/d.py"}),
            ("b,d", set()),
        ],
    )
    def test_patterns_have_the_meaning_they_have_in_ruff(
        self, pattern: str, left_out: set[str]
    ) -> None:
        write("a/b/c.py", "a/b/x_pb2.py", "a/d.py")
        everything = {"a/b/c.py", "a/b/x_pb2.py", "a/d.py"}
        assert set(found(options=Discovery(exclude=(pattern,)))) == everything - left_out

    @pytest.mark.parametrize("name", ["[z-a]", "{c", "c}", "a,b", "[c", "a+(b)"])
    def test_what_is_no_wildcard_is_a_plain_character(self, name: str) -> None:
        write(f"{name}/e.py", "a.py")
        assert found(options=Discovery(exclude=(name,))) == ["a.py"]

    def test_an_absolute_pattern_names_one_path(self, project: Path) -> None:
        write("a/b.py", "c/a/b.py")
        options = Discovery(exclude=(str(project / "a"),))
        assert found(options=options) == ["c/a/b.py"]

    def test_wildcards_in_the_current_folder_are_plain_characters(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("[ab]*/x/a.py", "[ab]*/y/a.py")
        monkeypatch.chdir("[ab]*")
        assert found(options=Discovery(exclude=("./x",))) == ["y/a.py"]

    def test_a_named_file_is_taken_unless_exclusion_is_forced(self) -> None:
        write("build/lib/a.py", "b.py")
        assert found("build/lib/a.py", "b.py") == ["b.py", "build/lib/a.py"]
        assert found("build/lib/a.py", "b.py", options=FORCED) == ["b.py"]

    def test_forced_exclusion_also_holds_for_named_folders(self) -> None:
        write("build/lib/a.py", "b/a.py")
        assert found("build/lib", "b", options=FORCED) == ["b/a.py"]

    def test_forced_exclusion_ignores_the_folders_above_the_current_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("build/checkout/a.py")
        monkeypatch.chdir("build/checkout")
        assert found("a.py", options=FORCED) == found(".", options=FORCED) == ["a.py"]


class TestGitignore:
    def test_what_git_ignores_is_left_out(self) -> None:
        write(".gitignore", text="# generated\n/gen/\n*_pb2.py\n\nlocal.py\n")
        write("gen/a.py", "b/gen/a.py", "b/x_pb2.py", "b/local.py", "b/local.pyi")
        assert found() == ["b/gen/a.py", "b/local.pyi"]

    def test_a_negation_takes_back(self) -> None:
        write(".gitignore", text="gen_*.py\n!gen_kept.py\n/*\n!/b\n")
        write("a.py", "b/gen_a.py", "b/gen_kept.py", "b/c.py")
        assert found() == ["b/c.py", "b/gen_kept.py"]

    def test_nothing_is_taken_back_from_an_ignored_folder(self) -> None:
        write(".gitignore", text="gen/\n!gen/kept.py\n")
        write("gen/.gitignore", text="!*\n")
        write("gen/kept.py", "a.py")
        assert found() == ["a.py"]

    def test_the_nearest_ignore_file_decides(self) -> None:
        write(".gitignore", text="gen.py\nout/\n")
        write("a/.gitignore", text="!gen.py\n!out/\nonly_here.py\n")
        write("a/gen.py", "a/out/x.py", "a/only_here.py", "only_here.py", "gen.py", "out/x.py")
        assert found() == ["a/gen.py", "a/out/x.py", "only_here.py"]

    def test_a_negated_folder_says_nothing_about_the_files_in_it(self) -> None:
        write(".gitignore", text="*_pb2.py\n")
        write("a/.gitignore", text="!*/\n")
        write("a/b/x_pb2.py", "a/b/c.py")
        assert found() == ["a/b/c.py"]

    def test_ignore_files_above_the_scanned_folder_count_up_to_the_repository(self) -> None:
        write("../.gitignore", text="c.py\n")
        write(".gitignore", text="/a/gen.py\n/gen.py\n")
        write("a/.gitignore", text="b.py\n")
        write("a/x/b.py", "a/x/c.py", "a/gen.py", "a/x/gen.py")
        assert found("a") == ["a/x/c.py", "a/x/gen.py"]
        assert found("a/x") == ["a/x/c.py", "a/x/gen.py"]

    def test_without_a_repository_they_count_up_to_the_current_folder(self, project: Path) -> None:
        (project / ".git").rmdir()
        write("../.gitignore", text="c.py\n")
        write(".gitignore", text="b.py\n")
        write("a/b.py", "a/c.py")
        assert found("a") == ["a/c.py"]

    def test_the_exclude_file_of_the_repository_counts_least(self) -> None:
        write(".git/info/exclude", text="private.py\nkept.py\n")
        write(".gitignore", text="!kept.py\n")
        write("private.py", "a/private.py", "kept.py", "b.py")
        assert found() == ["b.py", "kept.py"]
        assert found("a") == []

    def test_a_linked_work_tree_has_the_exclude_file_of_its_repository(self) -> None:
        write(".git/info/exclude", text="private.py\n")
        write(".git/worktrees/tree/commondir", text="../..\n")
        write("../tree/.git", text="gitdir: ../project/.git/worktrees/tree\n")
        write("../tree/private.py", "../tree/a.py")
        assert [Path(path).name for path in found("../tree")] == ["a.py"]

    def test_a_repository_inside_has_only_its_own_ignore_files(self) -> None:
        write(".gitignore", text="a.py\n")
        write("sub/.git/HEAD", "sub/a.py", "sub/b.py")
        write("sub/.gitignore", text="b.py\n")
        assert found() == ["sub/a.py"]

    def test_a_named_folder_is_walked_although_it_is_ignored(self) -> None:
        write(".gitignore", text="/env\n*.py\n")
        write("env/.gitignore", text="*\n")
        write("env/lib/pkg/a.py", "b.py")
        assert found("env/lib/pkg") == ["env/lib/pkg/a.py"]

    def test_a_named_file_is_taken_unless_exclusion_is_forced(self) -> None:
        write(".gitignore", text="gen/\nx.py\nscript\n")
        write("gen/a.py", "x.py", "script", "b.py")
        names = ("b.py", "gen/a.py", "script", "x.py")
        assert found(*names) == list(names)
        assert found(*names, options=FORCED) == ["b.py"]

    def test_it_can_be_switched_off(self) -> None:
        write(".gitignore", text="a.py\n")
        write("a.py")
        assert found(options=Discovery(respect_gitignore=False)) == ["a.py"]

    def test_lines_that_are_no_patterns_are_passed_over(self) -> None:
        Path(".gitignore").write_bytes(b"\xef\xbb\xbfa.py\r\n!\r\n\xff\xfe\r\n/\r\nb.py\r\n")
        write("a.py", "b.py", "c.py")
        assert found() == ["c.py"]


class TestModuleNames:
    @staticmethod
    def modules(*paths: str) -> dict[str, str]:
        return {file.path: file.module for file in discover(paths or ["."])}

    def test_a_package_is_named_from_its_outermost_folder(self) -> None:
        write("lib/pkg/__init__.py", "lib/pkg/sub/__init__.pyi", "lib/pkg/sub/m.py")
        assert self.modules() == {
            "lib/pkg/__init__.py": "pkg",
            "lib/pkg/sub/__init__.pyi": "pkg.sub",
            "lib/pkg/sub/m.py": "pkg.sub.m",
        }
        assert self.modules("lib/pkg/sub")["lib/pkg/sub/m.py"] == "pkg.sub.m"
        assert self.modules("lib/pkg/sub/m.py") == {"lib/pkg/sub/m.py": "pkg.sub.m"}

    def test_a_folder_without_init_is_named_from_the_scanned_folder(self) -> None:
        write("a.py", "agent/agents/m.pyi")
        assert self.modules() == {"a.py": "a", "agent/agents/m.pyi": "agent.agents.m"}
        assert self.modules("agent") == {"agent/agents/m.pyi": "agents.m"}

    def test_a_src_folder_is_not_part_of_the_name(self) -> None:
        write("src/pkg/m.py", "src/m.py", "pkg/src/m.py")
        assert self.modules() == {
            "src/pkg/m.py": "pkg.m",
            "src/m.py": "m",
            "pkg/src/m.py": "pkg.src.m",
        }

    def test_a_folder_without_init_in_a_package_belongs_to_it(self) -> None:
        write("lib/pkg/__init__.py", "lib/pkg/data/m.py")
        assert self.modules()["lib/pkg/data/m.py"] == "pkg.data.m"
        assert self.modules("lib/pkg")["lib/pkg/data/m.py"] == "pkg.data.m"

    def test_a_package_in_such_a_folder_belongs_to_it_too(self) -> None:
        write("lib/pkg/__init__.py", "lib/pkg/data/sub/__init__.py", "lib/pkg/data/sub/m.py")
        assert self.modules()["lib/pkg/data/sub/m.py"] == "pkg.data.sub.m"
        assert self.modules("lib/pkg/data")["lib/pkg/data/sub/m.py"] == "pkg.data.sub.m"

    def test_a_package_has_the_name_of_a_library_only_where_imports_start(self) -> None:
        write("lib/asyncio/__init__.py", "src/queue/__init__.py", "random/__init__.py")
        assert self.modules() == {
            "lib/asyncio/__init__.py": "lib.asyncio",
            "src/queue/__init__.py": "queue",
            "random/__init__.py": "random",
        }

    def test_a_named_file_outside_any_package_is_named_from_its_project(self) -> None:
        write("src/pkg/m.py", "tool/setup.py", "tool/src/ns/m.py")
        assert self.modules("src/pkg/m.py", "tool/src/ns/m.py") == {
            "src/pkg/m.py": "pkg.m",
            "tool/src/ns/m.py": "ns.m",
        }


class TestProjectRoot:
    @pytest.mark.parametrize("marker", ["pyproject.toml", "setup.cfg", "setup.py", ".git"])
    def test_it_is_the_nearest_folder_with_a_project_file(self, project: Path, marker: str) -> None:
        write(f"a/{marker}", "a/b/c.py")
        expected = (project / "a").as_posix()
        assert project_root("a/b/c.py") == project_root("a/b") == project_root("a") == expected
        assert project_root("elsewhere.py") == project.as_posix()

    def test_there_may_be_none(self, project: Path) -> None:
        (project / ".git").rmdir()
        root = project_root("a.py")
        assert root is None or not Path(root).is_relative_to(project)
