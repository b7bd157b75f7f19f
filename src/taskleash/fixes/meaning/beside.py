"""Whether work that was started to run beside its caller can be waited for by it after all."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.coroutines import (
    awaited_by,
    comes_to,
    coroutine_of,
    is_given,
    may_wait_for_others,
)
from taskleash.fixes.meaning.following import Coroutine, called, own, reached
from taskleash.fixes.meaning.remarks import (
    is_meant_apart,
    is_named_beside,
    says_that_it_goes_on,
)
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.tree import Holder, Tree, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.table import SPAWNING
from taskleash.models.vocabulary import (
    FINITE_WORDS,
    PROMPT_WORDS,
    TELEMETRY_WORDS,
    words,
)
from taskleash.rules.offers import against_waiting
from taskleash.sentences import sentence


def check_beside(
    work: Work, target: Target, call: cst.Call, started: cst.BaseExpression, holder: Holder
) -> None:
    """Raise `CannotMend` where what a call starts has to stay beside its caller."""
    task = target.site.task
    beside = _started_beside(work.tree, call)
    if any(is_meant_apart(work.tree, each) for each in (holder, *beside)):
        raise CannotMend(sentence("a comment says that it runs in the background"))
    scope = work.tree.scope(call)
    coroutine = coroutine_of(work.tree, started)
    function = coroutine.function if coroutine is not None else None
    is_said = says_that_it_goes_on(task, scope, function)
    if is_said or is_named_beside(last_name(call.func)):
        raise CannotMend(sentence("its name or its docstring says that nobody waits for it"))
    check_wanted(task, started)
    if other := _handed_to(work.tree, scope):
        raise CannotMend(sentence("`{other}` is given the function, and may wait", other=other))
    if reason := against_waiting(target.site):
        raise CannotMend(reason)
    package = work.manner.package.partition(".")[0]
    if leads_elsewhere(work.tree, started, coroutine, package):
        raise CannotMend(sentence("what `{task}` waits for is not known", task=task))
    if is_given(work.tree, call) and PROMPT_WORDS.isdisjoint(words(task)):
        raise CannotMend(sentence("how long `{task}` takes is not known", task=task))
    if coroutine is not None and _cancels(work.tree, coroutine):
        raise CannotMend(sentence("the work takes down what may be running here"))
    if _is_on_the_way_out(work.tree, call):
        raise CannotMend(
            sentence("an exception may be on its way here, which a wait would hold up")
        )
    if _holds_a_lock(work.tree, call):
        raise CannotMend(sentence("it would hold up who needs the lock"))
    if coroutine is not None and may_wait_for_others(work.tree, coroutine):
        raise CannotMend(sentence("`{task}` may wait for what comes after this", task=task))
    if coroutine is not None and comes_to(work.tree, coroutine, work.tree.scope(call)):
        raise CannotMend(sentence("`{task}` itself comes back to this place", task=task))
    if may_last(work.tree, coroutine):
        raise CannotMend(sentence("what `{task}` waits for is not known", task=task))


def _started_beside(tree: Tree, call: cst.Call) -> list[Holder]:
    """The statements by which other branches of the function, too, start something and drop it.

    What is said of one branch of a choice holds for the others: they are chosen by what comes in.
    """
    scope = tree.scope(call)
    name = last_name(call.func)
    found = (
        tree.holder(node)
        for node in (own(scope.body) if isinstance(scope, cst.FunctionDef) else ())
        if isinstance(node, cst.Call)
        and node is not call
        and last_name(node.func) == name in SPAWNING
        and isinstance(tree.parent(node), cst.Expr)
    )
    return [each for each in found if each is not None and _is_chosen(tree, each)]


def _is_chosen(tree: Tree, holder: Holder) -> bool:
    """Whether a statement stands under a condition."""
    return any(isinstance(node, cst.If | cst.Match) for node, _ in tree.around(holder))


def _handed_to(tree: Tree, scope: cst.CSTNode | None) -> str:
    """What another object's method is called by that is given the function; else empty.

    It is a function inside of another one. How long that object can wait for it nobody knows.
    """
    around = tree.scope(scope) if isinstance(scope, cst.FunctionDef) else None
    if not isinstance(scope, cst.FunctionDef) or not isinstance(around, cst.FunctionDef):
        return ""
    for node in own(around.body):
        if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            continue
        is_given = any(dotted(arg.value) == scope.name.value for arg in node.args)
        if is_given and called(tree, node, tree.method(node), node) is None:
            return tree.code(node.func)
    return ""


def check_wanted(task: str, started: cst.BaseExpression) -> None:
    """Raise `CannotMend` where nobody waits for work, since it only tells how a program is used."""
    named = dotted(started.func) if isinstance(started, cst.Call) else ""
    if not TELEMETRY_WORDS.isdisjoint(words(named)):
        raise CannotMend(
            sentence("`{task}` tells how the program is used, which is no part of this", task=task)
        )


def _cancels(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine cancels a task of its object, which may be the one that waits for it."""
    return any(
        isinstance(node, cst.Call)
        and dotted(node.func).endswith(".cancel")
        and each.method is not None
        and dotted(node.func).startswith(f"{each.method.instance}.")
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )


