"""Which statements of a teardown end what may start further tasks of the object.

That is a task, or something else that the object has given a function of its own to call: a client
that calls its handler for each message, a scheduler, a server.
"""

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst

from taskleash.fixes.meaning.coroutines import coroutine_of, started_by
from taskleash.fixes.meaning.following import Coroutine, called, reached
from taskleash.fixes.syntax.containers import assignments, attribute_values
from taskleash.fixes.syntax.free_names import attributes
from taskleash.fixes.syntax.insertion import is_text
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import SPAWNING
from taskleash.models.vocabulary import words

#: words in the names of what stops a watchdog, a timer or a subscription, which is there afterwards
_STILLING = frozenset({"cancel", "disarm", "off", "pause", "remove", "unregister", "unsubscribe"})


def ends_a_task(tree: Tree, method: Method, line: cst.CSTNode, keeps: str = "") -> bool:
    """Whether a statement ends a task of the instance, or what calls that, and no more.

    The tasks in the container ``keeps`` do not count.
    """
    if inner := _called(tree, method, line):
        body = inner.function.body.body
        lines = [each for each in body if isinstance(each, cst.CSTNode)]
        return any(ends_a_task(tree, inner, each, keeps) for each in lines) and all(
            ends_a_task(tree, inner, each, keeps) or is_text(each) or _is_flag(each)
            for each in lines
        )
    found = False
    for node in inside(line):
        if isinstance(node, cst.Attribute) and dotted(node.value) == method.instance:
            if _is_task(tree, method.cls, node.attr.value, keeps) or _is_ended(tree, method, node):
                found = True
            elif isinstance(tree.parent(node), cst.Call | cst.Attribute):
                # Something else of the object is taken down here, too.
                return False
    return found


def used_by_tasks(tree: Tree, cls: cst.ClassDef, keeps: str) -> frozenset[str] | None:
    """The attributes of an instance that the tasks which its methods start may use, by name.

    Those of its tasks that have an attribute of their own, other than ``keeps``, are left out.

    What is made of one of them is taken for that one, too. None where a task may use any: nobody
    knows what a function that is not at hand does with the instance.
    """
    used: set[str] = set()
    for method in tree.methods(cls):
        for node in inside(method.function.body) if method.instance else ():
            if not isinstance(node, cst.Call) or last_name(node.func) not in SPAWNING:
                continue
            parent = tree.parent(node)
            kept = dotted(parent.targets[0].target) if isinstance(parent, cst.Assign) else ""
            if kept not in ("", keeps) and kept.startswith(f"{method.instance}."):
                continue
            started = started_by(node)
            coroutine = coroutine_of(tree, started)
            given = started.args if isinstance(started, cst.Call) else ()
            is_unknown = coroutine is None or coroutine.method is None
            if is_unknown and any(dotted(arg.value) == method.instance for arg in given):
                return None
            used |= attributes(started)
            for each in reached(tree, coroutine) if coroutine is not None else ():
                used |= attributes(each.function.body)
    for target, value, _ in assignments(cls):
        if value is not None and dotted(target).rpartition(".")[2] in used:
            used |= attributes(value)
    return frozenset(used)


def feeders_of(tree: Tree, spawning: Method) -> set[str]:
    """The attributes with tasks of the instance that come to a method of it, by name."""
    found: set[str] = set()
    for method in tree.methods(spawning.cls):
        for node in inside(method.function.body) if method.instance else ():
            if not isinstance(node, cst.Call) or last_name(node.func) not in SPAWNING:
                continue
            parent = tree.parent(node)
            kept = dotted(parent.targets[0].target) if isinstance(parent, cst.Assign) else ""
            coroutine = coroutine_of(tree, started_by(node))
            if coroutine is None or not kept.startswith(f"{method.instance}."):
                continue
            if any(each.function is spawning.function for each in reached(tree, coroutine)):
                found.add(kept.rpartition(".")[2])
    return found


def ends_a_feeder(
    tree: Tree, method: Method, line: cst.CSTNode, used: frozenset[str] | None
) -> bool:
    """Whether a statement takes down what calls functions of the instance, and no more.

    ``used`` are the attributes that the tasks use: what they send by is closed after them.
    """
    if used is None or (isinstance(line, cst.If) and line.orelse is not None):
        return False
    if not isinstance(line, cst.If | cst.SimpleStatementLine):
        return False
    return _only_closes(tree, method, line, used)


def _only_closes(tree: Tree, method: Method, code: cst.CSTNode, used: frozenset[str]) -> bool:
    calls = [node for node in inside(code) if isinstance(node, cst.Call)]
    leaves = any(isinstance(node, cst.Return | cst.Raise) for node in inside(code))
    return bool(calls) and not leaves and all(_closes(tree, method, c, used) for c in calls)


def feeders_ended(tree: Tree, method: Method, call: cst.Call, spawning: Method) -> set[str]:
    """The attributes whose values call a method of the instance, and that a call takes down.

    It may do so by way of functions of the class.
    """
    found: set[str] = set()
    calls = [(method, call)]
    if inner := called(tree, call, method, call):
        calls += [
            (each.method, node)
            for each in reached(tree, inner)
            if each.method is not None
            for node in inside(each.function.body)
            if isinstance(node, cst.Call)
        ]
    for place, each in calls:
        base, _, name = dotted(each.func).rpartition(".")
        owner, _, attribute = base.rpartition(".")
        if owner and owner == place.instance and _stops(name):
            given = _given_to(tree, method.cls, attribute)
            if any(_comes_to(tree, method.cls, name, spawning) for name in given):
                found.add(attribute)
    return found


