"""How time and memory grow with the size of a program, up to a million lines.

    python tests/benchmarks/growth.py [--files 4000] [--output docs/growth.svg]
    python tests/benchmarks/growth.py --shapes [--only WORD] [--output docs/growth-shapes.svg]

Writes programs of a known size and scans each with an empty cache: more and more files, then more
and more spawn sites in files of the same length, then deeper and deeper hierarchies of classes.
Prints the figures, with the exponent of their growth (1 is linear), and draws them.

With ``--shapes`` it scans the programs of `benchmarks.shapes`, each in four sizes; there the
exponent tells how the time that is not start-up grows with the text. ``--only`` takes those whose
names have a word, and draws nothing.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.measure import BenchmarkError, Measured, Subject, measured
from benchmarks.plot import Panel, svg
from benchmarks.shapes import SHAPES
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
    parser.add_argument("--output", type=Path, help="where to draw")
    parser.add_argument("--shapes", action="store_true", help="programs that have a shape")
    parser.add_argument("--only", default="", metavar="WORD", help="those with it in their names")
    options = parser.parse_args()
    if options.shapes:
        return _draw_shapes(options.only, options.output or ROOT / "docs" / "growth-shapes.svg")
    whole = Shape(options.files, options.files * _SPAWNS_A_FILE, _DEPTH, sparse=_SPARSE)
    try:
        sizes = list(_series("files", _sizes(whole)))
        spawns = list(_series("spawn sites", _spawns(whole)))
        depths = list(_series("levels of inheritance", _depths(whole)))
    except BenchmarkError as error:
        print(f"growth: {error}", file=sys.stderr)
        return 2
    _draw(_panels(sizes, spawns, depths), options.output or ROOT / "docs" / "growth.svg")
    return 0


def _draw(panels: Sequence[Panel], output: Path) -> None:
    output.write_text(svg(panels), encoding="utf-8")
    print(f"drawn in {output}")


def _draw_shapes(word: str, output: Path) -> int:
    """Measure and print all shapes with the word in their names, and draw them if that is all."""
    panels: list[Panel] = []
    try:
        idle = _taken({"program.py": "import asyncio\n"}, "json").cpu
        for shape in (each for each in SHAPES if word in each.name):
            points: list[tuple[float, float]] = []
            before: tuple[int, float] | None = None
            print(f"ever more {shape.name}")
            for count in (shape.most // share for share in (8, 4, 2, 1)):
                files = shape.files(count)
                size = sum(map(len, files.values()))
                took = _taken(files, shape.format)
                row = f"{count:10,}{size:12,} bytes{took.cpu:9.2f} s of processor time"
                more = max(took.cpu - idle, 0.01)
                if before is not None:
                    exponent = math.log(more / before[1]) / math.log(size / before[0])
                    row += f"   time ~ bytes^{exponent:.2f}"
                print(f"{row}{took.peak:7.0f} MB", flush=True)
                before = size, more
                points.append((float(count), took.cpu))
            panels.append(Panel(shape.name, shape.format, "", "s of processor time", points))
    except BenchmarkError as error:
        print(f"growth: {error}", file=sys.stderr)
        return 2
    if not word:
        _draw(panels, output)
    return 0


def _taken(files: Mapping[str, str], form: str) -> Measured:
    """What it takes to check a program and to report it in a format."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path).write_text(text, encoding="utf-8")
        command = [*TASKLEASH, "check", "--isolated", "--no-cache", "--exit-zero", "--format", form]
        return measured(Subject("check", command, Path(folder)))


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
    same = f"{spawns[0].written.lines:,} lines"
    few = f"{depths[0].written.lines:,} lines, {depths[0].written.spawns:,} sites"
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