def _holds_a_lock(tree: Tree, call: cst.Call) -> bool:
    """Whether a call stands in an ``async with`` of something that others take as well.

    Or in a ``try`` that gives it back at its end.
    """
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(node, cst.Try) and node.finalbody is not None and _releases(node.finalbody):
            return True
        if not isinstance(node, cst.With) or child is not node.body or node.asynchronous is None:
            continue
        if not all(isinstance(item.item, cst.Call) for item in node.items):
            return True
    return False


def _releases(block: cst.Finally) -> bool:
    return any(isinstance(n, cst.Call) and last_name(n.func) == "release" for n in own(block))


def _is_on_the_way_out(tree: Tree, call: cst.Call) -> bool:
    """Whether a call stands in a ``finally``, or in a handler that raises."""
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(node, cst.Finally):
            return True
        is_handler = isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler)
        if is_handler and any(isinstance(each, cst.Raise) for each in inside(child)):
            return True
    return False


# -- whether work leads to other files of the program: its own one does not tell what those do


#: methods that are over soon, or wait for what they are given alone
_BOUNDED = frozenset({"execute", "executemany", "gather", "sleep", "wait_for"})


def leads_elsewhere(
    tree: Tree, started: cst.BaseExpression, coroutine: Coroutine | None, package: str
) -> bool:
    """Whether work is, or awaits, a function of another file of the program.

    What that waits for this file does not tell. ``package`` is the top one of the file.
    """
    calls = [started] if coroutine is None else awaited_by(tree, coroutine)
    return any(
        isinstance(call, cst.Call)
        and _is_from_program(tree, dotted(call.func).partition(".")[0], package)
        for call in calls
    )


def may_last(tree: Tree, coroutine: Coroutine | None) -> bool:
    """Whether a coroutine awaits what other objects do, which takes as long as they like.

    It is known where the name tells that it is one thing, and over then.
    """
    return coroutine is not None and any(
        _may_last(tree, each) for each in awaited_by(tree, coroutine)
    )


def _may_last(tree: Tree, work: cst.BaseExpression) -> bool:
    if not isinstance(work, cst.Call) or not isinstance(work.func, cst.Attribute):
        return False
    name = work.func.attr.value
    is_known = coroutine_of(tree, work) is not None or name in _BOUNDED
    return not is_known and FINITE_WORDS.isdisjoint(words(name))


def _is_from_program(tree: Tree, name: str, package: str) -> bool:
    """Whether a file imports a name from its own package, by that one's name or relatively."""
    for node in tree.of(cst.ImportFrom, name) if name else ():
        if not isinstance(node.names, cst.ImportStar):
            root = dotted(node.module).partition(".")[0] if node.module is not None else ""
            if node.relative or (package and root == package):
                names = (alias.evaluated_alias or alias.evaluated_name for alias in node.names)
                if name in names:
                    return True
    return False
