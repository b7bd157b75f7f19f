"""Where new statements go: in the module, in a constructor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

import libcst as cst

from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.edits import Edits
from taskleash.fixes.syntax.imports import header
from taskleash.fixes.syntax.signatures import called_on, called_on_instance
from taskleash.fixes.syntax.tree import Holder, Method, Tree, dotted, inside, last_name

_CONSTRUCTOR = "__init__"
#: what the module says of itself stands apart from its variables
_DUNDER = re.compile(r"__\w+__\b")
#: modules that new code of a module may need
_NEEDED = frozenset({"asyncio", "concurrent", "logging", "typing"})
#: names by which the code of a class looks at all attributes of its instance, or copies it
_LOOKING_AT_ALL = frozenset(
    {"__dict__", "__getstate__", "__reduce__", "__reduce_ex__", "__copy__", "__deepcopy__", "vars"}
)


@dataclass(frozen=True)
class ModulePlace:
    """New variables and functions of a module go after one statement and before another.

    ``is_parted`` tells that a blank line parts them from what is above.
    """

    after: cst.BaseStatement | None
    following: cst.BaseStatement | None
    is_parted: bool


def place_after(module: cst.Module, statement: cst.BaseStatement) -> ModulePlace:
    """After a statement of the module."""
    body = [each for each in module.body if isinstance(each, cst.BaseStatement)]
    at = next(index for index, each in enumerate(body) if each is statement)
    return ModulePlace(statement, body[at + 1] if at + 1 < len(body) else None, is_parted=True)


def runs_early(tree: Tree, call: cst.CSTNode) -> bool:
    """Whether a call runs as its module is imported, before that has what new code needs."""
    if tree.scope(call) is not None:
        return False
    body = tree.module.body
    at = next(i for i, line in enumerate(body) if any(node is call for node in inside(line)))
    before, after = (
        {
            name
            for line in lines
            if isinstance(line, cst.SimpleStatementLine)
            for small in line.body
            for name in _modules(small)
        }
        for lines in (body[:at], body[at:])
    )
    return bool(after) and not (before - {"__future__"} and after & _NEEDED <= before)


def _modules(small: cst.BaseSmallStatement) -> list[str]:
    """The top packages that a statement imports from."""
    if isinstance(small, cst.Import):
        return [alias.evaluated_name.partition(".")[0] for alias in small.names]
    if isinstance(small, cst.ImportFrom) and small.module is not None:
        return [dotted(small.module).partition(".")[0]]
    return []


def module_place(
    module: cst.Module, uses: Sequence[cst.CSTNode], running: Sequence[cst.CSTNode] = ()
) -> ModulePlace:
    """After the imports, and after the constants that follow them, before any use.

    Those uses that are ``running`` need what is new as the module is imported.
    """
    body = [each for each in module.body if isinstance(each, cst.BaseStatement)]
    # There is nothing above the module's own text, and its imports from the future.
    at = len(header(module)) - 1
    for index, statement in enumerate(body):
        if isinstance(statement, cst.FunctionDef | cst.ClassDef):
            break
        if any(node is use for node in inside(statement) for use in running):
            break
        if _imports(statement):
            at = index
    is_parted = True
    # What runs in between needs nothing new: no function of the module is there yet.
    for index in range(at + 1, len(body)):
        if _is_constant(body[index], uses) or (at >= 0 and _sets_up(body[index], body[at])):
            at, is_parted = index, not _is_one_line(body[index]) or _is_explained(body, index)
        elif index == at + 1 > 1 and not _imports(body[at]) and _goes_on(body, index, uses):
            at, is_parted = index, True
        elif not _runs_alone(body[index], uses):
            break
    following = body[at + 1] if at + 1 < len(body) else None
    return ModulePlace(body[at] if at >= 0 else None, following, is_parted)


def functions_place(
    module: cst.Module, first: ModulePlace, uses: Sequence[cst.CSTNode]
) -> ModulePlace:
    """After the variables that follow a place, before anything else and before any use."""
    body = [each for each in module.body if isinstance(each, cst.BaseStatement)]
    if first.after is None or first.following is None:
        return first
    at = next(index for index, each in enumerate(body) if each is first.after)
    while at + 1 < len(body) and (
        _is_variable(body[at + 1], uses) or _is_call(body[at + 1], body[at])
    ):
        at += 1
    behind = at + 1
    while behind < len(body) and (call := _called_in(body[behind])) is not None:
        if not isinstance(call.func, cst.Attribute) or not _runs_alone(body[behind], uses):
            break
        behind += 1
    # What the module changes before its first function, like its path, stays with its imports.
    if any(isinstance(x, cst.FunctionDef | cst.ClassDef) for x in body[behind : behind + 1]):
        at = behind - 1
    return place_after(module, body[at])


def _called_in(statement: cst.BaseStatement) -> cst.Call | None:
    small = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
    call = small.value if isinstance(small, cst.Expr) else None
    return call if isinstance(call, cst.Call) else None


def _is_call(statement: cst.BaseStatement, before: cst.BaseStatement) -> bool:
    """Whether a statement is a call right below another: ``load_dotenv()``."""
    is_call = _called_in(statement) is not None
    return is_call and not _stands_apart(statement) and not _imports(before)


def _is_variable(statement: cst.BaseStatement, uses: Sequence[cst.CSTNode]) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    plain = isinstance(statement.body[0], cst.Assign | cst.AnnAssign)
    return plain and not any(node is use for node in inside(statement) for use in uses)


def _is_constant(statement: cst.BaseStatement, uses: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement gives the module a variable, or says in a string what one is for.

    It may do so under a condition.
    """
    if isinstance(statement, cst.If | cst.Try) and _runs_alone(statement, uses):
        return any(isinstance(node, cst.Assign | cst.AnnAssign) for node in inside(statement))
    return _is_variable(statement, uses) or is_text(statement)