def _comes_to(tree: Tree, cls: cst.ClassDef, name: str, goal: Method) -> bool:
    """Whether a method of a class, by its name, is or calls another one."""
    return any(
        each.function is goal.function
        for method in tree.methods(cls)
        if method.function.name.value == name
        for each in reached(tree, Coroutine(method.function, method))
    )


def _closes(tree: Tree, method: Method, call: cst.Call, used: frozenset[str]) -> bool:
    inner = _called(tree, method, cst.SimpleStatementLine([cst.Expr(call)]))
    if inner is not None and _called_in(tree, inner) is None:
        return _only_closes(tree, inner, inner.function.body, used)
    base, _, name = dotted(call.func).rpartition(".")
    owner, _, attribute = base.rpartition(".")
    return (
        bool(owner)
        and owner == method.instance
        and attribute not in used
        and _stops(name)
        and _is_feeder(tree, method.cls, attribute)
    )


def _called_in(tree: Tree, method: Method) -> Method | None:
    """A further method of the class that a method calls, if there is one."""
    lines = (node for node in inside(method.function.body) if isinstance(node, cst.BaseStatement))
    return next((found for line in lines if (found := _called(tree, method, line))), None)


def _stops(name: str) -> bool:
    """Whether a method by its name keeps its object from calling anybody further."""
    return LIFECYCLE.ends(name) or not _STILLING.isdisjoint(words(name))


def _is_feeder(tree: Tree, cls: cst.ClassDef, attribute: str) -> bool:
    """Whether what an attribute holds has been given a function that has the instance."""
    return bool(_given_to(tree, cls, attribute))


def _given_to(tree: Tree, cls: cst.ClassDef, attribute: str) -> set[str]:
    """The functions that what an attribute holds has been given, and that have the instance."""
    made = [value for value, _ in attribute_values(tree, cls, attribute) if value is not None]
    told = [
        node
        for method in tree.methods(cls)
        for node in inside(method.function.body)
        if isinstance(node, cst.Call)
        and dotted(node.func).startswith(f"{method.instance}.{attribute}.")
    ]
    names = {each.function.name.value for each in tree.methods(cls)}
    set_to = {
        name
        for method in tree.methods(cls)
        for target, value, _ in assignments(method.function.body)
        if value is not None and dotted(target).startswith(f"{method.instance}.{attribute}.")
        for base, _, name in [dotted(value).rpartition(".")]
        if base == method.instance and name in names
    }
    return set_to | {name for node in [*made, *told] for name in _led_to(tree, cls, node, 1)}


def _led_to(tree: Tree, cls: cst.ClassDef, node: cst.CSTNode, deeper: int) -> Iterator[str]:
    """The functions of the class that calls in a value are given, or what they are given was."""
    names = {each.function.name.value for each in tree.methods(cls)}
    for each in inside(node):
        value = each.value if isinstance(each, cst.Arg) else None
        method = tree.method(each)
        if value is None or method is None:
            continue
        base, _, name = dotted(value).rpartition(".")
        if isinstance(value, cst.Name) and _is_function_in(method, value.value):
            yield value.value
        if not base or base != method.instance:
            continue
        if name in names:
            yield name
        for made, _ in attribute_values(tree, cls, name) if deeper else ():
            if made is not None:
                yield from _led_to(tree, cls, made, deeper - 1)


def _is_function_in(method: Method, name: str) -> bool:
    return any(
        isinstance(node, cst.FunctionDef) and node.name.value == name
        for node in inside(method.function.body)
    )


def _is_flag(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Assign) else None
    return isinstance(value, cst.Name) and value.value in ("True", "False", "None")


def _called(tree: Tree, method: Method, line: cst.CSTNode) -> Method | None:
    """The other method of the class that a statement calls, without giving it anything."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Expr) else None
    value = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(value, cst.Call) or value.args:
        return None
    base, _, name = dotted(value.func).rpartition(".")
    if not base or base != method.instance or name == method.function.name.value:
        return None
    return next((m for m in tree.methods(method.cls) if m.function.name.value == name), None)


def _is_ended(tree: Tree, method: Method, node: cst.Attribute) -> bool:
    """Whether an attribute, which was made with the instance at hand, is taken down."""
    parent = tree.parent(node)
    if not isinstance(parent, cst.Attribute) or not LIFECYCLE.ends(parent.attr.value):
        return False
    values = attribute_values(tree, method.cls, node.attr.value)
    return any(
        isinstance(arg.value, cst.Name) and arg.value.value == method.instance
        for value, _ in values
        if isinstance(value, cst.Call)
        for arg in value.args
    )


def _is_task(tree: Tree, cls: cst.ClassDef, name: str, keeps: str) -> bool:
    """Whether an attribute has a task, or tasks by their keys."""
    values = [value for value, _ in attribute_values(tree, cls, name)]
    for method in tree.methods(cls):
        values += [
            value
            for target, value, _ in assignments(method.function.body)
            if isinstance(target, cst.Subscript)
            and dotted(target.value) == f"{method.instance}.{name}" != keeps
        ]
    return any(isinstance(v, cst.Call) and last_name(v.func) in SPAWNING for v in values)
