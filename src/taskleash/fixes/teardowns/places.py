"""Where a teardown ends tasks."""

from __future__ import annotations

import re

import libcst as cst

from taskleash.fixes.meaning.feeding import (
    ends_a_feeder,
    ends_a_task,
    feeders_ended,
    feeders_of,
    used_by_tasks,
)
from taskleash.fixes.meaning.loops import CANCELLATIONS
from taskleash.fixes.meaning.polling import sleeps
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.insertion import BodyPlace, is_text
from taskleash.fixes.syntax.tree import (
    Method,
    Tree,
    caught_names,
    dotted,
    inside,
    last_name,
    place_in,
)
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import LOGGING_LEVELS, words

#: last words in the names of what tells that an object is taken down
_OVER = (["closed"], ["closing"], ["stopped"], ["stopping"], ["terminated"], ["disposed"])
#: the word in the names of what a server does until it is closed
_SERVING = "serve"
#: what is said of something that goes on
_DOING = re.compile(r"\b\w+ing\b", re.IGNORECASE)
_TEXTS = (cst.SimpleString, cst.FormattedStringText)


def place_of_end(tree: Tree, method: Method, keeps: str, work: cst.BaseExpression) -> BodyPlace:
    """Where a teardown ends work: behind what asks it to end by itself, else at the start."""
    line = asking(method, work)
    if line is not None:
        return BodyPlace(line, is_after=True)
    return teardown_place(tree, method, keeps)


def asking(method: Method, work: cst.BaseExpression) -> cst.SimpleStatementLine | None:
    """The line of a teardown that asks work to end by itself.

    Of ``self.client.sync_forever()`` that is ``self.client.stop_sync_forever()``; a server that is
    closed serves no more.
    """
    called = dotted(work.func) if isinstance(work, cst.Call) else ""
    base, _, name = called.rpartition(".")
    for line in inside(method.function.body) if base.startswith(f"{method.instance}.") else ():
        if not isinstance(line, cst.SimpleStatementLine) or not isinstance(line.body[0], cst.Expr):
            continue
        value = line.body[0].value
        value = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(value, cst.Call):
            continue
        owner, _, asked = dotted(value.func).rpartition(".")
        if owner != base or not LIFECYCLE.ends(asked):
            continue
        if _SERVING in words(name) or set(words(name)) & set(words(asked)):
            return line
    return None


def teardown_place(tree: Tree, method: Method, keeps: str) -> BodyPlace:
    """The start of a teardown, before it takes down what the tasks use.

    It comes after its docstring, its flags, what it logs first, and the end of what may start
    further tasks. ``keeps`` is the attribute that must not be changed above the place.
    """
    body = method.function.body
    if isinstance(body, cst.SimpleStatementSuite):
        return BodyPlace(body, is_after=False)
    flags = {dotted(target) for target, _, _ in assignments(body)} | _asked_first(tree, method.cls)
    raised = {dotted(t) for t, value, _ in assignments(body) if _is_true(value)}
    lines = _lines(body)
    at = 1 if is_text(lines[0]) else 0
    while True:
        start = at
        while at < len(lines) and (
            _is_preamble(lines[at], keeps)
            or _is_guard(lines[at], flags)
            or _is_second(lines[at], raised)
            or _names_a_value(lines[at], keeps)
        ):
            at += 1
        while at > start and _names_a_value(lines[at - 1], keeps):
            # It belongs to what comes behind it.
            at -= 1
        if at == len(lines):
            return _before_its_end(lines, start, keeps)
        inner = _tried(lines[at])
        if not inner or not _is_preamble(inner[0], keeps):
            break
        lines, at = inner, 0
    used = used_by_tasks(tree, method.cls, keeps)
    for index in range(at, len(lines)):
        line = lines[index]
        if not ends_a_task(tree, method, line, keeps) and not ends_a_feeder(
            tree, method, line, used
        ):
            break
        at = index + 1
    at = _behind_its_time(lines, at)
    if at == len(lines):
        return BodyPlace(lines[-1], is_after=True)
    return BodyPlace(lines[at], is_after=False)


def behind_its_claim(method: Method, place: BodyPlace) -> BodyPlace:
    """The place behind what a teardown takes out for itself alone, or the place itself.

    ``if self.link is None: return`` and ``link, self.link = self.link, None`` are one step: who
    comes while that waits would take down the same once more.
    """
    lines = _lines(method.function.body)
    at = next((i for i, line in enumerate(lines) if line is place.anchor), len(lines))
    asked = {
        dotted(node)
        for line in lines[:at]
        if isinstance(line, cst.If) and any(isinstance(n, cst.Return) for n in inside(line.body))
        for node in inside(line.test)
        if isinstance(node, cst.Attribute)
    }
    for index in range(len(lines) if place.is_after else at, len(lines)):
        line = lines[index]
        if any(isinstance(node, cst.Await | cst.Asynchronous) for node in inside(line)):
            break
        if asked & {
            dotted(each)
            for target, _, _ in assignments(line)
            for each in inside(target)
            if isinstance(each, cst.Attribute)
        }:
            if index + 1 < len(lines):
                return BodyPlace(lines[index + 1], is_after=False)
            return BodyPlace(line, is_after=True)
    return place


