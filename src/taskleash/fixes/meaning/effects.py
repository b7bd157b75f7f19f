"""What is left of work once its object is taken down, and how a teardown therefore ends it."""

from __future__ import annotations

import enum
from collections.abc import Iterator

import libcst as cst

from taskleash.fixes.meaning.coroutines import (
    comes_back,
    comes_to,
    coroutine_of,
    gives_back,
    in_any_case,
    is_bound_in,
    is_hook,
    sleeps_first,
    started_by,
)
from taskleash.fixes.meaning.following import Coroutine, own, reached
from taskleash.fixes.meaning.polling import runs_until_told
from taskleash.fixes.meaning.remarks import says_that_it_cancels
from taskleash.fixes.meaning.serving import (
    fills_its_owner,
    is_for_now,
    is_harmless,
    is_of_a_part,
    is_plain,
    is_read,
    reads,
    serves_its_owner,
)
from taskleash.fixes.meaning.taken import takes_out
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.containers import assignments, attribute_values
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name, param_names
from taskleash.fixes.syntax.work import Work
from taskleash.fixes.teardowns.ending_lines import DRAINED_SECONDS, End
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import FINITE_WORDS, PROMPT_WORDS, RUNNING_WORDS, sets_up, words
from taskleash.sentences import sentence
from taskleash.verdict.model import Lifetime

#: words in the names of what puts something where it is still found when the object is gone, or
#: gives back what others wait for
_KEEPING = frozenset(
    {
        "ack", "acknowledge", "archive", "audit", "checkpoint", "commit", "delete", "dump", "flush",
        "insert", "nack", "persist", "record", "release", "rollback", "save", "store", "unlock",
        "upload", "upsert",
    }
)  # fmt: skip
#: words in the names of what tells others something, or changes what they have
_TELLING = PROMPT_WORDS | {
    "add", "alert", "announce", "append", "deliver", "enqueue", "extend", "push", "report",
    "submit", "tell", "update",
}  # fmt: skip
#: containers of asyncio, which are nobody else's where the object has made them
_QUEUES = frozenset({"Condition", "Event", "LifoQueue", "PriorityQueue", "Queue"})


class _Effect(enum.Enum):
    """Who sees what work has done, once the object that started it is taken down."""

    #: others find what it has kept, or were told something by what outlives the object
    SEEN = "seen by others"
    #: all that it does, it does with the object and what goes with that
    GONE = "gone with its object"
    UNKNOWN = "not known"


def end_of(work: Work, target: Target, call: cst.Call, teardown: Method) -> End:
    """What the teardown does to the task: it waits where the end of the work matters to others.

    It may be that nothing tells.
    """
    if target.site.lifetime is Lifetime.ENDLESS:
        return End.CANCELLED
    started, method = started_by(call), work.tree.method(call)
    coroutine = coroutine_of(work.tree, started)
    name = target.site.task.rpartition(".")[2]
    if coroutine is None:
        is_over = sets_up(name) or (
            method is not None and is_of_a_part(work.tree, started, method, teardown)
        )
        if is_over or is_for_now(work.tree, name, None):
            return End.CANCELLED
        return _by_effect(work, started, call, teardown)
    # It would not have begun by the deadline, or would not be over.
    is_late = sleeps_first(work.tree, coroutine) >= DRAINED_SECONDS or runs_until_told(coroutine)
    if is_late and gives_back(coroutine):
        raise CannotMend(
            sentence("others wait for what `{task}` gives back at its end", task=target.site.task)
        )
    is_more = takes_out(work.tree, coroutine) or _takes_down(work.tree, coroutine, teardown)
    if is_more and not is_late:
        return _drained(work, call, coroutine, teardown)
    if is_late or serves_its_owner(work.tree, coroutine):
        return End.CANCELLED
    if is_for_now(work.tree, name, coroutine):
        return End.CANCELLED
    if fills_its_owner(work.tree, coroutine):
        return End.CANCELLED
    if says_that_it_cancels(teardown.function) or _cancels_its_kind(work, target, call, teardown):
        return End.CANCELLED
    end = _by_effect(work, started, call, teardown)
    return _drained(work, call, coroutine, teardown) if end is End.DRAINED else end


