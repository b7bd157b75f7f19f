"""What evidence claims against the code that it cites: each claim has a check of its own.

The checks read the source with `ast` and know nothing of the analysis: a claim of an ending has to
cite one, a claim of a check a condition, a claim of a removal an operation that removes.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from taskleash.models.frameworks import APIS
from taskleash.sentences import Said, Sentence
from taskleash.verdict.model import Evidence, Site

_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_SETTING = frozenset({"acquire", "add", "append", "set"})
#: so many names are looked up behind a statement
_MOST_NAMES = 300
_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_REMOVING = frozenset(
    {
        "clear", "difference_update", "discard", "intersection_update", "pop", "popitem", "popleft",
        "remove",
    }
)  # fmt: skip


@dataclass(frozen=True)
class File:
    """A file whose code is cited."""

    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def at(self, line: int) -> list[ast.AST]:
        """The nodes of the statement at a line, without the statements in it."""
        return list(_shallow(self.statement(line)))

    def statement(self, line: int) -> ast.AST:
        """The innermost statement, handler or case at a line."""
        found: ast.AST = self.tree
        for node in ast.walk(self.tree):
            if isinstance(node, ast.stmt | ast.ExceptHandler) and _spans(node, line):
                found = node
        for node in ast.walk(self.tree):
            if isinstance(node, ast.match_case) and node.pattern.lineno == line:
                found = node
        return found

    def around(self, line: int) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions around a line, the innermost first."""
        found = [
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _spans(node, line)
        ]
        return found[::-1]

    @cached_property
    def functions(self) -> dict[str, list[ast.AST]]:
        """The functions by their names."""
        found: dict[str, list[ast.AST]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(_plain(node.name), []).append(node)
        return found

    @cached_property
    def other_names(self) -> dict[str, str]:
        """Other names of functions: by an import, or by an assignment in the module."""
        found = {
            _plain(alias.asname): _plain(alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.asname
        }
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
                found |= {_plain(_last(t)): _plain(node.value.id) for t in node.targets}
        return found


@dataclass(frozen=True)
class Cited:
    """A step of a site's evidence with the code that it cites."""

    site: Site
    step: Evidence
    files: Mapping[str, File]
    values: Mapping[str, Said]

    @cached_property
    def file(self) -> File:
        return self.files[self.step.path]

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return self.file.at(self.step.line)

    @cached_property
    def statement(self) -> ast.AST:
        return self.file.statement(self.step.line)

    @cached_property
    def calls(self) -> set[str]:
        """The last names of what is called."""
        return {_last(node.func) for node in self.nodes if isinstance(node, ast.Call)}

    @cached_property
    def names(self) -> set[str]:
        """All names and attributes, those behind local names too."""
        found = _names(self.nodes)
        for function in self.file.around(self.step.line)[:2]:
            for node in ast.walk(function):
                if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.For):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    value = node.iter if isinstance(node, ast.For) else node.value
                    bound = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
                    if bound & found and value is not None:
                        found |= _names(ast.walk(value))
        return found

    @cached_property
    def other_names(self) -> dict[str, str]:
        """Other names of functions in any file."""
        return {name: of for file in self.files.values() for name, of in file.other_names.items()}

    def within(self, called: Callable[[set[str], list[ast.AST]], bool]) -> bool:
        """Whether something holds of the statement, or of a function that it calls or mentions."""
        seen: set[str] = set()
        pending = [self.nodes]
        while pending:
            nodes = pending.pop()
            if called({_last(n.func) for n in nodes if isinstance(n, ast.Call)}, nodes):
                return True
            named = set(_names(nodes))
            while further := {self.other_names.get(name, name) for name in named} - named:
                named |= further
            named -= seen
            seen |= named
            if len(seen) < _MOST_NAMES:
                pending += [
                    list(ast.walk(function))
                    for name in named
                    for file in self.files.values()
                    for function in file.functions.get(name, ())
                ]
        return False


def claims(site: Site) -> Iterator[tuple[Evidence, str, dict[str, Said]]]:
    """The evidence of a site, each with what it claims and of what."""
    for step in site.evidence:
        assert isinstance(step.said, Sentence), step.said
        said = step.said
        values = dict(said.values)
        while set(values) == {"said"}:
            inner = values["said"]
            assert isinstance(inner, Sentence)
            said, values = inner, dict(inner.values)
        yield step, said.text, values


def is_borne_out(
    site: Site,
    step: Evidence,
    text: str,
    values: Mapping[str, Said],
    files: Mapping[str, File],
) -> bool:
    """Whether the code that a claim cites has what it claims; each claim has to have a check."""
    return CHECKS[text](Cited(site, step, files, values))


# -- endings


def _cancels(cited: Cited) -> bool:
    return cited.within(lambda _, nodes: any("cancel" in name for name in _names(nodes)))


def _awaits(cited: Cited) -> bool:
    def waits(calls: set[str], nodes: list[ast.AST]) -> bool:
        waiting = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.YieldFrom)
        if calls & {"result", "run_until_complete", "join", "__await__"}:
            return True
        for node in nodes:
            if isinstance(node, waiting):
                # What a task group starts runs on when its start is awaited.
                awaited = node.value if isinstance(node, ast.Await) else None
                if not (isinstance(awaited, ast.Call) and _last(awaited.func) == "start"):
                    return True
            if isinstance(node, ast.comprehension) and node.is_async:
                return True
        return False

    return cited.within(waits)


