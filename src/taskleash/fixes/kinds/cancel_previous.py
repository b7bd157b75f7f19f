"""The fix *cancel-previous*: the earlier task is cancelled before the next takes its place."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.coroutines import (
    calls_what_it_was_given,
    comes_to,
    coroutine_of,
    resolves,
    started_by,
)
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.containers import assignments, container_of
from taskleash.fixes.syntax.free_names import free, variables
from taskleash.fixes.syntax.slots import is_optional
from taskleash.fixes.syntax.spots import Spot, spot_of
from taskleash.fixes.syntax.tree import Tree, dotted, inside, last_name, named_params
from taskleash.fixes.syntax.work import Work
from taskleash.models.table import SPAWNING
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Lifetime, State

#: names of types in annotations that say nothing of whose the work is
_PLAIN = frozenset(
    {
        "Any", "Awaitable", "Callable", "Coroutine", "Dict", "Iterable", "List", "Literal",
        "Mapping", "None", "Optional", "Path", "Sequence", "Set", "Tuple", "Type", "Union",
    }
)  # fmt: skip


def cancel_previous(work: Work, target: Target, call: cst.Call) -> Sentence:
    """Cancel the task that a call is about to replace; says so.

    Raises `CannotMend` where it cannot be told what it replaces.
    """
    spot, scope = spot_of(work.tree, call), work.tree.scope(call)
    holder = spot.holder
    if holder is None or not isinstance(scope, cst.FunctionDef) or len(holder.body) != 1:
        raise CannotMend(sentence("no assignment of its own replaces the earlier task"))
    if target.site.standing is not None and target.site.standing.swallows is not None:
        raise CannotMend(sentence("the earlier task swallows its cancellation"))
    if owner := _other_owner(work.tree, call):
        raise CannotMend(sentence("`{owner}` keeps the task, too, and may end it", owner=owner))
    _check_work(work, target, call)
    if _may_come_back(work, scope, call):
        raise CannotMend(
            sentence("the task itself may come to this: cancelled, it would not go on")
        )
    keyed = _keyed(work, spot, scope)
    if keyed:
        text, optional = keyed, True
    else:
        if subject := _subject(scope, _instance(work.tree, call), started_by(call)):
            raise CannotMend(
                sentence("the earlier task may be that of another `{subject}`", subject=subject)
            )
        text = _slot(work, spot, scope)
        if emptier := _emptied_by(work.tree, call, scope, text):
            raise CannotMend(
                sentence(
                    "`{name}` ends the task in `{place}`: the next may only start behind that",
                    name=emptier,
                    place=text,
                )
            )
        optional = _can_be_none(work, target, call, text)
    if _is_emptied_late(work, target, scope, text):
        raise CannotMend(
            sentence("the end of the earlier task would empty `{place}` of the next", place=text)
        )
    work.claim(holder)
    lines = _cancelling(work, scope, text, optional)
    work.edits.insert_before(holder, work.statements(holder, "\n".join(lines)))
    return sentence("cancel the earlier task in `{place}` first", place=text)


def _emptied_by(tree: Tree, call: cst.Call, scope: cst.FunctionDef, text: str) -> str:
    """The method by which an object cancels the task and empties its place; else empty.

    Users can start twice what is for them to start; what is not, the object starts in its own turn.
    """
    method = tree.method(call)
    if method is None or method.function is not scope or not _is_private(scope.name.value):
        return ""
    for each in tree.methods(method.cls):
        place = text.replace(method.instance, each.instance, 1)
        lines = [*inside(each.function.body)] if each.function is not scope else []
        cancels = any(
            isinstance(n, cst.Call) and dotted(n.func) == f"{place}.cancel" for n in lines
        )
        if cancels and any(
            dotted(target) == place and value is not None and dotted(value) == "None"
            for target, value, _ in assignments(each.function.body)
        ):
            return each.function.name.value
    return ""


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _other_owner(tree: Tree, call: cst.Call) -> str:
    """The other object of the program that starts a task and keeps it, by a method of its own."""
    base, _, name = dotted(call.func).rpartition(".")
    return base if name not in SPAWNING and base not in ("", _instance(tree, call)) else ""


def _cancelling(work: Work, scope: cst.FunctionDef, text: str, is_optional: bool) -> list[str]:
    """The lines that cancel the task in a place.

    An ``async def`` waits for its end, and looks again: another one may have come in the meantime.
    """
    earlier = free(("earlier", "earlier_task"), variables(scope))
    if scope.asynchronous is None:
        # To cancel one that is done would hide how it failed.
        named = [f"{earlier} = {text}"] if "(" in text else []
        old = earlier if named else text
        test = f"{old} is not None and not {old}.done()" if is_optional else f"not {old}.done()"
        return [*named, f"if {test}:", f"    {old}.cancel()"]
    test = f"not ({earlier} := {text}).done()"
    if is_optional:
        test = f"({earlier} := {text}) is not None and not {earlier}.done()"
    return [
        f"while {test}:",
        f"    {earlier}.cancel()",
        f"    await {work.asyncio('wait')}([{earlier}])",
    ]


def _is_emptied_late(work: Work, target: Target, scope: cst.FunctionDef, text: str) -> bool:
    """Whether a cancelled task empties the place at its end, when the next one is in it already.

    An ``async def`` waits for that end; others leave the place alone if they ask whose it is.
    """
    if scope.asynchronous is not None or target.site.on_completion is not State.YES:
        return False
    name = text.rpartition(".")[2]
    return not any(_asks_whose(node, text) for node in work.tree.of(cst.Comparison, name))


def _asks_whose(node: cst.Comparison, text: str) -> bool:
    sides = [dotted(node.left), *(dotted(each.comparator) for each in node.comparisons)]
    return text in sides and "None" not in sides


def _check_work(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where more may be lost than work that the next one makes needless."""
    coroutine = coroutine_of(work.tree, started_by(call))
    if coroutine is None and target.site.lifetime is not Lifetime.ENDLESS:
        raise CannotMend(
            sentence("what `{task}` leaves behind is not known", task=target.site.task)
        )
    if coroutine is not None and resolves(work.tree, coroutine):
        raise CannotMend(sentence("somebody waits for what the earlier task brings about"))


