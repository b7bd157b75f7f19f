"""The words of a verdict, as data.

The values are those of the JSON report; their meaning is defined in the design's terms section:
a *handle* says where the task object goes, an *ending* what sees to the task's end.
"""

from __future__ import annotations

import enum

from taskleash.records import dataclass
from taskleash.sentences import Said


class Word(str, enum.Enum):
    """An enum whose members read as their JSON value."""

    def __str__(self) -> str:
        return str(self.value)


class Handle(Word):
    """Where the task object goes after the spawn."""

    DISCARDED = "discarded"
    LOCAL = "local"
    STORED = "stored"
    OWNED = "owned"
    ESCAPES = "escapes"


class Ending(Word):
    """What sees to the task's end."""

    AWAITED = "awaited"
    CANCELLED = "cancelled"
    SELF_REMOVING = "self-removing"
    PARTIAL = "partial"
    NONE = "none"


class Lifetime(Word):
    """Whether the coroutine ends by itself."""

    SHORT = "short"
    ENDLESS = "endless"
    UNKNOWN = "unknown"


class Multiplicity(Word):
    """How often the site runs for one owner."""

    ONCE = "once"
    PER_CALL = "per-call"
    LOOP = "loop"


class Risk(Word):
    """What a careful maintainer would say: fix it today, look at it, or nothing."""

    HIGH = "high"
    LOW = "low"
    NONE = "none"


class Defect(Word):
    """What is wrong with a site; each rule reports one of them."""

    DISCARDED = "discarded"
    CALLBACK_ONLY = "callback-only"
    DROPPED_WRAPPER_RESULT = "dropped-wrapper-result"
    DISCARDED_THREADSAFE = "discarded-threadsafe"
    DISCARDED_GATHER = "discarded-gather"
    UNAWAITED = "unawaited"
    UNCALLED = "uncalled"
    NEVER_ENDED = "never-ended"
    OVERWRITTEN = "overwritten"
    PARTLY_ENDED = "partly-ended"
    UNPRUNED = "unpruned"
    TEARDOWN_IGNORES = "teardown-ignores"
    ABANDONED_PENDING = "abandoned-pending"


#: what a dropped handle is called where a spawn gave it; a wrapper's result has a word of its own
DROPS = frozenset({Defect.DISCARDED, Defect.CALLBACK_ONLY})
#: the defects of tasks that nothing holds
DROPPED = DROPS | {Defect.DROPPED_WRAPPER_RESULT}


class Claim(Word):
    """What a low risk rests on: a claim that has to be proven."""

    #: control leaves the function while the task runs
    PATH = "path"
    #: a second spawn takes the place of the handle
    REPLACED = "replaced"
    #: what ends the task is no end of its owner
    ELSEWHERE = "elsewhere"
    #: the teardown of the owner passes over it
    PASSED_OVER = "passed-over"
    #: nothing ever ends it
    NEVER = "never"


class Unseen(Word):
    """How long a failure of a task would be silent; loud or seen in time is `NOT`."""

    NOT = ""
    #: it is kept, and nobody ever looks
    AS_LONG_AS_KEPT = "kept"
    #: only the teardown looks
    UNTIL_THE_END = "end"
    #: gathered with ``return_exceptions=True``, and what comes of that is dropped
    SWALLOWED = "swallowed"
    #: dropped by a thread: the loop logs it for no task that was started so
    NEVER_LOGGED = "unlogged"


class State(Word):
    """The first half of a table cell."""

    YES = "yes"
    PARTIAL = "partial"
    NO = "no"
    UNKNOWN = "unknown"


class Ignorance(Word):
    """Why the analysis does not know what becomes of a task."""

    HANDED_ON = "handed-on"
    FOREIGN_OWNER = "foreign-owner"
    TOO_MANY_PATHS = "too-many-paths"
    TOO_FAR = "too-far"
    UNKNOWN_RECEIVER = "unknown-receiver"
    UNKNOWN_CALLER = "unknown-caller"
    UNKNOWN_EFFECT = "unknown-effect"
    UNKNOWN_STATE = "unknown-state"


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of source: 1-based lines and columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Evidence:
    """One fact that led to the verdict, and its place (1-based line and column)."""

    path: str
    line: int
    column: int
    said: Said

    @property
    def message(self) -> str:
        """What is said, in English."""
        return str(self.said)


@dataclass(frozen=True)
class Unknown:
    """One thing that is not known of a site: why, in which words, and where (1-based line)."""

    kind: Ignorance
    said: Said
    path: str
    line: int

    @property
    def message(self) -> str:
        """What is said, in English."""
        return str(self.said)


class Reach(Word):
    """What a long-running task lives with."""

    PROCESS = "process"
    INSTANCE = "instance"
    CALL = "call"


@dataclass(frozen=True)
class Standing:
    """How a long-running task lives.

    ``reach`` is what it lives with: the process, an instance of the class around it, or a
    connection or call. ``period`` is the constant number of seconds, as written, that its loop
    sleeps for (empty where it does not or differs). ``stopped_by`` names what ends it
    (``disconnect()``), empty where nothing does. ``swallows`` is the place of an ``except`` in its
    loop that swallows cancellation, or None.
    """

    reach: Reach
    period: str = ""
    stopped_by: str = ""
    swallows: Evidence | None = None


@dataclass(frozen=True)
class Captured:
    """What a task uses that is closed before it is done: its name, and where that happens.

    ``is_block`` tells that leaving the ``with`` statement of that line closes it, ``after`` names
    the function whose return has a framework close it.
    """

    name: str
    path: str
    line: int
    is_block: bool
    after: str = ""


