"""One function of a package keeps the tasks of many files, where there is a place for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from support.command import taskleash

DROPPING = '''"""Says hello."""

import asyncio

from app.settings import NAME


async def hello(name: str) -> None:
    await asyncio.sleep(1)


async def on_message(name: str) -> None:
    asyncio.create_task(hello(name + NAME))
'''
KEPT = DROPPING.replace(
    "from app.settings import NAME\n",
    "from app.settings import NAME\nfrom app.utils import keep_task\n",
).replace(
    "asyncio.create_task(hello(name + NAME))", "keep_task(asyncio.create_task(hello(name + NAME)))"
)
UTILS = '''"""Odds and ends."""

import json


def dumped(value: object) -> str:
    return json.dumps(value)
'''
KEEPER = '''def keep_task(task: asyncio.Task[Any]) -> asyncio.Task[Any]:
    """Hold a task until it is done: the event loop does not."""
    _background_tasks.add(task)
    task.add_done_callback(_background_tasks.discard)
    return task
'''
DROPPED = '''"""Says hello from another thread."""

import asyncio
import logging

from app.settings import NAME

logger = logging.getLogger(__name__)


async def hello(name: str) -> None:
    logger.info(name)
    raise ValueError(name)


def on_message(loop: asyncio.AbstractEventLoop, name: str) -> None:
    asyncio.run_coroutine_threadsafe(hello(name + NAME), loop)
'''
LOGGED = DROPPED.replace(
    "from app.settings import NAME\n",
    "from app.settings import NAME\nfrom app.utils import log_failure\n",
).replace(
    "    asyncio.run_coroutine_threadsafe(hello(name + NAME), loop)\n",
    "    future = asyncio.run_coroutine_threadsafe(hello(name + NAME), loop)\n"
    "    future.add_done_callback(log_failure)\n",
)
LOGGER = '''def log_failure(future: concurrent.futures.Future[Any]) -> None:
    """Log the exception that ended a future, if one did."""
    if not future.cancelled() and future.exception() is not None:
        logger.error("%r failed", future, exc_info=future.exception())
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "settings.py").write_text('NAME = "me"\n')
    for number in range(4):
        (folder / f"part{number}.py").write_text(DROPPING)
    return folder


def fix(package: Path, *options: str) -> None:
    ran = taskleash("check", "--fix", *options, ".", cwd=package.parent)
    assert ran.status == 0, ran.out + ran.err


def parts(package: Path) -> set[str]:
    return {path.read_text() for path in package.glob("part*.py")}


def test_many_files_share_the_function_of_a_module_that_imports_nothing_of_them(
    package: Path,
) -> None:
    (package / "utils.py").write_text(UTILS)
    fix(package)
    assert parts(package) == {KEPT}
    assert KEEPER in (package / "utils.py").read_text()
    fix(package)
    assert (package / "utils.py").read_text().count("def keep_task") == 1


def test_files_share_it_that_have_no_other_fix(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    fix(package, "--unsafe-fixes")
    assert parts(package) == {KEPT}
    assert KEEPER in (package / "utils.py").read_text()


def test_a_function_that_is_there_is_used(package: Path) -> None:
    known = UTILS.replace("import json", "import asyncio\nimport json\nfrom typing import Any")
    known += f"\n\n_background_tasks: set[asyncio.Task[Any]] = set()\n\n\n{KEEPER}"
    (package / "utils.py").write_text(known)
    fix(package)
    assert parts(package) == {KEPT}
    assert (package / "utils.py").read_text() == known


@pytest.mark.parametrize(
    "import_", ["from app import part0\n", "from . import part0\n", "import app\n"]
)
def test_a_module_that_needs_the_others_gets_none(package: Path, import_: str) -> None:
    (package / "utils.py").write_text(import_ + UTILS)
    fix(package)
    assert all("_background_tasks.add(task)" in text for text in parts(package))
    assert (package / "utils.py").read_text() == import_ + UTILS


@pytest.mark.parametrize("text", ["", '"""Odds and ends."""\n', "LIMIT = 4\n"])
def test_a_module_without_functions_gets_none(package: Path, text: str) -> None:
    (package / "utils").mkdir()
    (package / "utils" / "__init__.py").write_text(text)
    fix(package)
    assert all("_background_tasks.add(task)" in text for text in parts(package))
    assert (package / "utils" / "__init__.py").read_text() == text


@pytest.mark.parametrize(
    ("name", "imported"),
    [
        # Nobody can write an import of these.
        ("my-app", "app.settings"),
        ("class", "app.settings"),
        # Run from inside, its modules see each other without a package.
        ("app", "settings"),
    ],
)
def test_a_folder_that_is_no_package_when_it_runs_gets_none(
    package: Path, name: str, imported: str
) -> None:
    for path in package.glob("part*.py"):
        path.write_text(DROPPING.replace("app.settings", imported))
    (package / "utils.py").write_text(UTILS)
    folder = package.rename(package.parent / name)
    fix(folder)
    assert all("_background_tasks.add(task)" in text for text in parts(folder))
    assert (folder / "utils.py").read_text() == UTILS


def test_a_module_of_the_package_named_like_one_of_pythons_tells_nothing(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    (package / "asyncio.py").touch()
    fix(package)
    assert parts(package) == {KEPT}


def test_what_is_outside_of_the_package_stands_on_its_own(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    tests = package.parent / "tests"
    tests.mkdir()
    test = tests / "test_app.py"
    test.write_text(DROPPING)
    fix(package)
    assert parts(package) == {KEPT}
    assert "_background_tasks.add(task)" in test.read_text()


STARTER = '''"""Starts what it is given."""

import asyncio
from collections.abc import Coroutine


def start(work: Coroutine[object, object, None]) -> asyncio.Task[None]:
    task = asyncio.create_task(work)
    task.set_name("started")
    return task
'''
STARTING = DROPPING.replace(
    "from app.settings import NAME", "from app.starting import start"
).replace("asyncio.create_task(hello(name + NAME))", "start(hello(name))")


def test_one_function_that_keeps_what_many_start_by_it_needs_no_other(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    (package / "starting.py").write_text(STARTER)
    for path in package.glob("part*.py"):
        path.write_text(STARTING)
    fix(package)
    assert parts(package) == {STARTING}
    assert (package / "utils.py").read_text() == UTILS
    assert "    _background_tasks.add(task)\n" in (package / "starting.py").read_text()


def test_few_files_have_a_set_each(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    (package / "part3.py").unlink()
    fix(package)
    assert all("_background_tasks.add(task)" in text for text in parts(package))
    assert (package / "utils.py").read_text() == UTILS


def test_the_function_that_the_settings_name_is_used(package: Path) -> None:
    (package / "part3.py").unlink()
    (package.parent / "taskleash.toml").write_text('background-tasks = "lib.tasks:keep"\n')
    fix(package)
    for text in parts(package):
        assert "from lib.tasks import keep\n" in text
        assert "    keep(asyncio.create_task(hello(name + NAME)))\n" in text


def test_a_function_that_its_module_does_not_have_is_not_used(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    (package.parent / "taskleash.toml").write_text('background-tasks = "app.utils:keep"\n')
    ran = taskleash("check", "--fix", ".", cwd=package.parent)
    assert ran.status == 2
    assert 'background-tasks: app/utils.py: there is no "keep" in it' in ran.err
    assert parts(package) == {DROPPING}


def test_many_files_share_the_function_that_logs(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    for path in package.glob("part*.py"):
        path.write_text(DROPPED)
    fix(package, "--fail-on", "low")
    assert parts(package) == {LOGGED}
    assert LOGGER in (package / "utils.py").read_text()
    fix(package, "--fail-on", "low")
    assert (package / "utils.py").read_text().count("def log_failure") == 1


def test_few_files_log_by_a_function_each(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    for path in package.glob("part*.py"):
        path.write_text(DROPPED if path.name != "part0.py" else "")
    fix(package, "--fail-on", "low")
    assert (package / "utils.py").read_text() == UTILS
    assert "def _log_failure(" in (package / "part1.py").read_text()


def test_one_module_has_both_functions(package: Path) -> None:
    (package / "utils.py").write_text(UTILS)
    for number in range(4):
        (package / f"thread{number}.py").write_text(DROPPED)
    fix(package, "--fail-on", "low")
    assert parts(package) == {KEPT}
    assert {path.read_text() for path in package.glob("thread*.py")} == {LOGGED}
    text = (package / "utils.py").read_text()
    assert KEEPER in text
    assert LOGGER in text


# -- folders without an `__init__.py`: what a module is called depends on where it is run from


def _scripts(folder: Path, imported: str) -> list[Path]:
    """Four modules without a package that drop tasks, beside what they import, and what could."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.py").write_text('NAME = "me"\n')
    (folder / "utils.py").write_text(UTILS)
    paths = [folder / f"part{number}.py" for number in range(4)]
    for path in paths:
        path.write_text(DROPPING.replace("from app.settings import NAME", imported))
    return paths


