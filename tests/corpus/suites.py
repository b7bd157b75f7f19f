"""Test suites of real packages, run before and after `check --fix` on the package: same results.

    python tests/corpus/suites.py

Each of the pinned source distributions is unpacked, and its own tests are run in an environment of
their own. Then the package is fixed, with the safe fixes and then with all of them, and they are
run again each time. Prints how many tests there are by outcome, and each test whose outcome
differs. Exits with 0 where none does, else with 1, and with 2 where a package cannot be had or its
tests cannot be run. Arguments name the suites to run; without any it is all of them.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support.packages import unpacked


@dataclass(frozen=True)
class Suite:
    """A source distribution: the folder of its package, what its tests need, how they are run.

    ``setup`` is code to run before the tests, where the package has a runner of its own for that.
    """

    requirement: str
    package: str
    needs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ("tests",)
    setup: str = ""


SUITES = (
    Suite(
        "python-engineio==4.15.1",
        "src",
        (
            "simple-websocket",
            "pytest-asyncio",
            "aiohttp",
            "requests",
            "websocket-client",
            "tornado",
        ),
    ),
    # Most of what there is to fix is in the tests themselves, which lie in the package.
    Suite(
        "tornado==6.6.1",
        "tornado",
        tests=("tornado/test", "-o", "python_files=*_test.py"),
        setup="import logging\nlogging.getLogger('tornado.access').setLevel(logging.CRITICAL)\n",
    ),
    Suite(
        "python-socketio==5.16.3",
        "src",
        (
            "pytest-asyncio",
            "simple-websocket",
            "uvicorn",
            "redis",
            "valkey",
            "msgpack",
            "aiohttp",
            "requests",
            "websocket-client",
            "pytest-timeout",
        ),
        tests=("tests/async", "--timeout=60"),
    ),
    Suite(
        "aiosmtpd==1.4.6",
        "aiosmtpd",
        ("pytest-mock", "pytest-asyncio", "pytest-timeout", "pytest-cov"),
        # Unset, the option is a warning, which this package's own settings make an error.
        tests=(
            "aiosmtpd/tests",
            "--timeout=60",
            "-p",
            "no:cacheprovider",
            "-o",
            "asyncio_default_fixture_loop_scope=function",
        ),
    ),
    Suite(
        "hypercorn==0.18.0",
        "src",
        ("pytest-asyncio", "pytest-trio", "trio", "httpx", "hypothesis", "pytest-timeout"),
        tests=("tests", "--timeout=60", "-o", "addopts="),
    ),
    Suite(
        "discord.py==2.7.1",
        "discord",
        ("pytest-asyncio", "pytest-timeout"),
        tests=("tests", "--timeout=60", "-p", "no:cacheprovider", "-o", "addopts="),
    ),
    # One of its tests tries all commands, which takes a busy machine more than a minute.
    Suite(
        "prompt_toolkit==3.0.53",
        "src",
        ("pytest-timeout",),
        tests=("tests", "--timeout=300"),
    ),
    Suite(
        "aiopulse==0.5.0",
        "aiopulse",
        ("pytest-asyncio", "pytest-timeout"),
        tests=("tests", "--timeout=60", "-o", "addopts="),
    ),
    Suite(
        "aiokatcp==2.3.0",
        "src",
        ("async-solipsism", "hypothesis", "pytest-asyncio", "pytest-mock", "pytest-timeout"),
        tests=("tests", "--timeout=60"),
    ),
)


class SuiteError(Exception):
    """Why a suite cannot be run."""


def outcomes(suite: Suite, python: Path, folder: Path) -> Mapping[str, str]:
    """The outcome of each test: passed, skipped, failure or error."""
    report = folder / "results.xml"
    command = [str(python), "-m", "pytest", "-q", *suite.tests, f"--junitxml={report}"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8")
    if not report.is_file():
        raise SuiteError(f"{suite.requirement}: no results: {ran.stdout[-500:]}{ran.stderr[-500:]}")
    found: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        kinds = [child.tag for child in case if child.tag in ("skipped", "failure", "error")]
        found[f"{case.get('classname')}::{case.get('name')}"] = kinds[0] if kinds else "passed"
    report.unlink()
    return found


def compared(suite: Suite, scratch: Path) -> list[str]:
    """The tests whose outcome differs, as lines; prints the counts."""
    try:
        (folder,) = unpacked(suite.requirement, scratch, sdist=True).iterdir()
        venv.create(scratch / "venv", with_pip=True)
        if suite.setup:
            (folder / "conftest.py").write_text(suite.setup, encoding="utf-8")
        python = scratch / "venv" / "bin" / "python"
        install = [str(python), "-m", "pip", "install", "--quiet", "pytest", *suite.needs]
        subprocess.run([*install, "--editable", str(folder)], check=True)
    except subprocess.CalledProcessError as error:
        raise SuiteError(f"{suite.requirement}: {error}") from None
    before = outcomes(suite, python, folder)
    print(f"{suite.requirement}: before {counts(before)}", flush=True)
    if "passed" not in before.values():
        raise SuiteError(f"{suite.requirement}: none of its tests passes")
    differences: list[str] = []
    for kind, options in (("safe", ()), ("all", ("--unsafe-fixes",))):
        fix = [sys.executable, "-m", "taskleash", "check", "--fix-only", *options, suite.package]
        subprocess.run(fix, cwd=folder, check=True)
        after = outcomes(suite, python, folder)
        print(f"{suite.requirement}: after the {kind} fixes {counts(after)}", flush=True)
        differences += [
            f"{name}: {before.get(name)} became {after.get(name)} by the {kind} fixes"
            for name in sorted(before.keys() | after.keys())
            if before.get(name) != after.get(name)
        ]
    return differences


def counts(found: Mapping[str, str]) -> str:
    """How many tests there are by outcome."""
    return ", ".join(f"{n} {outcome}" for outcome, n in sorted(Counter(found.values()).items()))


def main() -> int:
    """Run the suites; the exit status."""
    differences: list[str] = []
    wanted = sys.argv[1:]
    for suite in SUITES:
        if wanted and suite.requirement.partition("==")[0] not in wanted:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                found = compared(suite, Path(scratch))
            except SuiteError as error:
                print(f"suites: {error}", file=sys.stderr)
                return 2
        differences += found
        for line in found:
            print(f"  {line}", flush=True)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
