"""Terms: where a value comes from, symbolically, relative to the function that it stands in.

Equal terms are one object, in all that is read, unpacked or copied: they are compared and hashed by
identity, and looked up far more often than made. The tables that see to it last as long as the
process; since terms are relative to their functions, large programs have few distinct ones.
"""

from __future__ import annotations

from typing import ClassVar, NoReturn, TypeAlias, TypeVar

#: the keys of elements by iteration, and of those by a subscript that is not written plainly
EACH, SOME = "*", "?"
_NAMED_CONSTANTS = frozenset({"None", "True", "False"})
_T = TypeVar("_T", bound="_Term")
_Key = TypeVar("_Key")


class _Term:
    """What all terms have: ``__match_args__`` are their parts, which never change."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"`{name}` of a term cannot be set")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"`{name}` of a term cannot be deleted")

    @property
    def parts(self) -> tuple[object, ...]:
        """What it is made of, in the order of the constructor's parameters."""
        return tuple([getattr(self, name) for name in self.__match_args__])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.parts))})"

    def __reduce__(self) -> tuple[type[_Term], tuple[object, ...]]:
        return type(self), self.parts

    def __copy__(self: _T) -> _T:
        return self

    def __deepcopy__(self: _T, memo: object) -> _T:
        return self


def _kept(known: dict[_Key, _T], key: _Key, cls: type[_T], *parts: object) -> _T:
    """A new term, or the equal one that another thread has made meanwhile."""
    term = object.__new__(cls)
    for name, part in zip(cls.__match_args__, parts, strict=True):
        object.__setattr__(term, name, part)
    return known.setdefault(key, term)


class Named(_Term):
    """Terms that are written as a name, or end in one."""

    __slots__ = ()
    name: str


class Bound(Named):
    """Terms that stand for any definition of a local."""

    __slots__ = ()


class Built(_Term):
    """Terms that are built on another term."""

    __slots__ = ()
    base: Term


class Constant(_Term):
    """A constant, by its source text."""

    __slots__ = ("text",)
    __match_args__ = ("text",)
    text: str
    _known: ClassVar[dict[str, Constant]] = {}

    def __new__(cls, text: str) -> Constant:
        """The term of these parts."""
        return cls._known.get(text) or _kept(cls._known, text, cls, text)

    @property
    def is_text(self) -> bool:
        """Whether it is a text, or bytes."""
        return self.text.lower().lstrip("rbu")[:1] in ("'", '"')


class Global(Named):
    """A module global, an imported name or a builtin."""

    __slots__ = ("name",)
    __match_args__ = ("name",)
    _known: ClassVar[dict[str, Global]] = {}

    def __new__(cls, name: str) -> Global:
        """The term of these parts."""
        return cls._known.get(name) or _kept(cls._known, name, cls, name)


class Parameter(Named):
    """A parameter."""

    __slots__ = ("name",)
    __match_args__ = ("name",)
    _known: ClassVar[dict[str, Parameter]] = {}

    def __new__(cls, name: str) -> Parameter:
        """The term of these parts."""
        return cls._known.get(name) or _kept(cls._known, name, cls, name)


class Local(Bound):
    """Any definition of a local (a name carried round a loop)."""

    __slots__ = ("name",)
    __match_args__ = ("name",)
    _known: ClassVar[dict[str, Local]] = {}

    def __new__(cls, name: str) -> Local:
        """The term of these parts."""
        return cls._known.get(name) or _kept(cls._known, name, cls, name)


class Outer(Bound):
    """A variable of an enclosing ``function`` (its key)."""

    __slots__ = ("function", "name")
    __match_args__ = ("function", "name")
    function: str
    _known: ClassVar[dict[tuple[str, str], Outer]] = {}

    def __new__(cls, function: str, name: str) -> Outer:
        """The term of these parts."""
        key = (function, name)
        return cls._known.get(key) or _kept(cls._known, key, cls, function, name)


class Attribute(Built, Named):
    """An attribute."""

    __slots__ = ("base", "name")
    __match_args__ = ("base", "name")
    _known: ClassVar[dict[tuple[Term, str], Attribute]] = {}

    def __new__(cls, base: Term, name: str) -> Attribute:
        """The term of these parts."""
        key = (base, name)
        return cls._known.get(key) or _kept(cls._known, key, cls, base, name)