def _behind_its_time(lines: list[cst.BaseStatement], at: int) -> int:
    """The place behind the time that a teardown gives to what it has asked to end, or ``at``.

    Until then somebody has to read what that has to say. Where something is closed before, what
    uses it has to end before that.
    """
    is_asked = False
    for index in range(at, len(lines)):
        nodes = [*inside(lines[index])]
        if is_asked and _only_sleeps(lines[index]):
            return index + 1
        calls = [last_name(node.func) for node in nodes if isinstance(node, cst.Call)]
        if any(map(LIFECYCLE.ends, calls)) or any(True for _ in assignments(lines[index])):
            break
        if any(isinstance(node, cst.Return | cst.Raise) for node in nodes):
            break
        is_asked = is_asked or any(not _logs(name) for name in calls)
    return at


def _only_sleeps(line: cst.BaseStatement) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and sleeps(small.value)


def _asked_first(tree: Tree, cls: cst.ClassDef) -> set[str]:
    """What a method that begins the object asks before it does anything, and leaves."""
    found: set[str] = set()
    for method in tree.methods(cls):
        lines = _lines(method.function.body)
        lines = lines[1:] if lines and is_text(lines[0]) else lines
        first = lines[0] if lines and LIFECYCLE.sets_up(method.function.name.value) else None
        if isinstance(first, cst.If):
            last = _lines(first.body)[-1:]
            if any(isinstance(n, cst.Return) for line in last for n in inside(line)):
                found.update(map(dotted, _operands(first.test)))
    return found - {""}


def is_fed_behind(tree: Tree, teardown: Method, keeps: str, spawning: Method) -> bool:
    """Whether a teardown ends what comes to a method only behind its place for the end.

    That is a task, or what calls functions of the object. By then it may have started further work,
    which nobody waits for.
    """
    used = used_by_tasks(tree, teardown.cls, keeps)
    tasks, others = _ended_behind(tree, teardown, keeps, spawning)
    return bool(tasks) or (used is not None and not others <= used)


def is_fed_meanwhile(tree: Tree, teardown: Method, keeps: str, spawning: Method) -> bool:
    """Whether work may be started while a teardown waits for what was started before.

    It uses what starts it, a client for instance, which therefore has to be closed behind it.
    """
    return bool(_ended_behind(tree, teardown, keeps, spawning)[1])


def _ended_behind(
    tree: Tree, teardown: Method, keeps: str, spawning: Method
) -> tuple[set[str], set[str]]:
    """What comes to a method and is ended behind the place of a teardown: tasks, and other things.

    Both are named by their attributes.
    """
    place = teardown_place(tree, teardown, keeps)
    block = tree.parent(place.anchor)
    if place.is_after or not isinstance(block, cst.IndentedBlock):
        return set(), set()
    calls = [
        node
        for line in block.body[place_in(block, place.anchor) :]
        for node in inside(line)
        if isinstance(node, cst.Call)
    ]
    ended = {dotted(call.func) for call in calls}
    tasks = {
        name for name in feeders_of(tree, spawning) if f"{teardown.instance}.{name}.cancel" in ended
    }
    return tasks, {name for call in calls for name in feeders_ended(tree, teardown, call, spawning)}


def _lines(block: cst.CSTNode) -> list[cst.BaseStatement]:
    return [each for each in getattr(block, "body", ()) if isinstance(each, cst.BaseStatement)]


def _tried(line: cst.BaseStatement) -> list[cst.BaseStatement]:
    """What stands in a ``try`` through which a cancellation gets; empty for anything else."""
    if not isinstance(line, cst.Try):
        return []
    if any(not CANCELLATIONS.isdisjoint(caught_names(each)) for each in line.handlers):
        return []
    return _lines(line.body)


def _before_its_end(lines: list[cst.BaseStatement], start: int, keeps: str) -> BodyPlace:
    """Behind a teardown's last flag: what it logs behind that is that it is done."""
    at = len(lines)
    while at > start and (
        _says_that_it_is_done(lines[at - 1]) or _names_a_value(lines[at - 1], keeps)
    ):
        at -= 1
    if at == len(lines):
        return BodyPlace(lines[-1], is_after=True)
    return BodyPlace(lines[at], is_after=False)


