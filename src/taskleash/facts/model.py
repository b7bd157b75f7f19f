"""Facts of one module: plain data, no syntax nodes, so that they travel and can be cached.

A *term* says symbolically where a value comes from, relative to the function it stands in. It is a
tuple whose first item is its tag:

========================  ======================================================================
``("c", text)``           a constant, by its source text
``("n", name)``           a module global, an imported name or a builtin
``("p", name)``           a parameter
``("v", name)``           any definition of a local (a name carried round a loop)
``("f", function, name)`` a variable of an enclosing function (its key)
``("a", term, name)``     an attribute
``("e", term)``           an element, by subscript or iteration
``("i", term, index)``    an item of a tuple that is unpacked
``("s", index)``          the result of the call event with this index
``("w", term)``           what awaiting the term gives
``("m", term)``           what entering the context manager gives
``("l", index)``          a list, set, dict, tuple or comprehension written in this function
``("*", term)``           the elements of the term, spread
``("q", key)``            a function or lambda defined inside this function
``("super",)``            ``super()``
========================  ======================================================================

A value with several origins (both branches of an ``if``) is a tuple of terms, an *alternatives*
tuple. Control flow stays as a tree of blocks whose leaves are indices of events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Term: TypeAlias = tuple[Any, ...]
Alts: TypeAlias = tuple[Term, ...]
#: line, column, end line, end column; 1-based, in code points, end exclusive
Pos: TypeAlias = tuple[int, int, int, int]
#: a dotted name and the references in its brackets; ``|`` stands for a union
TypeRef: TypeAlias = tuple[Any, ...]

#: the key of a module's own body among its functions
MODULE = "<module>"


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
    """A value put into an attribute, element, global or outer variable; ``op`` is as in ``-=``."""

    pos: Pos
    target: Term
    value: Alts
    op: str = ""


@dataclass(frozen=True, slots=True)
class Await:
    """An awaited value."""

    pos: Pos
    value: Alts


@dataclass(frozen=True, slots=True)
class Give:
    """A value that leaves the function: ``kind`` is ``return`` or ``yield``."""

    pos: Pos
    kind: str
    value: Alts


@dataclass(frozen=True, slots=True)
class Delete:
    """A ``del`` of an attribute, element or name."""

    pos: Pos
    target: Term


@dataclass(frozen=True, slots=True)
class Use:
    """Any other read of what could be a task; ``kind`` is ``with``, ``test`` or ``read``."""

    pos: Pos
    kind: str
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
    """A condition: ``kind`` is and, or, not, truth, none, done, true, false or other.

    ``none`` asks whether the value is None, ``done`` whether ``value.done()``. ``text`` is the
    condition as written, to recognise the same condition elsewhere. ``key`` is the constant by
    which the value is looked up (``settings["key"]``), as written.
    """

    kind: str
    value: Alts = ()
    parts: tuple[Test, ...] = ()
    text: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in order: indices of events, and nested control flow."""

    items: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class If:
    """A branch; conditional expressions and short circuits too."""

    test: Test
    then: Block
    orelse: Block
    line: int = 0


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop: ``kind`` is while, for, async for or comprehension."""

    kind: str
    test: Test
    body: Block
    orelse: Block
    line: int = 0


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
class Switch:
    """A ``match`` statement; ``total`` where one case always matches.

    ``patterns`` are those of the cases that ask for one constant, as written; empty for others.
    """

    cases: tuple[Block, ...]
    total: bool
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exit:
    """A jump: ``kind`` is return, raise, break or continue."""

    kind: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: ``kind`` is empty, ``*`` , ``**`` or ``key`` (keyword only)."""

    name: str
    kind: str = ""
    annotation: TypeRef = ()
    default: Alts = ()


@dataclass(frozen=True, slots=True)
class Collection:
    """A list, set, dict, tuple or comprehension written in the source, with its contents.

    ``keys`` are the constant keys of a dict's items, as written; empty for others.
    """

    kind: str
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
    every local; ``owner`` is the class (its key) whose method this is, ``parent`` the function
    around it. ``is_decided`` tells of a condition that the source alone may decide.
    """

    key: str
    qualname: str
    owner: str
    parent: str
    kind: str
    line: int
    is_async: bool
    is_generator: bool
    params: tuple[Param, ...]
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