def _drained(work: Work, call: cst.Call, coroutine: Coroutine, teardown: Method) -> End:
    """How a teardown waits for a task, which may come to it or start others of its kind."""
    functions = [work.tree.scope(call), teardown.function]
    is_back = comes_back(work.tree, coroutine, functions)
    return End.DRAINED_BY_ITSELF if is_back else End.DRAINED


def _takes_down(tree: Tree, coroutine: Coroutine, teardown: Method) -> bool:
    """Whether work takes down what the teardown takes down, too, and leaves it so.

    Broken off in the midst of that, it counts as closed and is not.
    """
    if comes_to(tree, coroutine, teardown.function):
        return False
    closed, set_anew, safe = set[str](), set[str](), in_any_case(coroutine)
    for each in reached(tree, coroutine):
        for target, value, _ in assignments(each.function.body):
            base, _, name = dotted(target).rpartition(".")
            if base and value is not None and dotted(value) != "None":
                set_anew.add(name)
        for node in own(each.function.body):
            work = node.expression if isinstance(node, cst.Await) else node
            if not isinstance(work, cst.Call):
                continue
            name, attribute = last_name(work.func), _attribute(work.func, each)
            if isinstance(node, cst.Await) and id(node) not in safe and LIFECYCLE.ends(name):
                closed.add(attribute)
            elif LIFECYCLE.sets_up(name):
                set_anew.add(attribute)
    return not (closed - set_anew - {""}).isdisjoint(_ended_by(tree, teardown))


def _by_effect(work: Work, started: cst.BaseExpression, call: cst.Call, teardown: Method) -> End:
    """What fits the effect of work."""
    starting = work.tree.method(call)
    if starting is None:
        return End.UNKNOWN
    effect = _effect_of(work.tree, started, starting, teardown)
    return {_Effect.SEEN: End.DRAINED, _Effect.GONE: End.CANCELLED}.get(effect, End.UNKNOWN)


def _cancels_its_kind(work: Work, target: Target, call: cst.Call, teardown: Method) -> bool:
    """Whether the object itself cancels the task elsewhere: nobody misses what it would do."""
    method = work.tree.method(call)
    attribute = target.site.holder.rpartition(".")[2] if target.rule != "TL001" else ""
    return (
        bool(attribute)
        and method is not None
        and any(
            isinstance(node, cst.Call)
            and dotted(node.func) == f"{each.instance}.{attribute}.cancel"
            for each in work.tree.methods(method.cls)
            if each.instance and each.function is not teardown.function
            for node in inside(each.function.body)
        )
    )


def _effect_of(
    tree: Tree, started: cst.BaseExpression, starting: Method, teardown: Method
) -> _Effect:
    """What becomes of the effect of work that a method starts, as the file and names tell.

    Work that is not at hand is judged by the call that makes it.
    """
    coroutine = coroutine_of(tree, started)
    if coroutine is None:
        place = Coroutine(starting.function, starting)
        calls = [(started, place)] if isinstance(started, cst.Call) else []
    else:
        if _keeps(coroutine.function.name.value):
            return _Effect.SEEN
        if any(map(is_hook, reached(tree, coroutine))):
            # What a subclass does there may be anything.
            return _Effect.UNKNOWN
        calls = [*_calls(tree, coroutine)]
    closed = _closed_by(tree, teardown)
    effects = {_of_call(tree, call, place, closed) for call, place in calls}
    for effect in (_Effect.SEEN, _Effect.UNKNOWN):
        if effect in effects:
            return effect
    return _Effect.GONE if effects else _Effect.UNKNOWN


def _calls(tree: Tree, coroutine: Coroutine) -> Iterator[tuple[cst.Call, Coroutine]]:
    """The calls of a coroutine that lead out of the file and do something there."""
    for each in reached(tree, coroutine):
        for node in own(each.function.body):
            if isinstance(node, cst.Call) and not is_harmless(tree, node, each):
                yield node, each


