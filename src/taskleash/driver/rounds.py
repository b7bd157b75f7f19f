"""The fixes of a choice made in a program, in memory, and proved by scanning it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from taskleash.driver.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.manner import manner_of
from taskleash.driver.program import Program
from taskleash.driver.sharing import common_keeper
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.engine import Outcome, fix
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Common, Mended, Target
from taskleash.fixes.proof import Place, Scan
from taskleash.source.modules import is_package


def fixed(
    program: Program, choice: FixChoice, accepted: frozenset[Place] | None = None
) -> tuple[Scan, Outcome]:
    """What the program scans as, and what came of its fixes.

    Only the findings ``accepted`` are mended; None stands for all.
    """
    scan = program.scan(choice, accepted)

    def rescan(changed: Mapping[str, str]) -> Scan:
        return program.with_texts(changed).scan(choice, accepted)

    common = common_keeper(program, scan.targets)

    def outcome(apart: frozenset[str]) -> Outcome:
        """What comes of it where the files ``apart`` keep their tasks themselves."""
        work = partial(_mended_in_common, program, common, apart)
        made = partial(fix, program.text, scan, rescan, work, common)
        return with_deep_stack(made, LINKER_MEGABYTES)

    found = outcome(frozenset())
    refused = frozenset(left.site.path for left in found.left)
    # The linker may follow a task into a set of the file, and not into that of another one.
    return scan, outcome(refused) if common is not None and refused else found


def _mended_in_common(
    program: Program,
    common: Common | None,
    apart: frozenset[str],
    text: str,
    targets: Sequence[Target],
) -> Mended:
    is_apart = common is None or targets[0].site.path in apart
    return mended(program, text, targets, "" if is_apart or common is None else common.keeper)


def mended(program: Program, text: str, targets: Sequence[Target], keeper: str = "") -> Mended:
    """The text of one file with fixes for its targets, written as its project writes."""
    path, settings = targets[0].site.path, program.analysis.settings
    manner = manner_of(path, settings)
    keeper = keeper or settings.background_tasks or ""
    module, _, name = keeper.partition(":")
    own = program.analysis.asked[path].file.module
    keeper = f":{name}" if module == own else keeper
    package = own if is_package(path) else own.rpartition(".")[0]
    return mend(text, targets, replace(manner, keeper=keeper, package=package))