def _calls(*names: str) -> Callable[[Cited], bool]:
    wanted = set(names)

    def check(cited: Cited) -> bool:
        return bool(cited.names & wanted) or cited.within(lambda _, n: bool(_names(n) & wanted))

    return check


def _in_the_function(name: str) -> Callable[[Cited], bool]:
    return lambda cited: any(
        name in _names(ast.walk(function)) for function in cited.file.around(cited.step.line)
    )


def _may_return(cited: Cited) -> bool:
    """Whether a `wait` is given when it returns."""

    def given(_: set[str], nodes: list[ast.AST]) -> bool:
        return any(
            isinstance(node, ast.Call)
            and _last(node.func) == "wait"
            and any(key.arg in ("timeout", "return_when") for key in node.keywords)
            for node in nodes
        )

    return cited.within(given)


def _with_a_deadline(cited: Cited) -> bool:
    def bounded(_: set[str], nodes: list[ast.AST]) -> bool:
        for node in nodes:
            if not isinstance(node, ast.Call):
                continue
            name = _last(node.func)
            if name == "wait_for":
                given = [k.value for k in node.keywords if k.arg == "timeout"] or node.args[1:2]
                return not (given and isinstance(given[0], ast.Constant) and given[0].value is None)
            if name in ("timeout", "timeout_at", "fail_after", "move_on_after", "wait", "result"):
                return True
        return False

    return cited.within(bounded)


def _loops(cited: Cited) -> bool:
    loops = [
        node
        for function in cited.file.around(cited.step.line)
        for node in ast.walk(function)
        if isinstance(node, ast.While) and _spans(node, cited.step.line)
    ]
    return any(isinstance(node, ast.Await) for loop in loops for node in ast.walk(loop))


def _ends(cited: Cited) -> bool:
    return _cancels(cited) or _awaits(cited) or _calls("gather", "wait", "wait_for")(cited)


# -- checks


def _is_condition(cited: Cited) -> bool:
    tests = (ast.If, ast.While, ast.Assert, ast.IfExp, ast.BoolOp, ast.Match, ast.comprehension)
    return any(isinstance(node, (*tests, ast.match_case)) for node in cited.nodes)


def _asks_for_the_handle(cited: Cited) -> bool:
    last = _last_name(cited.site.holder)
    asked = cited.within(lambda _, nodes: last in _names(nodes)) or last in cited.names
    return _is_condition(cited) and (asked or _asks_for_what_is_named(cited))


def _asks_for_what_is_named(cited: Cited) -> bool:
    """A condition on what ``getattr`` gives: the attribute has no name there."""
    given = {
        _plain(_last(target))
        for function in cited.file.around(cited.step.line)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if _last(node.value.func) == "getattr"
        for target in node.targets
    }
    return bool(given & cited.names)


def _asks_for_state(cited: Cited) -> bool:
    """A condition on what the function, or one that it calls, sets; or the one that spawns."""
    if not _is_condition(cited):
        return False
    stored: set[str] = set()
    spawning = cited.files[cited.site.path].around(cited.site.span.line)
    for function in (*cited.file.around(cited.step.line), *spawning):
        for node in ast.walk(function):
            if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Store):
                stored.add(_plain(_last(node)))
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                stored.add(_plain(_last(node.value)))
            elif isinstance(node, ast.Call) and _last(node.func) in _SETTING:
                stored.add(_plain(_last(getattr(node.func, "value", node.func))))
    return bool(stored & cited.names) or cited.within(lambda _, n: bool(_names(n) & stored))


def _leaves(cited: Cited) -> bool:
    return isinstance(cited.statement, ast.Return | ast.Raise | ast.Continue | ast.Break)


# -- places


