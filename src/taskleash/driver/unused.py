"""Comments that silence nothing, looked for where that rule is on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from taskleash.classify.model import Site
from taskleash.driver.entries import comment_lines
from taskleash.driver.folders import EnabledRules
from taskleash.driver.inputs import Input
from taskleash.reporters.report import FileError
from taskleash.rules.registry import all_rules, diagnose
from taskleash.rules.tl100_unused_suppression import RULE, Silenceable, message, unused
from taskleash.source.directives import Directive, directives, may_have_directives
from taskleash.source.loading import InvalidSource


def unused_suppressions(
    inputs: Iterable[Input], sites: Iterable[Site], enabled: EnabledRules
) -> list[FileError]:
    """What the rule says of the files; ``sites`` are all of theirs, ``inputs`` those analysed."""
    judged = [item for item in inputs if RULE.code in enabled.of(item.file)]
    findings = _findings(sites) if judged else {}
    known = [rule.code for rule in all_rules()]
    return [
        FileError(item.path, place.line, place.column, RULE.code, said, RULE.risk)
        for item in judged
        for place, said in _unused(item, findings.get(item.path, []), known)
    ]


def _findings(sites: Iterable[Site]) -> dict[str, list[Silenceable]]:
    """What every rule finds, those that are off too, by path."""
    every = frozenset(rule.code for rule in all_rules())
    found: dict[str, list[Silenceable]] = defaultdict(list)
    for site in sites:
        if (diagnostic := diagnose(site, every)) is not None:
            found[site.path].append((diagnostic.code, frozenset(comment_lines(site))))
    return found


def _unused(
    item: Input, findings: list[Silenceable], known: list[str]
) -> list[tuple[Directive, str]]:
    try:
        if not may_have_directives(item.read()):
            return []
        text = item.text()
    except InvalidSource:
        # Nobody has parsed it, for it spawns nothing: its comments are no concern either.
        return []
    return [
        (entry.directive, message(entry, known)) for entry in unused(directives(text), findings)
    ]
