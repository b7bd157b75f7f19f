"""Which code can be reached, and by what way: every function, class and module of the program.

A part of the program is live where something live mentions it, or where nothing at all does: it may
be called from outside. A method needs its class to be live, too, and what is defined in a function,
a class or a module that one's code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from taskleash.dormancy.dead import Barrier, DeadEvents
from taskleash.dormancy.event_mentions import Mentions, Node
from taskleash.ir.model import Define, If, TypeRef
from taskleash.ir.terms import Attribute, Result, Term
from taskleash.models.classes import KEPT_HERE, PASSIVE_BASES
from taskleash.models.vocabulary import ROUTER_WORDS, words
from taskleash.semantics.entities import Class, Function, Module, Variable

Dead = Callable[[Function], Mapping[int, object]]
Place = tuple[Function, int]


class Graph:
    """Who mentions whom, and where each is defined; what ``ignored`` events mention does not count.

    Nor does what stands in a definition that such an event makes. What a function mentions, and
    what a module defines where, is only found out once that is asked for.
    """

    def __init__(self, mentions: Mentions, ignored: Callable[[Function, int], bool]) -> None:
        self.mentions = mentions
        self.program = mentions.program
        self._ignored = ignored
        self._edges: dict[Function, list[tuple[int, tuple[Node, ...]]]] = {}
        self._looked_into: set[Module] = set()
        self._defined_at: dict[Node, Place] = {}
        self._definitions: dict[Function, list[Node]] = defaultdict(list)

    def defined_at(self, node: Node) -> Place | None:
        """Where a node is defined, if that is anywhere."""
        self._look_into(node.module)
        return self._defined_at.get(node)

    def definitions(self, function: Function) -> Sequence[Node]:
        """What a function defines, in order."""
        self._look_into(function.module)
        return self._definitions.get(function, ())

    def _look_into(self, module: Module) -> None:
        if module not in self._looked_into:
            self._looked_into.add(module)
            for function in module.in_order:
                self._define(function)

    def _define(self, function: Function) -> None:
        module = function.module
        for index, event in enumerate(function.events):
            if isinstance(event, Define):
                cls = module.classes.get(event.key)
                body = cls.body if cls is not None else None
                for node in (module.functions.get(event.key), cls, body):
                    if node is not None:
                        self._defined_at[node] = (function, index)
                        self._definitions[function].append(node)
        if function.facts.kind == "lambda" and function.parent is not None:
            self._definitions[function.parent].append(function)
            self._defined_at[function] = (function.parent, -1)

    def edges(self, function: Function) -> list[tuple[int, tuple[Node, ...]]]:
        """What each event of a function mentions, and what a definition in it does."""
        if function not in self._edges:
            events = range(0 if self.is_ignored(function) else len(function.events))
            found = [(index, self.mentioned_by(function, index)) for index in events]
            self._edges[function] = [(index, nodes) for index, nodes in found if nodes]
        return self._edges[function]

    def mentioned_by(self, function: Function, index: int) -> tuple[Node, ...]:
        """What one event of a function mentions; of a definition, what is around its body."""
        event = function.events[index]
        if isinstance(event, Define):
            defined = function.module.functions.get(event.key)
            nodes = self.mentions.of_definition(defined) if defined is not None else ()
        else:
            nodes = () if self._ignored(function, index) else self.mentions.at(function, index)
        return tuple([node for node in nodes if not _is_own(function, node)])

    def is_ignored(self, node: Node) -> bool:
        """Whether an ignored event defines the node, or what it stands in: it mentions nothing."""
        home = self.defined_at(node)
        return home is not None and (self._ignored(*home) or self.is_ignored(home[0]))

    @cached_property
    def mentioned_at(self) -> dict[Node, list[Place]]:
        """The events that mention each part of the program."""
        found: dict[Node, list[Place]] = defaultdict(list)
        for function in self.program.functions():
            for index, nodes in self.edges(function):
                for node in nodes:
                    found[node].append((function, index))
        return found

    @cached_property
    def registered(self) -> dict[Variable, list[Function]]:
        """The functions that decorators register, by router."""
        found: dict[Variable, list[Function]] = defaultdict(list)
        for function in self.program.functions():
            registry = self.registry(function)
            if registry is not None:
                found[registry].append(function)
        return found

    def beyond(self, node: Node) -> Sequence[Node]:
        """What else may be live once a node is, besides what it mentions."""
        if isinstance(node, Function):
            return self.definitions(node)
        if isinstance(node, Class):
            own = (f for f in node.module.functions.values() if f.owner is node)
            return [*(() if self.is_ignored(node) else node.bases), *own]
        return self.registered.get(node, ())

    def heirs(self, cls: Class) -> list[Class]:
        """The subclasses that count: where one of them is live, so is the class."""
        return [sub for sub in cls.subclasses if not self.is_ignored(sub)]

    @property
    def nodes(self) -> list[Node]:
        """Every part of the program."""
        return [*self.program.functions(), *self.program.classes(), *self.registered]

    def registry(self, function: Function) -> Variable | None:
        """The router of the program that a function's decorator registers it with, if one does."""
        around = function.parent
        if around is None:
            return None
        for decorator in function.facts.decorators:
            for term in decorator.value:
                called = around.call(term.event).func if isinstance(term, Result) else (term,)
                for func in called:
                    held = self._global(around, func.base) if isinstance(func, Attribute) else None
                    if held is not None and _is_mounted(held):
                        return held
        return None

    def _global(self, function: Function, term: Term) -> Variable | None:
        """The global that a term stands for; a module's own code sees its value instead."""
        if function is function.module.body:
            for name in function.uses.names.get(term, ()):
                return Variable(function.module, name)
        symbol = self.program.symbol(function, term)
        return symbol if isinstance(symbol, Variable) else None

    def is_called_from_outside(self, function: Function) -> bool:
        """Whether a framework or the language calls the function, as far as can be told."""
        if function.facts.kind == "module":
            return function.module.path.endswith("__main__.py") or any(
                isinstance(item, If) and "__name__" in item.test.text
                for item in function.facts.body.items
            )
        owner = function.owner
        if owner is not None and function.name.startswith("__") and function.name.endswith("__"):
            return True
        if not function.decorators <= KEPT_HERE and self.registry(function) is None:
            return True
        return owner is not None and any(
            ref and ref.last not in PASSIVE_BASES
            for base in owner.mro
            for ref in _outside_bases(base)
        )