def _removes(cited: Cited) -> bool:
    def takes_out(_: set[str], nodes: list[ast.AST]) -> bool:
        if _names(nodes) & {*_REMOVING, "setattr", "delattr"}:
            return True
        return any(
            isinstance(n, ast.Delete | ast.Assign | ast.AnnAssign | ast.AugAssign) for n in nodes
        )

    return cited.within(takes_out) and _is_of_the_holder(cited)


def _clears(cited: Cited) -> bool:
    stores = isinstance(cited.statement, ast.Assign | ast.AnnAssign | ast.Delete)
    removes = bool(cited.calls & {*_REMOVING, "setattr", "delattr"})
    return (stores or removes) and _is_of_the_holder(cited)


_KEEPING = ("kept in `{place}`", "kept in `{name}`, which is `{place}`", "stored in `{place}`")


def _is_of_the_holder(cited: Cited) -> bool:
    """Whether a place of the handle is mentioned, or a parameter that may stand for it."""
    kept = [str(values["place"]) for _, text, values in claims(cited.site) if text in _KEEPING]
    places = {_last_name(place) for place in (cited.site.holder, *kept)}
    if places & cited.names or cited.within(lambda _, nodes: bool(places & _names(nodes))):
        return True
    given = {
        arg.arg
        for function in cited.file.around(cited.step.line)
        for arg in [*function.args.args, *function.args.kwonlyargs, *function.args.posonlyargs]
    }
    return bool(cited.names & (given - {"self", "cls"}))


def _has_place(cited: Cited) -> bool:
    return _has_the_name(cited, "place") or "setattr" in cited.calls


def _has_the_name(cited: Cited, key: str) -> bool:
    return _last_name(str(cited.values[key])) in cited.names


def _is_stored(cited: Cited) -> bool:
    """Whether a task is put into a place, rather than gone over under a name.

    A record that is made there takes it by position, too: ``Running(create_task(work()))``.
    """
    record = str(cited.values["place"]).partition(".")[0]
    makes = any(
        isinstance(node, ast.Call) and node.args and _last_name(ast.unparse(node.func)) == record
        for node in ast.walk(cited.statement)
    )
    return (makes or _has_place(cited)) and not isinstance(cited.statement, ast.For | ast.AsyncFor)


def _is_spawn(cited: Cited) -> bool:
    site, line = cited.site, cited.step.line
    within = site.statement.line <= line <= site.statement.end_line
    return cited.step.path == site.path and (within or line == site.span.line)


def _passes_over(cited: Cited) -> bool:
    text = ast.unparse(cited.statement)
    place = _last_name(str(cited.values["place"]))
    return _defines("teardown")(cited) and f"{place}.cancel" not in text


def _ends_others(cited: Cited) -> bool:
    """The teardown is defined there, and has an ending in it."""
    text = ast.unparse(cited.statement)
    return _defines("teardown")(cited) and re.search(r"cancel|await", text) is not None


def _defines(key: str) -> Callable[[Cited], bool]:
    def check(cited: Cited) -> bool:
        name = _last_name(str(cited.values[key]))
        return _plain(getattr(cited.statement, "name", "")) == name

    return check


def _is_in(key: str) -> Callable[[Cited], bool]:
    """The line is in the function of that name."""

    def check(cited: Cited) -> bool:
        last = _last_name(str(cited.values[key]))
        around = [_plain(function.name) for function in cited.file.around(cited.step.line)]
        return "<" in last or last in around

    return check


def _mentions(key: str) -> Callable[[Cited], bool]:
    def check(cited: Cited) -> bool:
        last = _last_name(str(cited.values[key]))
        return "<" in last or last in cited.names

    return check


def _is_bound(key: str) -> Callable[[Cited], bool]:
    """The function around the line binds a local of that name."""

    def check(cited: Cited) -> bool:
        bound = {
            node.arg if isinstance(node, ast.arg) else node.id
            for function in cited.file.around(cited.step.line)
            for node in ast.walk(function)
            if isinstance(node, ast.arg)
            or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
        }
        return str(cited.values[key]) in bound

    return check


def _is_a_store(cited: Cited) -> bool:
    stores = ast.Assign | ast.AnnAssign | ast.NamedExpr
    return any(isinstance(node, stores) for node in cited.nodes) or _has_calls(cited)


def _has_calls(cited: Cited) -> bool:
    return any(isinstance(node, ast.Call) for node in cited.nodes)


def _all(*checks: Callable[[Cited], bool]) -> Callable[[Cited], bool]:
    return lambda cited: all(check(cited) for check in checks)


#: what asks for something: a comprehension and an assertion do, too
_ASKED = "if|elif|else|and|or|assert|while"


