from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from support.command import taskleash
from taskleash.fixes.syntax.new_statements import joined
from taskleash.fixes.syntax.rendering import Rendering
from taskleash.fixes.syntax.tree import Tree

TEXTS = [
    "x = 1\n\n\ndef f():\n    return x\n",
    "import a\n\nclass A:\n    # 1\n    x = 1\n\n    def f(self):\n        pass\n    # 2\n# 3\n",
    "class A:\n\tdef f(self):\n\t\tpass\n\n\tclass B:\n\t\tdef g(self): x\n",
    "class A: x = 1\nclass B:\n  x = 1; y = 2\n  if x:\n    x\n",
    "x = 1\r\nclass A:\r\n    x = 1\r\n    y = 2\r\n",
    "# no newline at the end\nclass A:\n    x = 1",
    "__mark__\nclass A:\n    __mark__\n    x = 1\n",
    "",
]


class Renaming(cst.CSTTransformer):
    """Gives every name ``x`` another one."""

    def leave_Name(self, original_node: cst.Name, updated_node: cst.Name) -> cst.Name:  # noqa: N802
        return (
            updated_node.with_changes(value="changed")
            if original_node.value == "x"
            else updated_node
        )


@pytest.mark.parametrize("text", TEXTS)
def test_a_module_is_rendered_as_the_library_does(text: str) -> None:
    tree = Tree(text)
    module, rendering = tree.module, Rendering(tree)
    changed = module.visit(Renaming())
    last = module.with_changes(body=[*module.body, *cst.parse_module("z = 1\n").body])
    for made in (module, changed, last, module.with_changes(body=module.body[:1]), changed):
        assert rendering.code(made) == made.code


def test_a_statement_of_a_class_is_rendered_in_its_place() -> None:
    tree = Tree(TEXTS[1])
    module, rendering = tree.module, Rendering(tree)
    cls = module.body[1]
    assert isinstance(cls, cst.ClassDef)
    new = cst.parse_statement("y = 2\n")
    for body in ([*cls.body.body, new], [new, *cls.body.body], [new]):
        made = module.deep_replace(cls, cls.with_changes(body=cls.body.with_changes(body=body)))
        assert rendering.code(made) == made.code


@pytest.mark.parametrize("fix", ["--fix", "--unsafe-fixes --fix-style own"])
def test_a_file_is_not_written_out_for_each_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fix: str
) -> None:
    written: list[int] = []
    code = cst.Module.code.fget

    def counted(module: cst.Module) -> str:
        written[-1] += 1
        assert code is not None
        text: str = code(module)
        return text

    monkeypatch.setattr(cst.Module, "code", property(counted))
    for findings in (3, 30):
        lines = "".join(f"    x{n} = asyncio.create_task(work())\n" for n in range(findings))
        (tmp_path / "a.py").write_text(f"import asyncio\n\n\nasync def f():\n{lines}")
        written.append(0)
        ran = taskleash("check", "--isolated", "--no-cache", *fix.split(), "--fix", cwd=tmp_path)
        assert ran.status == 0
    assert written[0] == written[1] > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x\nf(\r    a,\r    b)\n", "f(a, b)"),
        ("x\nf(\n    a,\n    b)\n", "f(a, b)"),
        ("x\nf(  # why\n    a)\n", "f(  # why\n    a)"),
        ("x\nf( a )\n", "f( a )"),
    ],
)
def test_what_stands_on_several_lines_is_joined_whatever_ends_them(
    text: str, expected: str
) -> None:
    statement = cst.parse_module(text).body[1]
    assert isinstance(statement, cst.SimpleStatementLine)
    (small,) = statement.body
    assert isinstance(small, cst.Expr)
    assert cst.Module([]).code_for_node(joined(small.value)) == expected


COMMENTED = """import asyncio
import logging

logger = logging.getLogger(__name__)


async def start(a):
    asyncio.create_task(publish(  # why
        a,
    ))
    logger.info("started")
"""


def test_lines_that_a_comment_keeps_apart_are_indented_as_they_were(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(COMMENTED)
    options = ("--unsafe-fixes", "--fix-style", "await")
    taskleash("check", "--isolated", "--no-cache", "--fix", *options, cwd=tmp_path)
    text = (tmp_path / "a.py").read_text()
    assert "        await publish(  # why\n            a,\n        )\n    except" in text
