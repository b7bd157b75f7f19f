"""The fix *own*: the class that starts a task ends it in its teardown."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.kinds.track import handle_of, keep
from taskleash.fixes.meaning.beside import check_wanted
from taskleash.fixes.meaning.coroutines import (
    calls_what_it_was_given,
    comes_to,
    coroutine_of,
    is_given,
    root_of,
    started_by,
)
from taskleash.fixes.meaning.drained import check_cared_for, check_drained, check_lasting
from taskleash.fixes.meaning.effects import end_of
from taskleash.fixes.meaning.evident import check_company, check_owning, is_threaded
from taskleash.fixes.meaning.given import check_given, check_shared
from taskleash.fixes.meaning.harmed import (
    check_cancelling,
    check_draining,
    may_be_broken_off,
    told_by,
)
from taskleash.fixes.meaning.serving import is_of_one
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.containers import assignments, attribute_values, container_of
from taskleash.fixes.syntax.free_names import attributes
from taskleash.fixes.syntax.keepers import existing, own_home
from taskleash.fixes.syntax.slots import is_optional
from taskleash.fixes.syntax.spots import Spot
from taskleash.fixes.syntax.tree import Method, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.fixes.teardowns.chosen import (
    check_loop,
    containers_ended,
    end_all,
    end_one,
    ended_beside,
    is_handed_on,
    teardown_of,
)
from taskleash.fixes.teardowns.ending_lines import End, ending_all
from taskleash.fixes.teardowns.places import asking, is_fed_behind, is_fed_meanwhile
from taskleash.models.api import Starts
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import MODELS
from taskleash.models.vocabulary import FINITE_WORDS, words
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Lifetime

#: what gives a future of another thread, which no loop can wait for
_FUTURES = MODELS.bare_names(Starts.THREADSAFE)
#: words in the names of methods that may bring about one of several, each by what they are told
_ADDING = frozenset({"load", "mount", "navigate", "open"})


def own(work: Work, target: Target, call: cst.Call) -> Sentence:
    """End the task of a call in the teardown of its class; says so.

    Raises `CannotMend` where the class has none, or does not keep the task itself.
    """
    method = work.tree.method(call)
    if method is None or not method.instance:
        raise CannotMend(sentence("no instance starts the task"))
    teardown = teardown_of(work.tree, target.site, method)
    check_loop(teardown)
    end = end_of(work, target, call, teardown)
    if end is End.UNKNOWN and asking(teardown, started_by(call)) is not None:
        end = End.DRAINED
    if target.rule != "TL001":
        _check_harm(work, target, call, teardown, end)
        check_owning(work, target, call, teardown, end, is_replaced=False)
    if teardown.function.asynchronous is None:
        _check_cancelled(work, call, teardown, end is not End.CANCELLED)
    if target.rule == "TL001":
        return _own_dropped(work, target, call, method, teardown)
    return _own_kept(work, target, call, method, teardown, end)


def _own_kept(
    work: Work, target: Target, call: cst.Call, method: Method, teardown: Method, end: End
) -> Sentence:
    """End a task in the attribute of the object that keeps it."""
    if not target.site.holder:
        raise CannotMend(sentence("the call does not say where the task is kept"))
    base, _, attribute = target.site.holder.rpartition(".")
    if base != method.instance:
        place, owner = target.site.holder, method.cls.name.value
        raise CannotMend(
            sentence("`{place}` is not an attribute of `{owner}`", place=place, owner=owner)
        )
    if _is_of_all_instances(work, method, attribute):
        raise CannotMend(sentence("`{place}` is that of all instances", place=target.site.holder))
    if _gives_back(work, call, method, target.site.holder):
        raise CannotMend(
            sentence(
                "`{name}` gives the task to its callers, who may end it",
                name=method.function.name.value,
            )
        )
    name = teardown.function.name.value
    if is_handed_on(work.tree, teardown, target.site.holder):
        raise CannotMend(sentence("`{name}` hands it to something else", name=name))
    container = container_of(work.tree, call, target.site.holder)
    if container is not None:
        if target.site.holder in containers_ended(teardown):
            raise CannotMend(
                sentence("`{name}` cancels what is in it on some ways already", name=name)
            )
        _check_kept(work, method, attribute)
        check_shared(work.tree, method.cls, target.site.holder, attribute)
        if end is End.CANCELLED:
            check_company(work, target, call)
        else:
            check_drained(work, target, call)
            _check_known(target, teardown, end)
        is_pruned = target.rule == "TL014"
        end_all(work, teardown, attribute, container.kind, end, is_pruned=is_pruned)
    elif _is_slot(work, method, attribute, call):
        _check_one(work, target, call, teardown, end)
        if end is not End.CANCELLED and not isinstance(started_by(call), cst.Call):
            task = target.site.task
            raise CannotMend(sentence("how long `{task}` takes is not known", task=task))
        optional = is_optional(work, method, attribute, target.site.has_own_state)
        started = started_by(call)
        if end is not End.CANCELLED and asking(teardown, started) is None:
            check_drained(work, target, call)
            _check_known(target, teardown, end)
        end_one(work, teardown, attribute, started, end, is_optional=optional)
    else:
        raise CannotMend(
            sentence("the file does not tell what `{place}` is", place=target.site.holder)
        )
    if end is not End.CANCELLED:
        return sentence("wait for it, within a deadline, in `{method}`", method=name)
    return sentence("cancel it in `{method}`", method=name)


def _gives_back(work: Work, call: cst.Call, method: Method, holder: str) -> bool:
    """Whether the method that starts a task returns it, beside keeping it."""
    named = {dotted(t) for t, value, _ in assignments(method.function.body) if value is call}
    return any(
        isinstance(node, cst.Return)
        and node.value is not None
        and (node.value is call or dotted(node.value) in {holder, *named} - {""})
        for node in inside(method.function.body)
    )


def _check_known(target: Target, teardown: Method, end: End) -> None:
    """Raise `CannotMend` where nothing tells whether anybody would miss what a task does."""
    if end is End.UNKNOWN:
        raise CannotMend(
            sentence(
                "whether `{name}` is to wait for `{task}` or to cancel it is not known",
                name=teardown.function.name.value,
                task=target.site.task,
            )
        )


def _is_of_all_instances(work: Work, method: Method, attribute: str) -> bool:
    """Whether the body of a class sets an attribute, and no method sets that of an instance."""
    places = [
        work.tree.in_class_body(value)
        for value, _ in attribute_values(work.tree, method.cls, attribute)
        if value is not None
    ]
    return bool(places) and all(places)


def _check_kept(work: Work, method: Method, attribute: str) -> None:
    """Raise `CannotMend` where the container may have futures of another thread, too."""
    for each in work.tree.methods(method.cls):
        body = each.function.body
        if attribute in attributes(body) and any(
            isinstance(node, cst.Call) and last_name(node.func) in _FUTURES for node in inside(body)
        ):
            raise CannotMend(
                sentence("`{place}` has futures of another thread, too", place=attribute)
            )


def _check_harm(work: Work, target: Target, call: cst.Call, teardown: Method, end: End) -> None:
    """Raise `CannotMend` where what the teardown is to do would break what others rely on."""
    started = started_by(call)
    coroutine = coroutine_of(work.tree, started)
    if end is not End.CANCELLED:
        check_cared_for(work.tree, call)
        check_draining(work.tree, target.site.task, started, coroutine, teardown)
        return
    method = work.tree.method(call)
    # What sets the object up starts what belongs to it, whoever made that.
    if method is not None and not LIFECYCLE.sets_up(method.function.name.value):
        check_given(work.tree, target.site.task, started, method)
    if coroutine is not None:
        check_cancelling(work.tree, target.site.task, coroutine, teardown)


def _check_one(work: Work, target: Target, call: cst.Call, teardown: Method, end: End) -> None:
    """Raise `CannotMend` where the attribute may hold the next task once this one is over.

    Or where the task is what takes the object down: another one would wait for its end in vain.
    """
    scope, coroutine = work.tree.scope(call), coroutine_of(work.tree, started_by(call))
    if coroutine is not None and comes_to(work.tree, coroutine, scope):
        raise CannotMend(sentence("the task starts the next one in its own place"))
    if end is End.CANCELLED or coroutine is None:
        return
    if comes_to(work.tree, coroutine, teardown.function):
        raise CannotMend(sentence("`{task}` takes down the object itself", task=target.site.task))


def _check_cancelled(work: Work, call: cst.Call, teardown: Method, is_drained: bool) -> None:
    """Raise `CannotMend` where a teardown that cannot wait must not cancel the task."""
    name = teardown.function.name.value
    if is_drained:
        raise CannotMend(sentence("`{name}` cannot wait for it to end", name=name))
    if is_threaded(teardown.function):
        raise CannotMend(sentence("`{name}` may be called from another thread", name=name))
    coroutine = coroutine_of(work.tree, started_by(call))
    comes_itself = coroutine is not None and comes_to(work.tree, coroutine, teardown.function)
    if comes_itself or calls_what_it_was_given(work.tree, coroutine):
        raise CannotMend(
            sentence("`{name}` cannot wait, and the task may come to it itself", name=name)
        )
    told = told_by(work.tree, coroutine, teardown) if coroutine is not None else ""
    if coroutine is not None and told and may_be_broken_off(work.tree, coroutine):
        raise CannotMend(
            sentence("`{name}` lets it come to its end by `{told}`", name=name, told=told)
        )


def _is_slot(work: Work, method: Method, attribute: str, call: cst.Call) -> bool:
    """Whether the attribute is set to the task itself."""
    values = [value for value, _ in attribute_values(work.tree, method.cls, attribute)]
    parent = work.tree.parent(call)
    named = parent.targets[0].target if isinstance(parent, cst.Assign) else None
    return any(
        value is call
        or (
            (isinstance(value, cst.Name) and isinstance(named, cst.Name))
            and getattr(value, "value", "") == getattr(named, "value", None)
        )
        for value in values
    )


def _own_dropped(
    work: Work, target: Target, call: cst.Call, method: Method, teardown: Method
) -> Sentence:
    home = own_home(work, target.site, call)
    spot = handle_of(work.tree, call)
    if known := _known_by(work, spot, method, teardown):
        raise CannotMend(
            sentence(
                "`{name}` sees to it by `{known}`", name=teardown.function.name.value, known=known
            )
        )
    is_there = bool(existing(work, home, teardown.function))
    if not is_there and (other := ended_beside(teardown)):
        raise CannotMend(
            sentence(
                "`{name}` ends the tasks in `{place}`: it may belong there",
                name=teardown.function.name.value,
                place=other,
            )
        )
    _check_whose(work, target, call, method)
    check_lasting(work, target.site.task, started_by(call))
    check_wanted(target.site.task, started_by(call))
    if asking(teardown, started_by(call)) is not None:
        name = teardown.function.name.value
        raise CannotMend(sentence("`{name}` asks it to end by itself", name=name))
    is_replacing = _replaces(work, target, method, call) and _is_alone(work, method)
    is_replacing = is_replacing and not is_there
    # What a later call makes pointless is of no use after the last one either.
    end = End.CANCELLED if is_replacing else end_of(work, target, call, teardown)
    _check_harm(work, target, call, teardown, end)
    check_owning(work, target, call, teardown, end, is_replaced=is_replacing)
    is_drained, decided = end is not End.CANCELLED, end
    if is_drained and is_fed_meanwhile(work.tree, teardown, "", method):
        end = End.DRAINED_BY_ITSELF
    purpose = "set to wait for" if is_drained else "set to cancel"
    container = keep(work, target, spot, home, teardown.function, purpose)
    attribute = container.rpartition(".")[2]
    name = teardown.function.name.value
    if is_replacing and spot.holder is not None:
        lines = ending_all(work, method.function, container, "set", End.CANCELLED, is_pruned=True)
        new = work.statements(spot.holder, "\n".join(lines))
        work.edits.insert_before(spot.holder, new, blank=0)
    if is_drained:
        check_drained(work, target, call)
        _check_known(target, teardown, decided)
        if is_fed_behind(work.tree, teardown, container, method):
            raise CannotMend(
                sentence(
                    "`{name}` ends what starts `{task}` only behind what that uses",
                    name=name,
                    task=target.site.task,
                )
            )
    if not _is_mentioned(teardown, attribute):
        end_all(work, teardown, attribute, "set", end, is_pruned=True)
    return _kept(container, name, is_replacing, is_drained)


def _check_whose(work: Work, target: Target, call: cst.Call, method: Method) -> None:
    """Raise `CannotMend` where the work of a dropped task is not that of the object."""
    check_cared_for(work.tree, call)
    if is_given(work.tree, call):
        raise CannotMend(
            sentence(
                "`{task}` is given to the object, and may go on without it", task=target.site.task
            )
        )
    if not _is_of_its_owner(work, target, call, method):
        raise CannotMend(
            sentence(
                "`{task}` has nothing of `{owner}`",
                task=target.site.task,
                owner=method.cls.name.value,
            )
        )


def _is_of_its_owner(work: Work, target: Target, call: cst.Call, method: Method) -> bool:
    """Whether work is done by the object or by something that it holds, or is given either.

    What never ends is ended by whoever starts it, and a function in the method has what that has.
    """
    started = started_by(call)
    if target.site.lifetime is Lifetime.ENDLESS or not isinstance(started, cst.Call):
        return True
    coroutine = coroutine_of(work.tree, started)
    if coroutine is not None and any(n is coroutine.function for n in inside(method.function.body)):
        return True
    return method.instance in map(root_of, [started.func, *(arg.value for arg in started.args)])


def _kept(place: str, method: str, is_replacing: bool, is_drained: bool) -> Sentence:
    """What was done, as a sentence; what replaces the earlier ones is never waited for."""
    if is_replacing:
        return sentence(
            "keep it in `{place}`, end the earlier ones before it starts, cancel it in `{method}`",
            place=place,
            method=method,
        )
    if is_drained:
        return sentence(
            "keep it in `{place}`, wait for it, within a deadline, in `{method}`",
            place=place,
            method=method,
        )
    return sentence("keep it in `{place}`, cancel it in `{method}`", place=place, method=method)


def _known_by(work: Work, spot: Spot, method: Method, teardown: Method) -> str:
    """An attribute that leads to the task and that the teardown looks at, like a weak reference."""
    scope = work.tree.scope(spot.call)
    if spot.kind != "name" or scope is None:
        return ""
    for target, value, _ in assignments(scope.body):
        base, _, attribute = dotted(target).rpartition(".")
        if base != method.instance or value is None or not _is_mentioned(teardown, attribute):
            continue
        if any(isinstance(node, cst.Name) and node.value == spot.name for node in inside(value)):
            return dotted(target)
    return ""


def _is_mentioned(teardown: Method, attribute: str) -> bool:
    return attribute in attributes(teardown.function.body)


def _is_alone(work: Work, method: Method) -> bool:
    """Whether a container would get the tasks of one call only."""
    owners = [work.tree.method(call) for call in work.uses]
    return sum(owner is not None and owner.cls is method.cls for owner in owners) == 1


def _replaces(work: Work, target: Target, method: Method, call: cst.Call) -> bool:
    """Whether the work makes that of an earlier call pointless: it brings about a new state."""
    if work.tree.scope(call) is not method.function or target.site.restarts_itself:
        return False
    if str(target.site.multiplicity) != "per-call":
        return False
    name, params = method.function.name.value, method.function.params
    if _ADDING & set(words(name)) and [*params.params, *params.kwonly_params][1:]:
        # What is told what to load may load one after the other.
        return False
    if not FINITE_WORDS.isdisjoint(words(target.site.task)):
        # What writes something down is no better for being cancelled half-way.
        return False
    return LIFECYCLE.sets_up_anew(name) and not is_of_one(work.tree, started_by(call))
