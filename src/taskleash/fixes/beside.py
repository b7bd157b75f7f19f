"""Whether work that was started to run beside its caller can be waited for by it after all."""

from __future__ import annotations

import libcst as cst

from taskleash.classify.model import Lifetime, State
from taskleash.fixes.coroutines import comes_to, coroutine_of, is_given, may_wait_for_others
from taskleash.fixes.elsewhere import leads_elsewhere, may_last
from taskleash.fixes.following import Coroutine, own, reached
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.remarks import is_meant_apart, says_that_it_goes_on
from taskleash.fixes.tree import Holder, Tree, dotted, inside
from taskleash.fixes.work import Work
from taskleash.models.vocabulary import PROMPT_WORDS, RUNNING_WORDS, TELEMETRY_WORDS, words
from taskleash.sentences import sentence


def check_beside(
    work: Work, target: Target, call: cst.Call, started: cst.BaseExpression, holder: Holder
) -> None:
    """Raise `CannotMend` where what a call starts has to stay beside its caller."""
    task = target.site.task
    if is_meant_apart(work.tree, holder):
        raise CannotMend(sentence("a comment says that it runs in the background"))
    scope = work.tree.scope(call)
    coroutine = coroutine_of(work.tree, started)
    if says_that_it_goes_on(task, scope, coroutine.function if coroutine is not None else None):
        raise CannotMend(sentence("its name or its docstring says that nobody waits for it"))
    check_wanted(task, started)
    if target.site.is_closure:
        raise CannotMend(
            sentence("`{task}` was written to run beside the function that it is in", task=task)
        )
    package = work.manner.package.partition(".")[0]
    if leads_elsewhere(work.tree, started, coroutine, package):
        raise CannotMend(sentence("what `{task}` waits for is not known", task=task))
    # What is not at hand may be any function, unless its name says that it hands something over.
    is_unknown = target.site.prompt is State.UNKNOWN or is_given(work.tree, call)
    is_any = is_unknown and PROMPT_WORDS.isdisjoint(words(task))
    is_running = not RUNNING_WORDS.isdisjoint(words(task))
    if target.site.lifetime is not Lifetime.SHORT or is_any or is_running:
        raise CannotMend(sentence("how long `{task}` takes is not known", task=task))
    if target.site.prompt is State.NO:
        raise CannotMend(sentence("`{task}` may wait for what comes after this", task=task))
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
    """Whether a call stands in an ``async with`` of something that others take as well."""
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            return False
        if not isinstance(node, cst.With) or child is not node.body or node.asynchronous is None:
            continue
        if not all(isinstance(item.item, cst.Call) for item in node.items):
            return True
    return False


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
