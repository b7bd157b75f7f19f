"""Whether the program shows that an unsafe fix is what its author would want.

What it does not show is a guess, and is made only where somebody asks for that kind by its name.
"""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.meaning.coroutines import coroutine_of, started_by
from taskleash.fixes.meaning.following import Coroutine, own
from taskleash.fixes.meaning.harmed import told_by
from taskleash.fixes.meaning.polling import polls, runs_until_told
from taskleash.fixes.meaning.remarks import says_that_it_cancels
from taskleash.fixes.meaning.serving import serves_its_owner
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.free_names import attributes
from taskleash.fixes.syntax.signatures import reaches
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.fixes.teardowns.ending_lines import End
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import SPAWNING
from taskleash.models.vocabulary import LOGGING_LEVELS
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Lifetime

#: rules of work that does nothing at all, or not what it is to do, unless somebody waits for it
_UNDONE = frozenset({"TL006", "TL030"})
#: what begins what a teardown of this name ends
_BEGINNINGS = {
    "stop": ("start", "run"),
    "disconnect": ("connect",),
    "close": ("open", "connect", "start"),
    "aclose": ("open", "connect", "start"),
    "shutdown": ("startup", "start"),
    "__aexit__": ("__aenter__",),
    "__exit__": ("__enter__",),
}
#: what another thread uses of a loop, and what starts one
_THREADED = frozenset({"Thread", "run_coroutine_threadsafe", "call_soon_threadsafe"})


def check_awaiting(work: Work, target: Target, call: cst.Call, started: cst.BaseExpression) -> None:
    """Raise `CannotMend` where nothing shows that the caller was to wait for what a call starts.

    The function waits for the same elsewhere, or says in its next line that it is done.
    """
    if "await" not in target.unasked or target.rule in _UNDONE:
        return
    scope = work.tree.scope(call)
    name = dotted(started.func) if isinstance(started, cst.Call) else ""
    is_meant = isinstance(scope, cst.FunctionDef) and _awaits(scope, name)
    if is_meant or (_is_told_of(work.tree, call) and not _drops_others(scope, call, name)):
        return
    task = target.site.task
    reason = sentence("whether `{task}` is to hold up its caller is not known", task=task)
    raise CannotMend(_unless_asked("await", reason))


def _unless_asked(kind: str, reason: Said) -> Said:
    return sentence("{reason}: add --fix-style {kind} --unsafe-fixes", reason=reason, kind=kind)


def _awaits(scope: cst.FunctionDef, name: str) -> bool:
    """Whether a function waits for a call of this name."""
    awaited = (node.expression for node in own(scope.body) if isinstance(node, cst.Await))
    return bool(name) and any(isinstance(w, cst.Call) and dotted(w.func) == name for w in awaited)


def _drops_others(scope: cst.CSTNode | None, call: cst.Call, name: str) -> bool:
    """Whether a function starts other work that it does not wait for, either."""
    dropped = (
        node.value
        for node in (own(scope.body) if isinstance(scope, cst.FunctionDef) else ())
        if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call)
    )
    others = (each for each in dropped if each is not call and last_name(each.func) in SPAWNING)
    started = (started_by(each) for each in others)
    return any(not isinstance(w, cst.Call) or dotted(w.func) != name for w in started)


def _is_told_of(tree: Tree, call: cst.Call) -> bool:
    """Whether the next statement logs, as one does of what has been done."""
    line = tree.line(call)
    if line is None:
        return False
    block, at = line
    after = block.body[at + 1 : at + 2]
    small = after[0].body[0] if after and isinstance(after[0], cst.SimpleStatementLine) else None
    value = small.value if isinstance(small, cst.Expr) else None
    return (
        isinstance(value, cst.Call)
        and isinstance(value.func, cst.Attribute)
        and value.func.attr.value in LOGGING_LEVELS
    )


def check_owning(
    work: Work, target: Target, call: cst.Call, teardown: Method, end: End, *, is_replaced: bool
) -> None:
    """Raise `CannotMend` where nothing shows that a teardown is to end a task so.

    What shows it: the work is the object's own, it goes on until it is cancelled or only sets up
    the object, and nothing else brings it to its end. ``is_replaced`` tells that the next task of
    its kind cancels it, too.
    """
    if "own" not in target.unasked or end is End.UNKNOWN:
        # What nobody knows is refused where it is asked for, too.
        return
    name, task = teardown.function.name.value, target.site.task
    coroutine = _own_work(work.tree, call)
    reason: Said = ""
    if end is not End.CANCELLED:
        reason = sentence(
            "whether `{name}` is to wait for `{task}` is not known", name=name, task=task
        )
    elif coroutine is None or _company(work.tree, target, call):
        reason = sentence("`{task}` is not the work of its object alone", task=task)
    elif not is_replaced and not _is_over_with(work.tree, target, coroutine, teardown):
        reason = sentence("whether `{name}` is to stop `{task}` is not known", name=name, task=task)
    else:
        reason = _against_cancelling(work.tree, task, call, coroutine, teardown)
    if reason:
        raise CannotMend(_unless_asked("own", reason))