class Reachability:
    """What is live where some events are dead; ``roots`` are live in any case."""

    def __init__(self, graph: Graph, dead: Dead, roots: frozenset[Node] = frozenset()) -> None:
        self.graph = graph
        self.dead = dead
        self.roots = roots
        self.live: set[Node] = set()
        self._mentioned: set[Node] = set()
        self._pending: list[Node] = []
        for node in graph.nodes:
            self._consider(node)
        while self._pending:
            self._spread(self._pending.pop())

    def _consider(self, node: Node) -> None:
        if node not in self.live and (node in self.roots or not any(self.lacks(node))):
            self.live.add(node)
            self._pending.append(node)

    def lacks(self, node: Node) -> Iterator[list[Place | Node]]:
        """What keeps a node from being live: for each condition, the ways that would meet it."""
        home = self.graph.defined_at(node)
        if home is not None and (home[0] not in self.live or home[1] in self.dead(home[0])):
            yield [home]
            return
        cls = node.owner if isinstance(node, Function) and node.facts.kind != "class" else None
        if cls is not None and cls not in self.live:
            yield [cls]
        if not self.is_mentioned(node):
            ways: list[Place | Node] = [*self.graph.mentioned_at.get(node, ())]
            if isinstance(node, Class):
                ways += self.graph.heirs(node)
            registry = self.graph.registry(node) if isinstance(node, Function) else None
            yield [*ways, *([registry] if registry is not None else [])]

    def is_mentioned(self, node: Node) -> bool:
        """Whether something live mentions the node, or is taken to."""
        if node in self._mentioned:
            return True
        if isinstance(node, Function):
            if node.facts.kind == "class" or self.graph.is_called_from_outside(node):
                return True
            registry = self.graph.registry(node)
            if registry is not None:
                return registry in self.live
        heirs = self.graph.heirs(node) if isinstance(node, Class) else ()
        if heirs:
            return any(sub in self.live for sub in heirs)
        return not self.graph.mentioned_at.get(node)

    def _spread(self, node: Node) -> None:
        reached: list[Node] = []
        if isinstance(node, Function):
            dead = self.dead(node)
            for index, nodes in self.graph.edges(node):
                if index not in dead:
                    self._mentioned.update(nodes)
                    reached.extend(nodes)
        reached.extend(self.graph.beyond(node))
        for other in reached:
            self._consider(other)


def in_doubt(graph: Graph, dead: Dead) -> set[Node]:
    """All that may not be live because of dead events: whatever would be so by way of them.

    It takes looking at few functions where little is dead, and the rest is as live as without.
    """
    found: set[Node] = set()
    pending: list[Node] = []
    for function in graph.program.functions():
        events = dead(function)
        if events:
            for index in events:
                pending.extend(graph.mentioned_by(function, index))
            for node in graph.definitions(function):
                home = graph.defined_at(node)
                if home is not None and home[1] in events:
                    pending.append(node)
    while pending:
        node = pending.pop()
        if node not in found:
            found.add(node)
            pending.extend(graph.beyond(node))
            if isinstance(node, Function):
                pending.extend(other for _, nodes in graph.edges(node) for other in nodes)
    return found


class Ways:
    """Explains why code is not reached."""

    def __init__(self, reach: Reachability, dead: DeadEvents) -> None:
        self.reach = reach
        self.dead = dead

    def barriers(self, function: Function, index: int) -> tuple[list[Barrier], set[Node]]:
        """What keeps control from an event, nearest first, and the parts of the program between.

        No barriers where the event can be reached.
        """
        found: dict[Barrier, None] = {}
        seen: set[Node] = set()
        pending: list[Place | Node] = [(function, index)]
        while pending:
            way = pending.pop(0)
            if isinstance(way, tuple):
                barrier = self.dead.of(way[0]).get(way[1])
                if barrier is not None:
                    found[barrier] = None
                    continue
                way = way[0]
            if way in self.reach.live or way in seen:
                continue
            seen.add(way)
            for ways in self.reach.lacks(way):
                pending.extend(ways)
        return list(found), seen


def _is_own(function: Function, node: Node) -> bool:
    """Whether a mention says nothing of who uses a node: its module's own use of a variable."""
    if isinstance(node, Variable):
        return function.module is node.module and function.facts.kind == "module"
    return node is function


def _is_mounted(variable: Variable) -> bool:
    """Whether what a global holds serves nothing until it is handed to an application."""
    body = variable.module.body
    return any(
        isinstance(term, Result)
        and ROUTER_WORDS & set(words(body.call(term.event).text.rpartition(".")[2]))
        for term in body.facts.defs.get(variable.name, ())
    )


def _outside_bases(cls: Class) -> list[TypeRef]:
    known = {base.name for base in cls.bases}
    return [ref for ref in cls.facts.bases if ref and ref.last not in known]
