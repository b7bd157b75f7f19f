"""Generated programs, run and scanned: where do the runs and the analysis disagree?

    python tests/oracle/soak.py --programs 5000 --seed 1
    python tests/oracle/soak.py --show "binding=list; control=if"

Prints the disagreements that `known.toml` does not list, in groups: each is reduced to the plainest
program that is wrong in the same way. Then the known groups, with how often each was met.

Exits with 0 where all are listed, and each listed one is still wrong, else with 1.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from oracle.compare import Disagreement, combinations, disagreements
from oracle.known import Entry, known, unlisted
from oracle.model import Combination, Written
from oracle.running import Run, runs
from oracle.shrink import shrunk
from oracle.truth import truths
from oracle.writing import DoNotGoTogether, write


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("--programs", type=int, default=5000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N")
    parser.add_argument("--texts", action="store_true", help="print the program of each group")
    parser.add_argument("--show", metavar="FORMS", help="one program, its runs and what is said")
    options = parser.parse_args(arguments)
    if options.show is not None:
        return show(options.show)
    return soak(options.programs, options.seed, options.texts)


def soak(programs: int, seed: int, texts: bool) -> int:
    """Try so many programs, and print what is found."""
    began = time.perf_counter()
    found = list(disagreements(islice(combinations(seed), programs)))
    entries = known()
    new = unlisted(found, entries)
    _print_groups(new, texts)
    _print_known(found, entries)
    outdated = [(entry, names) for entry in entries for names in entry.outdated()]
    for entry, names in outdated:
        print(f"right by now, take it out of known.toml: {names} ({entry.reason})")
    seconds = time.perf_counter() - began
    print(
        f"{programs} programs, seed {seed}: {len(found)} disagreements, {len(new)} not listed,"
        f" {len(outdated)} listed ones are right by now; {seconds:.0f} s"
    )
    return 1 if new or outdated else 0


def _print_groups(new: Sequence[Disagreement], texts: bool) -> None:
    groups: defaultdict[tuple[str, Combination], list[Disagreement]] = defaultdict(list)
    for one in new:
        groups[one.kind, shrunk(one.written.combination, one.kind)].append(one)
    for (_, plainest), members in sorted(groups.items(), key=lambda item: -len(item[1])):
        of = write(plainest)
        (first, *_) = [one for one in disagreements([of]) if one.kind == members[0].kind]
        print(f"{len(members):5} × {first.short()}\n        {first}")
        if texts:
            print("\n".join(f"        {line}" for line in of.text.split("\n")))


def _print_known(found: Sequence[Disagreement], entries: Sequence[Entry]) -> None:
    met: Counter[str] = Counter()
    for one in found:
        met.update([entry.reason for entry in entries if entry.covers(one)][:1])
    for reason, count in met.most_common():
        print(f"{count:5} known: {reason}")


def show(forms: str) -> int:
    """Print one program, what its runs came to, and where the analysis says something else."""
    try:
        written = write(Combination.parsed(forms))
    except (DoNotGoTogether, KeyError, TypeError, ValueError) as error:
        print(f"no program: {error}", file=sys.stderr)
        return 2
    (found,) = runs([written])
    print(written.text)
    print("\n".join(_told(written, found)))
    wrong = list(disagreements([written]))
    print("\n".join(f"@{one.mark} {one}" for one in wrong) or "the analysis agrees")
    return 1 if wrong else 0


def _told(written: Written, found: Sequence[Run]) -> Iterator[str]:
    for run in found:
        given = ", ".join(f"{name}={value}" for name, value in run.given.items())
        ends = ", ".join(f"@{record.mark} {record.fate}" for record in run.records)
        unlike = "" if run.normal else " (no normal path)"
        yield (f"{' '.join(run.life)}: {given}: {ends or 'no task'}{unlike}")
    for mark, truth in truths(written, found).items():
        yield f"@{mark} is {'/'.join(sorted(truth.risks))}: {truth.because}"


if __name__ == "__main__":
    sys.exit(main())