def _is_over_with(tree: Tree, target: Target, coroutine: Coroutine, teardown: Method) -> bool:
    """Whether the work of a task is of no use once its object is gone."""
    return (
        target.site.lifetime is Lifetime.ENDLESS
        or serves_its_owner(tree, coroutine)
        or polls(coroutine)
        or says_that_it_cancels(teardown.function)
    )


def check_company(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where a teardown that cancels what a place keeps breaks off other work.

    That is work of which nothing shows that nobody misses it.
    """
    for other in _company(work.tree, target, call):
        coroutine = _own_work(work.tree, other)
        if coroutine is None or not (
            serves_its_owner(work.tree, coroutine) or runs_until_told(coroutine)
        ):
            raise CannotMend(
                sentence(
                    "`{place}` keeps `{task}`, too, which others may miss",
                    place=target.site.holder,
                    task=work.tree.code(started_by(other)).partition("(")[0],
                )
            )


def _company(tree: Tree, target: Target, call: cst.Call) -> list[cst.Call]:
    """The calls that start other tasks which the place that keeps a task may get, too."""
    attribute, method = target.site.holder.rpartition(".")[2], tree.method(call)
    if target.rule == "TL001" or not attribute or method is None:
        return []
    work = tree.code(started_by(call)).partition("(")[0]
    return [
        node
        for each in tree.methods(method.cls)
        if attribute in attributes(each.function.body)
        for node in inside(each.function.body)
        if isinstance(node, cst.Call)
        and last_name(node.func) in SPAWNING
        and tree.code(started_by(node)).partition("(")[0] != work
        and not _is_elsewhere(tree, node, attribute)
    ]


def _is_elsewhere(tree: Tree, call: cst.Call, attribute: str) -> bool:
    """Whether the task of a call is kept in another attribute, right where it is started."""
    parent = tree.parent(call)
    targets = [each.target for each in parent.targets] if isinstance(parent, cst.Assign) else []
    kept = [each.attr.value for each in targets if isinstance(each, cst.Attribute)]
    return bool(kept) and attribute not in kept


def _against_cancelling(
    tree: Tree, task: str, call: cst.Call, coroutine: Coroutine, teardown: Method
) -> Said:
    """What speaks against it that a teardown cancels a task; empty where nothing does."""
    name = teardown.function.name.value
    others = (each for each in tree.methods(teardown.cls) if each.function is not teardown.function)
    ending = (each for each in others if LIFECYCLE.ends(each.function.name.value))
    for method in (teardown, *ending):
        if told := told_by(tree, coroutine, method):
            return sentence(
                "`{name}` brings it to its end by `{told}`, as far as is known",
                name=method.function.name.value,
                told=told,
            )
    if starter := _not_again(tree, call, teardown):
        return sentence(
            "`{starter}` does not start it again after `{name}`", starter=starter, name=name
        )
    if teardown.function.asynchronous is None and is_threaded(teardown.cls):
        return sentence("`{name}` may be called from another thread", name=name)
    return ""


def _own_work(tree: Tree, call: cst.Call) -> Coroutine | None:
    """The method of the object that a call starts, or the function in the method that starts it."""
    method, started = tree.method(call), started_by(call)
    coroutine = coroutine_of(tree, started)
    if method is None or coroutine is None or coroutine.method is None:
        return None
    return coroutine if coroutine.method.cls is method.cls else None


def _not_again(tree: Tree, call: cst.Call, teardown: Method) -> str:
    """The method that begins what a teardown ends, where it does not come to a call; else empty."""
    method, name = tree.method(call), teardown.function.name.value
    if method is None:
        return ""
    goal = method.function.name.value
    names = {each.function.name.value for each in tree.methods(teardown.cls)}
    found = [each for each in _BEGINNINGS.get(name, ()) if each in names]
    if not found or any(reaches(tree, teardown.cls, each, goal) for each in found):
        return ""
    # What each call of the object may start has nothing to do with how that begins.
    return found[0] if goal == "__init__" else ""


def is_threaded(code: cst.ClassDef | cst.FunctionDef) -> bool:
    """Whether a class or a function has something done by the loop of another thread."""
    return any(
        isinstance(node, cst.Call) and last_name(node.func) in _THREADED for node in inside(code)
    )
