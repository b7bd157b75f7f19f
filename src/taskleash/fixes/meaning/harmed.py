"""What a teardown that cancels a task would break, as the file shows: nobody may ask for that."""

from __future__ import annotations

from collections.abc import Container, Iterator

import libcst as cst

from taskleash.fixes.meaning.coroutines import (
    calls_what_is_given,
    coroutine_of,
    gives_back,
    opens,
    resolves,
    waits,
)
from taskleash.fixes.meaning.drained import check_twins
from taskleash.fixes.meaning.following import Coroutine, own, reached
from taskleash.fixes.meaning.loops import (
    does_more_at_its_end,
    ends_by_its_queue,
    is_asked,
    matters,
    survives,
)
from taskleash.fixes.meaning.polling import sleeps
from taskleash.fixes.meaning.taken import takes_out
from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.tree import (
    Method,
    Tree,
    dotted,
    inside,
    last_name,
)
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import words
from taskleash.sentences import sentence

#: what tells a loop that it is over, or waits until it is: an event, the last element of a queue,
#: the end of a stream or of a process, which may not end while nobody reads what it writes
_TELLING = frozenset(
    {
        "cancel", "communicate", "feed_eof", "join", "kill", "put", "put_nowait", "send_signal",
        "set", "terminate", "wait",
    }
)  # fmt: skip
#: of these, what only asks: a task that is cancelled beside it misses nothing
_ASKING = frozenset({"cancel", "set"})
#: what ends a queue of the program's own: what is in it is still taken out
_CLOSING = frozenset({"aclose", "close"})
#: what waits for work that it is given
_COLLECTING = frozenset({"as_completed", "gather", "shield"})
#: what is done to an object that is to be there no more, given nothing
_DELETING = frozenset({"delete", "destroy", "drop", "rmtree", "unlink"})


def check_cancelling(tree: Tree, task: str, coroutine: Coroutine, teardown: Method) -> None:
    """Raise `CannotMend` where a teardown must not cancel a task with this coroutine.

    Others wait for what it brings about, it does more at its end, it does not end so, or the
    teardown lets it come to an end with what is left to do.
    """
    name = teardown.function.name.value
    if flag := _left_early(tree, coroutine, teardown):
        raise CannotMend(
            sentence("once it runs, `{name}` leaves early as `{flag}` says", name=name, flag=flag)
        )
    told = told_by(tree, coroutine, teardown)
    if _waits_for_it(told):
        raise CannotMend(
            sentence("`{name}` lets it come to its end by `{told}`", name=name, told=told)
        )
    if lock := _waits_by(tree, coroutine, teardown):
        raise CannotMend(
            sentence("`{name}` lets it come to its end by `{told}`", name=name, told=lock)
        )
    if ended := ended_by(tree, coroutine, teardown) or _closes_source(tree, coroutine, teardown):
        raise CannotMend(
            sentence("`{name}` lets it come to its end by `{told}`", name=name, told=ended)
        )
    if resolves(tree, coroutine) or gives_back(coroutine) or opens(tree, coroutine):
        raise CannotMend(sentence("others wait for what `{task}` brings about", task=task))
    if takes_out(tree, coroutine):
        raise CannotMend(
            sentence("`{task}` may have taken out what it has yet to see to", task=task)
        )
    if does_more_at_its_end(tree, coroutine):
        raise CannotMend(
            sentence("`{task}` does more behind its loop, which would be left out", task=task)
        )
    if ends_by_its_queue(coroutine):
        raise CannotMend(
            sentence("`{task}` ends when its queue says so, and not before", task=task)
        )
    if survives(coroutine):
        raise CannotMend(sentence("`{task}` catches its own cancellation and goes on", task=task))


def check_draining(
    tree: Tree,
    task: str,
    started: cst.BaseExpression,
    coroutine: Coroutine | None,
    teardown: Method,
) -> None:
    """Raise `CannotMend` where a teardown must not wait for work: it deletes what that acts on."""
    if coroutine is not None:
        check_twins(tree, task, coroutine, teardown)
    used = _of_its_object(started, teardown)
    for each in reached(tree, coroutine) if coroutine is not None else ():
        used |= _of_its_object(each.function.body, each.method or teardown)
    for each in reached(tree, Coroutine(teardown.function, teardown)):
        for node in own(each.function.body):
            if not isinstance(node, cst.Call) or node.args:
                continue
            base, _, name = dotted(node.func).rpartition(".")
            if name in _DELETING and _of_object(base, each) in used:
                raise CannotMend(
                    sentence(
                        "`{name}` deletes `{place}`, which `{task}` is about",
                        name=teardown.function.name.value,
                        place=base,
                        task=task,
                    )
                )


