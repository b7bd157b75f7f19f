"""What the coroutine of a task does, as far as its file tells."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.meaning.following import Coroutine, called, own, reached
from taskleash.fixes.syntax.containers import assignments, attribute_values
from taskleash.fixes.syntax.tree import (
    Method,
    Tree,
    dotted,
    inside,
    last_name,
    named_params,
    param_names,
)
from taskleash.models.vocabulary import WAITING_BARE, WAITING_CALLS, WAITING_WORDS, words

#: methods of futures that have a result
_RESOLVING = frozenset({"set_result", "set_exception"})
#: methods that give back what others wait for
_GIVING_BACK = frozenset({"release", "task_done", "notify", "notify_all"})
#: functions that wait for what they are given
_COLLECTING = frozenset({"wait", "wait_for", "gather", "shield", "as_completed"})


def started_by(call: cst.Call) -> cst.BaseExpression:
    """What a spawning call starts: its first argument, or what ``coro`` names."""
    given = [arg for arg in call.args if arg.keyword is None or arg.keyword.value == "coro"]
    return given[0].value if given else call


def coroutine_of(tree: Tree, work: cst.BaseExpression) -> Coroutine | None:
    """The function of the file that makes a coroutine; None where the file does not tell."""
    if not isinstance(work, cst.Call):
        return None
    found = called(tree, work, tree.method(work), work)
    return found if found is not None and found.function.asynchronous is not None else None


def is_given(tree: Tree, call: cst.Call) -> bool:
    """Whether a call starts what its object or its function was given: a handler, a callback.

    That belongs to somebody else, who knows nothing of the end of the object.
    """
    work, scope = started_by(call), tree.scope(call)
    made: list[cst.BaseExpression | None] = [work]
    if isinstance(work, cst.Name) and scope is not None:
        made = [value for target, value, _ in assignments(scope) if dotted(target) == work.value]
    return bool(made) and all(calls_what_is_given(tree, call, each) for each in made)


def calls_what_is_given(tree: Tree, place: cst.Call, work: cst.BaseExpression | None) -> bool:
    """Whether an expression calls what the object or the function at a place was given."""
    if not isinstance(work, cst.Call):
        return False
    method, scope = tree.method(place), tree.scope(place)
    if isinstance(work.func, cst.Name) and isinstance(scope, cst.FunctionDef):
        return is_bound_in(scope, work.func.value)
    base, _, name = dotted(work.func).rpartition(".")
    if method is None or not base:
        return False
    if base != method.instance:
        # ``self.hub.on_connect()``: whoever made the hub says what it does then.
        return words(name)[:1] == ["on"] and _is_given_whole(tree, method, base)
    methods = {each.function.name.value for each in tree.methods(method.cls)}
    # What a base class has by such a name is a handler, too.
    is_handler = bool(method.cls.bases) and words(name)[:1] == ["on"]
    return name not in methods and (is_handler or bool(attribute_values(tree, method.cls, name)))


def _is_given_whole(tree: Tree, method: Method, text: str) -> bool:
    """Whether an attribute of the object, as its text, only ever has what a method was given."""
    instance, _, attribute = text.rpartition(".")
    values = [value for value, _ in attribute_values(tree, method.cls, attribute)]
    return (
        instance == method.instance
        and bool(values)
        and all(isinstance(value, cst.Name) and _is_param(tree, value) for value in values)
    )


def _is_param(tree: Tree, value: cst.Name) -> bool:
    scope = tree.scope(value)
    return isinstance(scope, cst.FunctionDef) and value.value in param_names(scope.params)


def is_bound_in(scope: cst.FunctionDef, name: str) -> bool:
    """Whether a name is a variable or a parameter of a function, not a function in it."""
    if name in param_names(scope.params):
        return True
    bound = (
        node.target if isinstance(node, cst.For | cst.CompFor | cst.NamedExpr) else None
        for node in inside(scope.body)
    )
    loops = {dotted(target) for target in bound if target is not None}
    return name in loops | {dotted(target) for target, _, _ in assignments(scope.body)}


def may_wait_for_others(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine waits for what somebody else has to do first, in the file's own words."""
    return is_hook(coroutine) or any(
        waits(node) for each in reached(tree, coroutine) for node in own(each.function.body)
    )


