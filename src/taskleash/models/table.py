"""The table of all APIs: here the analysis asks what a call does, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property

from taskleash.models import standard, structured
from taskleash.models.api import Api, Gives, Handle, Kind, Known, Starts

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

    def __init__(self, apis: Iterable[Api], kinds: Iterable[Kind]) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self._apis = {api.name: api for api in apis}
        self._functions = {
            name: api for name, api in self._apis.items() if api.owner not in self.kinds
        }
        self._methods = {
            (api.owner, api.last): api for api in self._apis.values() if api.owner in self.kinds
        }

    def extended(self, apis: tuple[Api, ...]) -> Models:
        """These and more."""
        return Models((*self._apis.values(), *apis), self.kinds.values()) if apis else self

    # -- one API

    def function(self, dotted: str) -> Api | None:
        """What is known of a function by its dotted name, or of all those of its module."""
        found = self._functions.get(dotted)
        return found or self._functions.get(f"{dotted.partition('.')[0]}.*")

    def handle(self, dotted: str) -> Handle:
        """What a function does with a task that it is given."""
        found = self.function(dotted)
        return found.handle if found is not None else Handle.UNKNOWN

    def gives(self, dotted: str) -> Gives:
        """What a function gives."""
        found = self.function(dotted)
        return found.gives if found is not None else Gives.NOTHING

    def spawning(self, dotted: str) -> Api | None:
        """What starts something, by the dotted name of a function or a method.

        What stands before a method's name gives its object, or is what such objects are called.
        """
        found = self._functions.get(dotted)
        if found is not None:
            return found if found.starts is not Starts.NOTHING else None
        receiver, _, method = dotted.rpartition(".")
        return self.starting(receiver, method, Known.CLASS)

    def starting(self, receiver: str, name: str, known: Known) -> Api | None:
        """A method that starts something and may be told by so much of its object."""
        for kind in self.kinds:
            found = self._methods.get((kind, name))
            if found is None or found.known < known or found.starts is Starts.NOTHING:
                continue
            if found.known is Known.METHOD or self.is_kind(kind, receiver):
                return found
        return None

    def is_kind(self, kind: str, receiver: str) -> bool:
        """Whether a dotted name gives an object of the kind, or is what such ones are called."""
        found = self.kinds[kind]
        return canonical(receiver) in found.given_by or self.is_called(kind, receiver)

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

    def handling(self, handle: Handle) -> frozenset[str]:
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

    @cached_property
    def spawning_names(self) -> frozenset[str]:
        """The bare names of all that starts something."""
        return frozenset(
            api.last for api in self._apis.values() if api.starts is not Starts.NOTHING
        )

    @cached_property
    def spawn_words(self) -> frozenset[str]:
        """Words of which a file that starts a task has at least one."""
        words = (
            api.told_by
            for api in self._apis.values()
            if api.starts in _STARTING and not api.is_class
        )
        return frozenset().union(*words)

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
    (*standard.APIS, *structured.APIS),
    (*standard.KINDS, *structured.KINDS),
)
LOOPS = MODELS.kinds["loop"].given_by
TASKS = MODELS.kinds["task"].given_by

#: names by which another module's ``asyncio`` attribute is recognised as the standard one
_REEXPORTED = LOOPS | frozenset(
    api.name
    for api in standard.APIS
    if api.starts is not Starts.NOTHING
    or api.handle
    in (Handle.GATHERS, Handle.WAITS, Handle.SHIELDS, Handle.TIMES, Handle.AWAITS, Handle.COMPLETES)
)


@cache
def canonical(dotted: str) -> str:
    """The public name for a dotted name: ``asyncio.tasks.gather`` is ``asyncio.gather``."""
    for prefix in _PRIVATE_MODULES:
        if dotted.startswith(prefix):
            return "asyncio." + dotted[len(prefix) :]
    _, found, rest = dotted.rpartition(".asyncio.")
    return f"asyncio.{rest}" if found and f"asyncio.{rest}" in _REEXPORTED else dotted
