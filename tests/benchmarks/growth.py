"""How time and memory grow with the size of a program, up to a million lines.

    python tests/benchmarks/growth.py [--files 4000] [--output docs/growth.svg]

Writes programs of a known size and scans each with an empty cache: more and more files, then more
and more spawn sites in files of the same length, then deeper and deeper hierarchies of classes.
Prints the figures, with the exponent of their growth (1 is linear), and draws them.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import BenchmarkError, Measured, Subject, measured
from benchmarks.plot import Panel, svg
from benchmarks.subjects import TASKLEASH
from benchmarks.synthetic import Shape, Written, write

ROOT = Path(__file__).resolve().parents[2]
#: one file in four starts tasks, twenty of them
_SPARSE, _SPAWNS_A_FILE, _DEPTH = 4, 5, 4


@dataclass(frozen=True)
class Point:
    """A program and what it took to scan it."""

    depth: int
    written: Written
    measured: Measured


def main() -> int:
    """Measure, print and draw; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--files", type=int, default=4000, help="of the largest program")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "growth.svg")
    options = parser.parse_args()
    whole = Shape(options.files, options.files * _SPAWNS_A_FILE, _DEPTH, sparse=_SPARSE)
    try:
        sizes = list(_series("files", _sizes(whole)))
        spawns = list(_series("spawn sites", _spawns(whole)))
        depths = list(_series("levels of inheritance", _depths(whole)))
    except BenchmarkError as error:
        print(f"growth: {error}", file=sys.stderr)
        return 2
    options.output.write_text(svg(_panels(sizes, spawns, depths)), encoding="utf-8")
    print(f"drawn in {options.output}")
    return 0


def _sizes(whole: Shape) -> Iterator[Shape]:
    for share in (16, 8, 4, 2, 1):
        yield replace(whole, files=whole.files // share, spawns=whole.spawns // share)


def _spawns(whole: Shape) -> Iterator[Shape]:
    """The same lines with ever more spawn sites in them."""
    part = replace(whole, files=whole.files // 8)
    for times in (1, 2, 4, 8):
        yield replace(part, spawns=whole.spawns // 32 * times)


def _depths(whole: Shape) -> Iterator[Shape]:
    part = replace(whole, files=whole.files // 8, spawns=whole.spawns // 16)
    for depth in (1, 4, 8, 16, 32):
        yield replace(part, depth=depth)


def _series(what: str, shapes: Iterator[Shape]) -> Iterator[Point]:
    """Scan each of the programs; prints what it took."""
    print(f"ever more {what}")
    print(f"{'files':>8}{'lines':>11}{'spawns':>8}{'depth':>7}{'seconds':>9}{'cpu':>9}{'MB':>7}")
    before: Point | None = None
    for shape in shapes:
        point = _scanned(shape)
        each, took = point.written, point.measured
        row = f"{each.files:8,}{each.lines:11,}{each.spawns:8,}{point.depth:7}"
        row += f"{took.seconds:9.2f}{took.cpu:9.2f}{took.peak:7.0f}"
        print(row + (_exponent(before, point) if before else ""), flush=True)
        before = point
        yield point


def _scanned(shape: Shape) -> Point:
    with tempfile.TemporaryDirectory() as folder:
        written = write(shape, Path(folder))
        command = [*TASKLEASH, "scan", "--isolated", "--no-cache", "--format", "json", "."]
        return Point(shape.depth, written, measured(Subject("scan", command, Path(folder))))


def _exponent(before: Point, point: Point) -> str:
    """How fast the time grows from one program to the next, where there are more lines."""
    lines = point.written.lines / before.written.lines
    if lines < 1.5:
        return ""
    exponent = math.log(point.measured.cpu / before.measured.cpu) / math.log(lines)
    return f"   time ~ lines^{exponent:.2f}"


def _panels(
    sizes: Sequence[Point], spawns: Sequence[Point], depths: Sequence[Point]
) -> list[Panel]:
    largest = sizes[-1].written
    ratio = f"one spawn site in {largest.lines // largest.spawns} lines"
    same = f"{spawns[0].written.lines:,} lines each"
    few = f"{depths[0].written.lines:,} lines, {depths[0].written.spawns:,} spawn sites each"
    return [
        Panel("Time and lines", ratio, "lines", "s of processor time", _time(sizes, "lines")),
        Panel(
            "Memory and lines",
            "of the largest process",
            "lines",
            "MB",
            [(float(p.written.lines), p.measured.peak) for p in sizes],
        ),
        Panel("Time and spawn sites", same, "spawn sites", "s of processor time", _time(spawns)),
        Panel(
            "Time and inheritance",
            few,
            "classes on the way to the base",
            "s of processor time",
            [(float(p.depth), p.measured.cpu) for p in depths],
        ),
    ]


def _time(points: Sequence[Point], of: str = "spawns") -> list[tuple[float, float]]:
    return [(float(getattr(p.written, of)), p.measured.cpu) for p in points]


if __name__ == "__main__":
    sys.exit(main())
