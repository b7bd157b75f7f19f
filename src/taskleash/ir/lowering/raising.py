"""Which exceptions a statement raises or swallows, as far as its own file tells."""

from __future__ import annotations

import libcst as cst

from taskleash.ir.lowering.frame import lookup
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.terms import Global, Nested
from taskleash.ir.types import dotted_name
from taskleash.models.exceptions import DEADLINES, NEVER_RETURNING, SUPPRESSORS


def raised_names(lowering: Lowering, node: cst.Raise) -> tuple[str, ...]:
    """The dotted names of the class that is raised and of its bases, nearest first.

    None where the statement raises again what was caught, or a value that it does not make.
    """
    raised = node.exc
    is_made = isinstance(raised, cst.Call)
    if isinstance(raised, cst.Call):
        raised = raised.func
    name = resolved(lowering, raised) if raised is not None else ""
    last = name.rpartition(".")[2].lstrip("_")
    # ``raise error`` and ``raise make_error()`` say nothing of the class.
    if not last[:1].isupper() or (last.isupper() and not is_made):
        return ()
    found = {name: None}
    pending = [name]
    for known in pending:
        cls = lowering.module.classes.get(known)
        new = [base.name for base in cls.bases if base.name not in found] if cls else []
        found.update(dict.fromkeys(new))
        pending.extend(new)
    return tuple(found)


def ends_with(lowering: Lowering, node: cst.BaseExpression) -> str:
    """The exception that comes out of a call that never returns: ``sys.exit(1)``; else empty."""
    return (
        NEVER_RETURNING.get(resolved(lowering, node.func), "") if isinstance(node, cst.Call) else ""
    )


def suppressed_by(lowering: Lowering, node: cst.BaseExpression) -> tuple[str, ...]:
    """The exceptions that a context manager swallows: ``suppress(KeyError)``."""
    if not isinstance(node, cst.Call):
        return ()
    name = resolved(lowering, node.func)
    count = SUPPRESSORS.get(name, SUPPRESSORS.get(f"*.{name.rpartition('.')[2]}"))
    if count is None:
        return ()
    given = [arg.value for arg in node.args if not arg.keyword or arg.keyword.value in _KEYWORDS]
    return tuple(
        dotted_name(each.value) if isinstance(each, cst.BaseElement) else dotted_name(each)
        for value in given[: count or None]
        for each in (value.elements if isinstance(value, cst.Tuple) else (value,))
    )


def is_deadline(lowering: Lowering, node: cst.BaseExpression) -> bool:
    """Whether a context manager waits for nothing as it is entered: ``asyncio.timeout(5)``."""
    return isinstance(node, cst.Call) and resolved(lowering, node.func) in DEADLINES


#: the parameters of those in `SUPPRESSORS` that take the classes
_KEYWORDS = frozenset({"expected_exception"})


def resolved(lowering: Lowering, node: cst.BaseExpression) -> str:
    """The dotted name that code stands for, import aliases looked through; empty for others."""
    first, dot, rest = dotted_name(node).partition(".")
    terms = lookup(lowering.frame, first) if first else ()
    if len(terms) != 1:
        return ""
    term = terms[0]
    if isinstance(term, Nested):
        return f"{term.key}{dot}{rest}"
    if not isinstance(term, Global):
        return f"{first}{dot}{rest}" if dot else ""
    imported = lowering.module.imports.get(term.name, term.name)
    return f"{imported.lstrip('.')}{dot}{rest}"


def caught_class(lowering: Lowering, node: cst.BaseExpression) -> str:
    """The class that an except clause names, by its own name where it was imported as another."""
    written, found = dotted_name(node), resolved(lowering, node)
    is_renamed = found and found.rpartition(".")[2] != written.rpartition(".")[2]
    return found if is_renamed else written