def _sets_up(statement: cst.BaseStatement, before: cst.BaseStatement) -> bool:
    """Whether a statement goes on with what the one before it made: ``logger.setLevel(…)``."""
    func = getattr(_called_in(statement), "func", None)
    if not isinstance(func, cst.Attribute) or not func.attr.value.startswith(("set", "add")):
        return False
    known = {dotted(target) for target, _, _ in assignments(before)}
    if (above := _called_in(before)) is not None:
        known.add(dotted(above.func).rpartition(".")[0])
    names = (each for each in inside(statement) if isinstance(each, cst.Name | cst.Attribute))
    return any(dotted(each) in known - {""} for each in names)


def _runs_alone(statement: cst.BaseStatement, uses: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement of the module makes no function or class, and has no use."""
    return not any(
        isinstance(node, cst.FunctionDef | cst.ClassDef | cst.Lambda)
        or any(node is use for use in uses)
        for node in inside(statement)
    )


def _goes_on(body: Sequence[cst.BaseStatement], at: int, uses: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement of the module goes on with what is right above it: a block, a call."""
    is_part = _is_joined_block(body[at]) or _is_call(body[at], body[at - 1])
    return is_part and _runs_alone(body[at], uses)


def _is_one_line(statement: cst.BaseStatement) -> bool:
    code = cst.Module([]).code_for_node(statement).strip()
    return "\n" not in code and not is_text(statement) and not _DUNDER.match(code)


def _is_explained(body: Sequence[cst.BaseStatement], at: int) -> bool:
    """Whether a comment heads the paragraph of a statement: it says nothing of what is new."""
    while at > 0 and not _stands_apart(body[at]) and not _imports(body[at]):
        at -= 1
    above: Sequence[cst.EmptyLine] = getattr(body[at], "leading_lines", ())
    return bool(above) and above[-1].comment is not None and not _imports(body[at])


def _imports(statement: cst.CSTNode) -> bool:
    """Whether a statement imports something, also under a condition or in a ``try``."""
    if isinstance(statement, cst.SimpleStatementLine):
        return isinstance(statement.body[0], cst.Import | cst.ImportFrom)
    if isinstance(statement, cst.If | cst.Try | cst.With):
        return any(map(_imports, statement.body.body))
    return False


# -- in a constructor


@dataclass(frozen=True)
class BodyPlace:
    """A place in the body of a function: after a statement, or before it."""

    anchor: cst.BaseStatement | cst.SimpleStatementSuite
    is_after: bool


def put(edits: Edits, place: BodyPlace, new: Sequence[cst.BaseStatement]) -> None:
    """Add statements at a place in a function."""
    if place.is_after:
        edits.insert_after(place.anchor, new)
    else:
        is_definition = isinstance(place.anchor, cst.FunctionDef | cst.ClassDef)
        # Several statements are a paragraph of their own where what follows is one.
        above = list(getattr(place.anchor, "leading_lines", ()))[:1]
        is_paragraph = len(new) > 1 and any(line.comment is None for line in above)
        edits.insert_before(place.anchor, new, blank=int(is_definition or is_paragraph))


def is_pass(line: cst.CSTNode) -> TypeGuard[Holder]:
    """Whether a line is a bare ``pass`` that no comment explains."""
    if not isinstance(line, cst.SimpleStatementLine | cst.SimpleStatementSuite):
        return False
    plain = not any(isinstance(node, cst.Comment) for node in inside(line))
    return plain and len(line.body) == 1 and isinstance(line.body[0], cst.Pass)


def constructor_place(
    tree: Tree, cls: cst.ClassDef, uses: Sequence[cst.CSTNode]
) -> BodyPlace | None:
    """Where the class's ``__init__`` can give the instance an attribute before any use of it.

    ``uses`` are nodes in methods that need it. None where there is no such place.
    """
    init = next((m for m in tree.methods(cls) if m.function.name.value == _CONSTRUCTOR), None)
    if init is None or not init.instance or has_no_room(cls):
        return None
    body = init.function.body
    if isinstance(body, cst.SimpleStatementSuite):
        return BodyPlace(body, is_after=True)
    lines = [each for each in body.body if isinstance(each, cst.BaseStatement)]
    start = 1 if is_text(lines[0]) else 0
    end = len(lines)
    mine = [use for use in uses if (m := tree.method(use)) is not None and m.cls is cls]
    for index, line in enumerate(lines):
        if index >= start and _may_reach(tree, init, line, mine):
            end = index
            break
    start = max([start, *(i + 1 for i in range(start, end) if _calls_super(lines[i]))])
    for fits in (_sets_plainly, _sets_attribute):
        found = [i for i in range(start, end) if fits(lines[i], init.instance)]
        # A block right below goes on with what the statement sets.
        apart = [i for i in found if i + 1 == len(lines) or not _is_joined(lines[i], lines[i + 1])]
        # Nor is a run of such statements taken apart, the last of which such a block follows.
        joined = {*found} - {*apart}
        for at in reversed(apart):
            if at + 1 in joined and not _stands_apart(lines[at + 1]):
                joined.add(at)
        apart = [i for i in apart if i not in joined] or apart
        if found:
            at = _end_of_run(lines, end, max(apart or found), init.instance)
            return BodyPlace(lines[at], is_after=True)
    if start and _calls_super(lines[start - 1]):
        return BodyPlace(lines[start - 1], is_after=True)
    if end < len(lines):
        return BodyPlace(lines[end], is_after=False)
    return BodyPlace(lines[-1], is_after=True)


def _end_of_run(lines: Sequence[cst.BaseStatement], end: int, at: int, instance: str) -> int:
    """Where the paragraph of lines that set attributes ends, which the one at an index is part of.

    That index itself where something else is part of the paragraph, or comes to ``end`` before.
    """
    last = at
    while last + 1 < len(lines) and not _stands_apart(lines[last + 1]):
        last += 1
        if last >= end or not _sets_attribute(lines[last], instance):
            return at
        if any(
            isinstance(node, cst.Arg) and instance in _names(node) for node in inside(lines[last])
        ):
            # What is given the instance may call it at once.
            return at
    return last


def _names(node: cst.CSTNode) -> set[str]:
    return {each.value for each in inside(node) if isinstance(each, cst.Name)}


def _is_joined(line: cst.BaseStatement, following: cst.BaseStatement) -> bool:
    """Whether what follows a statement goes on with what it sets: a block, or ``self.a.b = c``."""
    if _is_joined_block(following):
        return True
    places = {f"{dotted(target)}." for target, _, _ in assignments(line)}
    if _stands_apart(following) or not isinstance(following, cst.SimpleStatementLine):
        return False
    return any(
        dotted(target).startswith(place)
        for target, _, _ in assignments(following)
        for place in places
    )


def _is_joined_block(line: cst.BaseStatement) -> bool:
    is_block = isinstance(line, cst.If | cst.For | cst.While | cst.Try | cst.With)
    return is_block and not _stands_apart(line)


def _stands_apart(line: cst.BaseStatement) -> bool:
    """Whether a blank line or a comment is above a statement."""
    return bool(getattr(line, "leading_lines", ()))


@lru_cache(maxsize=4)
def has_no_room(cls: cst.ClassDef) -> bool:
    """Whether another attribute would fail, or be seen by code that looks at all of them."""
    names = (node for node in inside(cls.body, *_LOOKING_AT_ALL) if isinstance(node, cst.Name))
    if any(node.value in _LOOKING_AT_ALL for node in names):
        return True
    for line in cls.body.body:
        if isinstance(line, cst.FunctionDef) and line.name.value in ("__setattr__", "__new__"):
            return True
        if isinstance(line, cst.SimpleStatementLine) and any(map(_names_slots, line.body)):
            return True
    return False


def _names_slots(small: cst.BaseSmallStatement) -> bool:
    """Whether a statement of a class says which attributes its instances have, annotated or not."""
    if isinstance(small, cst.AnnAssign):
        return last_name(small.target) == "__slots__"
    return isinstance(small, cst.Assign) and any(
        last_name(target.target) == "__slots__" for target in small.targets
    )


def is_text(line: cst.CSTNode) -> bool:
    if not isinstance(line, cst.SimpleStatementLine) or not isinstance(line.body[0], cst.Expr):
        return False
    return isinstance(line.body[0].value, cst.SimpleString | cst.ConcatenatedString)


def _may_reach(tree: Tree, init: Method, line: cst.CSTNode, uses: Sequence[cst.CSTNode]) -> bool:
    """Whether a statement of the constructor may use the attribute, or leave without it."""
    nodes = list(inside(line))
    if any(node is use for node in nodes for use in uses):
        return True
    if any(isinstance(node, cst.Return) for node in nodes):
        return True
    users = {m.function.name.value for use in uses if (m := tree.method(use)) is not None}
    methods = {m.function.name.value: m for m in tree.methods(init.cls)}
    pending, seen = called_on(line, init.instance), set[str]()
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in users or name not in methods:
            return True
        pending |= called_on_instance(methods[name])
    return False


def _sets_attribute(line: cst.CSTNode, instance: str) -> bool:
    small = line.body[-1] if isinstance(line, cst.SimpleStatementLine) else cst.Pass()
    return any(dotted(target).startswith(f"{instance}.") for target, _, _ in assignments(small))


def _sets_plainly(line: cst.CSTNode, instance: str) -> bool:
    """Whether a statement gives the instance some state of its own: a constant, a container.

    Or it says that there will be some.
    """
    if not _sets_attribute(line, instance):
        return False
    assert isinstance(line, cst.SimpleStatementLine)
    value = next(given for _, given, _ in assignments(line.body[-1]))
    if isinstance(value, cst.Call):
        return not value.args
    return value is None or not any(isinstance(each, cst.Call) for each in inside(value))


def _calls_super(line: cst.CSTNode) -> bool:
    return any(
        isinstance(each, cst.Attribute) and each.attr.value == _CONSTRUCTOR for each in inside(line)
    )
