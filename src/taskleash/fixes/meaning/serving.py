"""Whether anybody but the object that starts work sees whether that came to its end."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from taskleash.fixes.meaning.coroutines import coroutine_of, is_hook, root_of
from taskleash.fixes.meaning.following import Coroutine, called, own, reached
from taskleash.fixes.syntax.containers import assignments, attribute_values
from taskleash.fixes.syntax.loggers import module_loggers
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name, named_params
from taskleash.models.vocabulary import FINITE_WORDS, sets_up, words

#: calls that change nothing outside of their function
_HARMLESS = frozenset(
    {
        "abs", "all", "any", "asyncio.sleep", "bool", "bytes", "dict", "enumerate", "float",
        "getattr", "hasattr", "int", "isinstance", "len", "list", "max", "min", "range", "repr",
        "reversed", "round", "set", "sorted", "str", "sum", "time.monotonic", "time.time", "tuple",
        "zip",
    }
)  # fmt: skip
#: first words in the names of what shows something, or has it ready, while its object is there
_SHOWING = frozenset(
    {
        "animate", "blink", "display", "draw", "prebuffer", "precache", "preheat", "prewarm",
        "redraw", "render", "repaint", "show", "warm", "warmup",
    }
)  # fmt: skip
#: those of what gets something
_GETTING = frozenset(
    {
        "discover", "fetch", "get", "load", "lookup", "query", "retrieve", "scan", "search",
    }
)  # fmt: skip
#: words in the names of what keeps a connection up, which is no use to one that is closed
_ALIVE = frozenset({"heartbeat", "keepalive", "ping", "pong"})
#: first words in the names of what only tells something, or makes a value of another one
_READING = frozenset(
    {
        "copy", "decode", "fetch", "find", "format", "fromisoformat", "fromtimestamp", "get",
        "has", "is", "items", "json", "keys", "list", "load", "loads", "lower", "now", "parse",
        "query", "read", "retrieve", "search", "select", "split", "startswith", "strip", "text",
        "upper", "utcnow", "validate", "values",
    }
)  # fmt: skip
#: last words in the names of what tells several things of an object apart
_KEYS = frozenset({"id", "key", "name", "symbol", "topic", "uid", "uuid"})
#: what waits for the calls that it is given, and no more
_WRAPPING = frozenset({"gather", "shield", "timeout", "wait_for"})
#: methods of containers that put something in
_FILLING = frozenset({"add", "append", "extend", "insert", "setdefault", "update"})


def serves_its_owner(tree: Tree, coroutine: Coroutine | None) -> bool:
    """Whether all that a coroutine does is to change the object whose method it is.

    Nobody but that object sees whether it came to its end. So it is with what sets the object up.
    What is not known is no such work.
    """
    if coroutine is None or coroutine.method is None or is_hook(coroutine):
        return False
    if sets_up(coroutine.function.name.value):
        return True
    return all(
        _stays_inside(tree, each, is_harmless) and not is_hook(each)
        for each in reached(tree, coroutine)
    )


def fills_its_owner(tree: Tree, coroutine: Coroutine | None) -> bool:
    """Whether a coroutine fetches what its object is to have, and does no more than that."""
    if coroutine is None or coroutine.method is None or is_hook(coroutine):
        return False
    every = [*reached(tree, coroutine)]
    if any(map(is_hook, every)):
        return False
    return any(map(_fills, every)) and all(_stays_inside(tree, each, is_read) for each in every)


def is_of_a_part(
    tree: Tree, started: cst.BaseExpression, starting: Method, teardown: Method
) -> bool:
    """Whether work is done by something that its object has made for itself alone, and on that.

    Or it is done on something that the teardown empties.
    """
    text = dotted(started.func) if isinstance(started, cst.Call) else ""
    root, _, rest = text.partition(".")
    attribute, _, name = rest.partition(".")
    if root != starting.instance or not name or "." in name:
        return False
    values = [value for value, _ in attribute_values(tree, starting.cls, attribute)]
    made = {last_name(value.func) if isinstance(value, cst.Call) else "" for value in values}
    made -= {""}
    for line in tree.module.body if len(made) == 1 else ():
        if not isinstance(line, cst.ClassDef) or line.name.value not in made or line.bases:
            continue
        for method in tree.methods(line):
            if method.function.name.value == name:
                coroutine = Coroutine(method.function, method)
                if serves_its_owner(tree, coroutine) or _is_emptied(teardown, attribute):
                    return True
    return False


def _is_emptied(teardown: Method, attribute: str) -> bool:
    return any(
        isinstance(node, cst.Call) and dotted(node.func) == f"{teardown.instance}.{attribute}.clear"
        for node in inside(teardown.function.body)
    )


def is_of_one(tree: Tree, started: cst.BaseExpression) -> bool:
    """Whether work is about one of several things of its object, which it is told the key of."""
    if not isinstance(started, cst.Call):
        return False
    given = {arg.value.value for arg in started.args if isinstance(arg.value, cst.Name)}
    if any(not _KEYS.isdisjoint(words(name)[-1:]) for name in given):
        return True
    coroutine = coroutine_of(tree, started)
    return coroutine is not None and any(
        isinstance(node, cst.Subscript)
        and root_of(node.value) == (coroutine.method.instance if coroutine.method else "")
        and any(dotted(each) in params for each in inside(node) if isinstance(each, cst.Name))
        for params in [{param.name.value for param in named_params(coroutine.function.params)}]
        for node in own(coroutine.function.body)
    )


def is_for_now(tree: Tree, name: str, coroutine: Coroutine | None) -> bool:
    """Whether work by its name only shows or gets something: ``render_line``, ``fetch_prices``.

    Nobody looks at that any more once the object is gone. What keeps it elsewhere is none.
    """
    found = [word for word in words(name) if word != "async"]
    if found[:1] == ["check"] or not _ALIVE.isdisjoint(found):
        return True
    if _SHOWING.isdisjoint(found[:1]) and _GETTING.isdisjoint(found[:1]):
        return False
    if not FINITE_WORDS.isdisjoint(found):
        return False
    return not _SHOWING.isdisjoint(found[:1]) or coroutine is None or not _keeps(tree, coroutine)


def _keeps(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine stores, sends or otherwise hands on something, by the names of its calls.

    What it puts into a container of its own object goes with that.
    """
    return any(
        isinstance(node, cst.Call)
        and not FINITE_WORDS.isdisjoint(words(last_name(node.func)))
        and not is_harmless(tree, node, each)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )


