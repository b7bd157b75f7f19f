"""What goes on for longer than any real program: no length turns a verdict into its opposite."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from support.command import taskleash

HEAD = """import asyncio


async def forever():
    while True:
        await asyncio.sleep(1)


"""


def verdicts(folder: Path, files: dict[str, str]) -> list[tuple[str, str | None, str]]:
    """File, rule and risk of each site."""
    for name, text in files.items():
        (folder / name).write_text(text)
    ran = taskleash("scan", "--no-cache", "--format", "json", ".", cwd=folder)
    assert ran.status == 0
    return [(s["path"], s["rule"], s["risk"]) for s in json.loads(ran.out)["sites"]]


def test_a_handle_is_passed_through_many_functions(tmp_path: Path) -> None:
    text = HEAD + "async def go():\n    task = asyncio.create_task(forever())\n    await f0(task)\n"
    text += "".join(f"async def f{n}(task):\n    await f{n + 1}(task)\n" for n in range(60))
    assert verdicts(tmp_path, {"a.py": text + "async def f60(task):\n    await task\n"}) == [
        ("a.py", None, "none")
    ]


@pytest.mark.parametrize(("use", "rule"), [("", "TL003"), ("await ", None)])
def test_wrappers_of_wrappers_each_in_its_own_file(
    tmp_path: Path, use: str, rule: str | None
) -> None:
    files = {"w0.py": HEAD + "def wrap0():\n    return asyncio.create_task(forever())\n"}
    for n in range(1, 9):
        files[f"w{n}.py"] = (
            f"from w{n - 1} import wrap{n - 1}\n\n\ndef wrap{n}():\n    return wrap{n - 1}()\n"
        )
    files["use.py"] = f"from w8 import wrap8\n\n\nasync def use():\n    {use}wrap8()\n"
    assert {found for _, found, _ in verdicts(tmp_path, files)} == {rule}


def test_a_base_that_ends_the_task_is_many_files_away(tmp_path: Path) -> None:
    files = {"a0.py": "class A0:\n    async def close(self):\n        self._task.cancel()\n"}
    for n in range(1, 9):
        files[f"a{n}.py"] = f"from a{n - 1} import A{n - 1}\n\n\nclass A{n}(A{n - 1}):\n    pass\n"
    files["b.py"] = (
        f"{HEAD}from a8 import A8\n\n\nclass B(A8):\n    def __init__(self):\n"
        "        self._task = asyncio.create_task(forever())\n"
    )
    assert verdicts(tmp_path, files) == [("b.py", None, "none")]


def test_very_many_methods_write_one_attribute(tmp_path: Path) -> None:
    text = HEAD + "class A:\n"
    text += "".join(
        f"    def start_{n}(self):\n        self._task = asyncio.create_task(forever())\n"
        for n in range(600)
    )
    text += "    async def close(self):\n        self._task.cancel()\n"
    assert verdicts(tmp_path, {"a.py": text}) == [("a.py", None, "none")] * 600


@pytest.mark.parametrize("depth", [1, 3, 9])
def test_a_condition_of_nested_calls_is_the_same_when_it_is_asked_again(
    tmp_path: Path, depth: int
) -> None:
    asked = "x"
    for n in range(depth):
        asked = f"f{n}({asked})"
    text = (
        f"{HEAD}async def go(x):\n    if {asked}:\n        task = asyncio.create_task(forever())\n"
        f"    await asyncio.sleep(1)\n    if {asked}:\n        task.cancel()\n"
    )
    assert verdicts(tmp_path, {"a.py": text}) == [("a.py", None, "none")]
    other = text.replace("if f0" if depth == 1 else f"if {asked}", "if other", 1)
    assert verdicts(tmp_path, {"a.py": other}) == [("a.py", "TL012", "low")]


def test_a_future_is_given_by_callers_of_callers(tmp_path: Path) -> None:
    text = HEAD + "async def go():\n    f0(asyncio.get_running_loop().create_future())\n"
    text += "".join(f"def f{n}(future):\n    f{n + 1}(future)\n" for n in range(20))
    text += "def f20(future):\n    asyncio.ensure_future(future)\n"
    assert verdicts(tmp_path, {"a.py": text}) == []
    text = text.replace("asyncio.get_running_loop().create_future()", "forever()")
    assert [rule for _, rule, _ in verdicts(tmp_path, {"a.py": text})] == ["TL001"]
