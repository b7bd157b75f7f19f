"""Comments that silence nothing, looked for where that rule is on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from taskleash.driver.entries import comment_lines
from taskleash.driver.folders import EnabledRules
from taskleash.driver.inputs import Input
from taskleash.fixes.choice import FixChoice
from taskleash.reporters.report import FileError
from taskleash.rules.registry import all_rules, diagnose, names
from taskleash.rules.tl100_unused_suppression import RULE, Silenceable, message, unused
from taskleash.source.comments import Unused
from taskleash.source.directives import directives, may_have_directives
from taskleash.source.loading import InvalidSource
from taskleash.verdict.model import Site


def unused_suppressions(
    inputs: Iterable[Input], sites: Iterable[Site], enabled: EnabledRules, choice: FixChoice
) -> list[FileError]:
    """What the rule says of the files; ``sites`` are all of theirs, ``inputs`` those analysed.

    ``choice`` tells whether a run that fixes removes the comments.
    """
    known = [rule.code for rule in all_rules()]
    return [
        FileError(
            item.path,
            found.directive.line,
            found.directive.column,
            RULE.code,
            message(found, known),
            RULE.risk,
            choice.offers(RULE.code, RULE.fixes),
        )
        for item, found in unused_comments(inputs, sites, enabled)
    ]


def unused_comments(
    inputs: Iterable[Input], sites: Iterable[Site], enabled: EnabledRules
) -> Iterator[tuple[Input, Unused]]:
    """What of the files' comments silences nothing, file by file, where the rule is on."""
    judged = [item for item in inputs if RULE.code in enabled.of(item.file)]
    findings = _findings(sites) if judged else {}
    for item in judged:
        for found in _unused(item, findings.get(item.path, [])):
            yield item, found


def _findings(sites: Iterable[Site]) -> dict[str, list[Silenceable]]:
    """What every rule finds, those that are off too, by path."""
    every = frozenset(rule.code for rule in all_rules())
    found: dict[str, list[Silenceable]] = defaultdict(list)
    for site in sites:
        if (diagnostic := diagnose(site, every)) is not None:
            found[site.path].append((diagnostic.code, frozenset(comment_lines(site))))
    return found


def _unused(item: Input, findings: list[Silenceable]) -> list[Unused]:
    try:
        if not may_have_directives(item.read()):
            return []
        text = item.text()
    except InvalidSource:
        # Nobody has parsed it, for it spawns nothing: its comments are no concern either.
        return []
    return unused(directives(text, names()), findings)