def _stays_inside(
    tree: Tree, coroutine: Coroutine, is_harmless: Callable[[Tree, cst.Call, Coroutine], bool]
) -> bool:
    function, method = coroutine.function, coroutine.method
    instance = method.instance if method is not None else ""
    for target, _, _ in assignments(function.body):
        root = root_of(target)
        if not isinstance(target, cst.Name) and (not instance or root != instance):
            return False
    for node in own(function.body):
        if isinstance(node, cst.Global | cst.Nonlocal | cst.Yield | cst.Lambda):
            return False
        if isinstance(node, cst.Call) and not is_harmless(tree, node, coroutine):
            return False
        if isinstance(node, cst.Await) and not isinstance(node.expression, cst.Call):
            return False
    return True


def is_harmless(tree: Tree, call: cst.Call, coroutine: Coroutine) -> bool:
    text = dotted(call.func)
    if text in _HARMLESS or called(tree, call, coroutine.method, call) is not None:
        return True
    owner, _, _ = text.rpartition(".")
    if owner in module_loggers(tree):
        return True
    base, _, name = owner.rpartition(".")
    method = coroutine.method
    if method is None or not base or base != method.instance:
        return False
    values = [value for value, _ in attribute_values(tree, method.cls, name)]
    return bool(values) and all(is_plain(value) for value in values)


def is_plain(value: cst.BaseExpression | None) -> bool:
    """Whether a value is a container that the object makes for itself."""
    if isinstance(value, cst.List | cst.Dict | cst.Set):
        return True
    return isinstance(value, cst.Call) and last_name(value.func) in ("set", "list", "dict", "deque")


def is_read(tree: Tree, call: cst.Call, coroutine: Coroutine) -> bool:
    """Whether a call changes nothing, or only what its function has made.

    What it tells is used: who asks for nothing, like a web hook, is after something else.
    """
    name = last_name(call.func)
    if is_harmless(tree, call, coroutine) or name in _WRAPPING or name[:1].isupper():
        return True
    base = dotted(call.func.value) if isinstance(call.func, cst.Attribute) else ""
    values = [v for target, v, _ in assignments(coroutine.function.body) if dotted(target) == base]
    if base and values and all(map(is_plain, values)):
        return True
    outer = tree.parent(call)
    outer = tree.parent(outer) if isinstance(outer, cst.Await) else outer
    is_used = not isinstance(outer, cst.Expr)
    return is_used and reads(name)


def reads(name: str) -> bool:
    """Whether a method by its name only tells something, or makes a value of another one."""
    return not _READING.isdisjoint(words(name)[:1])


def _fills(coroutine: Coroutine) -> bool:
    """Whether a function sets something of its object."""
    method = coroutine.method
    if method is None or not method.instance:
        return False
    if any(root_of(target) == method.instance for target, _, _ in assignments(coroutine.function)):
        return True
    return any(
        isinstance(node, cst.Call)
        and last_name(node.func) in _FILLING
        and dotted(node.func).startswith(f"{method.instance}.")
        for node in own(coroutine.function.body)
    )
