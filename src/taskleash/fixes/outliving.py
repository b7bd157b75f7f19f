"""Which objects live as long as the program, as far as their file tells."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.tree import Tree, dotted


def outlives_its_tasks(tree: Tree, cls: cst.ClassDef) -> bool:
    """Whether the module keeps an instance of a class: what that keeps is not collected.

    Of any other object nobody says who keeps it. Where only its own task reaches it, a set on it
    is collected with both.
    """
    for line in tree.module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            value = small.value if isinstance(small, cst.Assign | cst.AnnAssign) else None
            if isinstance(value, cst.Call) and dotted(value.func) == cls.name.value:
                return True
    return False
