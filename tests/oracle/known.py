"""The disagreements that are known, each with its reason: `known.toml`.

An entry stands for the disagreements of one kind in programs that have its forms: a feature may
list several. Its `example` is a program that shows it, and has to disagree as long as it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.compare import FORMS, Disagreement, same_again
from oracle.model import Combination

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PATH = Path(__file__).with_name("known.toml")


@dataclass(frozen=True)
class Entry:
    """A group of known disagreements."""

    reason: str
    kinds: frozenset[str]
    forms: Mapping[str, frozenset[str]]
    examples: tuple[Combination, ...]

    def covers(self, found: Disagreement) -> bool:
        """Whether the disagreement is of this group."""
        features = found.written.combination.features()
        return found.kind in self.kinds and all(
            features[name] in values for name, values in self.forms.items()
        )

    def outdated(self) -> list[Combination]:
        """The examples that are right by now."""
        return [
            names
            for names in self.examples
            if not any(same_again(names, kind) for kind in self.kinds)
        ]


def known(path: Path = PATH) -> list[Entry]:
    """The entries of the file. Raises ValueError for an unknown form."""
    data = tomllib.loads(path.read_text("utf-8"))
    return [_entry(item) for item in data.get("known", ())]


def _entry(item: Mapping[str, Any]) -> Entry:
    forms = {name: frozenset(_listed(item[name])) for name in FORMS if name in item}
    for name, values in forms.items():
        if unknown := values - FORMS[name].keys():
            raise ValueError(f"known.toml: unknown {name}: {', '.join(sorted(unknown))}")
    given = item.get("examples")
    first = {name: _listed(item[name])[0] for name in forms}
    examples = [Combination.parsed(text) for text in given] if given else [Combination.of(first)]
    return Entry(item["reason"], frozenset(_listed(item["kind"])), forms, tuple(examples))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def unlisted(found: Iterable[Disagreement], entries: Iterable[Entry]) -> list[Disagreement]:
    """Those that no entry covers, the smallest first."""
    listed = list(entries)
    new = [one for one in found if not any(entry.covers(one) for entry in listed)]
    return sorted(new, key=lambda one: (one.size, str(one.written.combination)))
