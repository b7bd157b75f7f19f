"""The state kept while one function body is lowered: its environment, events and blocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import libcst as cst

from taskleash.ir.model import (
    NO_TYPE,
    Block,
    Collection,
    CollectionKind,
    Decorator,
    Event,
    FunctionFacts,
    FunctionKind,
    Param,
    Pos,
    Step,
    TypeRef,
)
from taskleash.ir.terms import UNKNOWN, Alts, Display, Global, Local, Outer, Result, Term

#: a name with more origins than this stands for any of its definitions
MAX_ALTS = 8

Env = dict[str, Alts]


def merge(*alternatives: Alts) -> Alts:
    """The union of alternatives, in order."""
    if len(alternatives) == 1:
        return alternatives[0]
    return tuple(dict.fromkeys(term for alts in alternatives for term in alts))


def either(*values: Alts) -> Alts:
    """The union of values, of which some may be unknown: that is one more alternative then."""
    return merge(*(value or UNKNOWN for value in values)) if any(values) else ()


def kept_as_key(key: Alts) -> Alts:
    """What a dict keeps beside its values: what a call gave as a key, ``{create_task(f()): f}``."""
    return tuple(term for term in key if isinstance(term, Result))


def merge_envs(envs: Iterable[Env]) -> Env:
    """The environment after several paths meet; beyond the bound, any definition of a name."""
    paths = list(envs)
    if len(paths) == 1:
        return dict(paths[0])
    names = dict.fromkeys(name for env in paths for name in env)
    return {name: bounded(name, merge(*(e[name] for e in paths if name in e))) for name in names}


def bounded(name: str, value: Alts) -> Alts:
    """What a name stands for, few terms: where it has many definitions, any of them."""
    return value if len(value) <= MAX_ALTS else (Local(name),)


@dataclass
class Frame:
    """One function while it is lowered; ``finish`` turns it into facts."""

    key: str
    qualname: str
    kind: FunctionKind
    line: int
    parent: Frame | None = None
    owner: str = ""
    is_async: bool = False
    params: tuple[Param, ...] = ()
    returns: TypeRef = NO_TYPE
    decorators: tuple[Decorator, ...] = ()
    unread: tuple[str, ...] = ()
    local_names: set[str] = field(default_factory=set)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)
    #: what functions inside, as far as they were come to, assign to: nobody knows when
    shared_names: set[str] = field(default_factory=set)
    env: Env = field(default_factory=dict)
    defs: dict[str, dict[Term, None]] = field(default_factory=dict)
    annotations: dict[str, TypeRef] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    collections: list[Collection] = field(default_factory=list)
    #: those that are comprehensions
    comprehensions: set[int] = field(default_factory=set)
    #: how many there were when the innermost loop began
    made_before_loop: int = 0
    items: list[Step] = field(default_factory=list)
    is_generator: bool = False
    #: whether it is a generator that is run as a coroutine
    is_driven: bool = False
    is_decided: bool = False
    statement: Pos = (1, 1, 1, 1)

    def emit(self, event: Event) -> int:
        """Add an event to the block in hand; returns its index."""
        self.events.append(event)
        index = len(self.events) - 1
        self.items.append(index)
        return index

    def define(self, name: str, value: Alts) -> None:
        """Bind a local name."""
        value = value or UNKNOWN
        self.local_names.add(name)
        self.env[name] = bounded(name, value)
        known = self.defs.setdefault(name, {})
        known.update(dict.fromkeys(value))

    def collect(
        self, kind: CollectionKind, items: Iterable[Alts], keys: Iterable[str] = ()
    ) -> Display:
        """Note a collection written in the source; returns the term that stands for it."""
        self.collections.append(Collection(kind, tuple(items), tuple(keys)))
        return Display(len(self.collections) - 1)

    def block(self, items: list[Step]) -> Block:
        """A finished block."""
        return Block(tuple(items))

    def finish(self) -> FunctionFacts:
        """The facts of this function, once its whole body has been lowered.

        From here on, it may have assigned to variables of the functions around it.
        """
        for name in self.nonlocal_names:
            outer = self.parent
            while outer is not None and not binds(outer, name):
                outer = outer.parent
            if outer is not None:
                outer.shared_names.add(name)
        return FunctionFacts(
            key=self.key,
            qualname=self.qualname,
            owner=self.owner,
            parent=self.parent.key if self.parent else "",
            kind=self.kind,
            line=self.line,
            is_async=self.is_async or self.is_driven,
            is_generator=self.is_generator,
            params=self.params,
            unread=self.unread,
            returns=self.returns,
            decorators=self.decorators,
            body=Block(tuple(self.items)),
            events=tuple(self.events),
            defs={name: tuple(terms) for name, terms in self.defs.items()},
            annotations=self.annotations,
            collections=tuple(self.collections),
            is_decided=self.is_decided,
        )


def binds(frame: Frame, name: str) -> bool:
    """Whether the function has this name as its own local or parameter."""
    return name in frame.local_names and name not in frame.global_names | frame.nonlocal_names


def lookup(frame: Frame, name: str) -> Alts:
    """What a name stands for where it is read."""
    if name in frame.env:
        known = frame.env[name]
        return either(known, (Local(name),)) if name in frame.shared_names else known
    if name not in frame.global_names:
        if binds(frame, name) and frame.kind not in ("module", "class"):
            return (Local(name),)
        outer = frame.parent
        while outer is not None:
            if outer.kind not in ("module", "class") and binds(outer, name):
                return (Outer(outer.key, name),)
            outer = outer.parent
    return (Global(name),)


def source_of(node: cst.CSTNode) -> str:
    """A node's source outside its module, for short conditions."""
    return cst.Module([]).code_for_node(node)
