"""Facts of one module: plain data, no syntax nodes, so that they travel and can be cached.

Where values come from is said by terms (`ir.terms`). A value with several origins (both branches
of an ``if``) is a tuple of terms, an *alternatives* tuple. Control flow stays as a tree of blocks
whose leaves are indices of events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from taskleash.ir.terms import Alts, Term

#: line, column, end line, end column; 1-based, in code points, end exclusive
Pos: TypeAlias = tuple[int, int, int, int]

GiveKind: TypeAlias = Literal["return", "yield"]
UseKind: TypeAlias = Literal["with", "test", "read", "deadline"]
TestKind: TypeAlias = Literal[
    "and", "or", "not", "all", "any", "truth", "none", "done", "true", "false", "iterates",
    "other",
]  # fmt: skip
LoopKind: TypeAlias = Literal["while", "for", "async for", "comprehension"]
ExitKind: TypeAlias = Literal["return", "raise", "break", "continue", "next"]
ParamKind: TypeAlias = Literal["", "*", "**", "key"]
CollectionKind: TypeAlias = Literal[
    "list", "set", "dict", "tuple", "comprehension", "generator", "mix", "rest"
]
FunctionKind: TypeAlias = Literal["module", "class", "function", "lambda"]

#: the key of a module's own body among its functions
MODULE = "<module>"


@dataclass(frozen=True, slots=True)
class TypeRef:
    """A type as written: a dotted ``name`` and the references in its brackets.

    ``|`` stands for a union. One without a name, which is false, is no type expression. A call
    beside the type of ``Annotated`` has ``()`` after its name, and the names that it is given.
    """

    name: str
    args: tuple[TypeRef, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.name)

    @property
    def is_call(self) -> bool:
        """Whether it is a call, which names no type."""
        return self.name.endswith("()")

    @property
    def last(self) -> str:
        """The last part of its name."""
        return self.name.rpartition(".")[2]


#: where no type is written
NO_TYPE = TypeRef("")


@dataclass(frozen=True, slots=True)
class Arg:
    """An argument; ``key`` is empty, a keyword, ``*`` or ``**``; ``text`` a dotted name if any."""

    key: str
    value: Alts
    text: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call: ``text`` is the callee as written, ``code`` the whole with its layout normalised."""

    pos: Pos
    statement: Pos
    func: Alts
    args: tuple[Arg, ...]
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """A value put into an attribute, element, global or outer variable; ``op`` is as in ``-=``.

    ``key`` is that of an element: ``container[key] = value``. Of local variables only those are
    stored to that are set to ``True`` or ``False``: they tell which way was taken.
    """

    pos: Pos
    target: Term
    value: Alts
    op: str = ""
    key: Alts = ()


@dataclass(frozen=True, slots=True)
class Await:
    """An awaited value; that of an ``async with`` or a comprehension's ``async for`` is empty."""

    pos: Pos
    value: Alts


@dataclass(frozen=True, slots=True)
class Give:
    """A value that leaves the function: ``kind`` is ``return`` or ``yield``."""

    pos: Pos
    kind: GiveKind
    value: Alts


@dataclass(frozen=True, slots=True)
class Delete:
    """A ``del`` of an attribute, element or name."""

    pos: Pos
    target: Term


@dataclass(frozen=True, slots=True)
class Use:
    """Any other read of what could be a task; ``kind`` is ``with``, ``test`` or ``read``.

    It is ``deadline`` where a block is entered that ends what is awaited in it after a while.
    """

    pos: Pos
    kind: UseKind
    value: Alts


@dataclass(frozen=True, slots=True)
class Define:
    """The place where a function or class (its key) is defined."""

    pos: Pos
    key: str


@dataclass(frozen=True, slots=True)
class Import:
    """The place of an import: the dotted names that it asks for."""

    pos: Pos
    names: tuple[str, ...]


Event: TypeAlias = Call | Store | Await | Give | Delete | Use | Define | Import


@dataclass(frozen=True, slots=True)
class Test:
    """A condition, by its ``kind``.

    ``iterates`` asks whether what the value goes over has anything at all.
    ``all`` and ``any`` ask their one part of each element that a comprehension goes over. ``none``
    asks whether the value is None, ``done`` whether ``value.done()``. ``text`` is the
    condition as written, to recognise the same condition elsewhere. ``key`` is the constant by
    which the value is looked up (``settings["key"]``), as written. One of kind ``other`` that
    compares the value with an ``other`` has an ``op``: that of a comparison, or ``isinstance``.
    """

    kind: TestKind
    value: Alts = ()
    parts: tuple[Test, ...] = ()
    text: str = ""
    key: str = ""
    op: str = ""
    other: Alts = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in order: indices of events, and nested control flow."""

    items: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """A branch; conditional expressions and short circuits too."""

    test: Test
    then: Block
    orelse: Block
    line: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop: ``kind`` is while, for, async for or comprehension.

    The ``test`` of all but the first is of kind ``other`` and has what the loop goes over.
    ``made`` is how many collections of the function stand before it.
    """

    kind: LoopKind
    test: Test
    body: Block
    orelse: Block
    line: int = 0
    made: int = 0