def _may_come_back(work: Work, scope: cst.FunctionDef, call: cst.Call) -> bool:
    """Whether the task itself may come to the function that starts the next one."""
    started = started_by(call)
    coroutine = coroutine_of(work.tree, started)
    if coroutine is not None:
        return calls_what_it_was_given(work.tree, coroutine) or comes_to(
            work.tree, coroutine, scope
        )
    method = work.tree.method(call)
    return method is not None and any(
        isinstance(node, cst.Name) and node.value == method.instance for node in inside(started)
    )


def _instance(tree: Tree, call: cst.Call) -> str:
    method = tree.method(call)
    return method.instance if method is not None else ""


def _subject(scope: cst.FunctionDef, instance: str, started: cst.BaseExpression) -> str:
    """The parameter that says which of several things the work is for; empty where there is none.

    A thing has attributes, or a type of its own; what is plain data is news for the same work.
    """
    things = {
        each.name.value: each.annotation is not None and _is_thing(each.annotation.annotation)
        for each in named_params(scope.params)
        if each.name.value != instance
    }
    for arg in started.args if isinstance(started, cst.Call) else ():
        root, _, rest = dotted(arg.value).partition(".")
        if root in things and (rest or things[root]):
            return root
    return ""


def _is_thing(note: cst.BaseExpression) -> bool:
    """Whether an annotation names a class other than those of plain data."""
    if isinstance(note, cst.BinaryOperation):
        return _is_thing(note.left) or _is_thing(note.right)
    name = last_name(note)
    if isinstance(note, cst.SimpleString):
        name = str(note.evaluated_value)
    return name[:1].isupper() and name not in _PLAIN


