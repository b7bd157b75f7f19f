"""What the configuration of each file's folder says: which rules are on, which files are read."""

from __future__ import annotations

import os
from typing import Protocol

from taskleash.driver.config.files import FILE_NAMES
from taskleash.driver.config.find import Configs
from taskleash.driver.config.layers import Config
from taskleash.driver.configured import (
    DISCOVERY_KEYS,
    discovery,
    per_file_ignores,
    selections,
)
from taskleash.records import dataclass
from taskleash.reporters.report import INVALID_FILE
from taskleash.rules.registry import code_of
from taskleash.rules.selection import Selection, resolve, resolve_codes
from taskleash.source.discovery import File
from taskleash.source.excludes import Excludes, compile_excludes
from taskleash.source.options import Discovery


class NearestOptions:
    """The options of discovery, folder by folder."""

    file_names = frozenset(FILE_NAMES)

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._made: dict[Config, Discovery] = {}

    @property
    def fixed(self) -> str:
        """Stands for what is said of discovery in all folders alike."""
        return self._configs.fixed(DISCOVERY_KEYS)

    def options(self, folder: str) -> Discovery:
        """Those of the folder's configuration. Raises `ConfigError`."""
        config = self._configs.of(folder)
        if config not in self._made:
            self._made[config] = discovery(config)
        return self._made[config]


@dataclass(frozen=True)
class _PerFile:
    """Rules that are off in the files that the patterns match, or in all others."""

    patterns: Excludes
    negated: bool
    codes: frozenset[str]

    def applies(self, path: str) -> bool:
        return self.patterns.match(path, os.path.basename(path)) != self.negated


@dataclass(frozen=True)
class _Rules:
    """The rules that a configuration turns on."""

    codes: frozenset[str]
    shows_invalid: bool
    per_file: tuple[_PerFile, ...]


class Rules(Protocol):
    """Which rules are on in a file."""

    def of(self, file: File) -> frozenset[str]:
        """The codes."""
        ...


@dataclass(frozen=True)
class SameRules:
    """The same rules in every file."""

    codes: frozenset[str]

    def of(self, file: File) -> frozenset[str]:
        """The codes that are on in a file."""
        return self.codes


class EnabledRules:
    """The rules that are on in each file."""

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._made: dict[Config, _Rules] = {}
        #: to hash a configuration for each file takes longer than to look up its folder
        self._by_folder: dict[str, _Rules] = {}

    def check(self) -> None:
        """Raises `UnknownRule` for a selector of the command line that fits no rule."""
        self._rules(self._configs.of_current_folder())

    def of(self, file: File) -> frozenset[str]:
        """The codes that are on in a file. Raises `ConfigError` and `UnknownRule`."""
        rules = self._rules_of(file)
        return rules.codes - self._ignored(rules, file) if rules.per_file else rules.codes

    def shows_invalid(self, file: File) -> bool:
        """Whether to report a file that cannot be analysed.

        That is reported whatever is selected: only ignoring this very rule hides it, or ignoring
        the rules of this very file.
        """
        rules = self._rules_of(file)
        return rules.shows_invalid and INVALID_FILE not in self._ignored(rules, file)

    def _ignored(self, rules: _Rules, file: File) -> frozenset[str]:
        applying = (entry.codes for entry in rules.per_file if entry.applies(file.absolute))
        return frozenset().union(*applying)

    def _rules_of(self, file: File) -> _Rules:
        folder = file.absolute.rpartition("/")[0] or "/"
        if folder not in self._by_folder:
            self._by_folder[folder] = self._rules(self._configs.of(folder))
        return self._by_folder[folder]

    def _rules(self, config: Config) -> _Rules:
        if config not in self._made:
            layers = selections(config)
            self._made[config] = _Rules(resolve(layers), _shows_invalid(layers), _per_file(config))
        return self._made[config]


def _shows_invalid(layers: tuple[Selection, ...]) -> bool:
    for layer in reversed(layers):
        if INVALID_FILE in map(code_of, layer.ignore):
            return False
        if INVALID_FILE in map(code_of, (*(layer.select or ()), *layer.extend_select)):
            return True
    return True


def _per_file(config: Config) -> tuple[_PerFile, ...]:
    current = os.getcwd().replace(os.sep, "/")
    return tuple(
        _PerFile(
            compile_excludes((pattern.removeprefix("!"),), current),
            pattern.startswith("!"),
            resolve_codes(ignored, ()) if ignored else frozenset(),
        )
        for pattern, ignored in per_file_ignores(config)
    )
