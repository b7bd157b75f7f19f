"""Rounds of fixes over a program: each is proved by a scan before it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from taskleash.fixes.making import Made, MendAll, Wanted
from taskleash.fixes.model import Applied, Common, Left, Target
from taskleash.fixes.proof import FindingIdentity, ProofDoubts, ProvedScan, doubts, place, suspicion
from taskleash.fixes.text.lines import count_changes, followed
from taskleash.sentences import Said
from taskleash.verdict.model import Handle

_MAX_ROUNDS = 10

#: the text of a file before any fix, by its path
Read = Callable[[str], str]
#: scans the program with other texts in place of some of its files, by path
Rescan = Callable[[Mapping[str, str]], ProvedScan]


@dataclass(frozen=True)
class FixedPlace:
    """One fix as it ended up: ``line`` is 1-based and counts in the mended file."""

    line: int
    applied: Applied


@dataclass(frozen=True)
class MendedFile:
    """A file's text before and after, its fixes by line, and the lines that are new and gone.

    ``comments`` are the lines, in the mended file, where a comment that silenced nothing stood.
    """

    path: str
    before: str
    after: str
    places: tuple[FixedPlace, ...]
    added: int
    removed: int
    comments: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What all rounds came to: the files that differ, what could not be mended, the last scan."""

    files: tuple[MendedFile, ...]
    left: tuple[Left, ...]
    scan: ProvedScan


@dataclass(frozen=True)
class _Attempt:
    """The program with some fixes made: the texts that differ, what was done, what it scans as."""

    texts: Mapping[str, str] = field(default_factory=dict)
    applied: Mapping[Target, Applied] = field(default_factory=dict)
    scan: ProvedScan = field(default_factory=ProvedScan)


def fix(
    read: Read, scan: ProvedScan, rescan: Rescan, mend: MendAll, common: Common | None = None
) -> Outcome:
    """Mend what can be mended, in rounds until nothing changes.

    ``common`` is a file that others need once they are mended; it stays where none does.

    What a scan of the result still reports, or reports anew, is not mended; neither is what would
    not be valid Python.
    """
    texts: dict[str, str] = {}
    current: dict[str, str] = {}
    if common is not None:
        texts[common.path], current[common.path] = read(common.path), common.text
    done: list[tuple[str, Applied]] = []
    refused: dict[FindingIdentity, Said] = {}
    left: dict[Target, Said] = {}
    #: what was refused may stand by now: a second run would make it
    is_dated = False
    held = waiting(scan.targets)
    for _ in range(_MAX_ROUNDS):
        # A fix in one file can be what a finding in another one, where there was none, comes from.
        for path in {t.site.path for t in scan.targets if t.kinds} - texts.keys():
            texts[path] = current[path] = read(path)
        trial = _Round(current, scan, partial(_rescanned, rescan, texts, current), mend)
        ready = [t for t in scan.targets if t.kinds and t not in held]
        trial.prove([t for t in ready if place(t.site, t.rule) not in refused])
        refused |= {
            place(target.site, target.rule): reason for target, reason in trial.refused.items()
        }
        left = trial.left
        if not trial.proven.applied and not held:
            if not is_dated:
                break
            refused, is_dated = {}, False
            continue
        is_dated = bool(trial.proven.applied and refused)
        done += [(current[each.site.path], each) for each in trial.proven.applied.values()]
        current |= trial.proven.texts
        scan = trial.proven.scan
        # Where one who gives back the task cannot keep it, the next one may.
        again = [t for t in scan.targets if place(t.site, t.rule) not in refused]
        held = waiting(again) if trial.proven.applied or trial.refused else frozenset()
    reasons = [(t, left.get(t) or refused.get(place(t.site, t.rule))) for t in scan.targets]
    files = [_file(path, texts[path], current[path], done) for path in sorted(texts)]
    return Outcome(
        files=tuple(file for file in files if file.places or _is_needed(file, common, files)),
        left=tuple(Left(t.site, t.rule, reason) for t, reason in reasons if reason),
        scan=scan,
    )


def _is_needed(file: MendedFile, common: Common | None, files: Sequence[MendedFile]) -> bool:
    """Whether a file has changed for others, and one of them uses what is new in it."""
    if common is None or file.path != common.path or file.before == file.after:
        return False
    names = [each.partition(":")[2] for each in (common.keeper, common.logs) if each]
    words = [re.compile(rf"\b{re.escape(name)}\b") for name in names]
    return any(
        word.search(each.after) and not word.search(each.before)
        for word in words
        for each in files
        if each.places
    )


def _rescanned(
    rescan: Rescan, first: Mapping[str, str], current: Mapping[str, str], texts: Mapping[str, str]
) -> ProvedScan:
    """The scan of the program as it is by now, with further texts."""
    changed = {path: text for path, text in current.items() if text != first[path]}
    return rescan({**changed, **texts})


