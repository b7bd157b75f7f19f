"""unused-suppression (TL100)

What it does
------------
Finds comments that silence nothing: `# noqa: TL001`, `# taskleash: ignore[TL001]`,
`# taskleash: ignore` and `# taskleash: skip-file` where the rules that they name find nothing, or
do not exist. A plain `# noqa` and the codes of other tools are left alone. Whether a rule is
selected makes no difference. Off by default.

Why is this bad?
----------------
The comment outlives the finding that it was written for. The next task that is started in its line
is then silenced unseen, and whoever reads the line looks for a danger that is no longer there.

Example
-------
    import asyncio


    async def on_message(store, message):
        await asyncio.create_task(store(message))  # noqa: TL001

Use instead
-----------
    import asyncio


    async def on_message(store, message):
        await asyncio.create_task(store(message))

Fix safety
----------
Removing the comment (`remove`) is safe: it changes no code, and other codes of its list stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from taskleash.rules.model import REMOVE, Diagnostic, Rule
from taskleash.source.comments import Unused
from taskleash.source.directives import NOQA, SKIP_FILE, Directive
from taskleash.verdict.model import Risk, Site

RULE = Rule(code="TL100", name="unused-suppression", risk=Risk.LOW, fixes=(REMOVE,), default=False)

_OURS = re.compile(r"TL\d{3}")

#: a finding that a comment can silence: the code of its rule, and the lines where one would
Silenceable = tuple[str, frozenset[int]]


def check(site: Site) -> Diagnostic | None:
    """Never matches a site: what this rule finds are comments."""
    return None


def unused(found: Sequence[Directive], findings: Iterable[Silenceable]) -> list[Unused]:
    """What of a file's directives silences none of its findings, those of unselected rules too."""
    findings = list(findings)
    used_file = any(d.kind == SKIP_FILE for d in found) and bool(findings)
    if used_file:
        return []
    spared = {d.line for d in found if RULE.code in _names(d)}
    judged = (_unused(d, findings) for d in found if d.line not in spared)
    return [item for item in judged if item is not None]


def message(item: Unused, known: Iterable[str]) -> str:
    """What is said about it; ``known`` are the codes of all rules."""
    names = list(dict.fromkeys(code.name for code in item.codes)) or [_written(item.directive)]
    quoted = " and ".join(f"`{name}`" for name in names)
    strange = [name for name in names if item.codes and name not in known]
    if strange:
        verb = "is no rule" if len(strange) == 1 else "are no rules"
        return f"{' and '.join(f'`{n}`' for n in strange)} {verb}: this comment silences nothing"
    verb = "silences" if len(names) == 1 else "silence"
    place = "file" if item.directive.kind == SKIP_FILE else "place"
    return f"{quoted} {verb} nothing: what goes wrong in this {place} later goes unseen"


def _unused(directive: Directive, findings: Sequence[Silenceable]) -> Unused | None:
    if directive.codes is None:
        is_used = any(directive.line in lines for _, lines in findings)
        return None if directive.kind == NOQA or is_used else Unused(directive)
    silenced = {code for code, lines in findings if directive.line in lines}
    codes = [c for c in directive.codes if _OURS.fullmatch(c.name) and c.name not in silenced]
    return Unused(directive, tuple(codes)) if codes else None


def _names(directive: Directive) -> set[str]:
    return {code.name for code in directive.codes or ()}


def _written(directive: Directive) -> str:
    return f"taskleash: {directive.kind}"
