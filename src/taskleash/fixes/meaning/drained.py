"""Whether a teardown that waits for work may do so in vain."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.coroutines import (
    awaited_by,
    calls_what_is_given,
    comes_to,
    coroutine_of,
    is_over_at_once,
    may_wait_for_others,
    sleeps_for_unknown,
    started_by,
)
from taskleash.fixes.meaning.following import Coroutine, own, reached
from taskleash.fixes.meaning.remarks import is_forgotten, is_said_to_be
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.containers import attribute_values
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name, named_params
from taskleash.fixes.syntax.work import Work
from taskleash.models.vocabulary import FINITE_WORDS, words
from taskleash.sentences import sentence
from taskleash.verdict.model import State

#: words in the names of what others have to end
_RUNNING = frozenset({"forever", "listen", "loop", "poll", "run", "serve", "watch"})


def check_lasting(work: Work, task: str, started: cst.BaseExpression) -> None:
    """Raise `CannotMend` where nothing of the work is left by the time a teardown could end it."""
    coroutine = coroutine_of(work.tree, started)
    if _never_waits(work, started) or (coroutine is not None and is_over_at_once(coroutine)):
        raise CannotMend(
            sentence("`{task}` never waits, and is over as soon as it begins", task=task)
        )


def _never_waits(work: Work, started: cst.BaseExpression) -> bool:
    """Whether work only puts something into a queue of the object that is never full."""
    method = work.tree.method(started)
    if method is None or not isinstance(started, cst.Call) or last_name(started.func) != "put":
        return False
    base, _, name = dotted(started.func).rpartition(".")[0].rpartition(".")
    values = [v for v, _ in attribute_values(work.tree, method.cls, name) if v is not None]
    return base == method.instance and bool(values) and all(map(_is_endless_queue, values))


def _is_endless_queue(value: cst.BaseExpression) -> bool:
    return (
        isinstance(value, cst.Call)
        and last_name(value.func) in ("Queue", "PriorityQueue", "LifoQueue")
        and not value.args
    )


def check_cared_for(tree: Tree, call: cst.Call) -> None:
    """Raise `CannotMend` where the author says that nobody cares how the work of a call ends."""
    holder, coroutine = tree.holder(call), coroutine_of(tree, started_by(call))
    text = coroutine.function.get_docstring() if coroutine is not None else ""
    if (holder is not None and is_forgotten(tree, holder)) or is_said_to_be(text or ""):
        raise CannotMend(sentence("a comment says that nobody waits for its end"))


def check_drained(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where a teardown that waits for the task may do so in vain."""
    coroutine, scope = coroutine_of(work.tree, started_by(call)), work.tree.scope(call)
    if coroutine is not None and comes_to(work.tree, coroutine, scope):
        raise CannotMend(
            sentence(
                "what keeps `{task}` from starting the next is not known", task=target.site.task
            )
        )
    if _takes_long(work, target, call, coroutine):
        raise CannotMend(sentence("how long `{task}` takes is not known", task=target.site.task))
    is_waiting = coroutine is not None and may_wait_for_others(work.tree, coroutine)
    if is_waiting or (coroutine is None and target.site.prompt is State.NO):
        raise CannotMend(
            sentence(
                "`{task}` may wait for what does not come any more at the end",
                task=target.site.task,
            )
        )


def check_twins(tree: Tree, task: str, coroutine: Coroutine, teardown: Method) -> None:
    """Raise `CannotMend` where work takes down another object of its kind.

    The teardown of that waits for its own work, which may take down this one: for each other.
    """
    name, owner = teardown.function.name.value, teardown.cls.name.value
    for each in reached(tree, coroutine):
        for node in own(each.function.body):
            text = dotted(node.func) if isinstance(node, cst.Call) else ""
            base, _, called = text.rpartition(".")
            root, _, attribute = base.partition(".")
            if called != name or each.method is None or root != each.method.instance:
                continue
            values = attribute_values(tree, teardown.cls, attribute)
            if attribute and any(_is_of(tree, value, note, owner) for value, note in values):
                raise CannotMend(
                    sentence(
                        "`{task}` takes down another `{owner}`, which may wait for it in turn",
                        task=task,
                        owner=owner,
                    )
                )


def _is_of(
    tree: Tree, value: cst.BaseExpression | None, note: cst.Annotation | None, owner: str
) -> bool:
    """Whether a value is, by its annotation or that of the parameter it is, of a class."""
    notes = [note]
    scope = tree.scope(value) if isinstance(value, cst.Name) else None
    if isinstance(value, cst.Name) and isinstance(scope, cst.FunctionDef):
        params = named_params(scope.params)
        notes += [each.annotation for each in params if each.name.value == value.value]
    named = (node for each in notes if each is not None for node in inside(each))
    return any(
        (isinstance(node, cst.Name) and node.value == owner)
        or (isinstance(node, cst.SimpleString) and node.evaluated_value == owner)
        for node in named
    )


def _takes_long(work: Work, target: Target, call: cst.Call, coroutine: Coroutine | None) -> bool:
    """Whether work may take as long as somebody else likes, by what it waits for or its name."""
    if coroutine is None:
        return _may_run_on(target, started_by(call))
    return (
        _serves(work, coroutine)
        or _waits_for_a_handler(work, coroutine)
        or sleeps_for_unknown(work.tree, coroutine)
    )


def _may_run_on(target: Target, work: cst.BaseExpression) -> bool:
    """Whether work of another file may go on until somebody ends it: ``client.stream()``.

    What is not at hand may, unless its name says that it does one thing and is over.
    """
    is_unknown = target.site.prompt is State.UNKNOWN and FINITE_WORDS.isdisjoint(_named(work))
    return is_unknown or _runs_on(work)


def _serves(work: Work, coroutine: Coroutine) -> bool:
    """Whether a coroutine waits for what another file has, and what by its name serves others."""
    return any(
        coroutine_of(work.tree, each) is None
        and (_runs_on(each) or "server" in words(dotted(each.func)))
        for each in awaited_by(work.tree, coroutine)
        if isinstance(each, cst.Call)
    )


def _waits_for_a_handler(work: Work, coroutine: Coroutine) -> bool:
    """Whether a coroutine waits for what its object was given, which may ask a user first."""
    return any(
        isinstance(each, cst.Call) and calls_what_is_given(work.tree, each, each)
        for each in awaited_by(work.tree, coroutine)
    )


def _runs_on(work: cst.BaseExpression) -> bool:
    """Whether work by its name goes on until somebody ends it: ``client.listen()``."""
    return not _RUNNING.isdisjoint(_named(work))


def _named(work: cst.BaseExpression) -> set[str]:
    return set(words(last_name(work.func) if isinstance(work, cst.Call) else ""))
