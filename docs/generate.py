"""Writes what the documentation takes from code and data: rules, settings, figures and more.

    python docs/generate.py

A test fails where a written page is not what this makes of the code.
"""

from __future__ import annotations

import ast
import re
import sys
import textwrap
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import command_pages
import measured_pages
from taskleash.driver.config.keys import KEYS, Key
from taskleash.driver.config.kinds import Choice, Flag, ListOf, Number, TableOf, ValueKind
from taskleash.driver.config.show import toml
from taskleash.reporters.sarif import metadata
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).resolve().parent
_BLOCK = re.compile(r"(?<=\n\n)((?: {4}.*\n|\n(?= {4}|\n {4}))+)")
_ACCURACY = re.compile(r"(?<=<!-- accuracy -->\n).*(?=<!-- end of accuracy -->)", re.DOTALL)
_SETTINGS = re.compile(r"(?<=<!-- settings -->\n).*(?=<!-- end of settings -->)", re.DOTALL)


def pages() -> dict[Path, str]:
    """What each generated file is to hold, by its path."""
    rules = DOCS / "rules"
    found = {rules / f"{rule.code}.md": rule_page(rule) for rule in all_rules()}
    found[rules / "README.md"] = rule_index()
    configuration = DOCS / "configuration.md"
    written = configuration.read_text(encoding="utf-8")
    found[configuration] = _SETTINGS.sub(lambda _: settings_table(), written)
    found[DOCS / "tasks.md"] = facts_page()
    found[DOCS / "commands.md"] = command_pages.page()
    found[DOCS / "limits.md"] = limits_page()
    found[DOCS / "accuracy.md"] = measured_pages.accuracy_page()
    found[DOCS / "peers.md"] = measured_pages.peers_page()
    readme = DOCS.parent / "README.md"
    written = readme.read_text(encoding="utf-8")
    found[readme] = _ACCURACY.sub(lambda _: measured_pages.newest_table(), written)
    return found


def facts_page() -> str:
    """What happens to a task, version by version: as tests/runtime saw it."""
    with open(DOCS / "tasks.toml", "rb") as file:
        sections = tomllib.load(file)["section"]
    versions = sorted(
        {version for section in sections for fact in section["fact"] for version in fact["seen"]},
        key=lambda version: tuple(map(int, version.split("."))),
    )
    head = f"| | {' | '.join(versions)} |\n|---|{'---|' * len(versions)}\n"
    found = "# What happens to a task\n\n"
    found += textwrap.fill(
        "What Python does with a task, as measured on CPython "
        f"{', '.join(versions[:-1])} and {versions[-1]}. A test runs each of these facts on every"
        " Python at hand; what taskleash says of a task rests on them.",
        100,
    )
    for section in sections:
        text = section["text"].strip()
        found += f"\n\n## {section['title']}\n\n" + (f"{text}\n\n" if text else "") + head
        for fact in section["fact"]:
            seen = " | ".join(fact["seen"].get(version, "") for version in versions)
            found += f"| {fact['text']} | {seen} |\n"
        found = found.rstrip("\n")
    return f"{found}\n"


def limits_page() -> str:
    """What comes out wrong: what the fixtures that show it say, and their code."""
    found = _LIMITS
    for path in sorted((DOCS.parent / "fixtures/limits").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(source)) or ""
        title = path.stem.replace("_", " ").capitalize()
        code = source.partition('"""\n')[2] if '\n"""' in source else source.partition("\n")[2]
        found += f"\n## {title}\n\n{said}\n\n```python\n{code.strip()}\n```\n"
    return found


def rule_page(rule: Rule) -> str:
    """The docstring of a rule as Markdown, its examples as Python code."""
    module = f"taskleash.rules.{rule.code.lower()}_{rule.name.replace('-', '_')}"
    _, _, body = (import_module(module).__doc__ or "").strip().partition("\n")
    body = re.sub(r"^(\S.*)\n-{3,}$", r"## \1\n", body, flags=re.MULTILINE)
    body = _BLOCK.sub(lambda match: _fenced(match[1]), f"{body}\n")
    return f"# {rule.name} ({rule.code})\n\n{_facts(rule)}\n\n{body.strip()}\n"


def rule_index() -> str:
    """The table of all rules."""
    rows = "".join(
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.risk} | "
        f"{'on' if rule.default else 'off'} | {_fixes(rule) or 'none'} | {_what(rule)} |\n"
        for rule in all_rules()
    )
    return (
        "# Rules\n\nThe risk is the highest that a rule reports.\n\n"
        "| code | name | risk | by default | fixes | what it does |\n|---|---|---|---|---|---|\n"
        f"{rows}"
    )


def _what(rule: Rule) -> str:
    return str(metadata(rule)["shortDescription"]["text"])


