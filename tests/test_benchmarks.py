"""What the benchmarks measure is what they say; how long anything takes is not tested."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.corpora import Bodies, bodies_of
from benchmarks.measure import BenchmarkError, Measured, Subject, in_turns, measured
from benchmarks.peers import libcst
from benchmarks.plot import Panel, svg
from benchmarks.synthetic import Shape, write
from benchmarks.targets import FLOOR, IDLE, reached
from support.packages import scanned

_HOLD = "data = bytearray(b'x') * (120 << 20)"
_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {_HOLD!r}])"


def python(code: str, folder: Path) -> Subject:
    return Subject("python", [sys.executable, "-c", code], folder)


def peaks(folder: Path, *codes: str) -> list[float]:
    """The peaks of Python programs, measured by a process of their own.

    A command starts with the peak of the process that measures it, and that of the tests is high.
    """
    code = (
        "import sys; from pathlib import Path; from benchmarks.measure import Subject, measured\n"
        "for code in sys.argv[1:]:\n"
        "    subject = Subject('python', [sys.executable, '-c', code], Path.cwd())\n"
        "    print(measured(subject).peak)"
    )
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    ran = subprocess.run(
        [sys.executable, "-c", code, *codes],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        capture_output=True,
        text=True,
    )
    return [float(line) for line in ran.stdout.splitlines()]


def test_the_peak_is_that_of_the_largest_process(tmp_path: Path) -> None:
    small, large, child = peaks(tmp_path, "pass", _HOLD, _CHILD)
    assert small < 100
    assert 120 < large < 120 + small + 20
    # Two processes are not added up: what counts is whether each of them fits.
    assert 120 < child < 120 + small + 20


def test_commands_take_turns(tmp_path: Path) -> None:
    seen: list[str] = []
    subjects = [
        Subject(name, [sys.executable, "-c", ""], tmp_path, lambda name=name: seen.append(name))
        for name in ("first", "second")
    ]
    assert in_turns(subjects, 2).keys() == {"first", "second"}
    assert seen == ["first", "second", "first", "second"]


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(BenchmarkError, match=r"exits with 3:\noh no"):
        measured(python("import sys; print('oh no', file=sys.stderr); sys.exit(3)", tmp_path))
    with pytest.raises(BenchmarkError, match="there-is-none"):
        measured(Subject("none", ["there-is-none"], tmp_path))


@pytest.mark.parametrize("name", ["speed", "cold"])
def test_where_nothing_is_installed_one_line_says_so(name: str, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.symlink_to(sys.executable)
    script = Path(__file__).with_name("benchmarks") / f"{name}.py"
    ran = subprocess.run([bare, script, "labelled"], check=False, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{name}: taskleash is not installed beside {bare}: ")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize("depth", [1, 3])
def test_a_program_is_as_large_as_it_was_asked_for(depth: int, tmp_path: Path) -> None:
    written = write(Shape(files=12, spawns=60, depth=depth, lines_a_file=250, sparse=2), tmp_path)
    assert abs(written.lines - 12 * 250) < 12 * 10
    found = scanned(tmp_path)
    spawns = [f for f in found if f.rule != "TL003"]
    # The calls that hand their work to a wrapper are sites, too.
    assert written.spawns <= len(spawns) <= written.spawns * 1.3
    assert {f.risk for f in found} == {"none", "low", "high"}


def test_the_same_numbers_give_the_same_program(tmp_path: Path) -> None:
    shape = Shape(files=6, spawns=20, depth=2)
    for name in ("one", "two"):
        write(shape, tmp_path / name)
    texts = [
        {path.relative_to(tmp_path / name): path.read_bytes() for path in files}
        for name in ("one", "two")
        for files in [sorted((tmp_path / name).rglob("*.py"))]
    ]
    assert texts[0] == texts[1]


def test_lines_without_a_spawn(tmp_path: Path) -> None:
    assert write(Shape(files=4, spawns=0), tmp_path).spawns == 0
    assert scanned(tmp_path) == []


def test_a_figure_is_valid_and_its_points_are_in_it() -> None:
    panel = Panel("a < b", "", "x", "y", [(0.5, 1.0), (1_000_000, 250.0)])
    root = ElementTree.fromstring(svg([panel, panel, panel]))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    circles = root.findall(".//{*}circle")
    assert len(circles) == 6
    assert all(0 < float(c.attrib["cx"]) < width for c in circles)
    assert all(0 < float(c.attrib["cy"]) < height for c in circles)


def test_targets_are_compared_with_what_was_measured() -> None:
    changed = (
        "any file changed",
        "a comment in a spawning file",
        "a spawning file changed",
        "a function that spawns changed",
    )
    kept = ("cold", "warm", "fresh checkout")
    names = (*kept, *changed, "check of one staged file", "--version", IDLE)
    figures = {name: Measured(0.05, 0.05, 100.0) for name in names}
    figures[FLOOR] = Measured(0.02, 0.02, 999.0)
    figures |= {"ruff": Measured(0.02, 0.02, 999.0), "warm": Measured(0.5, 0.5, 200.0)}
    lines = [" ".join(line.split()) for line in reached({"homeassistant": figures})]
    assert "homeassistant: first run (× ruff) 2.50 6 reached" in lines
    floor = "homeassistant: first run, all processors (× libcst's parser) 2.50 1.5 missed"
    assert floor in lines
    assert "homeassistant: nothing changed (× ruff) 25.00 0.4 missed" in lines
    assert "homeassistant: --version (s) 0.05 0.12 0.06 aim reached" in lines
    assert "homeassistant: peak memory of the largest process (MB) 200.00 300 150 reached" in lines
    assert not any(line.startswith("litellm") for line in lines)


def test_bodies_of_functions_are_counted_once(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(
        "import os\n\n\ndef outer(\n    a,\n):\n    def inner():\n        return a\n\n"
        "    return inner\n\n\nclass C:\n    def m(self):\n        return os\n"
    )
    assert bodies_of([file]) == Bodies(functions=2, lines=5)


def test_libcst_alone_passes_over_what_it_cannot_parse(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("x = 1\n")
    bad.write_text("x = (\n")
    assert measured(libcst([bad, good], tmp_path / "listing")).cpu > 0