def _of_its_object(node: cst.CSTNode, method: Method) -> set[str]:
    """The attributes of the object that code in a method mentions."""
    place = Coroutine(method.function, method)
    return {_of_object(text, place) for text in _texts(node)} - {""}


def told_by(tree: Tree, coroutine: Coroutine, teardown: Method) -> str:
    """What a teardown does that ends the loop of a coroutine by itself, as its text; else empty.

    Where it waits for that, too, it is the wait: ``self.queue.join``.
    """
    found = [*_telling(tree, coroutine, teardown)]
    return next(filter(_waits_for_it, found), next(iter(found), ""))


def _waits_for_it(told: str) -> bool:
    """Whether what tells a loop that it is over counts on it to come to its end by itself."""
    return told.rpartition(".")[2] in (_TELLING | _CLOSING) - _ASKING


def _telling(tree: Tree, coroutine: Coroutine, teardown: Method) -> Iterator[str]:
    ending = [*reached(tree, Coroutine(teardown.function, teardown))]
    flags, sources = _ended_by(tree, coroutine, {id(each.function) for each in ending})
    for each in ending:
        for target, _, _ in assignments(each.function.body):
            place = dotted(target.value if isinstance(target, cst.Subscript) else target)
            if _of_object(place, each) in flags:
                yield place
        for node in own(each.function.body):
            text = dotted(node.func) if isinstance(node, cst.Call) else ""
            base, _, name = text.rpartition(".")
            place = _of_object(base, each)
            if base and name in _TELLING and place in sources | flags:
                yield text
            if name in _CLOSING and place in _queues_of(tree, coroutine):
                yield text


def _queues_of(tree: Tree, coroutine: Coroutine) -> set[str]:
    """The attributes from which a coroutine takes one thing after the other."""
    return {
        _of_object(dotted(node.expression.func), each)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
        if isinstance(node, cst.Await)
        and isinstance(node.expression, cst.Call)
        and last_name(node.expression.func) == "get"
        and not node.expression.args
    } - {""}


