"""Test suites of real packages, run under `trace`: same results, and each verdict beside what ran.

    python tests/corpus/traced.py

Each of the pinned source distributions is unpacked, and its own tests are run in an environment of
their own, without and with observation. Prints how the results compare, how many spawn sites ran,
and every site whose verdict the run proves or contradicts. Exits with 1 where a test's outcome
differs or a verdict is contradicted, with 2 where a suite cannot be run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from suites import Suite, SuiteError, outcomes

from support.packages import unpacked
from taskleash.trace import running
from taskleash.trace.file import document
from taskleash.trace.model import Trace
from taskleash.trace.reading import read
from taskleash.trace.runtime.start import FOLDER

_PLAIN = ("tests", "-o", "addopts=")

SUITES = (
    Suite("asgiref==3.13.0", ".", ("pytest-asyncio",)),
    Suite("janus==2.0.0", ".", ("pytest-asyncio", "pytest-mock"), _PLAIN),
    Suite("aiolimiter==1.3.0", ".", ("pytest-asyncio", "toml", "dunamai"), _PLAIN),
    Suite("async-timeout==5.0.1", ".", ("pytest-asyncio",), _PLAIN),
    Suite("aiofiles==25.1.0", ".", ("pytest-asyncio",), _PLAIN),
)


def audited(suite: Suite, scratch: Path) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the results are the same, and the sites of the scan with what was observed."""
    (folder,) = unpacked(suite.requirement, scratch, sdist=True).iterdir()
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "pytest", *suite.needs]
    try:
        subprocess.run([*install, "--editable", str(folder)], check=True)
    except subprocess.CalledProcessError as error:
        raise SuiteError(f"{suite.requirement}: {error}") from None
    plain = outcomes(suite, python, folder)
    records = scratch / "records"
    records.mkdir()
    inject = str(Path(running.__file__).with_name("inject"))
    os.environ.update({"PYTHONPATH": inject, FOLDER: str(records)})
    try:
        observed = outcomes(suite, python, folder)
    finally:
        del os.environ["PYTHONPATH"], os.environ[FOLDER]
    os.chdir(folder)
    trace = Trace(suite.tests, 0, 0.0, 30, sites=tuple(read(records).sites))
    (scratch / "trace.json").write_text(json.dumps(document(trace)), encoding="utf-8")
    scan = ["scan", "--no-cache", "--format", "json", "--trace", str(scratch / "trace.json"), "."]
    ran = subprocess.run(
        [sys.executable, "-m", "taskleash", *scan], check=True, capture_output=True, text=True
    )
    return plain == observed, json.loads(ran.stdout)["sites"]


def main() -> int:
    """Run the suites; the exit status."""
    status, here = 0, Path.cwd()
    for suite in SUITES:
        with tempfile.TemporaryDirectory() as scratch:
            try:
                same, sites = audited(suite, Path(scratch))
            except SuiteError as error:
                print(f"traced: {error}", file=sys.stderr)
                return 2
            finally:
                os.chdir(here)
        ran = [site for site in sites if site["observed"]["started"]]
        told = [site for site in ran if site["observed"]["finding"] != "open"]
        results = "same results" if same else "OTHER RESULTS"
        print(f"{suite.requirement}: {results}; {len(ran)} of {len(sites)} sites ran", flush=True)
        for site in told:
            seen = site["observed"]
            place = f"{site['path']}:{site['line']}"
            print(f"  {seen['finding']} {place} {site['risk']}: {seen['sentence']}", flush=True)
        contradicted = any(site["observed"]["finding"] == "contradicted" for site in told)
        status = 1 if contradicted or not same else status
    return status


if __name__ == "__main__":
    sys.exit(main())
