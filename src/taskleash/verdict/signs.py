"""What the trail of a handle shows, as the yes-or-no signs that the policy asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from taskleash.controlflow.outcome import Leak
from taskleash.dataflow.trail import CANCELLING, Op, Place, Site, Trail
from taskleash.dataflow.wrappers import Needs
from taskleash.lifecycle.bypassed import Bypass
from taskleash.lifecycle.forgotten import Uncalled
from taskleash.lifecycle.guards import Overwrite
from taskleash.lifecycle.start_flags import Guard
from taskleash.lifecycle.sweeps import LoopEnd
from taskleash.semantics.entities import Function
from taskleash.semantics.spawns import Spawn
from taskleash.sentences import NOTHING, Said, Sentence
from taskleash.verdict.model import Captured, Claim, Defect, Evidence, Risk, Unknown, Unseen

_GATHERING = frozenset({"gather", "wait", "complete"})

#: parameters of a function, each with a constant for which it gives back no running task
EndedIf: TypeAlias = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Takeover:
    """The removal that may hit a successor, and what lets one come first, with what is said of it.

    That is a cancellation, or where the task itself stores the next one.
    """

    removal: Op
    first: Op
    said: Sentence


@dataclass(frozen=True)
class PassingPath:
    """A path of a function on which a running task is left that the ``endings`` end on others."""

    function: Function
    leak: Leak
    endings: frozenset[int]


@dataclass(frozen=True)
class CallerVerdict:
    """How one caller treats the task that it is given."""

    function: Function
    index: int
    handle: str
    ending: str
    risk: Risk
    defect: Defect | None
    tracked: str
    cleaned: str
    because: tuple[Evidence, ...]
    undecided: tuple[Unknown, ...]
    #: the local that holds a dropped task until the caller returns, and whether for a turn only
    local: tuple[str, bool] = ("", False)


def dropped_by_the_loop(holder: Function, index: int) -> CallerVerdict:
    """How the event loop treats what a callback gives it."""
    none = ("none", Risk.HIGH, Defect.DISCARDED, "none", "none")
    return CallerVerdict(holder, index, "discarded", *none, (), ())


#: what is done to a handle that neither keeps the task nor waits for it
_LIGHT = frozenset({"callback", "passive", "seen"})


@dataclass
class Signs:
    """The signs of one site; what each means stands beside the policy that uses it."""

    spawn: Spawn
    trail: Trail
    lifetime: str
    multiplicity: str
    #: nothing in the coroutine waits: it is over in its first step
    in_one_step: bool = False
    callbacks: list[Op] = field(default_factory=list)
    #: an object that takes the task over
    owner: str = ""
    #: every normal path of the function sees to the end, and how
    ended_here: str = ""
    ended_here_by: list[Op] = field(default_factory=list)
    #: only some do
    partly_here: bool = False
    #: a way out leads past what sees to what a wait has left pending
    left_pending: bool = False
    #: all paths of the function were searched
    is_searched: bool = True
    #: what is not known of a claim, so that no risk rests on it
    doubts: dict[Claim, tuple[Unknown, ...]] = field(default_factory=dict)
    leaks: tuple[Leak, ...] = ()
    #: a second spawn replaces a local handle
    respawned: bool = False
    #: ``wait`` leaves what is pending to itself
    abandoned: Op | None = None
    #: a loop comes back to the spawn after that
    piling_up: bool = False
    #: the call in a loop of another function which leaves one more in each turn
    called_in_turns: Site | None = None
    #: places that outlive the function
    places: list[Place] = field(default_factory=list)
    container: bool = False
    #: ended at teardown or awaited somewhere: how, by which operations, and why that is a teardown
    ended_there: str = ""
    ended_there_by: list[tuple[Op, Said]] = field(default_factory=list)
    #: ended only in a place that is no teardown
    ended_elsewhere: list[Op] = field(default_factory=list)
    #: of these, the ones in a teardown that nobody comes to, and what keeps the object
    forgotten: list[tuple[Op, Uncalled]] = field(default_factory=list)
    #: a subclass's method in place of one that ends the task, or of one that comes to the ending
    overridden: tuple[Function, Function] | None = None
    #: a call that takes the owner down, from which no way leads to an ending
    bypassed: Bypass | None = None
    #: a way through the teardown on which none of the endings is
    passing: PassingPath | None = None
    #: the cancel by which a teardown stops the function before it comes to its ending
    cut_short: Site | None = None
    #: the place drops the handle when the task is done
    self_removing: list[Op] = field(default_factory=list)
    #: and does so only as the task ends
    removed_at_its_end: bool = False
    #: the owner has a teardown of its own
    owner_teardown: Function | None = None
    overwrite: Overwrite | None = None
    #: it may take its successor's handle out of the place
    takeover: Takeover | None = None
    #: the methods that take down the class around the spawn
    teardowns: tuple[str, ...] = ()
    #: the check that lets it start once only
    guard: Guard | None = None
    #: the coroutine's loop handles its own errors
    handles_errors: bool = False
    #: the coroutine of a task that leaves its place by itself has more to do once it has slept
    wakes_up: bool = False
    #: a teardown ends the coroutine's loop by a flag or the like: function, event, attribute
    flagged: list[tuple[Function, int, str]] = field(default_factory=list)
    #: one of these wakes it where it waits
    is_heard: bool = False
    #: a teardown fails the futures that the coroutine waits for: function, event, attribute
    failed: list[tuple[Function, int, str]] = field(default_factory=list)
    #: a teardown waits for what the coroutine sets as it ends: function, event, attribute
    announced: list[tuple[Function, int, str]] = field(default_factory=list)
    #: the local of the function that holds the task, or its container, until that returns
    local: str = ""
    #: the function of that local, where that is a caller or one around
    holding: Function | None = None
    #: the next turn of a loop binds that anew
    is_for_a_turn: bool = False
    #: the call that runs the function as the main coroutine of a loop, where a local holds the task
    main: tuple[Function, int] | None = None
    #: the function sets its owner up or takes it down, once by convention
    start_like: bool = False
    #: what cancels all tasks of the loop as the program ends, where no teardown is nearer
    loop_end: LoopEnd | None = None
    #: the same of a task that nothing keeps
    swept: LoopEnd | None = None
    #: kept by an object that is made anew for each call
    with_its_object: bool = False
    #: the program makes objects of its owner's class again and again
    is_made_anew: bool = False
    #: kept as long as something else holds its key
    with_its_key: bool = False
    #: a container that nothing ever takes anything out of
    growing: bool = False
    #: what ends it by way of a container that does not keep it alive
    weakly_ended: list[Op] = field(default_factory=list)
    #: handed to what takes coroutines only, and raises for a task
    refused: Op | None = None
    #: handed to something outside the program
    handed_on: Op | None = None
    #: parameters without which the function does not keep the handle
    kept_if: Needs = frozenset()
    #: parameters and constants for which what the function calls gives back no running task
    ended_if: EndedIf = frozenset()
    #: returned to callers in the program: their verdicts, worst first
    callers: list[CallerVerdict] = field(default_factory=list)
    #: besides, tests get it, which are no proof of what a program does
    tested: bool = False
    #: no call in the program comes to the spawn in the function that returns the task
    passed_by: bool = False
    #: the call that is given the function itself, where no call of it returns the task
    handed_out: tuple[Function, int] | None = None
    #: a call by its name of what is not known, where none is known to be of the function
    may_be_called: tuple[Function, int] | None = None
    #: what every instance has, or what every call gives, leads past the spawn
    unreached: Sentence = NOTHING
    given: bool = False
    #: kept in a place and returned from there, by a function that only users call
    given_besides: bool = False
    #: returned by a function that is annotated to return nothing
    unannounced: bool = False
    #: somebody looks at the task's outcome
    outcome_seen: bool = False
    #: the coroutine is known, and can fail
    can_fail: bool = False
    #: no failure leaves the work
    never_fails: bool = False
    #: what the task uses although its starter closes it first
    captured: Captured | None = None
    #: how long a failure is silent
    unseen: Unseen = Unseen.NOT

    @property
    def only_called_back(self) -> bool:
        """Whether nothing but callbacks and names touches the handle.

        To ask whether there is a task at all is not to touch it.
        """
        touching = self.trail.kinds - {"test"}
        return bool(touching) and touching <= _LIGHT

    @property
    def once(self) -> bool:
        """A check lets it start once only."""
        return self.guard is not None

    @property
    def endless(self) -> bool:
        """Only cancellation or an error ends the coroutine."""
        return self.lifetime == "endless"

    @property
    def singleton(self) -> bool:
        """A check makes sure that it is started once, or it is started with the program."""
        return self.once or (
            self.multiplicity == "once" and all(place.kind == "global" for place in self.places)
        )

    @property
    def outlasts_teardowns(self) -> bool:
        """What it does goes on for as long as it likes, or after a sleep, and no flag ends it."""
        goes_on = self.lifetime != "short" or self.wakes_up
        return bool(self.spawn.started) and not self.flagged and goes_on

    @property
    def given_whole(self) -> bool:
        """Callers get the task itself, not only what a wait has found done."""
        return self.given and any(not op.how for op in self.trail.of("give"))

    @property
    def kept(self) -> bool:
        """Something outside the function holds the handle."""
        return bool(self.places)


def how(ops: list[Op]) -> str:
    """The word for how operations end a task: that for the first of them."""
    first = min((op.root for op in ops if op.root is not None), default=None)
    if any(op.kind in CANCELLING for op in ops if op.root == first):
        return "cancelled"
    kinds = {op.kind for op in ops}
    if kinds & _GATHERING:
        return "gathered"
    return "cancelled" if kinds <= CANCELLING else "awaited"
