"""The table of all APIs: here the analysis asks what a call does, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache, cached_property

from taskleash.models import frameworks, standard, structured
from taskleash.models.api import Api, Effect, Gives, KnownBy, ObjectKind, Starts

#: modules whose public names are re-exported by the package
_PRIVATE_MODULES = (
    "asyncio.base_events.",
    "asyncio.events.",
    "asyncio.exceptions.",
    "asyncio.futures.",
    "asyncio.runners.",
    "asyncio.taskgroups.",
    "asyncio.tasks.",
    "asyncio.timeouts.",
)
#: what starts a task of its own from a coroutine, whoever keeps it
_STARTING = frozenset({Starts.TASK, Starts.THREADSAFE, Starts.OWNER})


class Models:
    """APIs by name; a later one stands for an earlier one of the same name."""

    def __init__(self, apis: Iterable[Api], kinds: Iterable[ObjectKind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self._apis = {api.name: api for api in apis}
        self._functions = {
            name: api for name, api in self._apis.items() if api.owner not in self.kinds
        }
        self._methods = {
            (api.owner, api.last): api for api in self._apis.values() if api.owner in self.kinds
        }
        self._kinds_of: dict[str, tuple[ObjectKind, ...]] = {}
        for kind, name in self._methods:
            self._kinds_of[name] = (*self._kinds_of.get(name, ()), self.kinds[kind])

    def extended(self, apis: tuple[Api, ...]) -> Models:
        """These and more."""
        return Models((*self._apis.values(), *apis), self.kinds.values()) if apis else self

    # -- one API

    def function(self, dotted: str) -> Api | None:
        """What is known of a function by its dotted name, or of all those of its module."""
        found = self._functions.get(dotted)
        return found or self._functions.get(f"{dotted.partition('.')[0]}.*")

    def handle(self, dotted: str) -> Effect:
        """What a function does with a task that it is given."""
        found = self.function(dotted)
        return found.handle if found is not None else Effect.UNKNOWN

    def gives(self, dotted: str) -> Gives:
        """What a function gives."""
        found = self.function(dotted)
        return found.gives if found is not None else Gives.NOTHING

    def is_pause(self, dotted: str) -> bool:
        """Whether awaiting what a function gives only lets time pass: nothing but that can fail."""
        return dotted.rpartition(".")[2] == "sleep" and self.gives(dotted) is Gives.COROUTINE

    def spawning(self, dotted: str, libraries: Set[str]) -> Api | None:
        """What starts something, by the dotted name of a function or a method.

        What stands before a method's name gives its object, or is what such objects are called
        where one of the ``libraries`` is imported.
        """
        found = self._functions.get(dotted)
        if found is not None:
            return found if found.starts is not Starts.NOTHING else None
        receiver, _, method = dotted.rpartition(".")
        return self.starting(receiver, method, KnownBy.CLASS, libraries)

    def starting(self, receiver: str, name: str, known: KnownBy, libraries: Set[str]) -> Api | None:
        """A method that starts something and may be told by so much of its object."""
        kinds = self._kinds_of.get(name, ())
        typed = [kind for kind in kinds if canonical(receiver) in kind.given_by]
        for kind in typed or kinds:
            found = self._methods[kind.name, name]
            if found.known < known or found.starts is Starts.NOTHING:
                continue
            says = not kind.library or kind.library in libraries
            named = found.known is KnownBy.METHOD or self.is_called(kind.name, receiver)
            if typed or (says and named):
                return found
        return None

    def is_called(self, kind: str, name: str) -> bool:
        """Whether objects of the kind are called so."""
        return name.lower().endswith(self.kinds[kind].called)

    def callback(self, name: str) -> int | None:
        """Which argument of a function with this bare name is called later, if one is."""
        return self._callbacks.get(name)

    def drops_callback(self, dotted: str) -> bool:
        """Whether a function, no method, has another called later and drops what that returns."""
        found = self._functions.get(dotted)
        return found is not None and found.callback is not None

    # -- names of APIs by what they do

    @property
    def callbacks(self) -> Set[str]:
        """The bare names of functions that have one of their arguments called later."""
        return self._callbacks.keys()

    @cached_property
    def _callbacks(self) -> dict[str, int]:
        return {api.last: api.callback for api in self._apis.values() if api.callback is not None}

    @cached_property
    def callback_takers(self) -> frozenset[str]:
        """The bare names of methods that have a function called later and drop its result."""
        return frozenset(
            name for (_, name), api in self._methods.items() if api.callback is not None
        )

    @cached_property
    def loop_callbacks(self) -> frozenset[str]:
        """Those of event loops; only the loops of asyncio drop a coroutine that comes of it."""
        return self.callback_takers & self._of("loop")

    @cached_property
    def schedulers(self) -> frozenset[str]:
        """Those of event loops that wait for nothing but their turn or the time."""
        return frozenset(name for name in self.loop_callbacks if name.startswith("call_"))

    def _of(self, kind: str) -> frozenset[str]:
        return frozenset(name for owner, name in self._methods if owner == kind)

    def bare_names(self, starts: Starts) -> frozenset[str]:
        """The bare names of functions and methods that start something in this way."""
        return frozenset(api.last for api in self._apis.values() if api.starts is starts)

    def giving(self, gives: Gives) -> frozenset[str]:
        """The dotted names of the functions that give this."""
        return frozenset(api.name for api in self._apis.values() if api.gives is gives)

    def handling(self, handle: Effect) -> frozenset[str]:
        """The dotted names of the functions that do this with a task."""
        return frozenset(api.name for api in self._functions.values() if api.handle is handle)

    @cached_property
    def loop_spawns(self) -> frozenset[str]:
        """Methods of an event loop that start a task."""
        return frozenset(
            name
            for (kind, name), api in self._methods.items()
            if kind == "loop" and api.starts is Starts.TASK
        )

    @cached_property
    def runners(self) -> frozenset[str]:
        """The bare names of methods that run a loop until what they are given has ended."""
        return frozenset(api.last for api in self._apis.values() if api.runs_loop)

    @cached_property
    def loop_makers(self) -> frozenset[str]:
        """The dotted names of what makes a loop and runs it until what it is given has ended."""
        return frozenset(api.name for api in self._apis.values() if api.makes_loop)

    def runs_until_done(self, dotted: str) -> bool:
        """Whether a function or method runs a loop until what it is given has ended."""
        return dotted in self.loop_makers or dotted.rpartition(".")[2] in self.runners

    def spawning_names(self, libraries: Set[str]) -> frozenset[str]:
        """The bare names of all that starts something, of these libraries too."""
        return frozenset(
            api.last
            for api in self._apis.values()
            if api.starts is not Starts.NOTHING and self.library(api) in {"", *libraries}
        )

    @cached_property
    def spawn_words(self) -> frozenset[str]:
        """Words of which a file that starts a task has at least one."""
        words = (
            api.told_by
            for api in self._apis.values()
            if api.starts in _STARTING and not api.is_class and not self.library(api)
        )
        return frozenset().union(*words)

    @cached_property
    def callback_words(self) -> frozenset[str]:
        """Words of which a file has one that hands a function to an event loop."""
        return self.loop_callbacks

    def library_words(self, own: Set[str]) -> frozenset[str]:
        """Words of which a file that starts a task by way of a library has at least one.

        Of ``own`` packages there are none: their code is at hand, and says what it does.
        """
        words = (
            api.told_by
            for api in self._apis.values()
            if api.starts in _STARTING and self.library(api) and self.library(api) not in own
        )
        return frozenset().union(*words) - self.spawn_words

    def library(self, api: Api) -> str:
        """The library that a module has to import to call an API; empty for Python's own."""
        if api.owner in self.kinds:
            return self.kinds[api.owner].library
        package = api.name.partition(".")[0]
        return "" if package == "asyncio" else package

    @cached_property
    def packages(self) -> frozenset[str]:
        """The outermost packages that APIs are of."""
        functions = {name.partition(".")[0] for name in self._functions if "." in name}
        return frozenset(functions | {kind.library for kind in self.kinds.values()} - {""})

    @cached_property
    def spawn_classes(self) -> frozenset[str]:
        """The bare names of classes that start a task when they are called."""
        return frozenset(
            api.last for api in self._apis.values() if api.starts in _STARTING and api.is_class
        )

    @cached_property
    def dropped_words(self) -> frozenset[str]:
        """The bare names of what is a spawn only where a statement drops its result."""
        apart = frozenset({Starts.GATHER, Starts.EXECUTOR})
        return frozenset(api.last for api in self._apis.values() if api.starts in apart)


MODELS = Models(
    (*standard.APIS, *structured.APIS, *frameworks.APIS),
    (*standard.KINDS, *structured.KINDS, *frameworks.KINDS),
)
LOOPS = MODELS.kinds["loop"].given_by
TASKS = MODELS.kinds["task"].given_by
#: the bare names of what starts a task
SPAWNING = MODELS.bare_names(Starts.TASK)

#: names by which another module's ``asyncio`` attribute is recognised as the standard one
_REEXPORTED = LOOPS | frozenset(
    api.name
    for api in standard.APIS
    if api.starts is not Starts.NOTHING
    or api.handle
    in (Effect.GATHERS, Effect.WAITS, Effect.SHIELDS, Effect.TIMES, Effect.AWAITS, Effect.COMPLETES)
)


@cache
def canonical(dotted: str) -> str:
    """The public name for a dotted name: ``asyncio.tasks.gather`` is ``asyncio.gather``."""
    for prefix in _PRIVATE_MODULES:
        if dotted.startswith(prefix):
            return "asyncio." + dotted[len(prefix) :]
    _, found, rest = dotted.rpartition(".asyncio.")
    return f"asyncio.{rest}" if found and f"asyncio.{rest}" in _REEXPORTED else dotted
