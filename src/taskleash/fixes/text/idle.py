"""Comments that silence other linters' finding of a dropped task: idle once it is mended."""

from __future__ import annotations

import re

import libcst as cst

from taskleash.fixes.syntax.edits import Change, Edits
from taskleash.fixes.syntax.tree import Tree, inside

#: what other linters and type checkers call a task that is dropped where it is started
_CODES = frozenset(
    {
        "RUF006",
        "ASYNC300",
        "UNUSED-AWAITABLE",
        "UNUSED-COROUTINE",
        "REPORTUNUSEDCOROUTINE",
        "ASYNCIO-DANGLING-TASK",
        "CREATE-TASK-NO-REFERENCE",
    }
)
_CODE = r"[A-Za-z]+[0-9]+"
_SEPARATED = rf"{_CODE}(?:\s*,\s*{_CODE}|\s+{_CODE}\b)*"
_NOQA = re.compile(rf"#\s*noqa\s*:\s*(?P<codes>{_SEPARATED})", re.IGNORECASE)
_IGNORES = {
    re.compile(rf"#\s*{tool}\s*:\s*ignore\[(?P<codes>[^\]]*)\]", re.IGNORECASE): tool
    for tool in ("ruff", "type", "pyright")
}
_FORMS = {_NOQA: "# noqa: {}"} | {
    each: f"# {tool}: ignore[{{}}]" for each, tool in _IGNORES.items()
}
#: what parts a reason from the comment that it is given for
_JOINTS = " \t-:;,.–—"


def take_out(edits: Edits, tree: Tree, call: cst.Call) -> None:
    """Take the idle comments out of the statement of a call; other codes and texts stay."""
    holder = tree.holder(call)
    if holder is None:
        return
    for node in inside(holder):
        if isinstance(node, cst.TrailingWhitespace | cst.EmptyLine) and node.comment is not None:
            text = without_idle(node.comment.value)
            if text == node.comment.value:
                continue
            if text:
                edits.change(node, _saying(text))
            elif isinstance(node, cst.EmptyLine):
                edits.change(node, _gone)
            else:
                edits.change(node, _silent)


def without_idle(comment: str) -> str:
    """The comment without what silences a dropped task; empty where it says nothing else."""
    for pattern, form in _FORMS.items():
        found = pattern.search(comment)
        if found is None:
            continue
        codes = [code for code in re.split(r"[\s,]+", found["codes"]) if code]
        left = [code for code in codes if code.upper() not in _CODES]
        if len(left) == len(codes):
            continue
        before, after = comment[: found.start()].rstrip(), comment[found.end() :].strip()
        if left:
            return f"{before}  {form.format(', '.join(left))} {after}".strip()
        reason = after.lstrip(_JOINTS)
        if reason and not reason.startswith("#"):
            # Why a task may be dropped says nothing of one that is kept.
            reason = "" if after != reason else f"# {reason}"
        return f"{before}  {reason}".strip()
    return comment


def _saying(text: str) -> Change:
    return lambda node: node.with_changes(comment=cst.Comment(text))


def _gone(node: cst.CSTNode) -> cst.RemovalSentinel:
    return cst.RemoveFromParent()


def _silent(node: cst.TrailingWhitespace) -> cst.TrailingWhitespace:
    return node.with_changes(comment=None, whitespace=cst.SimpleWhitespace(""))
