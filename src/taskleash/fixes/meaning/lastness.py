"""Whether a teardown is the end of its object: what it ends then is not wanted any more."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.signatures import called_on_instance, reaches
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import words
from taskleash.records import dataclass
from taskleash.sentences import Said, sentence
from taskleash.verdict.model import Site

#: the methods of contexts, whose parameters say how the block ended
_EXITS = frozenset({"__exit__", "__aexit__"})
#: what is done to things that are held for a while and then again
_HOLDING = frozenset({"acquire", "release", "lock", "unlock", "acquire_nowait"})
#: words in the names of a teardown's parameters by which its callers say that the object goes on
_GOING_ON = frozenset({"reconnect", "reopen", "restart", "resume", "retry"})
#: what begins an object, and what ends it, by the same words as a device is told what to do
_COMMANDS = {"close": "open", "stop": "start", "disconnect": "connect", "shutdown": "startup"}
#: what goes on with something that was stopped for a while
_RESUMING = frozenset({"resume", "unpause"})
#: first words in the names of what tells others of an end, which may come again
_TELLING = frozenset(
    {"dispatch", "emit", "fire", "notify", "publish", "request", "send", "signal", "trigger"}
)
#: how many words a name has at least that says what is taken down
_VERB_AND_PART = 2
#: last words of names that say how or why everything is taken down
_NO_PARTS = frozenset(
    {"all", "everything", "gracefully", "hard", "hook", "impl", "internal", "itself", "now", "self"}
)


def why_not_the_end(tree: Tree, site: Site, teardown: Method, spawning: Method) -> Said:
    """Why a teardown may not be the end of the object, as a clause; empty where it seems to be."""
    name = teardown.function.name.value
    if name in _EXITS:
        if _is_held(tree, teardown):
            return sentence("`{name}` lets go of what is taken again, like a lock", name=name)
    elif _takes_values(teardown.function):
        return sentence("`{name}` is told what to take down: it may be one of several", name=name)
    elif told := _going_on(teardown.function):
        return sentence(
            "`{name}` is told by `{told}` whether the object goes on", name=name, told=told
        )
    elif _TELLING & set(words(name)[:1]):
        return sentence("`{name}` by its name only tells others of the end", name=name)
    elif part := part_of(name, teardown.cls.name.value):
        return sentence("`{name}` may take down its {part} alone", name=name, part=part)
    if other := _told_by(tree, teardown):
        return sentence(
            "`{name}` calls what `{other}` calls: it may be a command, not the end",
            name=name,
            other=other,
        )
    if name == "stop" and (other := _set_by(tree, teardown, site)):
        return sentence(
            "`{name}` only changes what `{other}` sets: it may be a command, not the end",
            name=name,
            other=other,
        )
    if name == "stop" and (resuming := _resuming(tree, teardown.cls)):
        return sentence(
            "`{resuming}` goes on with what `{name}` stops: it may be a command, not the end",
            resuming=resuming,
            name=name,
        )
    if reaches(tree, teardown.cls, name, spawning.function.name.value):
        return sentence("`{name}` itself starts the task again", name=name)
    teardowns = {each.rpartition(".")[2] for each in site.teardowns} | _EXITS
    for method in tree.methods(teardown.cls):
        if method.function.name.value not in teardowns and _goes_on(method, name):
            return sentence(
                "`{caller}` calls `{name}` and goes on",
                caller=method.function.name.value,
                name=name,
            )
    if heir := _heir_without_it(tree, teardown):
        return sentence(
            "`{heir}` has a `{name}` of its own that leaves this one out", heir=heir, name=name
        )
    return ""


def _told_by(tree: Tree, teardown: Method) -> str:
    """The counterpart of a teardown that calls the same: what they call is told which it is to be.

    So it is with the methods of a device: its shutters are opened and closed.
    """
    verb = _COMMANDS.get(teardown.function.name.value, "")
    called = _called(teardown)
    for method in tree.methods(teardown.cls) if verb and called else ():
        if method.function.name.value == verb and _called(method) == called:
            return verb
    return ""


def _set_by(tree: Tree, teardown: Method, site: Site) -> str:
    """The method that gives the object again what a teardown only takes from it; else empty.

    Who stops what is played stops no player. What begins the object, and the work itself, do so
    in any case.
    """
    body = teardown.function.body
    taken = {dotted(target) for target, _, _ in assignments(body)}
    if not taken or any(isinstance(node, cst.Call | cst.Await) for node in inside(body)):
        return ""
    if any(isinstance(node, cst.Name) and node.value in ("True", "False") for node in inside(body)):
        return ""
    for method in tree.methods(teardown.cls):
        name = method.function.name.value
        if (
            name == site.task.rpartition(".")[2]
            or LIFECYCLE.constructs(name)
            or LIFECYCLE.sets_up(name)
            or LIFECYCLE.ends(name)
        ):
            continue
        for target, value, _ in assignments(method.function.body):
            is_over = isinstance(value, cst.Name) and value.value == "None"
            if dotted(target) in taken and not is_over:
                return name
    return ""


def _resuming(tree: Tree, cls: cst.ClassDef) -> str:
    """The method of a player, a timer or the like by which it goes on where it was."""
    names = {method.function.name.value for method in tree.methods(cls)}
    return next((name for name in sorted(names & _RESUMING)), "")


def _called(method: Method) -> list[str]:
    """What a method calls on its instance, in the order of the text."""
    every = (dotted(n.func) for n in inside(method.function.body) if isinstance(n, cst.Call))
    return [text for text in every if text.startswith(f"{method.instance}.")]


def part_of(name: str, owner: str) -> str:
    """What a method by its name takes down where that is not its owner: ``close_browser``."""
    found = [word for word in words(name) if word != "async"]
    if len(found) < _VERB_AND_PART or not LIFECYCLE.ends(found[0]):
        return ""
    part = found[-1]
    is_owner = part in words(owner)[-1:]
    return "" if is_owner or part in _NO_PARTS or LIFECYCLE.ends(part) else part


def _takes_values(function: cst.FunctionDef) -> bool:
    """Whether a method needs more than its instance."""
    params = function.params
    every = [*params.posonly_params, *params.params]
    needed = [each for each in [*every[1:], *params.kwonly_params] if each.default is None]
    return bool(needed)


def _going_on(function: cst.FunctionDef) -> str:
    """The parameter of a teardown that says whether it is the end."""
    params = [*function.params.params, *function.params.kwonly_params]
    names = (param.name.value for param in params)
    return next((name for name in names if not _GOING_ON.isdisjoint(words(name))), "")


def _is_held(tree: Tree, teardown: Method) -> bool:
    """Whether leaving the context gives back something that the next one takes again."""
    entering = {"__exit__": "__enter__", "__aexit__": "__aenter__"}[teardown.function.name.value]
    both = [teardown, *(m for m in tree.methods(teardown.cls) if m.function.name.value == entering)]
    for method in both:
        for node in inside(method.function.body):
            if isinstance(node, cst.Call) and last_name(node.func) in _HOLDING:
                return True
            if isinstance(node, cst.AugAssign):
                return True
    return False


def _goes_on(method: Method, teardown: str) -> bool:
    """Whether a method takes its instance down and then does more with it."""
    if teardown not in called_on_instance(method):
        return False
    call = f"{method.instance}.{teardown}"
    return _continues(method.function.body, call, method.instance, _After())


@dataclass(frozen=True)
class _After:
    """Whether something of the instance comes after a block, and after the loop that it is in."""

    block: bool = False
    loop: bool = False

    def of(self, block: cst.CSTNode) -> _After:
        """What comes after a block inside, by what that ends with."""
        last = _last(list(getattr(block, "body", ())))
        if any(isinstance(each, cst.Raise | cst.Return) for each in last):
            return _After()
        is_left = any(isinstance(each, cst.Break) for each in last)
        return _After(self.loop if is_left else self.block, self.loop)


def _continues(block: cst.CSTNode, call: str, instance: str, around: _After) -> bool:
    """Whether the call stands in a block, and something of the instance comes after it."""
    lines = list(getattr(block, "body", ()))
    for index, line in enumerate(lines):
        if not _calls(line, call):
            continue
        after, behind = around.block, around.loop
        after = after or any(_works_on(each, instance) for each in lines[index + 1 :])
        if isinstance(line, cst.While | cst.For):
            behind = after
            # The next turn goes on with what was taken down.
            after = after or _works_on(line.body, instance, but=call)
        if isinstance(line, cst.Try) and line.finalbody and _calls(line.finalbody, call):
            return after
        inner = [each for each in _blocks(line) if _calls(each, call)]
        if not inner:
            return after and not any(isinstance(each, cst.Raise) for each in _last(lines))
        now = _After(after, behind)
        return any(_continues(each, call, instance, now.of(each)) for each in inner)
    return False


def _blocks(line: cst.CSTNode) -> list[cst.CSTNode]:
    return (
        [n for n in inside(line) if isinstance(n, cst.IndentedBlock)][:1]
        + [handler.body for handler in getattr(line, "handlers", ())]
        + [each.body for each in (getattr(line, "orelse", None),) if each is not None]
    )


def _last(lines: list[cst.CSTNode]) -> list[cst.CSTNode]:
    last = lines[-1] if lines else None
    return list(last.body) if isinstance(last, cst.SimpleStatementLine) else []


def _calls(node: cst.CSTNode, call: str) -> bool:
    return any(isinstance(each, cst.Call) and dotted(each.func) == call for each in inside(node))


def _works_on(node: cst.CSTNode, instance: str, but: str = "") -> bool:
    """Whether code calls a method of the instance, or gives it something to go on with."""
    for target, value, _ in assignments(node):
        over = isinstance(value, cst.Name) and value.value in ("None", "False")
        if dotted(target).startswith(f"{instance}.") and not over:
            return True
    for each in inside(node):
        text = dotted(each.func) if isinstance(each, cst.Call) else ""
        if text.startswith(f"{instance}.") and text.count(".") == 1 and text != but:
            return True
    return False


def _heir_without_it(tree: Tree, teardown: Method) -> str:
    """A subclass in the file that has a method of the name and does not call this one."""
    name = teardown.function.name.value
    for node in tree.of(cst.ClassDef, teardown.cls.name.value):
        if teardown.cls.name.value not in {last_name(base.value) for base in node.bases}:
            continue
        for method in tree.methods(node):
            if method.function.name.value == name and not _goes_up(method.function, name):
                return node.name.value
    return ""


def _goes_up(function: cst.FunctionDef, name: str) -> bool:
    return any(
        isinstance(node, cst.Attribute) and node.attr.value == name
        for node in inside(function.body)
    )