@dataclass(frozen=True, slots=True)
class Handler:
    """An except clause and the dotted names that it catches (none for a bare ``except``)."""

    types: tuple[str, ...]
    body: Block
    line: int = 0


@dataclass(frozen=True, slots=True)
class Try:
    """A ``try`` statement, or a ``with`` that swallows exceptions."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block
    final: Block


@dataclass(frozen=True, slots=True)
class Case:
    """A case of a ``match``: ``test`` is what its pattern asks, ``pattern`` a constant as written.

    A guard is a branch in the body, whose other side goes on to the next case.
    """

    test: Test
    body: Block
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A ``match`` statement; ``total`` where one case always matches."""

    cases: tuple[Case, ...]
    total: bool


@dataclass(frozen=True, slots=True)
class Exit:
    """A jump: ``kind`` is return, raise, break, continue, or next (to the next case of a match).

    ``raises`` are the dotted names of the class that is raised and, where the file tells, of its
    bases; none where that is not known.
    """

    kind: ExitKind
    line: int = 0
    raises: tuple[str, ...] = ()


#: a piece of control flow, with blocks inside it
Piece: TypeAlias = If | Loop | Try | Switch
#: what a block is made of: the index of an event, a piece of control flow, or a jump
Step: TypeAlias = int | Piece | Exit


def blocks_of(piece: Piece) -> tuple[Block, ...]:
    """The blocks directly inside a piece of control flow, in source order."""
    if isinstance(piece, If):
        return (piece.then, piece.orelse)
    if isinstance(piece, Loop):
        return (piece.body, piece.orelse)
    if isinstance(piece, Try):
        return (piece.body, *(h.body for h in piece.handlers), piece.orelse, piece.final)
    return tuple(case.body for case in piece.cases)


def tests(test: Test) -> Iterator[Test]:
    """A condition and all conditions inside it."""
    yield test
    for part in test.parts:
        yield from tests(part)


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: ``kind`` is empty, ``*`` , ``**`` or ``key`` (keyword only)."""

    name: str
    kind: ParamKind = ""
    annotation: TypeRef = NO_TYPE
    default: Alts = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A list, set, dict, tuple or comprehension written in the source, with its contents.

    Besides, ``kind`` is ``generator``, ``mix`` for what has all of other containers (``a + b``) and
    ``rest`` for what has a part (a slice, what a star takes, a difference). ``keys`` are the
    strings that are keys of a dict's items, as `Element` has them; of a part of a sequence the
    numbers of the first and of the first that it lacks (``1:-1``); empty for others.
    """

    kind: CollectionKind
    items: tuple[Alts, ...]
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decorator:
    """A decorator: the value, and whether it is a call (``@on("x")``)."""

    text: str
    value: Alts
    called: bool


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """One function, method, lambda, or the module's or a class's own body.

    ``key`` is unique in its module; ``qualname`` is for people. ``defs`` lists every definition of
    every local, ``UNKNOWN`` for one that says nothing; ``owner`` is the class (its key) whose
    method this is, ``parent`` the function around it. ``unread`` has those parameters of a method
    that its body never mentions. ``is_decided`` tells of a condition that the source alone may
    decide.
    """

    key: str
    qualname: str
    owner: str
    parent: str
    kind: FunctionKind
    line: int
    is_async: bool
    is_generator: bool
    params: tuple[Param, ...]
    unread: tuple[str, ...]
    returns: TypeRef
    decorators: tuple[Decorator, ...]
    body: Block
    events: tuple[Event, ...]
    defs: dict[str, Alts]
    annotations: dict[str, TypeRef]
    collections: tuple[Collection, ...]
    is_decided: bool

    @property
    def name(self) -> str:
        """The bare name."""
        return self.qualname.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """One class: its bases as written, annotated fields in order, and methods by name (keys)."""

    key: str
    qualname: str
    parent: str
    line: int
    bases: tuple[TypeRef, ...]
    decorators: tuple[Decorator, ...]
    fields: dict[str, TypeRef]
    methods: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """One module. ``imports`` maps a local name to the dotted name it stands for."""

    path: str
    module: str
    is_package: bool
    imports: dict[str, str]
    stars: tuple[str, ...]
    functions: dict[str, FunctionFacts]
    classes: dict[str, ClassFacts]
