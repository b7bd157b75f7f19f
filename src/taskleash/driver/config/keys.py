"""The table of all keys: what each takes, what it stands at unset, and what it does.

Reading, the JSON schema, ``taskleash config`` and the documentation all come from here.
"""

from __future__ import annotations

from typing import Any

from taskleash.driver.config.kinds import (
    MOST,
    Choice,
    Flag,
    Format,
    ListOf,
    Number,
    RuleSelector,
    Scalar,
    TableOf,
    Text,
    ValueKind,
)
from taskleash.records import dataclass
from taskleash.reporters.options import LANGUAGES
from taskleash.source.excludes import DEFAULT_EXCLUDES
from taskleash.source.options import DEFAULT_INCLUDES

FAIL_ON = ("high", "low", "never")
SEVERITIES = ("high", "low")
FIX_STYLES = ("auto", "track", "await", "own", "taskgroup")
PYTHONS = tuple(f"py3{minor}" for minor in range(7, 15))

_RULES = ListOf(RuleSelector(), "rules")
_PATTERNS = ListOf(Text("a pattern"), "patterns")
_PATH = Text("a path")
_FUNCTION = Text("a function as package.module:name", r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*")
_CALLS = ListOf(Text("a dotted name", r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"), "dotted names")


@dataclass(frozen=True)
class Key:
    """One key.

    ``per_file`` tells that a file's nearest configuration decides, else that of the current folder.
    ``adds`` tells that a value joins those of the configurations that it extends, else it replaces
    them. ``named_only`` tells that it counts only where the command line gives or names the
    configuration.
    """

    name: str
    kind: ValueKind
    default: Any
    text: str
    per_file: bool = False
    adds: bool = False
    named_only: bool = False


KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key("extend", _PATH, None, "A configuration that this one builds on.", per_file=True),
        # Rules
        Key(
            "select",
            _RULES,
            None,
            "The rules to report; unset, those on by default.",
            per_file=True,
        ),
        Key(
            "extend-select",
            _RULES,
            (),
            "Rules to report beside the selected ones.",
            per_file=True,
            adds=True,
        ),
        Key("ignore", _RULES, (), "Rules to leave out.", per_file=True, adds=True),
        Key(
            "per-file-ignores",
            TableOf(_RULES, "a table from patterns to lists of rules", most=MOST),
            {},
            "Rules to leave out in the files that a pattern names, or with a `!` before it in all"
            " others.",
            per_file=True,
        ),
        Key(
            "severity",
            TableOf(Choice(SEVERITIES), "a table from rules to risks", RuleSelector()),
            {},
            "The risk that findings of a rule count with, in place of their own.",
        ),
        # Files
        Key(
            "include",
            _PATTERNS,
            DEFAULT_INCLUDES,
            "Patterns of the files to read in a folder; one that is given is read in any case.",
            per_file=True,
        ),
        Key(
            "exclude",
            _PATTERNS,
            DEFAULT_EXCLUDES,
            "Patterns of files and folders to leave out.",
            per_file=True,
        ),
        Key(
            "extend-exclude",
            _PATTERNS,
            (),
            "Patterns to leave out beside those of `exclude`.",
            per_file=True,
            adds=True,
        ),
        Key(
            "force-exclude",
            Flag(),
            False,
            "Leave out what is excluded where it is given explicitly, too.",
        ),
        Key("respect-gitignore", Flag(), True, "Leave out what git ignores."),
        Key(
            "src",
            ListOf(_PATH, "paths"),
            (),
            "The folders that imports start from, where no `__init__.py` tells.",
            per_file=True,
        ),
        # The gate
        Key("fail-on", Choice(FAIL_ON), "high", "The lowest risk that fails the check."),
        Key("baseline", _PATH, None, "A file of known findings, which do not fail the check."),
        # Fixes
        Key("fix", Flag(), False, "Apply the safe fixes."),
        Key(
            "unsafe-fixes", Flag(), False, "Apply fixes that may change what the program does, too."
        ),
        Key("fix-style", Choice(FIX_STYLES), "auto", "The fix to choose where several would do."),
        Key("extend-safe-fixes", _RULES, (), "Rules whose fixes count as safe.", adds=True),
        Key("extend-unsafe-fixes", _RULES, (), "Rules whose fixes count as unsafe.", adds=True),
        Key(
            "background-tasks",
            _FUNCTION,
            None,
            "The function of the project that keeps a task until it is done and gives it back, as"
            " `package.module:name`; the fixes use it.",
        ),
        Key("fixable", _RULES, ("ALL",), "The rules whose findings `--fix` may mend."),
        Key("unfixable", _RULES, (), "Rules whose findings `--fix` leaves alone.", adds=True),
        # The analysis
        Key("spawn-calls", _CALLS, (), "Functions that start a task from a coroutine."),
        Key("owner-calls", _CALLS, (), "Functions that take a task and see to its end."),
        Key("safe-calls", _CALLS, (), "Functions whose task does no harm when it is dropped."),
        Key(
            "models",
            ListOf(_PATH, "paths"),
            (),
            "Files that say what further APIs do with tasks, and when functions run.",
        ),
        Key(
            "flags",
            TableOf(Scalar(), "a table from names to values"),
            {},
            "Feature flags and their values.",
            adds=True,
        ),
        Key(
            "flags-from",
            ListOf(Text('a path, or "path:key"'), "paths"),
            (),
            "Files to read feature flags from.",
        ),
        Key("target-version", Choice(PYTHONS), None, "The oldest Python that the code runs on."),
        # The run
        Key(
            "cache-dir",
            _PATH,
            None,
            "Where the cache is kept; unset, in the user's cache folder.",
            named_only=True,
        ),
        Key(
            "jobs",
            Number(),
            0,
            "Worker processes; 0 for one for each core, and more than that only where the command"
            " line says so.",
        ),
        Key("format", Format(), None, "How to show the report; unset, each command has its own."),
        Key("lang", Choice(LANGUAGES), "en", "The language of reports for people."),
    )
}
