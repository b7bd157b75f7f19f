"""The oldest Python that the code runs on decides what new lines may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import taskleash

ANNOTATED = '''"""Work."""

import asyncio


async def work() -> int:
    await asyncio.sleep(1)
    return 1


async def go() -> None:
    asyncio.create_task(work())
'''
PLAIN = "_background_tasks = set()\n"
TYPED = "_background_tasks: set[asyncio.Task[Any]] = set()\n"


def fixed(folder: Path, *options: str) -> str:
    app = folder / "package" / "app.py"
    app.parent.mkdir(exist_ok=True)
    app.write_text(ANNOTATED, encoding="utf-8")
    taskleash("check", "--fix", *options, cwd=folder)
    return app.read_text("utf-8")


@pytest.mark.parametrize(
    ("project", "line"),
    [
        ('requires-python = ">=3.8"', PLAIN),
        ('requires-python = ">=3.8,<4,!=3.9.1"', PLAIN),
        ('requires-python = "~=3.11"', TYPED),
        ('requires-python = ">=3.7"\n[tool.taskleash]\ntarget-version = "py311"', TYPED),
        ('requires-python = ">=3.12"\n[tool.taskleash]\ntarget-version = "py38"', PLAIN),
        ("requires-python = 3", TYPED),
        ("requires-python = ", TYPED),
        ('name = "app"', TYPED),
    ],
)
def test_the_setting_decides_and_else_what_the_project_requires(
    project: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[project]\n{project}\n", encoding="utf-8")
    assert line in fixed(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("setup.py", "setup(\n    name='app',\n    python_requires='>=3.8',\n)\n", PLAIN),
        ("setup.py", 'setup(python_requires = ">=3.11")\n', TYPED),
        ("setup.py", "# python_requires='>=3.8'\nsetup(name='app')\n", TYPED),
        ("setup.py", "setup(python_requires=REQUIRED)\n", TYPED),
        ("setup.cfg", "[options]\npython_requires = >=3.8\n", PLAIN),
        ("setup.cfg", "[options]\npython_requires = >=3.10\n", TYPED),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8"\n', PLAIN),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\n', TYPED),
        ("pyproject.toml", '[tool.poetry.dependencies.python]\nversion = "^3.8"\n', TYPED),
    ],
)
def test_older_files_and_other_tools_say_it_too(
    name: str, text: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert line in fixed(tmp_path)


def test_the_nearest_project_that_says_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    for folder, version in ((tmp_path, "3.12"), (tmp_path / "package", "3.8")):
        text = f'[project]\nrequires-python = ">={version}"\n'
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    assert PLAIN in fixed(tmp_path)


def test_a_current_python_is_assumed_where_nothing_says_it(tmp_path: Path) -> None:
    assert TYPED in fixed(tmp_path)