def calls_what_it_was_given(tree: Tree, coroutine: Coroutine | None) -> bool:
    """Whether a coroutine calls what may be any function: it may come back to its starter."""
    if coroutine is None or is_hook(coroutine):
        return True
    return any(_calls_given(tree, each) for each in reached(tree, coroutine))


def comes_to(tree: Tree, coroutine: Coroutine, scope: cst.CSTNode | None) -> bool:
    """Whether a coroutine is or calls the function that is a scope, by way of others too."""
    return any(each.function is scope for each in reached(tree, coroutine))


def comes_back(tree: Tree, coroutine: Coroutine, functions: Sequence[cst.CSTNode | None]) -> bool:
    """Whether a coroutine calls one of these functions, or what its object or its caller gave it.

    The latter may lead anywhere.
    """
    return any(
        any(each.function is function for function in functions) or _calls_injected(tree, each)
        for each in reached(tree, coroutine)
    )


def _calls_injected(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a function calls a parameter of its own, or what an attribute of its object holds."""
    method = coroutine.method
    params = param_names(coroutine.function.params)
    names = {m.function.name.value for m in tree.methods(method.cls)} if method else set[str]()
    for node in own(coroutine.function.body):
        text = dotted(node.func) if isinstance(node, cst.Call) else ""
        base, _, name = text.rpartition(".")
        if text and not base and text in params:
            return True
        # ``self.routes[name](*args)``
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Subscript):
            return True
        is_own = method is not None and base == method.instance != "" and name not in names
        if method is not None and is_own and attribute_values(tree, method.cls, name):
            return True
    return False


def resolves(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine brings about what a future stands for, unless it is cancelled before."""
    return any(
        isinstance(node, cst.Call)
        and last_name(node.func) in _RESOLVING
        and id(node) not in in_any_case(each)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )


def opens(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine once sets an event of its object for which other methods wait."""
    method = coroutine.method
    if method is None:
        return False
    waited = {
        dotted(node.func).rpartition(".")[0]
        for each in tree.methods(method.cls)
        if each.function is not coroutine.function and each.instance == method.instance
        for node in own(each.function.body)
        if isinstance(node, cst.Call) and last_name(node.func) == "wait"
    }
    safe = in_any_case(coroutine)
    repeated = {
        id(node)
        for loop in own(coroutine.function.body)
        if isinstance(loop, cst.While | cst.For)
        for node in own(loop)
    }
    return any(
        isinstance(node, cst.Call)
        and last_name(node.func) == "set"
        and dotted(node.func).rpartition(".")[0] in waited - {""}
        and id(node) not in safe | repeated
        for node in own(coroutine.function.body)
    )


def in_any_case(coroutine: Coroutine) -> set[int]:
    """What a coroutine does even if it is cancelled, by identity."""
    return {
        id(node)
        for each in own(coroutine.function.body)
        if isinstance(each, cst.Finally)
        for node in own(each)
    }


def gives_back(coroutine: Coroutine) -> bool:
    """Whether a coroutine gives back what others wait for, unless it is cancelled before that."""
    safe = in_any_case(coroutine)
    return any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _GIVING_BACK
        and id(node) not in safe
        for node in own(coroutine.function.body)
    )


def is_over_at_once(coroutine: Coroutine) -> bool:
    """Whether a coroutine never waits: it is over as soon as the loop has begun with it."""
    waiting = cst.Await | cst.Asynchronous | cst.Yield
    function = coroutine.function
    return not function.decorators and not any(isinstance(n, waiting) for n in own(function.body))


def sleeps_first(tree: Tree, coroutine: Coroutine) -> float:
    """How many seconds a coroutine sleeps before it does anything, as its file tells; else 0."""
    first = next((x for x in coroutine.function.body.body if not _is_docstring(x)), None)
    while isinstance(first, cst.Try):
        first = first.body.body[0]
    small = first.body[0] if isinstance(first, cst.SimpleStatementLine) else None
    waited = small.value if isinstance(small, cst.Expr) else None
    call = waited.expression if isinstance(waited, cst.Await) else None
    is_sleep = isinstance(call, cst.Call) and last_name(call.func) == "sleep"
    return (isinstance(call, cst.Call) and is_sleep and _seconds(tree, coroutine, call)) or 0


def sleeps_for_unknown(tree: Tree, coroutine: Coroutine) -> bool:
    """Whether a coroutine sleeps for a time that its file does not tell.

    What sleeps between two turns of a loop, or before it tries once more, is not put off by that.
    """
    return any(
        isinstance(node, cst.Call)
        and last_name(node.func) == "sleep"
        and bool(node.args)
        and isinstance(tree.parent(node), cst.Await)
        and _seconds(tree, each, node) is None
        and not _is_in_a_turn(tree, node)
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
    )


def _is_in_a_turn(tree: Tree, node: cst.CSTNode) -> bool:
    for around, _ in tree.around(node):
        if isinstance(around, cst.FunctionDef):
            return False
        if isinstance(around, cst.While | cst.For | cst.ExceptHandler):
            return True
    return False


def _seconds(tree: Tree, coroutine: Coroutine, call: cst.Call) -> float | None:
    """How many seconds a call sleeps, as its file tells; None where it does not."""
    seconds = call.args[0].value if call.args else None
    for param in named_params(coroutine.function.params):
        if isinstance(seconds, cst.Name) and param.name.value == seconds.value and param.default:
            seconds = param.default
    if isinstance(seconds, cst.Name):
        seconds = _constant(tree, seconds.value) or seconds
    return float(seconds.value) if isinstance(seconds, cst.Integer | cst.Float) else None


def _constant(tree: Tree, name: str) -> cst.BaseExpression | None:
    """What a name of the module stands for, where it is set once."""
    values = [
        small.value
        for line in tree.module.body
        for small in (line.body if isinstance(line, cst.SimpleStatementLine) else ())
        if isinstance(small, cst.Assign) and name in {dotted(t.target) for t in small.targets}
    ]
    return values[0] if len(values) == 1 else None


def _is_docstring(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString)


def is_hook(coroutine: Coroutine) -> bool:
    """Whether a method does nothing: it is there for subclasses to do something in its place."""
    if coroutine.method is None:
        return False
    nodes = [
        node for node in own(coroutine.function.body) if isinstance(node, cst.BaseSmallStatement)
    ]
    return all(_does_nothing(node) for node in nodes)


def _does_nothing(small: cst.BaseSmallStatement) -> bool:
    if isinstance(small, cst.Raise):
        return small.exc is not None and "NotImplementedError" in {
            last_name(small.exc),
            last_name(small.exc.func) if isinstance(small.exc, cst.Call) else "",
        }
    is_text = isinstance(small, cst.Expr) and isinstance(
        small.value, cst.SimpleString | cst.ConcatenatedString | cst.Ellipsis
    )
    return (
        is_text
        or isinstance(small, cst.Pass)
        or (isinstance(small, cst.Return) and small.value is None)
    )


def awaited_by(tree: Tree, coroutine: Coroutine) -> list[cst.BaseExpression]:
    """What a coroutine awaits, in the functions of the file that it comes to."""
    return [
        node.expression
        for each in reached(tree, coroutine)
        for node in own(each.function.body)
        if isinstance(node, cst.Await)
    ]


def _calls_given(tree: Tree, coroutine: Coroutine) -> bool:
    function, method = coroutine.function, coroutine.method
    params = {p.name.value for p in [*function.params.params, *function.params.kwonly_params]}
    names = {m.function.name.value for m in tree.methods(method.cls)} if method else set[str]()
    for node in own(function.body):
        if not isinstance(node, cst.Call):
            continue
        text = dotted(node.func)
        base, _, name = text.rpartition(".")
        if not text or text in params:
            return True
        if method is not None and base == method.instance and name not in names:
            return True
    return False


def root_of(node: cst.BaseExpression) -> str:
    """The name that a chain of attributes and elements begins with."""
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def waits(node: cst.CSTNode) -> bool:
    """Whether code waits for what somebody else has to do first."""
    if isinstance(node, cst.With) and node.asynchronous is not None:
        # A lock has no brackets; what is made for the block belongs to it.
        return not all(isinstance(item.item, cst.Call) for item in node.items)
    if isinstance(node, cst.For):
        return node.asynchronous is not None
    if not isinstance(node, cst.Await):
        return False
    work = node.expression
    if not isinstance(work, cst.Call):
        return True
    name = last_name(work.func)
    if name in WAITING_BARE:
        return not work.args
    return name in WAITING_CALLS or name in _COLLECTING or not WAITING_WORDS.isdisjoint(words(name))
