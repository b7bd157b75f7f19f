"""The fixes of a choice made in a program, in memory, and proved by scanning it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.manner import manner_of
from taskleash.driver.fixing.menders import Menders
from taskleash.driver.fixing.orders import Order
from taskleash.driver.fixing.sharing import (
    common_functions,
    keeping,
    kept_in,
    logging,
)
from taskleash.driver.parsing.deep import LINKER_MEGABYTES, with_deep_stack
from taskleash.driver.parsing.parse import unpacked
from taskleash.fixes.choice import FixChoice
from taskleash.fixes.engine import Outcome, fix
from taskleash.fixes.making import Made, Wanted
from taskleash.fixes.mend import mend
from taskleash.fixes.model import Common, Manner, Mended, Target
from taskleash.fixes.proof import FindingIdentity, ProvedScan
from taskleash.source.modules import is_package


def fixed(
    program: FixedProgram, choice: FixChoice, accepted: frozenset[FindingIdentity] | None = None
) -> tuple[ProvedScan, Outcome]:
    """What the program scans as, and what came of its fixes.

    Only the findings ``accepted`` are mended; None stands for all.
    """
    scan = program.scan(choice, accepted)

    def rescan(changed: Mapping[str, str]) -> ProvedScan:
        return program.with_texts(changed).scan(choice, accepted)

    logged = logging(scan.targets)
    common = common_functions(program, scan.targets, keeping(scan.targets), logged)

    def outcome(menders: Menders, common: Common | None, apart: frozenset[str]) -> Outcome:
        """What comes of it where the files ``apart`` keep their tasks themselves."""
        work = partial(_all_mended, menders, program, common, apart)
        made = partial(fix, program.text, scan, rescan, work, common)
        return with_deep_stack(made, LINKER_MEGABYTES)

    program.analysis.put_away({t.site.path for t in scan.targets if t.kinds})
    with Menders(program.analysis.settings.jobs) as menders:
        found = outcome(menders, common, frozenset())
        if (paths := kept_in(found.files)) != keeping(scan.targets):
            # Only by now it is known how many files keep tasks: other fixes were tried first, or
            # one function of the program keeps what many files have of it.
            known, common = common, common_functions(program, scan.targets, paths, logged)
            found = outcome(menders, common, frozenset()) if common != known else found
        refused = frozenset(left.site.path for left in found.left)
        # The linker may follow a task into a set of the file, and not into that of another one.
        again = common is not None and refused
        return scan, outcome(menders, common, refused) if again else found


def _all_mended(
    menders: Menders,
    program: FixedProgram,
    common: Common | None,
    apart: frozenset[str],
    files: Mapping[str, Wanted],
) -> dict[str, Made]:
    """The files, mended in other processes where that is worth it; these parse them, too."""
    orders = [
        Order(
            program.analysis.asked[path],
            wanted,
            _manner(program, path, None if path in apart else common),
            program.analysis.packed(path),
        )
        for path, wanted in files.items()
    ]
    found: dict[str, Made] = {}
    for order, filled in menders.fill(orders):
        found[order.path] = filled.made
        if filled.facts:
            program.remember(order.path, filled.data, unpacked(filled.facts, is_own=True))
    return found


def mended(program: FixedProgram, text: str, targets: Sequence[Target]) -> Mended:
    """The text of one file with fixes for its targets, written as its project writes."""
    return mend(text, targets, _manner(program, targets[0].site.path, None))


def _manner(program: FixedProgram, path: str, common: Common | None) -> Manner:
    """How to mend a file of the program; ``common`` has the functions that its files share."""
    settings = program.analysis.settings
    own = program.analysis.asked[path].file.module
    if common is not None and path not in common.users:
        common = None
    keeper = (common.keeper if common is not None else "") or settings.background_tasks or ""
    package = own if is_package(path) else own.rpartition(".")[0]
    return replace(
        manner_of(path, settings),
        keeper=_seen_from(own, keeper),
        package=package,
        logs=_seen_from(own, common.logs if common is not None else ""),
    )


def _seen_from(own: str, named: str) -> str:
    """How a module names a function: without a module where it is its own."""
    module, _, name = named.partition(":")
    return f":{name}" if module == own else named
