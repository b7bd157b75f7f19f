"""The verdict policy: one table, read from the top; the first row whose signs are there decides.

``handle`` is where the task object goes (empty: as observed), ``ending`` what sees to its end,
``risk`` what a careful maintainer would say, ``defect`` what a rule reports; the last two columns
are the cells of the scan table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from taskleash.semantics.spawns import NEVER_RUN
from taskleash.verdict.model import Claim, Defect, Ignorance, Risk, Unknown, Word
from taskleash.verdict.signs import Signs


class Ground(Word):
    """What of the signs of a site a row rests on, which its evidence tells."""

    NOTHING = ""
    #: a branch that keeps the handle, and that no call comes to
    UNREACHED = "unreached"
    #: a second spawn that takes the place of the handle
    REPLACED = "replaced"
    #: the removal of a handle that is not its own
    SUCCESSOR = "successor"
    #: the end of the loop, which cancels all tasks
    LOOP_END = "loop-end"
    #: the main coroutine that holds the handle
    MAIN = "main"
    #: the teardown that passes over it
    PASSED_OVER = "passed-over"
    #: what the task sets as it ends, and the teardown waits for
    ANNOUNCED = "announced"
    #: the teardown that fails what it waits for
    FAILED = "failed"
    #: the flag by which a teardown ends it
    FLAG = "flag"
    #: the flag that tells it to end, although nobody waits until it does
    UNHEARD = "unheard"


@dataclass(frozen=True)
class Verdict:
    """What a row of the policy says."""

    handle: str
    ending: str
    risk: Risk
    defect: Defect | None
    tracked: str
    cleaned: str


@dataclass(frozen=True)
class Row:
    """One case of the policy: when it holds, its verdict, the claim it rests on, what it tells.

    Its name is for readers of the table.
    """

    name: str
    when: Callable[[Signs], bool]
    verdict: Verdict
    claim: Claim | None = None
    tells: Ground = Ground.NOTHING


def _row(
    name: str,
    when: Callable[[Signs], bool],
    handle: str,
    ending: str,
    risk: Risk,
    defect: Defect | None,
    cells: str,
    claim: Claim | None = None,
    tells: Ground = Ground.NOTHING,
) -> Row:
    tracked, cleaned = cells.split(" / ")
    return Row(name, when, Verdict(handle, ending, risk, defect, tracked, cleaned), claim, tells)


def _repeated(s: Signs) -> bool:
    return s.multiplicity != "once" and not (
        s.once or s.start_like or s.with_its_key or s.with_its_object
    )


def _is_one_of_many(s: Signs) -> bool:
    """Whether it is proven that there are more and more of an endless task, one never ended.

    One that is kept in a slot of an owner lives as long as the owner does.
    """
    is_started_again = s.multiplicity == "loop" or s.overwrite is not None
    return is_started_again or s.container or s.with_its_object or s.is_made_anew


def _ends_with_the_loop(s: Signs) -> bool:
    """Whether the loop's end cancels it, and there are no more and more of it until then."""
    if s.loop_end is None or s.growing:
        return False
    is_with_its_owner = s.start_like and not s.is_made_anew
    is_one = not _repeated(s) and (s.singleton or not s.endless or is_with_its_owner)
    return s.loop_end.op is None or is_one


#: endings of a task that somebody sees to
SEEN_TO = frozenset({"awaited", "cancelled"})
_NO, _LOW, _HIGH = Risk.NONE, Risk.LOW, Risk.HIGH


#: where the searches behind a caller ran out of their bounds
_BOUNDS = frozenset({Ignorance.TOO_FAR, Ignorance.TOO_MANY_PATHS})
CUT_OFF = _row(
    "kept, and returned to a caller with whom it is not followed to its end",
    lambda s: s.kept and s.given and not s.kept_if
    and any(u.kind in _BOUNDS for c in s.callers for u in c.undecided),
    "", "none", _NO, None, "unknown / unknown",
)  # fmt: skip

