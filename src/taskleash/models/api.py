"""What an API does with coroutines, tasks and functions that it is given: its effect signature."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Literal, TypeAlias

from taskleash.records import dataclass


class Starts(enum.Enum):
    """What becomes of the coroutine that an API is given."""

    NOTHING = ""
    #: it runs as a task whose handle comes back, and which the loop holds weakly
    TASK = "task"
    #: the same in the loop of another thread; what comes back is a concurrent future
    THREADSAFE = "threadsafe"
    #: it runs as a task that the API keeps, and ends when it is closed itself
    OWNER = "owner"
    #: coroutines among the tasks that it is given are started; what comes back is a future
    GATHER = "gather"
    #: a plain function runs in another thread; what comes back is a future
    EXECUTOR = "executor"
    #: a task whose dropped handle does no harm
    SAFE = "safe"

    @property
    def kind(self) -> StartedKind:
        """The kind of spawn that a call of such an API is; empty where it is none."""
        return _KINDS[self]


StartedKind: TypeAlias = Literal[
    "", "task", "threadsafe", "owner", "gather", "executor", "safe"
]  # fmt: skip
_KINDS: dict[Starts, StartedKind] = {
    Starts.NOTHING: "",
    Starts.TASK: "task",
    Starts.THREADSAFE: "threadsafe",
    Starts.OWNER: "owner",
    Starts.GATHER: "gather",
    Starts.EXECUTOR: "executor",
    Starts.SAFE: "safe",
}


class Effect(enum.Enum):
    """What an API does with a task that it is given."""

    UNKNOWN = "unknown"
    #: who awaits what comes back awaits all tasks that are given
    GATHERS = "gather"
    #: what comes back is awaited for two sets, of those that are done and of the others
    WAITS = "wait"
    #: waits in its thread until the futures that it is given are done
    JOINS = "joins"
    #: who awaits what comes back awaits the task, and does not cancel it by being cancelled
    SHIELDS = "shield"
    #: who awaits what comes back awaits the task up to a deadline, and cancels it then
    TIMES = "wait_for"
    #: who awaits what comes back awaits the task
    AWAITS = "wrap_future"
    #: gives what is awaited for one task after the other
    COMPLETES = "complete"
    #: cancels it
    CANCELS = "cancel"
    #: sees to its end: cancels and awaits it, keeps it until then, or awaits it before it returns
    RUNS = "run"
    #: gives it back
    SAME = "same"
    #: raises
    REFUSES = "refused"
    #: gives a function that is called with it
    BINDS = "binds"
    #: what comes back holds the elements of what is given
    COPIES = "copies"
    #: what comes back holds tuples of the elements
    ZIPS = "zips"
    #: what comes back is one of the elements
    PICKS = "picks"
    #: what comes back holds some of the elements of the second argument
    FILTERS = "filters"
    #: puts it into an attribute by name
    SETS = "sets"
    #: only looks at it, or holds it weakly
    READS = "reads"


class Gives(enum.Enum):
    """What a call gives that the analysis has to know, apart from the task that it starts."""

    NOTHING = ""
    #: a coroutine, which does nothing until it is awaited
    COROUTINE = "coroutine"
    #: all tasks of a loop that have not ended
    TASKS = "tasks"
    #: the task as which the calling coroutine runs
    ITSELF = "itself"
    #: an iterator that never ends
    ENDLESS = "endless"
    #: what ends once the work has begun, not once it is done
    START = "start"


class KnownBy(enum.IntEnum):
    """How much has to be known of an object for a call of its method to be this API."""

    #: its class
    CLASS = 0
    #: what the object is called
    RECEIVER = 1
    #: nothing: no other method has the name
    METHOD = 2


class Takes(enum.Enum):
    """How the work comes that an API starts."""

    #: as a coroutine, in most cases: the call is a site whatever it is given
    ANYTHING = "anything"
    #: as a coroutine; a function in place of it raises ``TypeError``
    COROUTINE = "coroutine"
    #: as a function, which is called; the call is a site where that is a coroutine function
    FUNCTION = "function"
    #: in either way, or as a plain function
    EITHER = "either"


@dataclass(frozen=True)
class ObjectKind:
    """A kind of object that methods of the table belong to.

    ``given_by`` are the dotted names of classes, and of functions that make one; ``called`` are
    endings of names that stand for one where the class is not known. ``runs_coroutines`` tells of
    those whose loop runs the coroutine that a callback gives. Where there is a ``library``, a name
    says something only in modules that import it.
    """

    name: str
    source: str
    given_by: frozenset[str] = frozenset()
    called: tuple[str, ...] = ()
    runs_coroutines: frozenset[str] = frozenset()
    library: str = ""


@dataclass(frozen=True)
class Api:
    """One function or method, and what it does.

    ``name`` is dotted; that of a method begins with its `ObjectKind`, or with its class. ``source``
    says whose documentation or code it is from, and of which version.

    ``starts`` is what becomes of the coroutine at position ``work``, ``handle`` what it does with
    a task. The function at position ``callback`` is called later, and what it returns is dropped.
    ``runs_loop`` tells that a loop runs until what is given has ended, ``makes_loop`` that this
    loop is made for it and cancels what is left. ``keeper`` says who keeps the task that it starts
    and what becomes of it there, ``kept_with`` the argument without which nobody does, ``endless``
    what one that never ends does to the program. ``takes`` tells how the work comes. ``words`` are
    those by which a file is known that may call it, where its own name will not do.
    """

    name: str
    source: str
    starts: Starts = Starts.NOTHING
    work: int = 0
    handle: Effect = Effect.UNKNOWN
    callback: int | None = None
    gives: Gives = Gives.NOTHING
    runs_loop: bool = False
    makes_loop: bool = False
    is_class: bool = False
    known: KnownBy = KnownBy.CLASS
    keeper: str = ""
    kept_with: str = ""
    endless: str = ""
    takes: Takes = Takes.ANYTHING
    words: tuple[str, ...] | None = None

    @property
    def last(self) -> str:
        """Its bare name."""
        return self.name.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The kind or the class that a method belongs to; the module of a function."""
        return self.name.rpartition(".")[0]

    @property
    def told_by(self) -> frozenset[str]:
        """The words of which a file has at least one that calls it."""
        return frozenset((self.last,) if self.words is None else self.words)


def each(names: str, source: str, handle: Effect) -> Iterable[Api]:
    """One API for each of the names, which do the same with a task."""
    return (Api(name, source, handle=handle) for name in names.split())
