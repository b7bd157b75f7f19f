"""Names of other modules in a file: found under the name that it has for them, or imported."""

from __future__ import annotations

import pytest

from taskleash.fixes.syntax.edits import Edits
from taskleash.fixes.syntax.free_names import variables
from taskleash.fixes.syntax.imports import Imports
from taskleash.fixes.syntax.tree import Tree


def named(text: str, wanted: str, package: str = "", by_from: bool = False) -> tuple[str, str]:
    """What the file calls something, twice asked for, and its text with what that takes."""
    tree, edits = Tree(text), Edits()
    imports = Imports(tree.module, variables(tree.module), package=package)
    module, _, attribute = wanted.rpartition(".")
    ask = imports.member if by_from else imports.name
    name = ask(module, attribute)
    copied = imports.copy()
    assert (copied.member if by_from else copied.name)(module, attribute) == name
    copied.edit(edits)
    return name, edits.applied_to(tree).code


@pytest.mark.parametrize(
    ("text", "wanted", "name"),
    [
        ("import asyncio\n", "asyncio.wait", "asyncio.wait"),
        ("import asyncio as aio\n", "asyncio.wait", "aio.wait"),
        ("import asyncio.subprocess\n", "asyncio.wait", "asyncio.wait"),
        ("import a, asyncio\n", "asyncio.wait", "asyncio.wait"),
        ("from compat import asyncio\n", "asyncio.wait", "asyncio.wait"),
        ("from compat import asyncio as aio\n", "asyncio.wait", "aio.wait"),
        ("from asyncio import wait\n", "asyncio.wait", "wait"),
        ("from asyncio import sleep, wait as waiting\n", "asyncio.wait", "waiting"),
        ("from .tasks import keep\n", "app.tasks.keep", "keep"),
        ("from . import keep\n", "app.keep", "keep"),
        ("from ..tasks import keep\n", "tasks.keep", "keep"),
    ],
)
@pytest.mark.parametrize("by_from", [False, True])
def test_what_the_file_has_is_used(text: str, wanted: str, name: str, by_from: bool) -> None:
    assert named(text, wanted, "app", by_from) == (name, text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from typing_extensions import Any\n", "Any"),
        ("from typing import TYPE_CHECKING\nfrom typing_extensions import Any as A\n", "A"),
        ("import typing as t\nfrom typing_extensions import Any\n", "t.Any"),
    ],
)
def test_what_a_backport_gives_is_not_imported_again(text: str, name: str) -> None:
    assert named(text, "typing.Any", by_from=True) == (name, text)


def test_another_name_of_a_backport_is_no_reason_to_import_from_it() -> None:
    text = "from typing_extensions import Self\n"
    assert named(text, "typing.Any", by_from=True) == (
        "Any",
        "from typing import Any\n\nfrom typing_extensions import Self\n",
    )


@pytest.mark.parametrize(
    ("text", "wanted", "name", "result"),
    [
        ("x = 1\n", "asyncio.wait", "asyncio.wait", "import asyncio\n\nx = 1\n"),
        (
            '"""Text."""\nx = 1\n', "asyncio.wait", "asyncio.wait",
            '"""Text."""\n\nimport asyncio\nx = 1\n',
        ),
        (
            "from __future__ import annotations\nx = 1\n", "asyncio.wait", "asyncio.wait",
            "from __future__ import annotations\n\nimport asyncio\nx = 1\n",
        ),
        ("import click\n", "asyncio.wait", "asyncio.wait", "import asyncio\n\nimport click\n"),
        (
            '"""Text."""\n# A licence\n#\n# in lines.\n\nimport os\n',
            "asyncio.wait", "asyncio.wait",
            '"""Text."""\n# A licence\n#\n# in lines.\n\nimport asyncio\nimport os\n',
        ),
        (
            '"""Text."""\n# A licence\n\n# of clicks\nimport click\n',
            "asyncio.wait", "asyncio.wait",
            '"""Text."""\n# A licence\n\nimport asyncio\n\n# of clicks\nimport click\n',
        ),
        (
            "import abc\nimport os\nfrom abc import x\n", "asyncio.wait", "asyncio.wait",
            "import abc\nimport asyncio\nimport os\nfrom abc import x\n",
        ),
        ("import abc\n", "asyncio.wait", "asyncio.wait", "import abc\nimport asyncio\n"),
        (
            "from asyncio import sleep\n", "asyncio.wait", "wait",
            "from asyncio import sleep, wait\n",
        ),
        (
            "from asyncio import sleep\nwait = 1\n", "asyncio.wait", "asyncio.wait",
            "import asyncio\nfrom asyncio import sleep\nwait = 1\n",
        ),
        ("from asyncio import *\n", "asyncio.wait", "asyncio.wait",
         "import asyncio\nfrom asyncio import *\n"),
        (
            "import abc\nif TYPE_CHECKING:\n    import asyncio\n\n    import click\n",
            "asyncio.wait", "asyncio.wait",
            "import abc\nimport asyncio\nif TYPE_CHECKING:\n    import click\n",
        ),
        (
            "import abc\nif TYPE_CHECKING:\n    import asyncio\n",
            "asyncio.wait", "asyncio.wait",
            "import abc\nimport asyncio\nif TYPE_CHECKING:\n    import asyncio\n",
        ),
        (
            "import abc\nif TYPE_CHECKING:\n  import a\n  import asyncio as b\n",
            "asyncio.wait", "asyncio.wait",
            "import abc\nimport asyncio\nif TYPE_CHECKING:\n  import a\n  import asyncio as b\n",
        ),
        ("from . import asyncio_\n", "asyncio.wait", "asyncio.wait",
         "import asyncio\n\nfrom . import asyncio_\n"),
        ("from asyncio import sleep\nfrom asyncio import wait\n", "asyncio.wait", "wait",
         "from asyncio import sleep\nfrom asyncio import wait\n"),
        ("from asyncio import sleep\nfrom asyncio import run\n", "asyncio.wait", "wait",
         "from asyncio import sleep\nfrom asyncio import wait\nfrom asyncio import run\n"),
        ("import ours.logging as logging\n", "logging.getLogger", "getLogger",
         "from logging import getLogger\n\nimport ours.logging as logging\n"),
        ("from ours import logging\n", "logging.getLogger", "getLogger",
         "from logging import getLogger\n\nfrom ours import logging\n"),
    ],
)  # fmt: skip
def test_what_it_has_not_is_imported_as_the_rest_of_it(
    text: str, wanted: str, name: str, result: str
) -> None:
    assert named(text, wanted) == (name, result)


