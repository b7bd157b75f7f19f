"""Bad files, bad places and bad moments: one clear line each, and the other files' findings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support.command import Ran, environment, python, taskleash
from support.processes import children, wait_until_gone

DROPPED = "import asyncio\nasyncio.create_task(work())\n"
FOUND = (
    "good.py:2:1: TL001 high [*] task `work` is dropped: nothing can stop it or wait for it, "
    "and whether"
)
DIED = "the parser died of it, nested too deeply or too large: split the code or exclude the file"
NOT_UTF_8 = "byte 0xff is not valid utf-8: save the file as utf-8 or declare its encoding in line 1"
TOO_DEEP = "nested too deeply to be analysed: split the code or exclude the file"
# The native parser tries several readings of each level.
ENDLESS = ("x = " + "f(" * 190 + "create_task" + ")" * 190 + "\n") * 200

# As if Ctrl-C came while a class with descriptors is made.
WRAPPED_INTERRUPT = """
import sys


class Late:
    def __set_name__(self, owner, name):
        raise KeyboardInterrupt


class Finder:
    def find_spec(self, name, path, target=None):
        if name == "taskleash.cli":
            type("Made", (), {"late": Late()})


sys.meta_path.insert(0, Finder())

from taskleash.__main__ import main

main()
"""

# As if Ctrl-C came while Python looks up the slots of a class to pickle, and passes over it.
SWALLOWED_INTERRUPT = """
import copyreg
import os
import signal

look_up = copyreg._slotnames


def interrupted(cls):
    try:
        os.kill(os.getpid(), signal.SIGINT)
        return look_up(cls)
    except:
        return look_up(cls)


copyreg._slotnames = interrupted

from taskleash.__main__ import main

main()
"""

# The bar is for scans that take a while; here at once.
IMPATIENT = """
from taskleash import progress
from taskleash.__main__ import main

progress._PATIENCE_SECONDS = -1.0
main()
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's files and processes")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "good.py").write_text(DROPPED, encoding="utf-8")
    return tmp_path


def checked(project: Path, *arguments: str) -> list[str]:
    """The lines of a check in which the good file's finding is reported; without that one."""
    ran = taskleash("check", "--format", "concise", "--quiet", *arguments, cwd=project)
    assert (ran.status, ran.err) == (1, "")
    lines = ran.out.splitlines()
    others = [line for line in lines if not line.startswith(FOUND)]
    assert len(others) == len(lines) - 1
    return others


BAD_FILES = [
    ("syntax", b"def create_task(:\n", "1:17: TL000 high syntax error: invalid syntax"),
    (
        "undecodable",
        b"x = 1\ncreate_task('\xff')\n",
        f"2:14: TL000 high {NOT_UTF_8}",
    ),
    (
        "encoding",
        b"# coding: latin-7000\ncreate_task(x)\n",
        "1:11: TL000 high unknown encoding `latin-7000`: declare one that Python knows, as utf-8",
    ),
    (
        "nul",
        b"create_task(\0)\n",
        "1:13: TL000 high a NUL byte, not Python source: remove it or exclude the file",
    ),
    ("brackets", b"create_task(" * 10_000 + b")" * 10_000, f"1:1: TL000 high {TOO_DEEP}"),
    ("branches", b"if create_task: a\n" + b"elif a: a\n" * 100_000, f"1:1: TL000 high {DIED}"),
]


@pytest.mark.parametrize(("name", "data", "line"), BAD_FILES, ids=[name for name, *_ in BAD_FILES])
def test_a_bad_file_is_one_line(project: Path, name: str, data: bytes, line: str) -> None:
    (project / "bad.py").write_bytes(data)
    assert checked(project) == [f"bad.py:{line}"]
    assert checked(project, "bad.py", "good.py") == [f"bad.py:{line}"]


def test_bad_files_hide_no_other_one(project: Path) -> None:
    for name, data, _ in BAD_FILES:
        (project / f"{name}.py").write_bytes(data)
    assert checked(project) == [f"{name}.py:{line}" for name, _, line in sorted(BAD_FILES)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"\xef\xbb\xbf",
        b"# no spawn here, so nobody parses it\nx = (\n",
        b"# coding: latin-1\nx = '\xe9'  # create_task\n",
    ],
    ids=["empty", "newline", "mark", "unparsed", "latin-1"],
)
def test_an_unusual_file_is_no_error(project: Path, data: bytes) -> None:
    (project / "unusual.py").write_bytes(data)
    assert checked(project) == []


#: what every supported Python can render: 3.12 bounds recursion that passes through C, others less
LONG = 300


@pytest.mark.parametrize(
    "code",
    [
        "if a == 0:\n    pass\n" + "".join(f"elif a == {n}:\n    x = {n}\n" for n in range(LONG)),
        "x = (" + '"a"\n + ' * LONG + '"b")\n',
        "x = " + "not " * LONG + "a\n",
        "x = a" + ".b" * LONG + "\n",
        "x = " + "{'n': " * 90 + "1" + "}" * 90 + "\n",
        "x = '" + "a" * 200_000 + "'\n",
    ],
    ids=["elif", "concatenation", "not", "attributes", "brackets", "line"],
)
def test_long_chains_are_analysed(project: Path, code: str) -> None:
    (project / "good.py").write_text(DROPPED + code, encoding="utf-8")
    ran = taskleash("check", "--format", "concise", cwd=project)
    assert ran.out.startswith(FOUND)
    assert ran.out.endswith("\nFound 1 finding: 1 high.\n[*] 1 fixable with `--fix`.\n")