def _file(path: str, before: str, after: str, done: Sequence[tuple[str, Applied]]) -> MendedFile:
    of_round: dict[str, list[Applied]] = {}
    for text, applied in done:
        if applied.site.path == path:
            of_round.setdefault(text, []).append(applied)
    places = [
        FixedPlace(line, applied)
        for text, each in of_round.items()
        for applied, line in zip(
            each, followed(text, after, (a.site.span.line for a in each)), strict=True
        )
    ]
    added, removed = count_changes(before, after)
    ordered = tuple(sorted(places, key=lambda p: (p.line, p.applied.site.span)))
    return MendedFile(path, before, after, ordered, added, removed)


class _Round:
    """One round: as many of the fixes as a scan lets stand, made together.

    ``proven`` is the program with those. ``refused`` has the targets whose fixes do not stand,
    ``left`` those that have none, each with the reason.
    """

    def __init__(
        self, texts: Mapping[str, str], scan: ProvedScan, rescan: Rescan, mend: MendAll
    ) -> None:
        self.proven = _Attempt(scan=scan)
        self.refused: dict[Target, Said] = {}
        self.left: dict[Target, Said] = {}
        self._texts = texts
        self._scan = scan
        self._rescan = rescan
        self._mend = mend
        #: what was made already: of many files that are tried again only one may differ
        self._made: dict[tuple[str, Wanted], Made] = {}

    def prove(self, targets: Sequence[Target]) -> None:
        """Try all fixes at once, and where they do not stand, ever fewer of them."""
        groups = [list(targets)] if targets else []
        while groups:
            group = groups.pop()
            attempt, found = self._attempt([*self.proven.applied, *group])
            if not found:
                self.proven = attempt
                continue
            guilty = {t: found.guilty[t] for t in group if t in found.guilty}
            if len(group) == 1:
                guilty = {group[0]: found.reason(group[0])}
            self.refused |= guilty
            rest = [target for target in group if target not in guilty]
            groups += _divided(rest, found.suspects, bool(guilty))

    def _attempt(self, targets: Sequence[Target]) -> tuple[_Attempt, ProofDoubts]:
        """The program with these fixes, and what speaks against them."""
        texts: dict[str, str] = {}
        applied: dict[Target, Applied] = {}
        for path, made in self._all_made(targets).items():
            mine = [target for target in targets if target.site.path == path]
            if made.objection:
                return _Attempt(), suspicion(mine, made.objection)
            of = {(target.site, target.rule): target for target in mine}
            self.left |= {of[each.site, each.rule]: each.reason for each in made.left}
            if made.applied:
                texts[path] = made.text
                applied |= {of[each.site, each.rule]: each for each in made.applied}
        if not applied:
            return _Attempt(scan=self._scan), ProofDoubts()
        scan = self._rescan(texts)
        return _Attempt(texts, applied, scan), doubts(self._scan, scan, list(applied))

    def _all_made(self, targets: Sequence[Target]) -> dict[str, Made]:
        """What these fixes make of the files that they are in, by path."""
        files = {
            path: Wanted(self._texts[path], tuple(t for t in targets if t.site.path == path))
            for path in sorted({target.site.path for target in targets})
        }
        new = {path: each for path, each in files.items() if (path, each) not in self._made}
        self._made |= {(path, files[path]): made for path, made in self._mend(new).items()}
        return {path: self._made[path, each] for path, each in files.items()}


def _divided(
    group: list[Target], suspects: Mapping[Target, Said], is_smaller: bool
) -> list[list[Target]]:
    """What to try in place of a group that did not stand, the most promising last."""
    suspected = [target for target in group if target in suspects]
    if suspected and len(suspected) < len(group):
        return [suspected, [target for target in group if target not in suspects]]
    if is_smaller or len(group) < 2:
        return [group] if group else []
    half = len(group) // 2
    return [group[half:], group[:half]]


# -- which findings wait for the fix of another one, which may mend them too


_DROPPED_RESULT = "TL003"


def waiting(targets: Sequence[Target]) -> frozenset[Target]:
    """The calls of a function that gives back its task, where such a function is mended itself.

    Once it keeps what it starts, all its callers are sound, also those that get the task by way of
    further functions.
    """
    given = [target for target in targets if target.rule == _DROPPED_RESULT and target.kinds]
    starting = [target for target in given if _starts(target)]
    if not starting:
        return frozenset()
    return frozenset(
        target
        for target in given
        if target.site.handle is Handle.DISCARDED
        or any(
            _last(each.site.scope) == _last(target.site.call) for each in starting if each != target
        )
    )


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _starts(target: Target) -> bool:
    """Whether the fix is made where the task is started and handed on."""
    return target.site.handle is Handle.ESCAPES and "track" in target.kinds
