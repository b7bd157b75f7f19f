"""What lies around the code: configurations, baselines, ignore files, flags, and caches."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from fuzz.cases import Case
from fuzz.mutated import damaged_bytes

PROGRAM = b"""import asyncio


async def work():
    await asyncio.sleep(1)


async def go(self):
    asyncio.create_task(work())
    self._task = asyncio.create_task(work())  # noqa: TL001
"""
#: a file of the case that stands for the cache that a first run has left, damaged
CACHE_DAMAGE = "cache.damage"

_KEYS = (
    "select", "ignore", "extend-select", "per-file-ignores", "include", "exclude", "extend-exclude",
    "force-exclude", "respect-gitignore", "src", "fail-on", "fix-style", "extend-safe-fixes",
    "extend-unsafe-fixes", "spawn-calls", "owner-calls", "safe-calls", "models", "flags",
    "flags-from", "target-version", "jobs", "format", "lang", "extend", "baseline", "unsafe-fixes",
    "tool", "é",
)  # fmt: skip
TEXTS = (
    "TL001", "ALL", "TL", "*", "**", "**/*.py", "[a-", "!x", "/", "..", "../..", "", " ", "a.b.c",
    "low", "json", "concise", "en", "zh", "own", "py310", "app.py", "baseline.txt", "flags.json",
    "flags.json:a.b", "~", "~nobody/x", "pyproject.toml", "taskleash.toml", "x" * 300,
    "é☃\U0001f44d",
    "[!a]", "{a,b}", "a\\b", "C:\\x", "\\", "*" * 30, "#", "create_task", "asyncio.create_task",
)  # fmt: skip
ODD = (
    "\0",
    "\x1b[31m",
    "\u202e",
    "\ufeff",
    "\ud800",
    "\r",
    "'",
    '"',
    "[",
    "]",
    "=",
    "\n",
    "{",
    "#",
)
_SCALARS = ("0", "1", "-1", "9" * 40, "1.5", "nan", "inf", "true", "false", "2026-01-31",
    "07:32:00",
            "1_0", "0xff", "'a'", '"\\u0000"', '"\\ud800"', "''''x'''")  # fmt: skip


def configuration(rng: Random, seed: int) -> Case:
    """A configuration of random keys and values, damaged or not."""
    name = rng.choice(("taskleash.toml", ".taskleash.toml", "pyproject.toml"))
    lines = ["[tool.taskleash]"] if name == "pyproject.toml" else []
    lines += [f"{_key(rng)} = {value(rng, 0)}" for _ in range(rng.randint(1, 4))]
    text = damaged(rng, "\n".join(lines)) if rng.random() < 0.4 else "\n".join(lines)
    files = {"app.py": PROGRAM, name: text.encode("utf-8", "surrogatepass")}
    files["flags.json"] = flags(rng)
    if rng.random() < 0.3:
        files["pkg/taskleash.toml"] = f"extend = {json.dumps('../' + name)}\n".encode()
        files["pkg/mod.py"] = PROGRAM
    commands = [("check", "--no-cache", "-j1"), ("scan", "--no-cache", "-j1"), ("config",)]
    return Case("configuration", seed, files, (rng.choice(commands),))


def command_line(rng: Random, seed: int) -> Case:
    """Options with random values."""
    options = (
        "--select", "--ignore", "--exclude", "--extend-exclude", "--flag", "--flags-from",
        "--config",
        "--fail-on", "--format", "--output-file", "--per-file-ignores", "--fix-style", "--lang",
        "--stdin-filename", "--project-root", "--extend-select", "--baseline", "--diff-base",
    )  # fmt: skip
    words: list[str] = []
    for _ in range(rng.randint(1, 4)):
        value = rng.choice(TEXTS) or rng.choice(ODD)
        # What a system hands over: no NUL, and only those surrogates that stand for bytes.
        value = value.replace("\0", "").replace("\ud800", "\udcff")
        words += [rng.choice(options), value]
    # No output may be written outside of the folder of the case, and no whole machine be read.
    words = ["out.txt" if before == "--output-file"
             else "." if (before, word) == ("--project-root", "/") else word
             for before, word in zip(["", *words], words, strict=False)]  # fmt: skip
    return Case("command_line", seed, {"app.py": PROGRAM}, (("check", "--no-cache", *words),))


def baseline(rng: Random, seed: int) -> Case:
    """A baseline of lines that are nearly right."""
    lines = []
    for _ in range(rng.randint(0, 6)):
        path = rng.choice(("app.py", "%61pp.py", "../app.py", "%", "%ff", "/app.py", *ODD))
        rule = rng.choice(("TL001", "TL010", "TL999", "tl001", ""))
        scope = rng.choice(("go", "%20", "-", "A.b", "é"))
        print_ = rng.choice(("0" * 16, f"{rng.getrandbits(64):016x}", "F" * 16, "x", "0" * 17))
        lines.append(" ".join((path, rule, scope, print_)))
    text = "\n".join(lines) + rng.choice(("", "\n"))
    if rng.random() < 0.4:
        text = damaged(rng, text)
    files = {"app.py": PROGRAM, "baseline.txt": text.encode("utf-8", "surrogatepass")}
    if rng.random() < 0.1:
        files["baseline.txt"] = damaged_bytes(rng)
    options = rng.choice(((), ("--prune-baseline",), ("--show-suppressed",), ("--fix", "--diff")))
    given = ("check", "--no-cache", "-j1", "--baseline", "baseline.txt", *options)
    return Case("baseline", seed, files, (given,))


def cache(rng: Random, seed: int) -> Case:
    """A cache that was damaged after a first run; the second must say what the first said."""
    run = ("check", "--isolated", "-j1", "--cache-dir", "cache", "--format", "concise")
    damage = json.dumps([rng.choice(("flip", "cut", "zero", "row")), rng.getrandbits(32)])
    files = {"app.py": PROGRAM, CACHE_DAMAGE: damage.encode()}
    return Case("cache", seed, files, (run, run))


def hostile_cache(rng: Random, seed: int) -> Case:
    """A cache whose entries were exchanged, with checksums that fit."""
    of = cache(rng, seed)
    damage = json.dumps(["swap", rng.getrandbits(32)]).encode()
    return Case("hostile_cache", seed, {**of.files, CACHE_DAMAGE: damage}, of.commands)


def ignore_files(rng: Random, seed: int) -> Case:
    """A `.gitignore` of odd patterns, and a file that flags are read from."""
    patterns = [
        "".join(
            rng.choice((*"ab*?/[]!\\-. ", "**", "*.py", "[!a]"))
            for _ in range(rng.randrange(1, 12))
        )
        for _ in range(rng.randint(1, 6))
    ]
    name = rng.choice(("flags.yaml", "flags.json", "flags.toml", ".env"))
    files = {
        ".gitignore": "\n".join(patterns).encode(),
        "a/app.py": PROGRAM,
        "b.py": PROGRAM,
        ".git/HEAD": b"ref: refs/heads/main\n",
        name: flags(rng) if rng.random() < 0.5 else damaged_bytes(rng),
    }
    run = ("scan", "--no-cache", "-j1", "--flags-from", name)
    return Case("ignore_files", seed, files, (run,))


def _key(rng: Random) -> str:
    key = rng.choice(_KEYS)
    if rng.random() < 0.1:
        key = "".join(rng.sample(key, len(key)))
    return key if key.isascii() and rng.random() < 0.9 else json.dumps(key)


def value(rng: Random, depth: int) -> str:
    """Some value as TOML; ``depth`` is that of the tables and lists around it."""
    kind = rng.randrange(8)
    if kind < 3 or depth > 3:
        text = rng.choice(TEXTS)
        if rng.random() < 0.1:
            text += rng.choice(ODD)
        return json.dumps(text) if rng.random() < 0.8 else f"'{text}'"
    if kind < 6:
        items = [value(rng, depth + 1) for _ in range(rng.randint(0, 3))]
        return f"[{', '.join(items)}]"
    if kind == 6:
        items = [f"{json.dumps(rng.choice(TEXTS))} = {value(rng, depth + 1)}" for _ in "ab"]
        return f"{{{', '.join(items[: rng.randint(0, 2)])}}}"
    return rng.choice(_SCALARS)


def flags(rng: Random) -> bytes:
    """Some data as JSON, damaged or not."""

    def made(depth: int) -> object:
        simple = [True, False, None, 0, "", "off", 1e308, "\ud800", 10**30, -1, "x" * 200]
        if depth > 3 or rng.random() < 0.5:
            return rng.choice(simple)
        if rng.random() < 0.3:
            return [made(depth + 1) for _ in range(rng.randint(0, 3))]
        return {rng.choice(TEXTS): made(depth + 1) for _ in range(rng.randint(0, 3))}

    text = json.dumps(made(0))
    return (damaged(rng, text) if rng.random() < 0.4 else text).encode("utf-8", "surrogatepass")


def damaged(rng: Random, text: str) -> str:
    """The text with up to three places spoilt."""
    for _ in range(rng.randint(1, 3)):
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice((*ODD, "", text[at : at + 9])) + text[at + rng.randrange(3) :]
    return text


MAKERS: dict[str, Callable[[Random, int], Case]] = {
    "configuration": configuration,
    "command_line": command_line,
    "baseline": baseline,
    "cache": cache,
    "hostile_cache": hostile_cache,
    "ignore_files": ignore_files,
}
