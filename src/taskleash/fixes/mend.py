"""One round of fixes over one file: text in, text out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import libcst as cst

from taskleash.fixes.kinds.await_ import await_, name_of_work
from taskleash.fixes.kinds.cancel_previous import cancel_previous
from taskleash.fixes.kinds.log import log
from taskleash.fixes.kinds.own import own
from taskleash.fixes.kinds.taskgroup import taskgroup
from taskleash.fixes.kinds.track import track
from taskleash.fixes.model import Applied, CannotMend, Left, Manner, Mended, Target
from taskleash.fixes.syntax.free_names import attributes, variables
from taskleash.fixes.syntax.insertion import has_no_room, runs_early
from taskleash.fixes.syntax.keepers import plan
from taskleash.fixes.syntax.signatures import gives_nothing, wrappers
from taskleash.fixes.syntax.tree import last_name
from taskleash.fixes.syntax.work import Work, forget
from taskleash.fixes.text.idle import take_out
from taskleash.fixes.text.unused import uses, without_unused
from taskleash.ir.names import respelt
from taskleash.models.standard import MICROPYTHON
from taskleash.models.table import SPAWNING
from taskleash.rules.offers import STARTED
from taskleash.sentences import Said, Sentence, both, listed, sentence
from taskleash.verdict.model import Handle

#: the tree of a longer text would take gigabytes, here where nothing bounds the time
_MAX_CHARACTERS = 4_000_000
#: rules of tasks that are dropped where they are started
_DROPPED = frozenset({"TL001", "TL002", "TL003"})
#: kinds that leave every use of asyncio in its place
_ADDING = frozenset({"track", "own", "cancel-previous", "log"})
_USUAL = Manner()

Codemod = Callable[[Work, Target, cst.Call], Sentence]

_CODEMODS: Mapping[str, Codemod] = {
    "track": track,
    "await": await_,
    "own": own,
    "cancel-previous": cancel_previous,
    "log": log,
    "taskgroup": taskgroup,
}


def mend(text: str, targets: Sequence[Target], manner: Manner = _USUAL) -> Mended:
    """Make a fix for each target, of the first of its kinds that fits.

    A target that has no fix, or that another one is in the way of, is left; all are where the file
    is too large, or written so that only the scan reads it or all of its names.
    """
    if len(text) > _MAX_CHARACTERS:
        return _untouched(text, targets, sentence("the file is too large to be changed"))
    try:
        work = Work(text, manner)
    except (cst.ParserSyntaxError, cst.CSTValidationError):
        return _untouched(
            text, targets, sentence("the parser that changes files does not read this one")
        )
    if any(respelt(work.module, text)):
        return _untouched(
            text, targets, sentence("it has names in letters that Python takes for others")
        )
    if any(map(_is_smaller, work.tree.of(cst.Import, *MICROPYTHON))):
        return _untouched(
            text, targets, sentence("a task of MicroPython tells nobody when it is done")
        )
    try:
        return _all_mended(work, text, targets)
    finally:
        # It refers to what refers to it: the collector would have to look at the whole tree.
        vars(work).clear()


def _all_mended(work: Work, text: str, targets: Sequence[Target]) -> Mended:
    """The text with a fix for each target that fits, in a file that can be changed."""
    applied: list[Applied] = []
    left: list[Left] = []
    ordered = sorted(targets, key=lambda target: (target.site.span, target.rule))
    found = [(target, work.tree.call_at(target.site.span)) for target in ordered]
    calls = [call for _, call in found if call is not None]
    work.uses = [call for call in calls if not runs_early(work.tree, call)]
    work.gives_nothing = gives_nothing(work.tree, [target.site.task for target in ordered])
    work.wrappers = wrappers(work.tree, [t.site.scope for t in ordered if _starts_for_others(t)])
    found = _in_one_way(found, work)
    work.in_parts = _in_parts(found, work)
    work.apart = _in_the_background(found, work)
    kept = [(t, call) for t, call in found if call is not None and _is_kept(work, t, call)]
    plan(work, [(target.site, call) for target, call in kept])
    for target, call in found:
        outcome = _mended(work, target, call)
        if isinstance(outcome, Applied):
            applied.append(outcome)
        else:
            left.append(outcome)
    if not applied:
        return Mended(text, (), tuple(left))
    mended = work.finished()
    if any(each.kind not in _ADDING for each in applied):
        mended = without_unused(work.module, mended, "asyncio")
    return Mended(work.rendering.code(mended), tuple(applied), tuple(left))


def _is_smaller(node: cst.Import) -> bool:
    """Whether a statement imports what only Python for small machines has."""
    return not MICROPYTHON.isdisjoint(alias.evaluated_name for alias in node.names)


def let_go() -> None:
    """Free the trees that are kept for a next question about the same text."""
    forget()
    for known in (attributes, variables, has_no_room, uses):
        known.cache_clear()


def _in_one_way(
    found: Sequence[tuple[Target, cst.Call | None]], work: Work
) -> list[tuple[Target, cst.Call | None]]:
    """The targets, without *own* in classes that cannot end all of their dropped tasks.

    Some kept by the class and some by the module would be hard to tell apart.
    """
    mixed = {
        target.site.class_name
        for target, call in found
        if call is not None and (target.rule == "TL003" or not _can("own", work, target, call))
        if target.rule in _DROPPED
    }
    return [
        (_without_own(target) if target.site.class_name in mixed else target, call)
        for target, call in found
    ]


def _in_parts(found: Sequence[tuple[Target, cst.Call | None]], work: Work) -> frozenset[int]:
    """The functions, by identity, not all of whose dropped tasks a group can hold.

    Why they wait for these and not for those a reader would ask.
    """
    asked = [(t, call) for t, call in found if call is not None and "taskgroup" in t.kinds]
    held, first = set[int](), work.draft
    work.draft = first.copy()
    for target, call in asked:
        # One that is the last of them has nothing beside it but for those before it.
        before = work.draft.copy()
        try:
            taskgroup(work, target, call)
        except CannotMend:
            work.draft = before
        else:
            held.add(id(call))
    work.draft = first
    dropped = _dropped_in(work) if asked else []
    return frozenset(id(work.tree.scope(call)) for call in dropped if id(call) not in held)


def _dropped_in(work: Work) -> list[cst.Call]:
    """The calls of the file that start something and are statements by themselves."""
    tree = work.tree
    return [
        node
        for node in tree.of(cst.Call, *SPAWNING)
        if last_name(node.func) in SPAWNING and isinstance(tree.parent(node), cst.Expr)
    ]


def _in_the_background(
    found: Sequence[tuple[Target, cst.Call | None]], work: Work
) -> frozenset[str]:
    """The work that is started in the file where nobody can wait for it, as the calls name it.

    A reader would ask why it is waited for in one place and not in the other.
    """
    targets = [(t, c) for t, c in found if c is not None and t.rule in STARTED]
    if not any("await" in target.kinds for target, _ in targets):
        return frozenset()
    waited = {id(call) for target, call in targets if _can("await", work, target, call)}
    others = [*_dropped_in(work), *(call for _, call in targets)]
    return frozenset(name_of_work(call) for call in others if id(call) not in waited)


def _without_own(target: Target) -> Target:
    kinds = tuple(kind for kind in target.kinds if kind != "own")
    return replace(target, kinds=kinds) if kinds and target.rule == "TL001" else target


def _can(kind: str, work: Work, target: Target, call: cst.Call) -> bool:
    """Whether a fix of this kind can be made, as far as none has been made yet."""
    if kind not in target.kinds:
        return False
    asked = (kind, target.rule, id(call), work.apart)
    if asked not in work.possible:
        before = work.draft.copy()
        try:
            _CODEMODS[kind](work, target, call)
        except CannotMend:
            work.possible[asked] = False
        else:
            work.possible[asked] = True
        finally:
            work.draft = before
    return work.possible[asked]


def _untouched(text: str, targets: Sequence[Target], reason: Said) -> Mended:
    return Mended(text, (), tuple(Left(each.site, each.rule, reason) for each in targets))


def _is_kept(work: Work, target: Target, call: cst.Call) -> bool:
    """Whether a task is going to be kept: nothing that is preferred to that can be done."""
    if "track" not in target.kinds or target.rule == "TL013":
        return False
    preferred = target.kinds[: target.kinds.index("track")]
    return not any(_can(kind, work, target, call) for kind in preferred)


def _starts_for_others(target: Target) -> bool:
    """Whether the task is given back to callers that drop it, and is kept before that."""
    given = target.rule == "TL003" and target.site.handle is Handle.ESCAPES
    return given and "track" in target.kinds


def _mended(work: Work, target: Target, call: cst.Call | None) -> Applied | Left:
    reasons: dict[Said, list[str]] = {}
    for kind in target.kinds if call is not None else ():
        assert call is not None
        before = work.draft.copy()
        try:
            note = _CODEMODS[kind](work, target, call)
        except CannotMend as error:
            work.draft = before
            reasons.setdefault(error.said, []).append(kind)
        else:
            if target.rule in _DROPPED:
                take_out(work.edits, work.tree, call)
            return Applied(target.site, target.rule, kind, note)
    return Left(target.site, target.rule, _joined(reasons))


def _joined(reasons: Mapping[Said, Sequence[str]]) -> Said:
    """Why no kind of fix was made; the kinds are named only where they differ in that."""
    if len(reasons) == 1:
        return next(iter(reasons))
    if not reasons:
        return sentence("the file does not have it any more")
    return listed(
        [sentence("{kinds}: {reason}", kinds=both(kinds), reason=r) for r, kinds in reasons.items()]
    )