class Part(Word):
    """What one site does in a defect that several sites have; the finding stands at the first."""

    #: it drops what a function returns
    DROPS = "drops"
    #: it puts its task where the others are
    KEEPS = "keeps"
    #: it hands its task to what puts it there
    HANDS = "hands"
    #: it starts and returns what the others drop
    STARTS = "starts"


@dataclass(frozen=True)
class Share:
    """A site's part in a defect that several sites have; ``defect`` is the same for all of them."""

    defect: str
    part: Part


class Vanishings(Word):
    """What is known of whether a task that nobody holds can be collected half-way."""

    PROVEN = "proven"
    EXCLUDED = "excluded"
    #: not as long as something else holds an object
    OWNER = "owner"
    #: it hangs on a function that comes from outside of the program
    GIVEN = "given"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Vanishing:
    """Whether a dropped task can vanish, and the await that decides: its place, what it waits for.

    There is no place where nothing is known of the coroutine, or every await excludes it.
    """

    state: Vanishings
    path: str = ""
    line: int = 0
    what: str = ""


NOT_LOOKED_AT = Vanishing(Vanishings.UNKNOWN)


@dataclass(frozen=True)
class Cell:
    """A cell of the scan table: ``state`` chooses the symbol, ``how`` is the word beside it.

    ``how`` of *tracked*: tracked, singleton, owner, partial, none; of *cleaned*: cancelled,
    gathered, awaited, self-managed, owner, partial, none.
    """

    state: State
    how: str


@dataclass(frozen=True)
class Site:
    """One spawn site with its verdict.

    ``path`` is relative to the current folder, with ``/``. ``statement`` is the span of the whole
    statement around the call (its lines carry suppressions). ``call`` is the spawning call as
    written (``asyncio.create_task``), ``task`` the name of the coroutine it runs, ``scope`` the
    qualified name of the function around it (``<module>`` at top level). ``holder`` is where the
    handle is kept, as written (``self._task``), or empty. ``captures`` names what the running task
    keeps alive. ``often`` says how often the site runs. ``code`` is the call's source with
    layout and quoting normalised. ``unseen`` tells how long a failure is silent.

    What follows is for fixes. ``teardowns`` are the methods that take down the class around the
    site, ``replaced`` those of them that a subclass replaces and does not call. ``has_own_state``
    is true where every instance of it runs its own ``__init__`` and can be given attributes there;
    ``task_attributes`` are those of its attributes, inherited ones too, with "task" in their names.
    ``is_closure`` is true where the coroutine is defined in the function that starts it,
    ``restarts_itself`` where the task itself comes back to the site, ``gives_task`` where the value
    of the call is a task in any case.
    """

    path: str
    span: Span
    statement: Span
    call: str
    task: str
    scope: str
    handle: Handle
    ending: Ending
    lifetime: Lifetime
    multiplicity: Multiplicity
    risk: Risk
    tracked: Cell
    cleaned: Cell
    defect: Defect | None = None
    dormant: bool = False
    evidence: tuple[Evidence, ...] = ()
    holder: str = ""
    captures: tuple[str, ...] = ()
    often: Said = ""
    code: str = ""
    in_async: bool = False
    #: the local of its function, of one around or of a caller that holds the task, or a container
    #: of it, until that returns
    local: str = ""
    #: the name of that function
    holding: str = ""
    #: the next turn of a loop binds that local anew
    is_for_a_turn: bool = False
    unseen: Unseen = Unseen.NOT
    #: of a task that nothing holds: whether it can be collected half-way
    vanishing: Vanishing = NOT_LOOKED_AT
    teardowns: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    has_own_state: bool = False
    task_attributes: tuple[str, ...] = ()
    is_closure: bool = False
    restarts_itself: bool = False
    gives_task: bool = True
    #: of a finding: whether the work is over soon, waiting for nobody
    prompt: State = State.UNKNOWN
    #: the kinds of fixes that the source turns out not to allow, each with the reason
    unfit: tuple[tuple[str, Said], ...] = ()
    #: the kinds that are made only where they are asked for by name, each with the reason
    guessed: tuple[tuple[str, Said], ...] = ()
    #: the task is over in its first step, since nothing in it waits
    in_one_step: bool = False
    #: no failure leaves the work, which is known
    never_fails: bool = False
    #: a check keeps a second task from being started, or the number of tasks within a bound
    is_bounded: bool = False
    #: kept under a key, where the next one of the same key takes its place
    is_keyed: bool = False
    #: returned by a function that is annotated to return nothing
    unannounced: bool = False
    #: what the task uses although its starter closes it first
    captured: Captured | None = None
    #: what it has in common with other sites, if it can have anything
    share: Share | None = None
    #: the risk the site would have if its code were reachable; None where the code is not dormant
    would_be: Risk | None = None
    #: the flag, as written, that keeps dormant code from running (``enable_proxy``)
    guard: str = ""
    #: of a task that runs long (endless, or a loop that only a flag ends): None for any other
    standing: Standing | None = None
    #: the members of the captured instance that weigh much: clients, engines, sessions, pools
    heavy: tuple[str, ...] = ()
    #: the qualified name of the class around the site; empty outside of classes
    class_name: str = ""
    #: what is not known, where the verdict hangs on it: such a site is no finding
    undecided: tuple[Unknown, ...] = ()
    #: whether something awaits the task, or lets go of it, when it is done
    on_completion: State = State.NO
    #: whether something stops the task when what it belongs to is taken down
    at_teardown: State = State.NO
    #: whether the program cancels a dropped task with all tasks of its loop
    swept: bool = False

    @property
    def runs(self) -> str:
        """How often the site runs, in English."""
        return str(self.often)