def _keyed(work: Work, spot: Spot, scope: cst.FunctionDef) -> str:
    """What gives the earlier task of the same key of a dict; empty where no such slot keeps it."""
    assert spot.holder is not None
    small = spot.holder.body[0]
    if not isinstance(small, cst.Assign) or small.value is not spot.call or len(small.targets) > 1:
        return ""
    slot = small.targets[0].target
    if not isinstance(slot, cst.Subscript) or len(slot.slice) != 1:
        return ""
    index = slot.slice[0].slice
    key = index.value if isinstance(index, cst.Index) else None
    text = dotted(slot.value)
    container = container_of(work.tree, spot.call, text) if text else None
    if key is None or container is None or container.kind != "dict":
        return ""
    if not dotted(key) and not isinstance(key, cst.SimpleString | cst.Integer):
        raise CannotMend(sentence("the key of the earlier task is worked out anew"))
    return f"{text}.get({work.tree.code(key)})"


def _slot(work: Work, spot: Spot, scope: cst.FunctionDef) -> str:
    """The place that keeps the task, as the code names it."""
    holder = spot.holder
    assert holder is not None
    small = holder.body[0]
    if spot.kind == "name" and not _is_global(work.tree, scope, spot.name):
        text = _stored_as(scope, spot.name)
        root = text.partition(".")[0]
        if not root or root not in _known_before(scope, spot.call):
            raise CannotMend(sentence("the variable belongs to this call alone"))
        return text
    if not isinstance(small, cst.Assign) or small.value is not spot.call or len(small.targets) > 1:
        raise CannotMend(sentence("no assignment of its own replaces the earlier task"))
    slot = small.targets[0].target
    if not dotted(slot):
        raise CannotMend(sentence("the place of the earlier task is worked out anew"))
    return dotted(slot)


def _stored_as(scope: cst.FunctionDef, name: str) -> str:
    """The attribute that the function sets to the variable; empty where there is none."""
    for target, value, _ in assignments(scope.body):
        if isinstance(value, cst.Name) and value.value == name and "." in dotted(target):
            return dotted(target)
    return ""


def _known_before(scope: cst.FunctionDef, node: cst.CSTNode) -> set[str]:
    """The names that stand in a function before one of its nodes."""
    found = set(variables(scope.params))
    for each in inside(scope.body):
        if each is node:
            break
        if isinstance(each, cst.Name):
            found.add(each.value)
    return found


def _is_global(tree: Tree, scope: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, cst.Global | cst.Nonlocal)
        and name in {item.name.value for item in node.names}
        for node in inside(scope.body)
    )


def _is_shared(tree: Tree, call: cst.Call, base: str) -> bool:
    """Whether a place is an attribute of a class, in which its instances replace each other's."""
    if base == "cls" or (base and any(n.name.value == base for n in tree.of(cst.ClassDef, base))):
        return True
    scope = tree.scope(call)
    decorators = scope.decorators if isinstance(scope, cst.FunctionDef) else ()
    return bool(base) and any(last_name(each.decorator) == "classmethod" for each in decorators)


def _can_be_none(work: Work, target: Target, call: cst.Call, text: str) -> bool:
    """Whether the place may hold None; raises `CannotMend` where it may not be there at all."""
    method = work.tree.method(call)
    base, _, attribute = text.rpartition(".")
    if _is_shared(work.tree, call, base):
        raise CannotMend(sentence("`{place}` is that of all instances", place=text))
    if method is not None and base and base == method.instance:
        function = work.tree.scope(call)
        if isinstance(function, cst.FunctionDef) and function.name.value == "__init__":
            raise CannotMend(sentence("a new instance has no earlier task"))
        return is_optional(work, method, attribute, target.site.has_own_state)
    for node in inside(work.module, attribute):
        if isinstance(node, cst.Name):
            is_there = not base and node.value == text and work.tree.scope(node) is None
        else:
            # Who reads it of another object knows that it is there.
            same = isinstance(node, cst.Attribute) and node.attr.value == attribute
            is_there = (
                bool(base) and same and not isinstance(work.tree.parent(node), cst.AssignTarget)
            )
        if is_there:
            return True
    raise CannotMend(sentence("`{place}` can be missing before the first task starts", place=text))
