"""Whether work has taken out what its object kept: cancelled then, it would take that with it."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.following import Coroutine, own, reached
from taskleash.fixes.meaning.serving import is_plain
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.tree import Tree, dotted, last_name

#: functions and methods that give what is in a container as one of its own
_COPYING = frozenset({"copy", "deque", "dict", "list", "set", "sorted", "tuple"})


def takes_out(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a function empties a container of its object and waits while it has what was in it.

    ``batch = self.pending; self.pending = []; await self.send(batch)``
    """
    return any(_takes_out(each) for each in reached(tree, coroutine))


def _takes_out(coroutine: Coroutine) -> bool:
    instance = coroutine.method.instance if coroutine.method is not None else ""
    held, emptied = set[str](), False
    for node in own(coroutine.function.body) if instance else ():
        if isinstance(node, cst.Assign):
            for target, value in _pairs(node):
                if isinstance(target, cst.Name):
                    held.add(_source(value))
                # What was read above, or is right here: ``batch, self.pending = self.pending, []``
                emptied = emptied or (dotted(target) in held and _is_empty(value))
        elif isinstance(node, cst.Call):
            base, _, name = dotted(node.func).rpartition(".")
            emptied = emptied or (name == "clear" and base in held)
        elif isinstance(node, cst.Await) and emptied:
            return True
        held = {text for text in held if text.startswith(f"{instance}.")}
    return False


def _pairs(node: cst.Assign) -> list[tuple[cst.BaseExpression, cst.BaseExpression]]:
    """Each target of an assignment with its value; those of tuples one by one, names first."""
    found: list[tuple[cst.BaseExpression, cst.BaseExpression]] = []
    for target, value, _ in assignments(node):
        if value is None:
            continue
        if isinstance(target, cst.Tuple) and isinstance(value, cst.Tuple):
            both = zip(target.elements, value.elements, strict=False)
            found += [(one.value, other.value) for one, other in both]
        else:
            found.append((target, value))
    return sorted(found, key=lambda pair: not isinstance(pair[0], cst.Name))


def _source(value: cst.BaseExpression) -> str:
    """The container whose content a value is: ``self.pending`` of ``list(self.pending)``."""
    if isinstance(value, cst.Subscript):
        return dotted(value.value)
    if not isinstance(value, cst.Call) or last_name(value.func) not in _COPYING:
        return dotted(value)
    if isinstance(value.func, cst.Attribute) and not value.args:
        return dotted(value.func.value)
    return _source(value.args[0].value) if value.args else ""


def _is_empty(value: cst.BaseExpression) -> bool:
    if not is_plain(value):
        return False
    return not (value.args if isinstance(value, cst.Call) else getattr(value, "elements", ()))