POLICY: tuple[Row, ...] = (
    # what is no handle of a running task
    _row("a coroutine function that is not called", lambda s: s.spawn.is_refused,
         "discarded", "none", _HIGH, Defect.UNCALLED, "none / none"),
    _row("a coroutine that never runs", lambda s: s.spawn.kind in NEVER_RUN,
         "discarded", "none", _HIGH, Defect.UNAWAITED, "none / none"),
    _row("a dropped gather, shield or executor call",
         lambda s: s.spawn.kind in ("gather", "executor"),
         "discarded", "none", _LOW, Defect.DISCARDED_GATHER, "none / none"),
    _row("the loop drops what the scheduled spawn returns", lambda s: s.spawn.kind == "scheduled",
         "discarded", "none", _HIGH, Defect.DISCARDED, "none / none"),
    # somebody else answers for it
    _row("a task group or nursery owns it", lambda s: s.spawn.kind == "owner",
         "owned", "awaited", _NO, None, "owner / owner"),
    _row("an object outside the program takes it", lambda s: s.spawn.kind == "foreign",
         "owned", "none", _NO, None, "owner / unknown"),
    _row("the settings say that it may be dropped", lambda s: s.spawn.kind == "safe",
         "owned", "none", _NO, None, "owner / owner"),
    # in the function itself
    _row("waited for, what is pending runs on, and each turn of a loop leaves another one",
         lambda s: s.abandoned is not None and s.piling_up and not s.kept and not s.given_whole,
         "", "partial", _HIGH, Defect.ABANDONED_PENDING, "tracked / partial"),
    _row("a later turn replaces the handle before the task is ended",
         lambda s: s.respawned and bool(s.ended_here_by) and not s.kept,
         "local", "partial", _LOW, Defect.OVERWRITTEN, "partial / partial",
         Claim.PATH, tells=Ground.REPLACED),
    _row("a later turn replaces the kept handle before the task is ended",
         lambda s: s.respawned and bool(s.ended_here) and s.kept and s.overwrite is not None,
         "", "partial", _LOW, Defect.OVERWRITTEN, "partial / partial",
         Claim.PATH, tells=Ground.REPLACED),
    _row("its function is cancelled while it waits, before it comes to the ending",
         lambda s: s.cut_short is not None,
         "", "partial", _LOW, Defect.PARTLY_ENDED, "tracked / partial", Claim.PATH),
    _row("ended on every normal path", lambda s: bool(s.ended_here) and s.abandoned is None,
         "", "here", _NO, None, "tracked / here"),
    _row("held by the main coroutine: the loop's end cancels what is left",
         lambda s: s.main is not None and not s.kept and not s.given and s.handed_on is None,
         "local", "cancelled", _NO, None, "tracked / cancelled", tells=Ground.MAIN),
    _row("waited for, what is pending runs on",
         lambda s: s.abandoned is not None and not s.kept and not s.given_whole,
         "", "partial", _LOW, Defect.ABANDONED_PENDING, "tracked / partial"),
    _row("left running on a path, if there is one: not all were searched",
         lambda s: not s.is_searched and not s.kept and not s.given,
         "local", "partial", _NO, None, "tracked / unknown"),
    _row("given to who called on some normal paths only, ended on none",
         lambda s: s.partly_here and not s.kept and not s.ended_here_by,
         "", "none", _LOW, Defect.PARTLY_ENDED, "tracked / none", Claim.PATH),
    _row("ended on some normal paths only",
         lambda s: s.partly_here and not s.kept,
         "", "partial", _LOW, Defect.PARTLY_ENDED, "tracked / partial", Claim.PATH),
    _row("kept only where an argument asks for it, and a caller neither asks nor keeps it",
         lambda s: bool(s.kept_if) and bool(s.callers) and s.callers[0].risk is not _NO,
         "escapes", "callers", _NO, None, "callers / callers"),
    # kept in a place
    _row("kept, and returned to callers who all see to its end",
         lambda s: s.kept and s.given and bool(s.callers) and not s.kept_if
         and all(c.risk is _NO and c.ending in SEEN_TO for c in s.callers),
         "escapes", "callers", _NO, None, "callers / callers"),
    CUT_OFF,
    _row("replaced while the earlier task runs, ended otherwise",
         lambda s: s.overwrite is not None
         and bool(s.ended_there or s.ended_elsewhere or s.self_removing or s.flagged),
         "", "partial", _LOW, Defect.OVERWRITTEN, "partial / partial",
         Claim.REPLACED, tells=Ground.REPLACED),
    _row("may take its successor's handle out at its end",
         lambda s: s.kept and s.takeover is not None,
         "", "partial", _LOW, Defect.PARTLY_ENDED, "partial / partial", tells=Ground.SUCCESSOR),
    _row("ended at teardown or awaited", lambda s: bool(s.ended_there),
         "", "there", _NO, None, "tracked / there"),
    _row("sets as it ends what the teardown waits for", lambda s: s.kept and bool(s.announced),
         "", "awaited", _NO, None, "tracked / awaited", tells=Ground.ANNOUNCED),
    _row("removes itself, but the owner's teardown passes over it",
         lambda s: s.kept and bool(s.self_removing) and bool(s.owner_teardown) and not s.failed
         and (s.container or not s.once or s.outlasts_teardowns),
         "", "self-removing", _LOW, Defect.TEARDOWN_IGNORES, "tracked / partial",
         Claim.PASSED_OVER, tells=Ground.PASSED_OVER),
    _row("cancelled with all tasks of the loop",
         lambda s: s.kept and _ends_with_the_loop(s) and (s.endless or not s.self_removing),
         "", "cancelled", _NO, None, "tracked / cancelled", tells=Ground.LOOP_END),
    _row("endless, so it never comes to remove itself",
         lambda s: s.kept and bool(s.self_removing) and s.endless
         and (s.singleton or s.start_like) and not s.handles_errors,
         "", "none", _LOW, Defect.NEVER_ENDED, "tracked / none", Claim.NEVER),
    _row("removes itself", lambda s: s.kept and bool(s.self_removing),
         "", "self-removing", _NO, None, "tracked / self-managed", tells=Ground.FAILED),
    _row("kept, and handed to something that is not known",
         lambda s: s.kept and s.handed_on is not None,
         "", "none", _NO, None, "tracked / unknown"),
    _row("ended only where no teardown is", lambda s: s.kept and bool(s.ended_elsewhere),
         "", "partial", _LOW, Defect.PARTLY_ENDED, "tracked / partial", Claim.ELSEWHERE),
    _row("waited for, what is pending runs on",
         lambda s: s.abandoned is not None and not s.given_whole,
         "", "partial", _LOW, Defect.ABANDONED_PENDING, "tracked / partial"),
    _row("ended at teardown by the failure of what it waits for",
         lambda s: s.kept and bool(s.failed) and not s.growing,
         "", "none", _NO, None, "kept / self-managed", tells=Ground.FAILED),
    _row("told by a flag at teardown to end, and nobody waits until it does",
         lambda s: s.kept and bool(s.flagged) and not s.growing and not s.is_heard,
         "", "none", _LOW, Defect.NEVER_ENDED, "kept / partial",
         Claim.NEVER, tells=Ground.UNHEARD),
    _row("a singleton's, ended by its own flag at teardown",
         lambda s: s.kept and bool(s.flagged) and not s.growing and s.singleton,
         "", "none", _NO, None, "kept / self-managed", tells=Ground.FLAG),
    _row("ended by its own flag at teardown, and nobody waits until it is through",
         lambda s: s.kept and bool(s.flagged) and not s.growing,
         "", "none", _LOW, Defect.TEARDOWN_IGNORES, "kept / partial",
         Claim.NEVER, tells=Ground.FLAG),
    _row("kept in a branch that no call comes to", lambda s: s.kept and bool(s.unreached),
         "", "none", _LOW, Defect.NEVER_ENDED, "tracked / none",
         Claim.NEVER, tells=Ground.UNREACHED),
    _row("a container that only grows", lambda s: s.growing and _repeated(s),
         "", "none", _HIGH, Defect.UNPRUNED, "tracked / none"),
    _row("kept, and returned to the users of the program",
         lambda s: s.kept and s.given_besides and not s.endless and not s.container,
         "", "none", _NO, None, "tracked / none"),
    _row("an endless singleton that handles its own errors, and nothing to take down",
         lambda s: s.kept and s.endless and s.singleton
         and s.handles_errors and not s.owner_teardown,
         "", "none", _NO, None, "singleton / self-managed"),
    _row("an endless singleton that is never stopped",
         lambda s: s.kept and s.endless and s.singleton,
         "", "none", _LOW, Defect.NEVER_ENDED, "singleton / none", Claim.NEVER),
    _row("endless, and the owner's teardown passes over it",
         lambda s: s.kept and s.endless and bool(s.owner_teardown),
         "", "none", _HIGH, Defect.NEVER_ENDED, "tracked / none", tells=Ground.PASSED_OVER),
    _row("kept, started again and again, never ended",
         lambda s: s.kept and (_is_one_of_many(s) if s.endless else _repeated(s)),
         "", "none", _HIGH, Defect.NEVER_ENDED, "tracked / none"),
    _row("kept, started once, never ended", lambda s: s.kept,
         "", "none", _LOW, Defect.NEVER_ENDED, "tracked / none", Claim.NEVER),
    # given away
    _row("returned to callers of the program", lambda s: s.given and bool(s.callers),
         "escapes", "callers", _NO, None, "callers / callers"),
    _row("returned by a function that says that it returns nothing", lambda s: s.unannounced,
         "escapes", "users", _LOW, Defect.DROPPED_WRAPPER_RESULT, "none / none"),
    _row("returned, and a call of what is not known may be one of it",
         lambda s: s.given and s.may_be_called is not None and not s.callers,
         "escapes", "users", _NO, None, "unknown / unknown"),
    _row("returned to the users of the program", lambda s: s.given,
         "escapes", "users", _NO, None, "tracked / none"),
    _row("yielded", lambda s: bool(s.trail.of("yield")),
         "escapes", "none", _NO, None, "tracked / none"),
    _row("handed to something that is not known", lambda s: s.handed_on is not None,
         "escapes", "none", _NO, None, "unknown / unknown"),
    # dropped
    _row("a future of another thread's loop whose callback looks at its outcome",
         lambda s: s.spawn.kind == "threadsafe" and s.outcome_seen,
         "discarded", "none", _NO, None, "none / none"),
    _row("a dropped future of another thread's loop, of what can fail",
         lambda s: s.spawn.kind == "threadsafe" and s.can_fail,
         "discarded", "none", _HIGH, Defect.DISCARDED_THREADSAFE, "none / none"),
    _row("a dropped future of another thread's loop", lambda s: s.spawn.kind == "threadsafe",
         "discarded", "none", _LOW, Defect.DISCARDED_THREADSAFE, "none / none"),
    _row("ended by way of what does not keep it alive", lambda s: bool(s.weakly_ended),
         "discarded", "partial", _LOW, Defect.PARTLY_ENDED, "none / partial"),
    _row("in a branch that no call comes to", lambda s: bool(s.unreached),
         "discarded", "none", _LOW, Defect.DISCARDED, "none / none"),
    _row("handed to what refuses it", lambda s: s.refused is not None,
         "discarded", "none", _LOW, Defect.DISCARDED, "none / none"),
    _row("over in its first step, which the loop holds", lambda s: s.in_one_step,
         "discarded", "none", _HIGH, Defect.DISCARDED, "none / none"),
    _row("only callbacks touch it", lambda s: s.only_called_back,
         "discarded", "none", _HIGH, Defect.CALLBACK_ONLY, "none / none"),
    _row("nothing holds it", lambda s: True,
         "discarded", "none", _HIGH, Defect.DISCARDED, "none / none"),
)  # fmt: skip


#: stands for a row with a risk where the handle is not followed to its end
_TOO_FAR = _row("kept or ended further than it is followed", lambda s: bool(s.trail.unknown),
                "", "none", _NO, None, "unknown / unknown")  # fmt: skip


def accuse(signs: Signs) -> Row:
    """The first row of the policy whose signs are there, whether its claim is proven or not."""
    row = next(row for row in POLICY if row.when(signs))
    accuses = row.verdict.risk is not _NO or row.verdict.ending == "callers"
    return _TOO_FAR if accuses and _TOO_FAR.when(signs) else row


def decide(signs: Signs) -> Row:
    """The row that decides; none with a risk that rests on what is not known."""
    row = accuse(signs)
    if not doubts(signs, row):
        return row
    open_ = replace(row.verdict, risk=_NO, defect=None, cleaned="unknown")
    return Row("a claim that is not proven", row.when, open_, row.claim)


def doubts(signs: Signs, row: Row) -> tuple[Unknown, ...]:
    """What is not known of the claim that a row rests on."""
    return signs.doubts.get(row.claim, ()) if row.claim is not None else ()
