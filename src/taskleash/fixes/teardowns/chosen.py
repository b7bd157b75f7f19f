"""The end of tasks in the teardown of the class that keeps them: which, and where in it."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.meaning.lastness import part_of, why_not_the_end
from taskleash.fixes.meaning.remarks import is_before_any_wait
from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.insertion import BodyPlace
from taskleash.fixes.syntax.signatures import called_on_instance
from taskleash.fixes.syntax.tree import (
    Method,
    Tree,
    decorator_name,
    dotted,
    inside,
    last_name,
)
from taskleash.fixes.syntax.work import Work
from taskleash.fixes.teardowns.ending_lines import End, ending_all, ending_one
from taskleash.fixes.teardowns.places import behind_its_claim, place_of_end, teardown_place
from taskleash.models.classes import SAME_FUNCTION
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import words
from taskleash.sentences import sentence
from taskleash.verdict.model import Site

#: the names of a class's teardown, the most telling one first
_NAMES = ("aclose", "close", "shutdown", "stop", "disconnect", "__aexit__", "__exit__")
#: words in the names of methods that may throw something away and go on
_TIDYING = frozenset({"clean", "cleanup", "clear", "purge", "reset"})
#: words in the names of what is done to each of the things that an object has
_EACH = frozenset({"all", "each"})
#: what leaves a context is what belongs to how it was entered
_COUNTERPARTS = {"__enter__": "__exit__", "__aenter__": "__aexit__"}


def teardown_of(tree: Tree, site: Site, spawning: Method) -> Method:
    """The method that takes down an instance of the class; raises `CannotMend` without one.

    Of several it is an ``async`` one if there is any, and one that the others call.
    """
    names = {name.rpartition(".")[2] for name in site.teardowns}
    start = spawning.function.name.value
    if start == "__del__":
        raise CannotMend(sentence("nobody takes down what is gone already"))
    if start in names:
        raise CannotMend(sentence("`{start}`, which starts it, is a teardown itself", start=start))
    if start in _COUNTERPARTS:
        names &= {_COUNTERPARTS[start]}
    found = {
        m.function.name.value: m
        for m in tree.methods(spawning.cls)
        if m.instance and m.function.name.value in names and not _is_abstract(m)
        if not _tidies_up(m) and not _is_wrapped(tree, m)
    }
    if not found:
        name = spawning.cls.name.value
        raise CannotMend(
            sentence("`{name}` has no close, stop or other teardown of its own here", name=name)
        )
    owner = spawning.cls.name.value
    # What ends one part of the object is called by the end of it all, and by others.
    found = {name: m for name, m in found.items() if not part_of(name, owner)} or found
    chosen = min(found.values(), key=_rank)
    while inner := _called_by(chosen, found):
        del found[chosen.function.name.value]
        chosen = inner
    around, chosen = chosen, _behind(tree, chosen)
    if inherited := _inherited_end(tree, chosen):
        raise CannotMend(
            sentence(
                "`{name}` calls `{inherited}` of a base class, which others call themselves",
                name=chosen.function.name.value,
                inherited=inherited,
            )
        )
    if site.task.rpartition(".")[2] == chosen.function.name.value:
        raise CannotMend(sentence("the work itself is `{task}`", task=site.task))
    if _is_unwritten(chosen):
        name = chosen.function.name.value
        raise CannotMend(sentence("`{name}` is not written yet", name=name))
    for method in dict.fromkeys((around, chosen)):
        if reason := why_not_the_end(tree, site, method, spawning):
            raise CannotMend(reason)
    if chosen.function.name.value in {name.rpartition(".")[2] for name in site.replaced}:
        raise CannotMend(
            sentence(
                "a subclass has a `{name}` of its own that leaves this one out",
                name=chosen.function.name.value,
            )
        )
    return chosen


def _behind(tree: Tree, method: Method) -> Method:
    """The method of the class that the end of a context calls: others call that one themselves."""
    if method.function.name.value not in _COUNTERPARTS.values():
        return method
    called = [
        each
        for each in tree.methods(method.cls)
        if each.function.name.value in called_on_instance(method) and each is not method
    ]
    return called[0] if len(called) == 1 and called[0].function.asynchronous else method


def _inherited_end(tree: Tree, method: Method) -> str:
    """The teardown of a base class elsewhere that the end of a context leads to; else empty."""
    if method.function.name.value not in _COUNTERPARTS.values():
        return ""
    names = {each.function.name.value for each in tree.methods(method.cls)}
    called = sorted(set(called_on_instance(method)) - names)
    return next((name for name in called if method.cls.bases and LIFECYCLE.ends(name)), "")


def _is_unwritten(method: Method) -> bool:
    """Whether a comment stands in the place of what a method is to do."""
    body = method.function.body
    if not isinstance(body, cst.IndentedBlock) or not all(map(_does_nothing, body.body)):
        return False
    return any(isinstance(node, cst.Comment) for node in inside(body))


def _does_nothing(line: cst.BaseStatement) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    is_text = isinstance(small, cst.Expr) and isinstance(
        small.value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis
    )
    return is_text or isinstance(small, cst.Pass)


def _tidies_up(method: Method) -> bool:
    """Whether a method by its name cleans something, and nothing in it says that it is the end."""
    if _TIDYING.isdisjoint(words(method.function.name.value)):
        return False
    return not any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and (LIFECYCLE.ends(node.func.attr.value) or node.func.attr.value == "cancel")
        for node in inside(method.function.body)
    )


def _is_wrapped(tree: Tree, method: Method) -> bool:
    """Whether a decorator that is not known here may make something else of a method: a timer."""
    names = {decorator_name(each) for each in method.function.decorators} - SAME_FUNCTION
    plain = {
        each.name.value
        for each in (tree.of(cst.FunctionDef, *names) if names else ())
        if each.name.value in names and _wraps(each)
    }
    return not names <= plain


def _wraps(function: cst.FunctionDef) -> bool:
    """Whether a decorator makes a function that it says to be the one that it was given."""
    found = inside(function, "wraps")
    return any(decorator_name(each) == "wraps" for node in found for each in _decorators(node))


def _decorators(node: cst.CSTNode) -> Sequence[cst.Decorator]:
    return node.decorators if isinstance(node, cst.FunctionDef) else ()


def _is_abstract(method: Method) -> bool:
    """Whether subclasses put a method of their own in its place."""
    return any(last_name(each.decorator) == "abstractmethod" for each in method.function.decorators)


def _rank(method: Method) -> tuple[bool, int]:
    name = method.function.name.value
    order = _NAMES.index(name) if name in _NAMES else len(_NAMES)
    return method.function.asynchronous is None, order


def _called_by(method: Method, others: dict[str, Method]) -> Method | None:
    for node in inside(method.function.body):
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            name = node.func.attr.value
            own = dotted(node.func.value) == method.instance
            if own and name in others and others[name] is not method and not _ends_each(name):
                is_exit = method.function.name.value in _COUNTERPARTS.values()
                is_async = others[name].function.asynchronous is not None
                if is_async or is_exit or method.function.asynchronous is None:
                    return others[name]
    return None


def _ends_each(name: str) -> bool:
    """Whether a method by its name ends all of several things, which others may ask for, too."""
    return not _EACH.isdisjoint(words(name)[1:])


def check_loop(teardown: Method) -> None:
    """Raise `CannotMend` where the teardown may run in another loop than the tasks."""
    for node in inside(teardown.cls):
        if isinstance(node, cst.Call) and last_name(node.func) == "new_event_loop":
            name = teardown.function.name.value
            raise CannotMend(
                sentence("`{name}` may run in another event loop than the task", name=name)
            )


def is_handed_on(tree: Tree, method: Method, text: str) -> bool:
    """Whether a teardown gives an attribute to a function, which may see to the task."""
    return any(
        isinstance(node, cst.Arg) and dotted(node.value) == text
        for node in inside(method.function.body)
    )


def ended_beside(teardown: Method) -> str:
    """A set or list that a teardown goes through to cancel what is in it; empty without one."""
    return next(iter(containers_ended(teardown)), "")


def containers_ended(teardown: Method) -> list[str]:
    """The containers of the object that a teardown goes through to cancel what is in them."""
    found: list[str] = []
    for node in inside(teardown.function.body):
        if not isinstance(node, cst.For):
            continue
        text, cancels = dotted(_listed(node.iter)), f"{dotted(node.target)}.cancel"
        is_own = text.startswith(f"{teardown.instance}.")
        if is_own and any(
            isinstance(n, cst.Call) and dotted(n.func) == cancels for n in inside(node)
        ):
            found.append(text)
    return found


def _listed(node: cst.BaseExpression) -> cst.BaseExpression:
    """What is gone through: the container in ``list(self.tasks)``.

    ``getattr(self, "tasks", ())`` names it, too, and so does ``self.tasks.values()``.
    """
    func = node.func if isinstance(node, cst.Call) else None
    if isinstance(func, cst.Attribute) and func.attr.value in ("copy", "values"):
        return func.value
    if not isinstance(node, cst.Call) or not isinstance(node.func, cst.Name) or not node.args:
        return node
    first = node.args[0].value
    if node.func.value != "getattr":
        return _listed(first)
    name = node.args[1].value if len(node.args) > 1 else None
    text = name.evaluated_value if isinstance(name, cst.SimpleString) else None
    return cst.Attribute(first, cst.Name(text)) if isinstance(text, str) else node


def end_all(
    work: Work, method: Method, attribute: str, kind: str, end: End, *, is_pruned: bool
) -> None:
    """End the tasks in a container of the instance in its teardown.

    ``kind`` is set, list or dict; ``is_pruned`` tells that done tasks leave it by themselves.
    """
    if not _is_new(work, method, attribute):
        return
    text = f"{method.instance}.{attribute}"
    lines = ending_all(work, method.function, text, kind, end, is_pruned=is_pruned)
    if not is_pruned and f"{text}.clear" not in _calls(method):
        lines.append(f"{text}.clear()")
    place = teardown_place(work.tree, method, text)
    if end is End.CANCELLED:
        place = behind_its_claim(method, place)
    _check_step(method, place)
    work.put(place, "\n".join(lines))


def end_one(
    work: Work,
    method: Method,
    attribute: str,
    started: cst.BaseExpression,
    end: End,
    *,
    is_optional: bool,
) -> None:
    """End the task in an attribute of the instance in its teardown; ``started`` is its work."""
    if not _is_new(work, method, attribute):
        return
    text = f"{method.instance}.{attribute}"
    if is_optional and text in {dotted(t) for t, _, _ in assignments(method.function)}:
        lines = ending_one(work, method.function, text, True, end)[:-1]
    else:
        lines = ending_one(work, method.function, text, is_optional, end)
    place = place_of_end(work.tree, method, text, started)
    if end is End.CANCELLED:
        place = behind_its_claim(method, place)
    _check_step(method, place)
    work.put(place, "\n".join(lines))


def _check_step(method: Method, place: BodyPlace) -> None:
    """Raise `CannotMend` where a teardown must not wait before it has done more than it has."""
    is_waiting = method.function.asynchronous is not None and not place.is_after
    if is_waiting and is_before_any_wait(place.anchor):
        name = method.function.name.value
        raise CannotMend(sentence("a comment says that `{name}` does not wait before", name=name))


def _calls(method: Method) -> set[str]:
    body = inside(method.function.body)
    return {dotted(node.func) for node in body if isinstance(node, cst.Call)}


def _is_new(work: Work, method: Method, attribute: str) -> bool:
    """Whether no other fix of the round has put it there yet."""
    key = (f"end of {attribute}", id(method.function))
    known = key in work.draft.made
    work.draft.made[key] = attribute
    return not known
