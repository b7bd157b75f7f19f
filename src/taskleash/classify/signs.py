"""What the trail of a handle shows, as the yes-or-no signs that the policy asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from taskleash.classify.model import Defect, Evidence, Risk
from taskleash.link.entities import Function
from taskleash.link.guards import Overwrite
from taskleash.link.spawns import Spawn
from taskleash.link.trail import Op, Place, Trail


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


@dataclass
class Signs:
    """The signs of one site; what each means stands beside the policy that uses it."""

    spawn: Spawn
    trail: Trail
    lifetime: str
    multiplicity: str
    #: nothing but callbacks and names touches the handle
    untouched: bool = False
    callbacks: list[Op] = field(default_factory=list)
    #: an object that takes the task over
    owner: str = ""
    #: every normal path of the function sees to the end, and how
    ended_here: str = ""
    ended_here_by: list[Op] = field(default_factory=list)
    #: only some do
    partly_here: bool = False
    leaks: tuple[int, ...] = ()
    #: a second spawn replaces a local handle
    respawned: bool = False
    #: ``wait`` leaves what is pending to itself
    abandoned: Op | None = None
    #: places that outlive the function
    places: list[Place] = field(default_factory=list)
    container: bool = False
    #: ended at teardown or awaited somewhere: how, by which operations, and why that is a teardown
    ended_there: str = ""
    ended_there_by: list[tuple[Op, str]] = field(default_factory=list)
    #: ended only in a place that is no teardown
    ended_elsewhere: list[Op] = field(default_factory=list)
    #: the place drops the handle when the task is done
    self_removing: list[Op] = field(default_factory=list)
    #: the owner has a teardown of its own
    owner_teardown: str = ""
    overwrite: Overwrite | None = None
    #: the methods that take down the class around the spawn
    teardowns: tuple[str, ...] = ()
    #: a check lets it start once only
    once: bool = False
    #: the coroutine's loop handles its own errors
    handles_errors: bool = False
    #: a teardown ends the coroutine's loop by a flag or the like: function, event, attribute
    flagged: list[tuple[Function, int, str]] = field(default_factory=list)
    #: the function sets its owner up or takes it down, once by convention
    start_like: bool = False
    #: a container that nothing ever takes anything out of
    growing: bool = False
    #: handed to something outside the program
    handed_on: Op | None = None
    #: parameters without which the function does not keep the handle
    kept_if: frozenset[str] = frozenset()
    #: returned to callers in the program: their verdicts, worst first
    callers: list[CallerVerdict] = field(default_factory=list)
    given: bool = False
    #: somebody looks at the task's outcome
    outcome_seen: bool = False

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
    def given_whole(self) -> bool:
        """Callers get the task itself, not only what a wait has found done."""
        return self.given and any(not op.how for op in self.trail.of("give"))

    @property
    def kept(self) -> bool:
        """Something outside the function holds the handle."""
        return bool(self.places)