_LIMITS = """\
# Known limits

- taskleash reads code and never runs it. A handle that travels through `setattr` with a computed
  name, or a coroutine that is looked up in a registry at run time, is out of its sight.
- It judges what it can read: the files given and the project around them. What an installed package
  does with a task is known for the libraries in its catalogue; [others can be taught](apis.md).
- A set on `self` keeps a task only as long as its object lives. Where an object is dropped with its
  task still running, the task goes with it; a set of the module is the answer there.

What follows comes out wrong. Each case has the verdict that it ought to get as a comment; a test
fails once it comes out right, so that it leaves this page.
"""

#: how each setting is written
EXAMPLES = {
    "extend": 'extend = "../base.toml"',
    "select": 'select = ["TL00", "never-ended-task"]',
    "extend-select": 'extend-select = ["TL020"]',
    "ignore": 'ignore = ["TL012"]',
    "per-file-ignores": 'per-file-ignores = { "tests/**" = ["TL01"], "!src/**" = ["ALL"] }',
    "severity": 'severity = { TL011 = "high", partly-ended-task = "high" }',
    "include": 'include = ["*.py", "scripts/*"]',
    "exclude": 'exclude = [".venv", "generated"]',
    "extend-exclude": 'extend-exclude = ["*_pb2.py"]',
    "force-exclude": "force-exclude = true",
    "respect-gitignore": "respect-gitignore = false",
    "src": 'src = ["src", "lib"]',
    "fail-on": 'fail-on = "low"',
    "baseline": 'baseline = ".taskleash-baseline"',
    "fix": "fix = true",
    "unsafe-fixes": "unsafe-fixes = true",
    "fix-style": 'fix-style = "own"',
    "background-tasks": 'background-tasks = "app.tasks:keep"',
    "extend-safe-fixes": 'extend-safe-fixes = ["TL001"]',
    "extend-unsafe-fixes": 'extend-unsafe-fixes = ["TL013"]',
    "fixable": 'fixable = ["TL001", "TL002"]',
    "unfixable": 'unfixable = ["TL100"]',
    "spawn-calls": 'spawn-calls = ["app.tasks.launch"]',
    "owner-calls": 'owner-calls = ["app.tasks.supervise"]',
    "safe-calls": 'safe-calls = ["app.metrics.report"]',
    "models": 'models = ["apis.toml"]',
    "flags": "flags = { enable_proxy = false }",
    "flags-from": 'flags-from = ["conf.yaml:system_config"]',
    "target-version": 'target-version = "py311"',
    "cache-dir": 'cache-dir = "/var/cache/taskleash"',
    "jobs": "jobs = 2",
    "format": 'format = "concise"',
    "lang": 'lang = "zh"',
}


def settings_table() -> str:
    """A section for each setting: what it does, what it takes, what it stands at unset."""
    return "\n" + "\n".join(_setting(key) for key in KEYS.values()) + "\n"


def _setting(key: Key) -> str:
    rows = [
        f"- Takes: {_taken(key.kind)}",
        f"- Default:{_default(key)}",
        f"- Decided by: the configuration of {'each file' if key.per_file else 'the run'}",
    ]
    rows.append(f"- Example: `{EXAMPLES[key.name]}`")
    if key.adds:
        rows.append("- Adds to the configurations that it extends")
    if key.named_only:
        rows.append("- Only in a configuration that the command line names")
    text = textwrap.fill(key.text, 100)
    return f"### `{key.name}`\n\n{text}\n\n" + "\n".join(rows) + "\n"


def _default(key: Key) -> str:
    if key.default is None:
        return " unset"
    if key.name == "exclude":
        names = ", ".join(f"`{name}`" for name in key.default)
        return f"\n{textwrap.fill(names, 98, initial_indent='  ', subsequent_indent='  ')}"
    return f" `{toml(key.default)}`"


def _taken(kind: ValueKind) -> str:
    if isinstance(kind, Flag):
        return "`true` or `false`"
    if isinstance(kind, Choice):
        return "one of " + ", ".join(f"`{toml(word)}`" for word in kind.words)
    if isinstance(kind, Number):
        return "a whole number from 0 on"
    if isinstance(kind, ListOf):
        return f"a list of {kind.what}"
    if isinstance(kind, TableOf):
        return kind.what
    return str(getattr(kind, "what", "a string"))


def _facts(rule: Rule) -> str:
    facts = f"Risk: {rule.risk}. {'On' if rule.default else 'Off'} by default."
    return f"{facts} Fixes: {_fixes(rule)}." if rule.fixes else facts


def _fixes(rule: Rule) -> str:
    return ", ".join(f"{fix.kind} ({fix.applicability})" for fix in rule.fixes)


def _fenced(code: str) -> str:
    return f"```python\n{textwrap.dedent(code).strip()}\n```\n"


def stale() -> Iterator[Path]:
    """The files that do not hold what they are to, and pages of rules that are no more."""
    wanted = pages()
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            yield path
    yield from (path for path in (DOCS / "rules").glob("*.md") if path not in wanted)


def main() -> None:
    """Write every page, and remove those of rules that are no more."""
    (DOCS / "rules").mkdir(exist_ok=True)
    wanted = pages()
    for path in stale():
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8", newline="\n")
        else:
            path.unlink()
        print(path.relative_to(DOCS.parent))


if __name__ == "__main__":
    main()