@pytest.mark.parametrize(
    ("text", "package", "result"),
    [
        ("import os\n", "app", "import os\n\nfrom app.tasks import keep\n"),
        ("import os\n\nimport app.a\nimport app.z\n", "app",
         "import os\n\nimport app.a\nfrom app.tasks import keep\nimport app.z\n"),
        ("import click\n", "app", "import click\n\nfrom app.tasks import keep\n"),
        ("import click\n", "other", "import click\nfrom app.tasks import keep\n"),
        ("from . import a\n", "app", "from . import a\nfrom .tasks import keep\n"),
        ("from .web import a\n", "app", "from .tasks import keep\nfrom .web import a\n"),
        ("from .web import a\n", "app.inner",
         "from ..tasks import keep\nfrom .web import a\n"),
        ("from ..a import b\nfrom .web import a\n", "app.inner",
         "from ..a import b\nfrom ..tasks import keep\nfrom .web import a\n"),
        ("import app.a\nfrom .web import a\n", "app",
         "import app.a\nfrom app.tasks import keep\nfrom .web import a\n"),
        ("from .web import a\n", "other", "from .web import a\nfrom app.tasks import keep\n"),
        ("x = 1\n", "app", "from app.tasks import keep\n\nx = 1\n"),
        ("keep = 1\n", "app", "import app.tasks\n\nkeep = 1\n"),
        ("from app.tasks import other\n", "app", "from app.tasks import keep, other\n"),
        ("from app.tasks import a as b\n", "app",
         "from app.tasks import a as b\nfrom app.tasks import keep\n"),
        ("from .tasks import z as b\n", "app",
         "from .tasks import keep\nfrom .tasks import z as b\n"),
        ("from app.tasks import a as b\nfrom app.tasks import other\n", "app",
         "from app.tasks import a as b\nfrom app.tasks import keep, other\n"),
    ],
)  # fmt: skip
def test_what_the_program_itself_has_comes_among_its_own(
    text: str, package: str, result: str
) -> None:
    name, made = named(text, "app.tasks.keep", package, by_from=True)
    assert made == result
    assert name == ("app.tasks.keep" if "keep = 1" in text else "keep")


def test_without_its_package_a_relative_import_is_of_an_unknown_module() -> None:
    text = "from .tasks import keep\n"
    name, made = named(text.replace("keep", "other"), "app.tasks.keep", by_from=True)
    assert name == "keep"
    assert "from app.tasks import keep\n" in made


def test_what_comes_to_the_same_place_is_sorted_too() -> None:
    tree, edits = Tree("import os\n"), Edits()
    imports = Imports(tree.module, variables(tree.module))
    for module, name in (("typing", "Any"), ("collections.abc", "Collection")):
        imports.member(module, name)
    for module in ("weakref", "threading"):
        imports.name(module, "x")
    imports.edit(edits)
    assert edits.applied_to(tree).code == (
        "import os\nimport threading\nimport weakref\n"
        "from collections.abc import Collection\nfrom typing import Any\n"
    )


def test_a_long_list_of_names_is_laid_out_over_lines() -> None:
    names = ", ".join(f"name_{number:02}" for number in range(10))
    _, made = named(f"from asyncio import {names}\n", "asyncio.wait")
    assert made.startswith("from asyncio import (\n    name_00,\n")
    assert made.endswith("    name_09,\n    wait,\n)\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Event, sleep", "Event, Task, sleep"),
        ("LIMIT", "LIMIT, Task"),
        ("Task_, sleep", "Task, Task_, sleep"),
        ("(sleep)", "(Task, sleep)"),
        ("(\n    Event,\n    sleep,\n)", "(\n    Event,\n    Task,\n    sleep,\n)"),
        ("(\n    Event,\n)", "(\n    Event,\n    Task,\n)"),
        ("(\n    sleep,\n)", "(\n    Task,\n    sleep,\n)"),
        ("(\n    sleep\n)", "(\n    Task,\n    sleep\n)"),
    ],
)
def test_a_name_stands_where_it_belongs_by_its_kind(before: str, after: str) -> None:
    _, made = named(f"from asyncio import {before}\n", "asyncio.Task")
    assert made == f"from asyncio import {after}\n"