def _says_that_it_is_done(line: cst.CSTNode) -> bool:
    """Whether a statement logs, and not what is being done: ``closing the connection``."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    call = small.value if isinstance(small, cst.Expr) else None
    if not isinstance(call, cst.Call) or not _logs(last_name(call.func)):
        return False
    texts = (each.value for each in inside(call) if isinstance(each, _TEXTS))
    return not any(_DOING.search(text) for text in texts)


def _is_guard(line: cst.CSTNode, flags: set[str]) -> bool:
    """Whether a statement leaves what has been taken down already, as a flag of its own says.

    It does nothing else, but for what it logs. One that raises needs no flag.
    """
    if not isinstance(line, cst.If) or line.orelse is not None:
        return False
    last = line.body.body[-1]
    small = last.body[0] if isinstance(last, cst.SimpleStatementLine) else last
    others = line.body.body[:-1]
    if isinstance(small, cst.Raise) and not others:
        return not any(isinstance(node, cst.Call) for node in inside(line.test))
    return (
        (not flags.isdisjoint(map(dotted, _operands(line.test))) or _is_over(line.test))
        and isinstance(small, cst.Return)
        and all(isinstance(each, cst.CSTNode) and _is_preamble(each, "") for each in others)
    )


def _is_true(value: cst.BaseExpression | None) -> bool:
    return isinstance(value, cst.Name) and value.value == "True"


def _is_second(line: cst.CSTNode, raised: set[str]) -> bool:
    """Whether a statement is for who comes while the teardown runs: it waits for that, and leaves.

    ``raised`` are the flags that the teardown raises.
    """
    if not isinstance(line, cst.If) or line.orelse is not None or dotted(line.test) not in raised:
        return False
    last = line.body.body[-1]
    small = last.body[0] if isinstance(last, cst.SimpleStatementLine) else last
    return isinstance(small, cst.Return)


def _is_over(test: cst.BaseExpression) -> bool:
    """Whether a condition is that everything is over already, as its name says: ``self.closed``."""
    return isinstance(test, cst.Attribute) and words(test.attr.value)[-1:] in _OVER


def _operands(test: cst.BaseExpression) -> list[cst.BaseExpression]:
    """What a condition is made of: the operands of ``and``, ``or`` and ``not``."""
    if isinstance(test, cst.UnaryOperation):
        return _operands(test.expression)
    if isinstance(test, cst.BooleanOperation):
        return [*_operands(test.left), *_operands(test.right)]
    return [test]


def _is_preamble(line: cst.CSTNode, keeps: str) -> bool:
    if isinstance(line, cst.If) and line.orelse is None:
        return all(map(_only_logs, line.body.body))
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return False
    small = line.body[0]
    if isinstance(small, cst.Global | cst.Nonlocal):
        return True
    if isinstance(small, cst.AugAssign):
        # It counts how often this was called.
        return isinstance(small.value, cst.Integer) and dotted(small.target) != keeps
    if isinstance(small, cst.Assign):
        value = small.value
        flag = isinstance(value, cst.Name) and value.value in ("True", "False")
        return flag and all(dotted(target.target) != keeps for target in small.targets)
    if not isinstance(small, cst.Expr) or not isinstance(small.value, cst.Call):
        return False
    func = small.value.func
    if not isinstance(func, cst.Attribute):
        return False
    is_flag = func.attr.value == "set" and not small.value.args
    return _logs(func.attr.value) or (is_flag and LIFECYCLE.ends(last_name(func.value)))


def _only_logs(line: cst.CSTNode) -> bool:
    """Whether a statement calls nothing but a method that logs, or one of a logger."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else line
    call = small.value if isinstance(small, cst.Expr) else None
    func = call.func if isinstance(call, cst.Call) else None
    return isinstance(func, cst.Attribute) and (
        _logs(func.attr.value) or words(last_name(func.value))[-1:] == ["logger"]
    )


def _names_a_value(line: cst.CSTNode, keeps: str) -> bool:
    """Whether a statement gives a value a name, and does no more: ``seconds = seconds or 5``."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.Assign) or len(small.targets) > 1:
        return False
    return isinstance(small.targets[0].target, cst.Name) and not any(
        isinstance(node, cst.Call | cst.Await)
        or (isinstance(node, cst.Attribute) and dotted(node) == keeps)
        for node in inside(small.value)
    )


def _logs(name: str) -> bool:
    """Whether a method by its name logs: ``info``, ``log``, ``log_info``."""
    return name in LOGGING_LEVELS or words(name)[:1] == ["log"]