def _of_call(tree: Tree, call: cst.Call, place: Coroutine, closed: frozenset[str]) -> _Effect:
    name, attribute = last_name(call.func), _attribute(call.func, place)
    if name[:1].isupper():
        # It makes something.
        return _Effect.GONE
    if _keeps(name):
        return _Effect.SEEN
    if _is_own(tree, call, attribute, place) or is_read(tree, call, place):
        return _Effect.GONE
    if _is_from_others(tree, call, attribute, place):
        is_told = not _TELLING.isdisjoint(words(name))
        return _Effect.SEEN if is_told or reads(name) else _Effect.UNKNOWN
    # What it sends right before its own connection is closed may have been asked for, as is the
    # command of a client that is a task by itself.
    runs_on = not RUNNING_WORDS.isdisjoint(words(name)) and not call.args
    is_command = isinstance(tree.parent(call), cst.Arg) and not runs_on
    is_gone = attribute in closed and not is_command and FINITE_WORDS.isdisjoint(words(name))
    return _Effect.GONE if is_gone else _Effect.UNKNOWN


def _keeps(name: str) -> bool:
    return not _KEEPING.isdisjoint(words(name))


def _is_own(tree: Tree, call: cst.Call, attribute: str, place: Coroutine) -> bool:
    """Whether a call is made on a container or a queue that the object has made for itself."""
    values = _values(tree, attribute, place) if dotted(call.func) else []
    return bool(values) and all(
        is_plain(value) or (isinstance(value, cst.Call) and last_name(value.func) in _QUEUES)
        for value in values
    )


def _is_from_others(tree: Tree, call: cst.Call, attribute: str, place: Coroutine) -> bool:
    """Whether a call is made on what the object was given, or the module has."""
    root = next(iter(_chain(call.func)), "")
    if place.method is None or root != place.method.instance:
        return isinstance(call.func, cst.Attribute) and not is_bound_in(place.function, root)
    values = _values(tree, attribute, place)
    # What others have put into a container of the object is theirs.
    is_element = not dotted(call.func)
    return bool(values) and all(
        is_plain(value) if is_element else isinstance(value, cst.Name) for value in values
    )


def _values(tree: Tree, attribute: str, place: Coroutine) -> list[cst.BaseExpression]:
    if place.method is None or not attribute:
        return []
    found = attribute_values(tree, place.method.cls, attribute)
    return [v for v, _ in found if v is not None and dotted(v) != "None"]


def _closed_by(tree: Tree, teardown: Method) -> frozenset[str]:
    """The attributes of an object whose values its teardown takes down, or lets go of."""
    found = _ended_by(tree, teardown)
    for each in reached(tree, Coroutine(teardown.function, teardown)):
        for target, value, _ in assignments(each.function.body):
            base, _, name = dotted(target).rpartition(".")
            is_own = each.method is not None and base == each.method.instance
            if value is not None and dotted(value) == "None" and is_own:
                found.add(name)
    return frozenset(found - {""})


def _ended_by(tree: Tree, teardown: Method) -> set[str]:
    """The attributes on whose values a teardown calls what ends them."""
    found: set[str] = set()
    for each in reached(tree, Coroutine(teardown.function, teardown)):
        for node in own(each.function.body):
            text = dotted(node.func) if isinstance(node, cst.Call) else ""
            if isinstance(node, cst.Call) and LIFECYCLE.ends(text.rpartition(".")[2]):
                found.add(_attribute(node.func, each))
    return found - {""}


def _attribute(node: cst.BaseExpression, place: Coroutine) -> str:
    """The attribute of the object by which code reaches a thing, by way of a variable, too.

    Of ``self.ws.send`` that is ``ws``; empty where a thing is no attribute's.
    """
    if place.method is None:
        return ""
    chain = _chain(node)
    if len(chain) > 1 and chain[0] != place.method.instance:
        given = param_names(place.function.params)
        for target, value, _ in assignments(place.function.body):
            if dotted(target) == chain[0] and value is not None and chain[0] not in given:
                chain = [*_chain(value), *chain[1:]]
                break
    is_own = chain[:1] == [place.method.instance]
    return chain[1] if is_own and len(chain) > _OF_A_THING else ""


#: how long a chain is that leads to what a thing of the object has: ``self``, ``ws``, ``send``
_OF_A_THING = 2


def _chain(node: cst.BaseExpression) -> list[str]:
    """The names of a chain of attributes, elements of which are passed over."""
    found: list[str] = []
    while isinstance(node, cst.Attribute | cst.Subscript | cst.Await | cst.Call):
        if isinstance(node, cst.Attribute):
            found.append(node.attr.value)
        if isinstance(node, cst.Await):
            node = node.expression
        else:
            node = node.func if isinstance(node, cst.Call) else node.value
    return [node.value, *reversed(found)] if isinstance(node, cst.Name) else []