def may_be_broken_off(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a cancellation may come in the midst of what a coroutine does.

    It cannot where that only waits for its time or for what comes next.
    """
    return any(
        isinstance(node, cst.Await)
        and coroutine_of(tree, node.expression) is None
        and not sleeps(node)
        and not _awaits_its_turn(node)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )


def _awaits_its_turn(node: cst.Await) -> bool:
    """Whether code waits for what comes next, by a deadline too: ``wait_for(queue.get(), 1)``."""
    work = node.expression
    if isinstance(work, cst.Call) and last_name(work.func) == "wait_for" and work.args:
        return waits(cst.Await(work.args[0].value))
    return isinstance(work, cst.Call) and last_name(work.func) not in _COLLECTING and waits(node)


def ended_by(tree: Tree, coroutine: Coroutine, teardown: Method) -> str:
    """What a teardown takes down whose end a coroutine waits for, as the call; else empty.

    Who waits for the end of a server is told of it by that.
    """
    waited: set[str] = set()
    for each in reached(tree, coroutine):
        for node in own(each.function.body):
            work = node.expression if isinstance(node, cst.Await) else None
            name = last_name(work.func) if isinstance(work, cst.Call) else ""
            if isinstance(work, cst.Call) and words(name)[:1] == ["wait"] != words(name):
                waited.add(_of_object(dotted(work.func), each))
    for each in reached(tree, Coroutine(teardown.function, teardown)):
        for node in own(each.function.body):
            text = dotted(node.func) if isinstance(node, cst.Call) else ""
            base, _, name = text.rpartition(".")
            if base and LIFECYCLE.ends(name) and _of_object(base, each) in waited - {""}:
                return text
    return ""


def _closes_source(tree: Tree, coroutine: Coroutine, teardown: Method) -> str:
    """What a teardown closes that a coroutine reads for handlers of others; else empty.

    It may be in the midst of one, and comes to its end by itself behind that.
    """
    handles = any(
        isinstance(node, cst.Await)
        and isinstance(node.expression, cst.Call)
        and calls_what_is_given(tree, node.expression, node.expression)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )
    sources = _ended_by(tree, coroutine, set())[1] if handles else set[str]()
    for each in reached(tree, Coroutine(teardown.function, teardown)) if sources else ():
        for node in own(each.function.body):
            text = dotted(node.func) if isinstance(node, cst.Call) else ""
            base, _, name = text.rpartition(".")
            if base and LIFECYCLE.ends(name) and _of_object(base, each) in sources:
                return text
    return ""


def _waits_by(tree: Tree, coroutine: Coroutine, teardown: Method) -> str:
    """The lock that a teardown takes only to wait until a coroutine has given it back; else empty.

    While it has that it does its work, which a cancellation would break off.
    """
    held = {
        _of_object(dotted(item.item), each)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
        for item in (node.items if isinstance(node, cst.With) else ())
    }
    place = Coroutine(teardown.function, teardown)
    for node in own(teardown.function.body):
        if isinstance(node, cst.With) and not any(map(matters, node.body.body)):
            for item in node.items:
                if _of_object(dotted(item.item), place) in held - {""}:
                    return dotted(item.item)
    return ""


def _of_object(text: str, place: Coroutine) -> str:
    """The attribute of the object that a dotted name begins with: ``ws`` of ``self.ws.reader``."""
    root, _, rest = text.partition(".")
    is_own = place.method is not None and root == place.method.instance
    return rest.partition(".")[0] if is_own else ""


def _ended_by(tree: Tree, coroutine: Coroutine, but: Container[int]) -> tuple[set[str], set[str]]:
    """The attributes whose values end the loops of a coroutine, and those that it waits for.

    What it does in the functions of ``but`` is left out.
    """
    flags: set[str] = set()
    sources: set[str] = set()
    for each in reached(tree, coroutine):
        if id(each.function) in but:
            continue
        names = {
            dotted(target): _of_object(text, each)
            for target, value, _ in assignments(each.function.body)
            for text in _texts(value)
            if isinstance(target, cst.Name) and _of_object(text, each)
        }
        for node in own(each.function.body):
            # A question of what it calls is about something else, unless a loop hangs on it.
            asking = cst.While | cst.If if each is coroutine else cst.While
            if isinstance(node, asking) and is_asked(node):
                for text in _texts(node.test):
                    flags |= {_of_object(text, each), names.get(text, "")}
            if isinstance(node, cst.For) and node.asynchronous is not None:
                waited: cst.CSTNode = node.iter
            elif waits(node):
                waited = node
            else:
                continue
            for text in _texts(waited):
                sources |= {_of_object(text, each), names.get(text.partition(".")[0], "")}
    return flags - {""}, sources - {""}


def _texts(node: cst.CSTNode | None) -> Iterator[str]:
    for each in inside(node) if node is not None else ():
        if isinstance(each, cst.Attribute | cst.Name) and (text := dotted(each)):
            yield text


def _left_early(tree: Tree, coroutine: Coroutine, teardown: Method) -> str:
    """The flag that a coroutine sets at its start and by which a teardown then does nothing."""
    lines = list(coroutine.function.body.body)
    first = next((i for i, x in enumerate(lines) if any(map(_waits_at, inside(x)))), len(lines))
    settled = {
        (_of_object(dotted(target), coroutine), dotted(value))
        for line in lines[:first]
        for target, value, _ in assignments(line)
        if value is not None and isinstance(line, cst.SimpleStatementLine)
    }
    place = Coroutine(teardown.function, teardown)
    for line in teardown.function.body.body:
        if not isinstance(line, cst.If) or line.orelse is not None:
            continue
        if not any(isinstance(node, cst.Return) for node in own(line.body)):
            continue
        is_not = isinstance(line.test, cst.UnaryOperation)
        test = line.test.expression if isinstance(line.test, cst.UnaryOperation) else line.test
        if (_of_object(dotted(test), place), "False" if is_not else "True") in settled:
            return dotted(test)
    return ""


def _waits_at(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Await | cst.Asynchronous)
