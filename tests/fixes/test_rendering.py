from __future__ import annotations

import libcst as cst
import pytest

from taskleash.fixes.rendering import Rendering

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
    module = cst.parse_module(text)
    rendering = Rendering(module)
    changed = module.visit(Renaming())
    last = module.with_changes(body=[*module.body, *cst.parse_module("z = 1\n").body])
    for made in (module, changed, last, module.with_changes(body=module.body[:1]), changed):
        assert rendering.code(made) == made.code


def test_a_statement_of_a_class_is_rendered_in_its_place() -> None:
    module = cst.parse_module(TEXTS[1])
    rendering = Rendering(module)
    cls = module.body[1]
    assert isinstance(cls, cst.ClassDef)
    new = cst.parse_statement("y = 2\n")
    for body in ([*cls.body.body, new], [new, *cls.body.body], [new]):
        made = module.deep_replace(cls, cls.with_changes(body=cls.body.with_changes(body=body)))
        assert rendering.code(made) == made.code