_RUN = """
import asyncio
import part0, part1, utils

asyncio.run(part0.on_message("x"))
print(utils.keep_task is part0.keep_task is part1.keep_task)
"""


@pytest.mark.parametrize("scanned", ["", "scripts"])
def test_scripts_side_by_side_share_a_function_where_each_imports_another_one(
    tmp_path: Path, scanned: str
) -> None:
    folder = tmp_path / "scripts"
    paths = _scripts(folder, "from settings import NAME")
    ran = taskleash("check", "--fix", ".", cwd=tmp_path / scanned)
    assert ran.status == 0, ran.out + ran.err
    for path in paths:
        assert "from utils import keep_task\n" in path.read_text()
    done = subprocess.run(
        [sys.executable, "-c", _RUN], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.stdout == "True\n", done.stderr


def test_scripts_that_import_nothing_of_each_other_have_a_set_each(tmp_path: Path) -> None:
    paths = _scripts(tmp_path, "NAME = 'me'")
    ran = taskleash("check", "--fix", ".", cwd=tmp_path)
    assert ran.status == 0, ran.out + ran.err
    assert all("_background_tasks.add(task)" in path.read_text() for path in paths)
    assert (tmp_path / "utils.py").read_text() == UTILS


def test_one_script_that_imports_no_other_may_be_run_from_elsewhere(tmp_path: Path) -> None:
    paths = _scripts(tmp_path, "from settings import NAME")
    paths[0].write_text(DROPPING.replace("from app.settings import NAME", "NAME = 'me'"))
    ran = taskleash("check", "--fix", ".", cwd=tmp_path)
    assert ran.status == 0, ran.out + ran.err
    assert all("_background_tasks.add(task)" in path.read_text() for path in paths)


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        ("from services.settings import NAME", "from services.utils import keep_task"),
        ("from backend.services.settings import NAME", "from backend.services.utils import"),
        ("from .settings import NAME", "from .utils import keep_task"),
        # In a `try` it may fail, and what lies elsewhere is no proof.
        ("try:\n    from services.settings import NAME\nexcept ImportError:\n    NAME = ''", ""),
        ("from httpx import NAME", ""),
    ],
)
def test_a_folder_without_a_package_is_called_what_its_modules_call_it(
    tmp_path: Path, imported: str, expected: str
) -> None:
    paths = _scripts(tmp_path / "backend" / "services", imported)
    ran = taskleash("check", "--fix", ".", cwd=tmp_path)
    assert ran.status == 0, ran.out + ran.err
    for path in paths:
        text = path.read_text()
        if expected:
            assert expected in text
        else:
            assert "_background_tasks.add(task)" in text


def test_a_host_that_imports_a_script_beside_it_gets_none(tmp_path: Path) -> None:
    paths = _scripts(tmp_path, "from settings import NAME")
    (tmp_path / "utils.py").write_text(UTILS.replace("import json", "import json\nimport part0"))
    ran = taskleash("check", "--fix", ".", cwd=tmp_path)
    assert ran.status == 0, ran.out + ran.err
    assert all("_background_tasks.add(task)" in path.read_text() for path in paths)
