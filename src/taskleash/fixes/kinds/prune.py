"""A container of tasks that only grows: each task is taken out of it when it is done."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import Container, container_of
from taskleash.fixes.syntax.edits import BLANK
from taskleash.fixes.syntax.new_statements import unindented
from taskleash.fixes.syntax.spots import spot_of
from taskleash.fixes.syntax.tree import Holder, dotted, inside
from taskleash.fixes.syntax.work import Work
from taskleash.sentences import Sentence, sentence

#: methods that take one element, by the kind of container, and what takes it out again
_GROWING = {"set": "add", "list": "append"}
_REMOVING = {"set": "discard", "list": "remove"}


def prune(work: Work, call: cst.Call) -> Sentence:
    """Take the task of a call out of its container when it is done; says so."""
    spot = spot_of(work.tree, call)
    if spot.kind == "name" and spot.holder is not None:
        return _prune_name(work, spot.name, spot.holder, call)
    small = work.tree.parent(call)
    if isinstance(small, cst.Assign) and isinstance(small.targets[0].target, cst.Subscript):
        return _prune_slot(work, small, small.targets[0].target, call)
    grow, holder = work.tree.parent(work.tree.parent(call) or call), work.tree.holder(call)
    if not isinstance(grow, cst.Call) or holder is None or len(holder.body) != 1:
        raise CannotMend(sentence("it joins its container as part of a larger expression"))
    small = holder.body[0]
    if not isinstance(small, cst.Expr) or small.value is not grow:
        raise CannotMend(sentence("it joins its container as part of a larger expression"))
    container = _grown(work, grow, call)
    work.claim(holder)
    name = work.local_name(call, "task", "background_task")

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        (changed,) = smalls
        assert isinstance(changed, cst.Expr)
        assert isinstance(changed.value, cst.Call)
        spawned = changed.value.args[0].value
        if isinstance(changed.value.whitespace_before_args, cst.ParenthesizedWhitespace):
            spawned = unindented(spawned)
        nodes = {"spawned_": spawned}
        return work.statements(holder, f"{name} = spawned_\n{_kept(container, name)}", nodes)

    work.edits.expand(holder, expansion)
    return _taken_out(container.text)


def _prune_slot(work: Work, small: cst.Assign, slot: cst.Subscript, call: cst.Call) -> Sentence:
    """Take the task out of its slot in a dict, unless another one stands there by then."""
    holder, text = work.tree.holder(call), dotted(slot.value)
    container = container_of(work.tree, call, text) if text else None
    if holder is None or len(holder.body) != 1 or small.value is not call or len(small.targets) > 1:
        raise CannotMend(sentence("it joins its container as part of a larger expression"))
    if container is None or container.kind != "dict":
        raise CannotMend(sentence("the file does not tell what kind of container keeps it"))
    if container.is_read(work.tree, ()):
        raise CannotMend(
            sentence("`{place}` is read elsewhere, finished tasks may be wanted there", place=text)
        )
    index = slot.slice[0].slice
    key = index.value if isinstance(index, cst.Index) and len(slot.slice) == 1 else None
    if not isinstance(key, cst.Name | cst.SimpleString | cst.Integer):
        raise CannotMend(sentence("the key of the task is worked out anew"))
    work.claim(holder)
    name, done = work.local_name(call, "task", "background_task"), work.local_name(call, "done")
    forget = work.local_name(call, "forget", "forget_task")
    code = work.tree.code(key)
    # A variable may have another value by then.
    params = f"{done}, {code}={code}" if isinstance(key, cst.Name) else done

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        (changed,) = smalls
        assert isinstance(changed, cst.Assign)
        lines = [
            f"{name} = spawned_",
            f"{text}[{code}] = {name}",
            f"def {forget}({params}):",
            f"    if {text}.get({code}) is {done}:",
            f"        {text}.pop({code})",
            f"{name}.add_done_callback({forget})",
        ]
        new = work.statements(holder, "\n".join(lines), {"spawned_": changed.value})
        return [*new[:2], *(each.with_changes(leading_lines=[BLANK]) for each in new[2:])]

    work.edits.expand(holder, expansion)
    return _taken_out(text)


def _prune_name(work: Work, name: str, holder: Holder, call: cst.Call) -> Sentence:
    scope = work.tree.scope(call)
    for node in inside(scope.body if scope is not None else work.module):
        if (
            isinstance(node, cst.Call)
            and len(node.args) == 1
            and dotted(node.args[0].value) == name
        ):
            func = node.func
            if isinstance(func, cst.Attribute) and func.attr.value in _GROWING.values():
                container = _grown(work, node, call)
                line = work.tree.holder(node)
                if line is None:
                    raise CannotMend(
                        sentence("it joins its container as part of a larger expression")
                    )
                work.claim(holder)
                last = _kept(container, name).splitlines()[-1]
                work.edits.insert_after(line, work.statements(line, last))
                return _taken_out(container.text)
    raise CannotMend(sentence("no `add` or `append` of it is in the same function"))


def _takes(node: cst.CSTNode, name: str) -> bool:
    """Whether a node is ``X.add(name)`` or ``X.append(name)``."""
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _GROWING.values()
        and [dotted(arg.value) for arg in node.args] == [name]
    )


def _grown(work: Work, grow: cst.Call, call: cst.Call) -> Container:
    """The container that a call of its ``add`` or ``append`` fills with a task."""
    if not isinstance(grow.func, cst.Attribute):
        # A function that takes the task puts it there.
        raise CannotMend(sentence("it is not added to its container where it starts"))
    text = dotted(grow.func.value)
    container = container_of(work.tree, call, text) if text else None
    if container is None or _GROWING.get(container.kind) != grow.func.attr.value:
        raise CannotMend(sentence("the file does not tell what kind of container keeps it"))
    if container.is_read(work.tree, {"append", "add"}):
        raise CannotMend(
            sentence("`{place}` is read elsewhere, finished tasks may be wanted there", place=text)
        )
    return container


def _taken_out(container: str) -> Sentence:
    return sentence("take it out of `{place}` when it is done", place=container)


def _kept(container: Container, name: str) -> str:
    grow, remove = _GROWING[container.kind], _REMOVING[container.kind]
    return f"{container.text}.{grow}({name})\n{name}.add_done_callback({container.text}.{remove})"
