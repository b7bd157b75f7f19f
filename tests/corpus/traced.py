"""Test suites of real packages, run under `trace`: same results, and each verdict beside what ran.

    python tests/corpus/traced.py

    python tests/corpus/traced.py aiojobs hypercorn

Each of the pinned source distributions, or those that are named, is unpacked, and its own tests are
run in an environment of their own, without and with observation. Prints how the results compare,
how many spawn sites ran, every site whose verdict the run proves or contradicts, and last how many
sites there are by verdict and by what was seen of them. Exits with 1 where a test's outcome differs
or a verdict is contradicted, with 2 where a suite cannot be run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from suites import SUITES as FIXED
from suites import Suite, SuiteError, counts, outcomes

from support.packages import unpacked
from taskleash.trace import running
from taskleash.trace.file import document
from taskleash.trace.model import Trace
from taskleash.trace.reading import read
from taskleash.trace.runtime.start import FOLDER

_PLAIN = ("tests", "-o", "addopts=")
_AUTO = (*_PLAIN, "--asyncio-mode=auto")

SUITES = (
    Suite("asgiref==3.13.0", ".", ("pytest-asyncio",)),
    Suite("janus==2.0.0", ".", ("pytest-asyncio", "pytest-mock"), _PLAIN),
    Suite("aiolimiter==1.3.0", ".", ("pytest-asyncio", "toml", "dunamai"), _PLAIN),
    Suite("async-timeout==5.0.1", ".", ("pytest-asyncio",), _PLAIN),
    Suite("aiofiles==25.1.0", ".", ("pytest-asyncio",), _PLAIN),
    Suite("aiojobs==1.4.0", ".", ("pytest-asyncio", "pytest-aiohttp", "aiohttp"), _AUTO),
    Suite("aiostream==0.8.1", ".", ("pytest-asyncio",), _PLAIN),
    *FIXED,
)


Outcomes = Mapping[str, str]


def audited(suite: Suite, scratch: Path) -> tuple[Outcomes, Outcomes, list[dict[str, Any]]]:
    """The results without and with observation, and the sites with what was observed."""
    (folder,) = unpacked(suite.requirement, scratch, sdist=True).iterdir()
    if suite.setup:
        (folder / "conftest.py").write_text(suite.setup, encoding="utf-8")
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
    found = read(records)
    trace = Trace(suite.tests, 0, 0.0, 30, sites=tuple(found.sites), files=tuple(found.files))
    (scratch / "trace.json").write_text(json.dumps(document(trace)), encoding="utf-8")
    scan = ["scan", "--no-cache", "--format", "json", "--trace", str(scratch / "trace.json"), "."]
    ran = subprocess.run(
        [sys.executable, "-m", "taskleash", *scan], check=True, capture_output=True, text=True
    )
    return plain, observed, json.loads(ran.stdout)["sites"]


def seen(site: dict[str, Any]) -> str:
    """What there is to say of a site: the finding, else whether its tasks ran, and were left."""
    observed = site["observed"]
    if observed["finding"] != "open":
        return str(observed["finding"])
    if not observed["started"]:
        return str(observed["summary"])
    return "left" if observed["left"] or observed["alive"] else "ended"


def table(sites: Iterable[dict[str, Any]]) -> str:
    """How many sites there are by verdict and by what was seen of them."""
    found = Counter((site["risk"], seen(site)) for site in sites)
    columns = ("never ran", "not seen", "ended", "left", "proven", "contradicted")
    lines = ["verdict" + "".join(f"{column:>14}" for column in columns)]
    for risk in ("high", "low", "none"):
        lines.append(f"{risk:7}" + "".join(f"{found[risk, column]:14}" for column in columns))
    return "\n".join(lines)


def main() -> int:
    """Run the suites; the exit status."""
    status, here, every = 0, Path.cwd(), []
    wanted = sys.argv[1:]
    for suite in SUITES:
        if wanted and suite.requirement.partition("==")[0] not in wanted:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            try:
                plain, observed, sites = audited(suite, Path(scratch))
            except SuiteError as error:
                print(f"traced: {error}", file=sys.stderr)
                status = 2
                continue
            finally:
                os.chdir(here)
        every += sites
        ran = [site for site in sites if site["observed"]["started"]]
        print(f"{suite.requirement}: {counts(plain)}; {len(ran)} of {len(sites)} sites ran")
        for name in sorted(plain.keys() | observed.keys()):
            if plain.get(name) != observed.get(name):
                print(f"  OTHER RESULT {name}: {plain.get(name)} became {observed.get(name)}")
                status = max(status, 1)
        for site in ran:
            found = site["observed"]
            if found["finding"] != "open":
                place = f"{site['path']}:{site['line']}"
                print(f"  {found['finding']} {place} {site['risk']}: {found['sentence']}")
            status = max(status, int(found["finding"] == "contradicted"))
        sys.stdout.flush()
    print(table(every))
    return status


if __name__ == "__main__":
    sys.exit(main())
