"""What an await comes to, and what several come to together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from taskleash.ir.terms import Attribute, Built, Named, Result, Term
from taskleash.semantics.entities import Function
from taskleash.verdict.model import Vanishings

#: of several answers the first of these is the one that counts
SEVERITY = (
    Vanishings.PROVEN,
    Vanishings.UNKNOWN,
    Vanishings.GIVEN,
    Vanishings.OWNER,
    Vanishings.EXCLUDED,
)


@dataclass(frozen=True)
class Waited:
    """What an await comes to, in words what it waits for, and the coroutines whose awaits decide.

    ``is_sure`` tells that the task waits for this, rather than for one of several things.
    """

    state: Vanishings
    what: str = ""
    inner: tuple[Function, ...] = ()
    is_sure: bool = True


#: what something alive holds
HELD_ELSEWHERE = Waited(Vanishings.EXCLUDED)


def worst_of(found: Iterable[Waited]) -> Waited:
    """What waiting for all of several things comes to."""
    waits = list(found)
    if not waits:
        return Waited(Vanishings.UNKNOWN)
    worst = min(waits, key=lambda each: SEVERITY.index(each.state))
    inner = tuple(dict.fromkeys(each for wait in waits for each in wait.inner))
    return Waited(worst.state, worst.what, inner, all(wait.is_sure for wait in waits))


def any_of(found: Iterable[Waited]) -> Waited:
    """What waiting for one of several things comes to, of which it is not known which.

    One of several proves nothing, whatever it is: where others give one, it hangs on them.
    """
    waits = list(dict.fromkeys(found))
    worst = worst_of(waits)
    if len(waits) == 1:
        return worst
    given = next((each for each in waits if each.state is Vanishings.GIVEN), None)
    if worst.state is Vanishings.UNKNOWN and given is not None:
        worst = replace(worst, state=given.state, what=given.what)
    return replace(worst, is_sure=False)


def unproven(found: Waited, what: str) -> Waited:
    """What waiting for something comes to that others may reach, or that may be something else."""
    unknown = found.state in (Vanishings.PROVEN, Vanishings.UNKNOWN)
    return Waited(Vanishings.UNKNOWN, what) if unknown else replace(found, is_sure=False)


def text_of(term: Term) -> str:
    """A value as it is written, as far as a term tells."""
    parts: list[str] = []
    while isinstance(term, Built):
        parts += [term.name] if isinstance(term, Attribute) else []
        term = term.base
    parts += [term.name] if isinstance(term, Named) else []
    return ".".join(reversed(parts))


def name_of(function: Function, term: Term) -> str:
    """A value as it is written; what is called where it is a call's, or the name that it has."""
    return (
        function.call(term.event).text if isinstance(term, Result) else local_name(function, term)
    )


def local_name(function: Function, term: Term) -> str:
    """A value as it is written, or the name that it has; empty where it has none."""
    return text_of(term) or next(iter(function.uses.names.get(term, ())), "")


def is_of(dotted: str, names: Iterable[str]) -> bool:
    """Whether a dotted name is one of these, or of something in it."""
    return any(dotted == name or dotted.startswith(f"{name}.") for name in names)
