"""How often taskleash is right on labelled spawn sites of real packages, and how often others are.

    python tests/accuracy/measure.py [--set NAME] [--tool NAME] [--write] [--wrong]

The packages are pinned, and downloaded once, into the user's cache folder. ``--write`` writes
``measured.json``, of which `docs/generate.py` makes the page; ``--wrong`` names each site whose
verdict is not that of its label.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from accuracy.labels import HERE, SETS, Place, confusion, labels, packages, rates
from support.others import flake8_async, ruff
from taskleash import __version__

#: a tool's verdicts on files of a folder: the file and the line of each, and its risk
Tool = Callable[[Path, Iterable[str]], dict[tuple[str, int], str]]


def taskleash(folder: Path, _: Iterable[str]) -> dict[tuple[str, int], str]:
    """The verdict on each site of the whole folder; of several in one line that of the first."""
    command = [
        sys.executable,
        "-m",
        "taskleash",
        "scan",
        "--isolated",
        "--no-cache",
        "--format",
        "json",
        ".",
    ]
    ran = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, check=True, encoding="utf-8")
    found: dict[tuple[str, int], str] = {}
    for site in json.loads(ran.stdout)["sites"]:
        found.setdefault((site["path"], site["line"]), site["risk"])
    return found


TOOLS: dict[str, Tool] = {
    "taskleash": taskleash,
    "ruff": lambda folder, _: dict.fromkeys(ruff(folder), "high"),
    # It takes minutes for a large package, and judges each file by itself.
    "flake8-async": lambda folder, files: dict.fromkeys(flake8_async(folder, files), "high"),
}


def sources(project: str, version: str) -> Path:
    """The folder with the sources of a release, downloaded where it is not there yet."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(base) / "taskleash" / "accuracy"
    folder = cache / f"{project}-{version}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as scratch:
        downloads, whole = Path(scratch, "downloads"), Path(scratch, "whole")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        pip += ["--dest", str(downloads), f"{project}=={version}"]
        wheel = [*pip, "--only-binary", ":all:", "--python-version"]
        # Some are not for the newest, and some give out nothing but an archive of their sources.
        if all(subprocess.run([*wheel, python]).returncode for python in ("3.13", "3.12", "3.14")):
            subprocess.run([*pip, "--no-binary", project], check=True)
        (release,) = downloads.iterdir()
        if release.suffix == ".whl":
            with zipfile.ZipFile(release) as zipped:
                zipped.extractall(whole, [n for n in zipped.namelist() if n.endswith(".py")])
        else:
            with tarfile.open(release) as archive:
                archive.extractall(scratch, [m for m in archive if m.name.endswith(".py")])
            Path(scratch, release.name.removesuffix(".tar.gz")).rename(whole)
        # Renamed at last, so that a download that was interrupted is not taken for a whole one.
        whole.rename(folder)
    return folder


def measured(name: str, tools: Sequence[str], wrong: bool) -> dict[str, Counter[tuple[str, str]]]:
    """What each tool says of the sites of a set, beside their labels."""
    said: dict[str, dict[Place, str]] = {tool: {} for tool in tools}
    of = labels(name)
    for package, release in sorted(packages(name).items()):
        folder = sources(*release)
        files = sorted({each.place[1] for each in of if each.place[0] == package})
        for tool in tools:
            verdicts = TOOLS[tool](folder, files)
            said[tool] |= {(package, path, line): risk for (path, line), risk in verdicts.items()}
        print(f"{name}: {package}", file=sys.stderr)
    if wrong and "taskleash" in said:
        for label in of:
            if (verdict := said["taskleash"].get(label.place, "missing")) != label.verdict:
                package, path, line = label.place
                print(f"{package} {path}:{line}: {label.verdict}, taskleash says {verdict}")
    return {tool: confusion(of, verdicts) for tool, verdicts in said.items()}


def main() -> None:
    """Measure the sets that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--set", dest="sets", action="append", choices=SETS)
    parser.add_argument("--tool", dest="tools", action="append", choices=TOOLS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    file = HERE / "measured.json"
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"sets": {}}
    for name in options.sets or SETS:
        found = measured(name, options.tools or [*TOOLS], options.wrong)
        for tool, counts in found.items():
            for verdict in ("high", "low"):
                each = rates(counts, verdict)
                print(
                    f"{name:13} {tool:13} {verdict:5} precision {each.right}/{each.given}"
                    f" = {each.precision:.3f}  recall {each.right}/{each.there} = {each.recall:.3f}"
                )
        kept["sets"].setdefault(name, {}).update(
            (tool, [[*pair, n] for pair, n in sorted(counts.items())])
            for tool, counts in found.items()
        )
        if options.write:
            kept["version"] = __version__
            file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
