"""Whether the work of a dropped future is meant to go on beside the function that starts it."""

from __future__ import annotations

import builtins

import libcst as cst

from taskleash.fixes.meaning.coroutines import coroutine_of, is_bound_in, may_wait_for_others
from taskleash.fixes.meaning.following import Coroutine, called, own, reached
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.tree import Tree, dotted, inside, last_name, place_in
from taskleash.fixes.syntax.work import Work
from taskleash.models.api import Starts
from taskleash.models.lifecycle import is_a_start
from taskleash.models.table import MODELS
from taskleash.models.vocabulary import (
    FINITE_WORDS,
    RUNNING_WORDS,
    WAITING_BARE,
    WAITING_CALLS,
    words,
)
from taskleash.sentences import sentence
from taskleash.verdict.model import Lifetime

_EXECUTING = MODELS.bare_names(Starts.EXECUTOR)
_STARTING = _EXECUTING | MODELS.bare_names(Starts.TASK) | MODELS.bare_names(Starts.GATHER)
#: functions of Python itself that wait for somebody
_ASKING = frozenset({"input", "breakpoint"})
#: methods that return only when somebody else has done something; a file is read at once
_BLOCKING = WAITING_CALLS - {"read", "readline"}


def check_parallel(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where the function is to go on while the work of a call runs."""
    tree = work.tree
    if is_in_a_loop(tree, call) or is_for_a_loop(tree, call):
        raise CannotMend(sentence("it would hold up the next turn of the loop"))
    if _is_one_of_several(tree, call):
        raise CannotMend(sentence("more than one is started here, to run at a time"))
    if goes_on(tree, call):
        raise CannotMend(sentence("the function goes on with other work, and runs it beside that"))
    name = target.site.task
    if target.site.lifetime is not Lifetime.SHORT:
        raise CannotMend(sentence("how long `{task}` takes is not known", task=name))
    if last_name(call.func) in _EXECUTING:
        _check_function(tree, target, call)
        return
    if any(isinstance(each, cst.CompFor) and each.asynchronous for each in inside(call)):
        raise CannotMend(sentence("how many there are to wait for is not known"))
    for each in _coroutines(call):
        coroutine = coroutine_of(tree, each)
        if coroutine is not None and may_wait_for_others(tree, coroutine):
            raise CannotMend(sentence("`{task}` may wait for what comes after this", task=name))
        if coroutine is None and not _ends_by_its_name(last_name(each.func)):
            task = last_name(each.func) or name
            raise CannotMend(sentence("how long `{task}` takes is not known", task=task))
    if given := _given_before(tree, call):
        raise CannotMend(sentence("how long `{task}` takes is not known", task=given))


def check_goes_on(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where the function was not to wait for a task that it starts.

    Its caller waits for a value of it, or it waits for other things meanwhile. What is sent may be
    a request, whose answer takes as long as its server does.
    """
    if is_for_a_loop(work.tree, call):
        raise CannotMend(sentence("it would hold up the next turn of the loop"))
    scope = work.tree.scope(call)
    if isinstance(scope, cst.FunctionDef) and is_a_start(scope.name.value, target.site.task):
        raise CannotMend(sentence("it would hold up the start"))
    if any(_returns_a_value(line) for line in _after(work.tree, call)):
        raise CannotMend(sentence("it would hold up what the function returns"))
    if _is_one_of_several(work.tree, call):
        raise CannotMend(sentence("more than one is started here, to run at a time"))
    if goes_on(work.tree, call):
        raise CannotMend(sentence("the function goes on with other work, and runs it beside that"))


def is_in_a_loop(tree: Tree, call: cst.Call) -> bool:
    """Whether a loop starts the work: it may read what the work waits for, or serve others next."""
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(node, cst.For | cst.While) and child is node.body:
            return True
    return False


def is_for_a_loop(tree: Tree, call: cst.Call) -> bool:
    """Whether a loop of the file calls the function that a call stands in, by way of others too."""
    pending, seen = [tree.scope(call)], set[int]()
    while pending:
        scope = pending.pop()
        if not isinstance(scope, cst.FunctionDef) or id(scope) in seen:
            continue
        seen.add(id(scope))
        for node in tree.of(cst.Call, scope.name.value):
            if last_name(node.func) != scope.name.value:
                continue
            found = called(tree, node, tree.method(node), node)
            if found is not None and found.function is scope:
                if is_in_a_loop(tree, node):
                    return True
                pending.append(tree.scope(node))
    return False


def _is_one_of_several(tree: Tree, call: cst.Call) -> bool:
    """Whether the statement before or after that of a call starts something as well."""
    line = tree.line(call)
    if line is None:
        return False
    block, at = line
    return any(map(_starts, (*block.body[max(at - 1, 0) : at], *block.body[at + 1 :][:1])))


def _starts(line: cst.CSTNode) -> bool:
    """Whether a statement starts something, and does not wait for it."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    value = getattr(small, "value", None)
    return isinstance(value, cst.Call) and last_name(value.func) in _STARTING


def goes_on(tree: Tree, call: cst.Call) -> bool:
    """Whether the function waits for or starts other things after the statement of a call."""
    return any(_waits_in(line) or _starts(line) for line in _after(tree, call))


def _after(tree: Tree, call: cst.Call) -> list[cst.CSTNode]:
    """The statements of the function that may come after that of a call, but for functions."""
    found: list[cst.CSTNode] = []
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            break
        if isinstance(node, cst.IndentedBlock):
            at = place_in(node, child)
            found += [line for line in node.body[at + 1 :] if not isinstance(line, cst.FunctionDef)]
            if _leaves(node.body[-1]):
                break
    return found


def _leaves(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Return | cst.Raise)


def _returns_a_value(line: cst.CSTNode) -> bool:
    return any(
        isinstance(node, cst.Return) and node.value is not None and not _is_constant(node.value)
        for node in (line, *own(line))
    )


def _is_constant(value: cst.BaseExpression) -> bool:
    return isinstance(value, cst.Name) and value.value in ("None", "True", "False")


def _waits_in(line: cst.CSTNode) -> bool:
    kinds = cst.Await | cst.Asynchronous | cst.Yield
    return any(isinstance(node, kinds) for node in (line, *own(line)))


def _coroutines(call: cst.Call) -> list[cst.Call]:
    """The calls that make what a call is given: ``gather(*[load(i) for i in items], send())``."""
    found: list[cst.Call] = []
    for arg in call.args:
        value = arg.value
        if isinstance(value, cst.ListComp | cst.GeneratorExp | cst.SetComp):
            value = value.elt
        if isinstance(value, cst.Call) and arg.keyword is None:
            found.append(value)
    return found


def _given_before(tree: Tree, call: cst.Call) -> str:
    """What its function calls but was given, in a list that it gives to a call; else empty.

    ``work = [handler() for handler in handlers]`` is ``handler``.
    """
    scope = tree.scope(call)
    listed = {dotted(arg.value) for arg in call.args if arg.star} - {""}
    if not isinstance(scope, cst.FunctionDef):
        return ""
    for target, value, _ in assignments(scope):
        made = value.elt if isinstance(value, cst.ListComp) else None
        name = dotted(made.func) if isinstance(made, cst.Call) else ""
        if dotted(target) in listed and name and is_bound_in(scope, name):
            return name
    return ""


def _check_function(tree: Tree, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where a function that runs in another thread may not end for long."""
    given = call.args[1].value if len(call.args) > 1 else None
    if isinstance(given, cst.Call) and last_name(given.func) == "partial" and given.args:
        given = given.args[0].value
    elif isinstance(given, cst.Lambda) and isinstance(given.body, cst.Call):
        given = given.body.func
    if not _is_short(tree, call, given):
        task = target.site.task
        raise CannotMend(sentence("how long `{task}` takes is not known", task=task))


def _is_short(tree: Tree, call: cst.Call, given: cst.BaseExpression | None) -> bool:
    """Whether what a call gives to another thread is known, and is over soon."""
    if not isinstance(given, cst.Name | cst.Attribute):
        return False
    function = called(tree, cst.Call(given), tree.method(call), call)
    if function is not None:
        return not any(_lasts(each) for each in reached(tree, function))
    scope = tree.scope(call)
    is_bound = isinstance(scope, cst.FunctionDef) and is_bound_in(scope, last_name(given))
    if isinstance(given, cst.Name) and is_bound:
        return False
    return _is_over_soon(tree, given)


def _is_over_soon(tree: Tree, given: cst.BaseExpression) -> bool:
    """Whether what this file does not have is a function of Python, or ends by its name."""
    name = last_name(given)
    defined = {each.evaluated_alias or "" for each in tree.of(cst.ImportAlias, name or "import")}
    is_builtin = isinstance(given, cst.Name) and hasattr(builtins, name) and name not in defined
    return (is_builtin and name not in _ASKING) or _ends_by_its_name(name)


def _ends_by_its_name(name: str) -> bool:
    found = set(words(name))
    return bool(found & FINITE_WORDS) and not found & RUNNING_WORDS


def _lasts(function: Coroutine) -> bool:
    """Whether a function goes on in a loop, or waits for somebody."""
    nodes = own(function.function.body)
    return any(isinstance(node, cst.While) or _blocks(node) for node in nodes)


def _blocks(node: cst.CSTNode) -> bool:
    """Whether a call in a thread returns only when somebody else has done something."""
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
        return False
    name = node.func.attr.value
    return name in _BLOCKING or (name in WAITING_BARE and not node.args)