def _way_out(words: str) -> Callable[[Cited], bool]:
    """The line is in the function, and has one of the words."""

    def check(cited: Cited) -> bool:
        line = cited.file.text.splitlines()[cited.step.line - 1]
        return _is_in("function")(cited) and re.search(rf"\b({words})\b", line) is not None

    return check


CHECKS: Mapping[str, Callable[[Cited], bool]] = {
    # endings
    "cancelled {where}": _cancels,
    "its `cancel` is registered {where}": _cancels,
    "awaited {where}": _awaits,
    "gathered {where}": _calls("gather"),
    "awaited with others {where}": _awaits,
    "waited for {where}": _calls("wait"),
    "waited for by a `wait` that may return earlier {where}": _all(_calls("wait"), _may_return),
    "awaited with a timeout {where}": _with_a_deadline,
    "awaited through `shield` {where}": _calls("shield"),
    "awaited through `shield` up to a deadline {where}": _all(_calls("shield"), _with_a_deadline),
    "awaited as it completes {where}": _in_the_function("as_completed"),
    "run to its end by the loop {where}": _calls("run_until_complete", "run"),
    "asked in a loop whether it is done {where}": _calls("done"),
    "required to be done {where}": _calls("done", "cancelled"),
    "its outcome is read {where}": _calls("result", "exception"),
    "waited for until none is left {where}": _loops,
    "each turn of a loop in `{function}` calls it": _all(_is_in("function"), _loops, _has_calls),
    # checks
    "started only where no earlier task runs: the handle is asked for here": _asks_for_the_handle,
    "started only once the earlier task is ended here": _ends,
    "started once only: state that is set with it is asked for here": _asks_for_state,
    "state that is set with it is asked for here: it is not started again as long as that"
    " holds": _asks_for_state,
    "state that is set with it is asked for here, or else something that starts it all the"
    " same": _asks_for_state,
    "not started again where this leaves the function": _leaves,
    # places
    "stored in `{place}`": _is_stored,
    "kept in `{place}`": _has_place,
    "kept in `{name}`, which is `{place}`": lambda cited: _has_the_name(cited, "name"),
    "taken out when it is done": _removes,
    "taken out in `{function}`": _all(_is_in("function"), _removes),
    "the coroutine clears the handle itself": _clears,
    "the coroutine takes it out itself": _removes,
    "`{place}` holds it weakly: that does not keep the task alive": _has_place,
    "overwritten here while the earlier task may still run: {reason}": _is_a_store,
    "cancelled without waiting for its end: the next task may be stored before that": _cancels,
    "the task itself stores the next one here before its end": _is_a_store,
    "empties the place at its end without asking whether its own handle is there": _clears,
    # teardowns
    "`{teardown}` neither cancels nor awaits what `{place}` keeps": _passes_over,
    "`{teardown}` ends other tasks that `{manager}` starts for it, not this one": _ends_others,
    "nothing calls `{method}` of what `{place}` keeps": _has_place,
    "`{caller}` takes it down by `{method}`, which does not lead there": _all(
        _is_in("caller"), _mentions("method")
    ),
    "`{override}` stands in place of `{method}`, and does not call it": _defines("override"),
    "`{function}` waits for `{name}`, set as it ends": _all(
        _is_in("function"), _mentions("name"), _awaits
    ),
    "`{function}` fails what it waits for, in `{name}`": _all(
        _is_in("function"), _mentions("name")
    ),
    "`{function}` ends its loop through `{name}`": _all(_is_in("function"), _mentions("name")),
    "`{function}` only sets `{name}`: its loop goes on until it asks for that": _all(
        _is_in("function"), _mentions("name")
    ),
    "`{function}` wakes its loop through `{name}`, and that goes on": _all(
        _is_in("function"), _mentions("name")
    ),
    "the loop ends as soon as `{function}` does, which cancels what is left": _has_calls,
    "`{function}` runs the loop itself, and then cancels what is left of its tasks": _is_in(
        "function"
    ),
    # ways out
    "`wait` returns and leaves what is pending running": _calls("wait"),
    "`{function}` returns while the task runs": _all(_is_in("function"), _leaves),
    "`{function}` can end while the task runs": _is_in("function"),
    "`{function}` ends while the task runs once this loop is over": _way_out("for|while"),
    "`{function}` ends while the task runs where this does not hold": _way_out(_ASKED),
    "`{function}` ends while the task runs where this holds": _way_out(_ASKED),
    "`{function}` ends while the task runs where this is caught": _way_out("except|with"),
    "`{function}` ends while the task runs where this loop has no turn": _way_out("for|while"),
    "`{function}` is left at this `yield` while the task runs, if its caller stops there": (
        _way_out("yield")
    ),
    "`{teardown}` cancels `{function}` where that waits: it does not come to the ending": _all(
        _is_in("teardown"), _calls("cancel")
    ),
    # where it goes
    "handed to `{callee}`: what that does with the task is not known": _mentions("callee"),
    "handed to `{callee}`, which ends it only partly": _is_spawn,
    "handed to `{callee}`, which keeps the task": _is_spawn,
    "handed to `{callee}`: where it goes from there is not known": _is_spawn,
    "`{callee}` does not give it back: `{place}` never holds it": _is_spawn,
    "`{callee}` is listed in `safe-calls`": _mentions("callee"),
    "`{callee}` is listed in `owner-calls`": _mentions("callee"),
    "`{callee}` keeps it and sees to its end, as `{source}` says": _mentions("callee"),
    "what `{callee}` belongs to owns it and ends it when it is left": _mentions("callee"),
    "`{callee}` takes coroutines only: given a task it raises `TypeError`": _mentions("callee"),
    "`{callee}` raises `TypeError`: the function that it is given is not called": _mentions(
        "callee"
    ),
    "`{callee}` takes plain functions: nothing runs what a coroutine function gives": _mentions(
        "callee"
    ),
    "`{owner}` owns it and ends it when it is left": _is_spawn,
    "returned to `{function}`, which drops the task that it gets": _is_in("function"),
    "returned to `{function}`, where only `{name}` holds it, until that returns": _all(
        _is_in("function"), _is_bound("name")
    ),
    "returned to `{function}`, which ends it only partly": _is_in("function"),
    "returned to `{function}`, which keeps it": _is_in("function"),
    "returned to `{function}`, which returns it too": _is_in("function"),
    "returned to `{function}`, which sees to its end": _is_in("function"),
    "returned to whoever calls `{function}`; here only tests do": _is_in("function"),
    "returned to whoever calls `{function}`; no call here comes to this one": _is_in("function"),
    "returned to whoever calls `{function}`; no call here is known to do so": _is_in("function"),
    "returned to whoever calls `{function}`; nothing here does": _is_in("function"),
    "returned to whoever calls `{function}`, which is handed to `{callee}` here": _all(
        _mentions("function"), _mentions("callee")
    ),
    "`{function}` is annotated to return nothing: no caller looks for a task": _is_in("function"),
    # dropped
    "nothing holds it after line {line}": _is_spawn,
    "only `{name}` holds it, until the next turn of the loop": _all(_is_spawn, _is_bound("name")),
    "only `{name}` holds it, until `{function}` returns": _all(
        _is_spawn, _is_in("function"), _is_bound("name")
    ),
    "only `{name}` of `{function}` holds it, until that returns": _all(
        _defines("function"), _is_bound("name")
    ),
    "nothing holds it after line {line}; a callback does not keep it alive": _is_spawn,
    "the coroutine is made and dropped; it never runs": _is_spawn,
    "a done callback looks at its outcome": _calls("result", "exception"),
    "every instance has `{name}`: as it is, control never comes here": _is_spawn,
    "no call gives `{name}` what leads here: as it is, control never comes here": _is_spawn,
    "`{coroutine}` waits for nothing: it is over in its first step": _defines("coroutine"),
    # what libraries do, as their models say
    **{said: _is_spawn for api in APIS for said in (api.keeper, api.endless) if said},
}


def _spans(node: ast.AST, line: int) -> bool:
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
    return bool(first <= line <= (node.end_lineno or node.lineno))


def _shallow(node: ast.AST) -> Iterator[ast.AST]:
    """A node with its expressions, without the statements in its blocks."""
    yield node
    for name, value in ast.iter_fields(node):
        if name in _BLOCKS and isinstance(value, list):
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.AST):
                yield from ast.walk(each)


def _names(nodes: Iterator[ast.AST] | list[ast.AST]) -> set[str]:
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Name):
            found.add(_plain(node.id))
        elif isinstance(node, ast.Attribute):
            found.add(_plain(node.attr))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(_plain(node.value))
        elif isinstance(node, ast.keyword | ast.arg) and node.arg:
            found.add(_plain(node.arg))
    return found


def _last(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _last_name(text: str) -> str:
    """The last name in an expression or a qualified name."""
    found = re.findall(r"[^\W\d]\w*|<\w+>", re.sub(r"\[[^\]]*\]|\([^)]*\)", "", text))
    return _plain(found[-1]) if found else text


def _plain(name: str) -> str:
    """A name without what makes it private: a property may stand for a mangled one."""
    return name.lstrip("_") if not name.endswith("__") else name
