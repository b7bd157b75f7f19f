"""What is known of one handle: every operation on it, every place that holds it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from taskleash.ir.model import Event
from taskleash.ir.terms import Term
from taskleash.semantics.entities import Class, Function, Module
from taskleash.sentences import Sentence, sentence

#: a call event of a function
Site: TypeAlias = tuple[Function, int]

OpKind: TypeAlias = Literal[
    "await", "callback", "cancel", "cancel-ref", "clear", "clear-slot", "complete", "contain",
    "deadline", "delete", "done", "gather", "give", "grow", "method", "outcome", "pass",
    "passive", "read", "refused", "replace", "run", "seen", "shield", "shrink", "shrink-item",
    "shrink-ref", "store", "test", "unknown", "wait", "wait_for", "waited", "weakly", "with",
    "wrap_future", "yield",
]  # fmt: skip
#: what has to be done with a value before it is the handle; empty where it is the handle itself
How: TypeAlias = OpKind | Literal["", "returned"]
PlaceKind: TypeAlias = Literal["attribute", "global", "closure", "local", "handed in"]

#: the operations that cancel a task
CANCELLING: frozenset[OpKind] = frozenset({"cancel", "cancel-ref"})
#: the operations that see a task to its end by waiting for it
AWAITING: frozenset[OpKind] = frozenset(
    {
        "await", "complete", "deadline", "gather", "run", "shield", "wait", "wait_for", "waited",
        "wrap_future",
    }
)  # fmt: skip
#: the operations by which code elsewhere sees an earlier task to its end: all of it, at once
ENDING: frozenset[OpKind] = frozenset(
    kind for kind in (*AWAITING, "cancel") if kind not in ("deadline", "waited")
)


@dataclass(frozen=True)
class Op:
    """Something done with the task or a container that holds it.

    Of its kinds ``run`` waits in a loop that it runs itself, ``cancel-ref`` hands on ``cancel``,
    ``give`` returns the handle, ``weakly`` puts it where nothing keeps it alive, ``pass`` hands it
    to a function of the program, ``unknown`` to something outside, ``refused`` to what raises.

    ``calls`` are the calls through which the handle was passed to the function. ``root`` is the
    event of the function with the spawn at which the operation takes effect there,
    or None where it happens elsewhere. ``depth`` is 0 for the task itself, 1 for a container of
    tasks. ``weak`` marks a link made by an attribute's name only. ``detail`` names the callee.
    """

    kind: OpKind
    function: Function
    index: int
    root: int | None
    depth: int = 0
    how: How = ""
    weak: bool = False
    detail: str = ""
    place: Place | None = None
    target: Function | None = None
    calls: tuple[Site, ...] = ()

    @property
    def site(self) -> Site:
        """Where the handle set out for the operation: the outermost call that it was passed to."""
        return self.calls[0] if self.calls else (self.function, self.index)

    @property
    def constructs(self) -> bool:
        """Whether a generated constructor stores the handle in a new record."""
        return self.kind == "store" and bool(self.detail)

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.function.events[self.index]

    @property
    def line(self) -> int:
        """Its line."""
        return self.event.pos[0]


@dataclass(frozen=True)
class Place:
    """Where a handle is kept beyond a local name.

    ``kind`` is attribute, global, closure, local (a container made in the function) or handed in
    (one that nobody in the program makes). ``depth`` is 0 where the place holds the task itself, 1
    for a container of tasks, and so on.
    """

    kind: PlaceKind
    name: str
    depth: int
    text: str
    cls: Class | None = None
    module: Module | None = None
    function: Function | None = None

    def __repr__(self) -> str:
        return f"<{self.kind} {self.text} depth {self.depth}>"


@dataclass(frozen=True)
class Unfollowed:
    """What was not looked into, and where: no finding may rest on its absence.

    ``reason`` is a sentence about the handle: "it is handed on …".
    """

    function: Function
    index: int
    reason: Sentence


#: of which of its calls a function is looked at, where that is one alone
Calling: TypeAlias = Mapping[Function, Site]
ANY_CALL: Calling = {}


def calling(function: Function, way: tuple[Site, ...]) -> Calling:
    """The one call that counts of a function, and of each that leads to that on the way.

    The last call of the way comes first.
    """
    callees = (function, *(caller for caller, _ in way))
    return dict(zip(callees, way, strict=False))


#: whether something holds of an operation
Holds: TypeAlias = Callable[[Op], bool]


class Stretch(Protocol):
    """Some of the operations of a trail that were found one after the other."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds of its operations."""

    def of(self, kinds: frozenset[OpKind], where: Holds | None = None) -> list[Op]:
        """The operations of these kinds for which that holds, in order."""

    def rooted(self) -> Iterator[Op]:
        """The operations that take effect in the function with the spawn."""


class FoundAlone:
    """What was found on the way of one handle alone."""

    def __init__(self) -> None:
        self.ops: list[Op] = []
        self.kinds: set[str] = set()

    def add(self, op: Op) -> None:
        """Put an operation at the end."""
        self.ops.append(op)
        self.kinds.add(op.kind)

    def of(self, kinds: frozenset[OpKind], where: Holds | None = None) -> list[Op]:
        """The operations of these kinds for which that holds, in order."""
        return [op for op in self.ops if op.kind in kinds and (where is None or where(op))]

    def rooted(self) -> Iterator[Op]:
        """The operations that take effect in the function with the spawn."""
        return (op for op in self.ops if op.root is not None)


@dataclass(eq=False)
class Trail:
    """Everything that was found by following one handle from the call that gave it.

    ``parts`` have the operations in the order in which they were found, ``terms`` the terms of each
    function that hold the handle, and how deep in containers; several trails may share them.
    """

    function: Function
    index: int
    parts: list[Stretch] = field(default_factory=list)
    places: dict[Place, None] = field(default_factory=dict)
    terms: list[Mapping[Function, Mapping[Term, int]]] = field(default_factory=list)
    #: how deep in containers the task is that the call gives
    depth: int = 0
    #: returned by the function with the spawn; how deep in containers the task is then
    given: bool = False
    given_depth: int = 0
    #: where it stands in the tuple that is returned; empty where that is none
    given_at: frozenset[int] = frozenset()
    #: why the rest is not known, where something was left out
    unknown: dict[Unfollowed, None] = field(default_factory=dict)
    #: it goes into a container that the function is handed in
    is_in_what_is_handed_in: bool = False

    def leave_paths_out(self, function: Function) -> None:
        """Note that not all paths of a function were searched for what becomes of the handle."""
        reason = sentence(
            "`{function}` has more paths than are searched", function=function.qualname
        )
        self.unknown.setdefault(Unfollowed(self.function, self.index, reason))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of all operations."""
        return frozenset().union(*(part.kinds for part in self.parts))

    def of(self, *kinds: OpKind, where: Holds | None = None) -> list[Op]:
        """The operations of these kinds for which that holds, in the order they were found in.

        ``where`` asks nothing of where an operation takes effect: it is asked once for all trails
        that share the operation.
        """
        wanted = frozenset(kinds)
        return [op for part in self.parts for op in part.of(wanted, where)]

    def rooted(self) -> list[Op]:
        """The operations that take effect in the function with the spawn."""
        return [op for part in self.parts for op in part.rooted()]

    def terms_in(self, function: Function) -> dict[Term, int]:
        """The terms of a function that hold the handle, and how deep in containers."""
        found: dict[Term, int] = {}
        for terms in self.terms:
            found.update(terms.get(function, {}))
        return found