def test_a_folder_may_have_the_name_of_a_file(project: Path) -> None:
    (project / "x.py").mkdir()
    (project / "x.py" / "bad.py").write_text("create_task(\n", encoding="utf-8")
    line = "bad.py:1:12: TL000 high syntax error: '(' was never closed"
    assert checked(project) == [f"x.py/{line}"]
    assert checked(project, "x.py", "good.py") == [f"x.py/{line}"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root can read every file")
def test_a_file_without_permission_is_one_line(project: Path) -> None:
    (project / "secret.py").touch(mode=0)
    assert checked(project) == ["secret.py:1:1: TL000 high no permission to read the file"]


@linux
def test_a_file_that_cannot_be_read_is_one_line(project: Path) -> None:
    (project / "memory.py").symlink_to("/proc/self/mem")
    (line,) = checked(project)
    assert line == "memory.py:1:1: TL000 high the file cannot be read: input/output error"


@posix
def test_links_that_lead_nowhere_are_no_files(project: Path) -> None:
    (project / "loop.py").symlink_to("loop.py")
    (project / "broken.py").symlink_to("nowhere.py")
    (project / "up").symlink_to(project)
    assert checked(project) == []


@posix
def test_a_closed_pipe_ends_quietly(project: Path) -> None:
    # A report of more than a pipe holds.
    (project / "good.py").write_text(DROPPED + "asyncio.create_task(work())\n" * 400)
    for command, status in (("check", 1), ("scan --by site", 0), ("rule --all", 0)):
        assert shell(f"{command} | true", project) == Ran(status, "", ""), command


@posix
@pytest.mark.parametrize(
    ("arguments", "status", "error"),
    [
        ("check >&-", 1, ""),
        ("scan >&-", 0, ""),
        ("--version >&-", 0, ""),
        ("check nowhere 2>&-", 2, ""),
        ("check - <&-", 2, "taskleash: standard input is closed: give a path\n"),
    ],
)
def test_closed_streams(project: Path, arguments: str, status: int, error: str) -> None:
    assert shell(arguments, project) == Ran(status, "", error)


@linux
@pytest.mark.parametrize("arguments", ["check", "scan --format json", "rule TL001", "--version"])
def test_a_full_disk_is_one_line(project: Path, arguments: str) -> None:
    line = "taskleash: standard output: cannot be written: no space left on device\n"
    assert shell(f"{arguments} >/dev/full", project) == Ran(2, "", line)


def shell(command: str, cwd: Path) -> Ran:
    """Run taskleash in bash; the status is that of taskleash, whatever it is piped into."""
    script = f'"{sys.executable}" -m taskleash {command}; exit ${{PIPESTATUS[0]}}'
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@linux
def test_an_interrupt_ends_quietly_and_at_once(project: Path) -> None:
    (project / "endless.py").write_text(ENDLESS, encoding="utf-8")
    run = subprocess.Popen(
        [sys.executable, "-m", "taskleash", "check"],
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell has what it runs in the background ignore interrupts: these tests, say.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while not (workers := children(run.pid)):
            assert run.poll() is None
            time.sleep(0.01)
        # As a terminal does it: to all processes of the group.
        os.killpg(run.pid, signal.SIGINT)
        # It would take hours.
        out, err = run.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    assert (out, err.strip()) == (b"", b"")
    # Where the interrupt comes inside of `exec`, as while a dataclass is made, Python ends by the
    # signal itself, though the exception was caught: for a shell that is 130, too.
    assert run.returncode in (130, -signal.SIGINT)
    assert wait_until_gone(workers) == []


def interrupted(code: str, cwd: Path) -> tuple[int, bytes]:
    """The status of a check that interrupts itself, and what it says."""
    command = [sys.executable, "-c", code, "check", "--no-cache"]
    run = subprocess.run(command, cwd=cwd, env=environment(), capture_output=True, timeout=300)
    return run.returncode, run.stdout + run.stderr.strip()


def test_an_interrupt_that_python_wraps_is_still_one(project: Path) -> None:
    assert interrupted(WRAPPED_INTERRUPT, project) == (130, b"")


@posix
def test_an_interrupt_that_python_swallows_is_still_one(project: Path) -> None:
    assert interrupted(SWALLOWED_INTERRUPT, project) == (130, b"")


class TestProgress:
    @pytest.fixture
    def command(self, project: Path) -> list[str]:
        for name in ("other.py", "another.py"):
            (project / name).write_text(DROPPED, encoding="utf-8")
        return [sys.executable, "-c", IMPATIENT, "scan", "--format", "concise"]

    def errors(self, command: list[str], project: Path) -> str:
        """What is written to standard error where that is a terminal."""
        pty = pytest.importorskip("pty")
        terminal, end = pty.openpty()
        env = environment(TERM="xterm", COLUMNS="80")
        run = subprocess.Popen(command, cwd=project, env=env, stdout=subprocess.PIPE, stderr=end)
        os.close(end)
        written = b""
        try:
            # Linux ends the stream with an error, other systems with nothing.
            while chunk := os.read(terminal, 4096):
                written += chunk
        except OSError:
            pass
        os.close(terminal)
        out, _ = run.communicate(timeout=300)
        assert (run.returncode, out.count(b"TL001")) == (0, 3)
        return written.decode("utf-8")

    @posix
    def test_is_shown_on_a_terminal(self, project: Path, command: list[str]) -> None:
        written = self.errors(command, project)
        assert "parsing" in written
        assert "1/3" in written

    @posix
    def test_is_not_shown_when_quiet(self, project: Path, command: list[str]) -> None:
        assert self.errors([*command, "--quiet"], project) == ""

    def test_is_not_shown_in_a_pipe(self, project: Path, command: list[str]) -> None:
        ran = python(*command[1:], cwd=project)
        assert (ran.status, ran.err) == (0, "")