class Element(Built):
    """An element: one by its ``key``, or each in turn where a loop goes over the container.

    The key is a constant, ``repr``-ed, or a dotted name, as written; ``SOME`` where it is anything
    else, ``EACH`` for elements by iteration.
    """

    __slots__ = ("base", "key")
    __match_args__ = ("base", "key")
    key: str
    _known: ClassVar[dict[tuple[Term, str], Element]] = {}

    def __new__(cls, base: Term, key: str = EACH) -> Element:
        """The term of these parts."""
        known = (base, key)
        return cls._known.get(known) or _kept(cls._known, known, cls, base, key)

    @property
    def is_constant(self) -> bool:
        """Whether the same key names the same element wherever it is written."""
        key = self.key
        return key in _NAMED_CONSTANTS or not (key in (EACH, SOME) or key[0].isidentifier())


class Item(Built):
    """An item, by its ``index``, of a sequence that is unpacked.

    Behind a star it is counted from the end, from -1 on.
    """

    __slots__ = ("base", "index")
    __match_args__ = ("base", "index")
    index: int
    _known: ClassVar[dict[tuple[Term, int], Item]] = {}

    def __new__(cls, base: Term, index: int) -> Item:
        """The term of these parts."""
        key = (base, index)
        return cls._known.get(key) or _kept(cls._known, key, cls, base, index)


class Result(_Term):
    """The result of the call event with this index."""

    __slots__ = ("event",)
    __match_args__ = ("event",)
    event: int
    _known: ClassVar[dict[int, Result]] = {}

    def __new__(cls, event: int) -> Result:
        """The term of these parts."""
        return cls._known.get(event) or _kept(cls._known, event, cls, event)


class Awaited(Built):
    """What awaiting the term gives."""

    __slots__ = ("base",)
    __match_args__ = ("base",)
    _known: ClassVar[dict[Term, Awaited]] = {}

    def __new__(cls, base: Term) -> Awaited:
        """The term of these parts."""
        return cls._known.get(base) or _kept(cls._known, base, cls, base)


class Entered(Built):
    """What entering the context manager gives."""

    __slots__ = ("base",)
    __match_args__ = ("base",)
    _known: ClassVar[dict[Term, Entered]] = {}

    def __new__(cls, base: Term) -> Entered:
        """The term of these parts."""
        return cls._known.get(base) or _kept(cls._known, base, cls, base)


class Display(_Term):
    """A list, set, dict, tuple or comprehension, by its number among the function's own."""

    __slots__ = ("number",)
    __match_args__ = ("number",)
    number: int
    _known: ClassVar[dict[int, Display]] = {}

    def __new__(cls, number: int) -> Display:
        """The term of these parts."""
        return cls._known.get(number) or _kept(cls._known, number, cls, number)


class Spread(Built):
    """The elements of the term, spread."""

    __slots__ = ("base",)
    __match_args__ = ("base",)
    _known: ClassVar[dict[Term, Spread]] = {}

    def __new__(cls, base: Term) -> Spread:
        """The term of these parts."""
        return cls._known.get(base) or _kept(cls._known, base, cls, base)


class Nested(_Term):
    """A function, lambda or class, by its key, that is defined inside this function."""

    __slots__ = ("key",)
    __match_args__ = ("key",)
    key: str
    _known: ClassVar[dict[str, Nested]] = {}

    def __new__(cls, key: str) -> Nested:
        """The term of these parts."""
        return cls._known.get(key) or _kept(cls._known, key, cls, key)


class Super(_Term):
    """``super()``."""

    __slots__ = ()
    _known: ClassVar[dict[None, Super]] = {}

    def __new__(cls) -> Super:
        """The only term of its kind."""
        return cls._known.get(None) or _kept(cls._known, None, cls)


Term: TypeAlias = (
    Constant
    | Global
    | Parameter
    | Local
    | Outer
    | Attribute
    | Element
    | Item
    | Result
    | Awaited
    | Entered
    | Display
    | Spread
    | Nested
    | Super
)
#: the origins of one value: several where it has one in each branch of an ``if``
Alts: TypeAlias = tuple[Term, ...]
#: what a name is bound to where nothing is known of the value
UNKNOWN: Alts = (Constant("…"),)
#: a text for people: which one it is says nothing
TEXT = Constant('"…"')
#: what a variable is set to that tells which way was taken
FLAGS = frozenset({Constant("False"), Constant("True")})

TERM_CLASSES: tuple[type[_Term], ...] = (
    Constant,
    Global,
    Parameter,
    Local,
    Outer,
    Attribute,
    Element,
    Item,
    Result,
    Awaited,
    Entered,
    Display,
    Spread,
    Nested,
    Super,
)


def last_name(term: Term) -> str:
    """The name that a term is, or that it ends in; empty for one without."""
    return term.name if isinstance(term, Named) else ""


def unexpected(term: NoReturn) -> NoReturn:
    """Stands where no kind of term is left: the type checker finds one that is forgotten.

    Raises:
        TypeError: there is one all the same.
    """
    raise TypeError(f"unexpected {term!r}")
