"""The rules as SARIF describes them, from their pages."""

from __future__ import annotations

import re
from typing import Any

from taskleash.classify.model import Risk
from taskleash.rules.model import Rule
from taskleash.rules.registry import page

LEVELS = {Risk.HIGH: "error", Risk.LOW: "warning", Risk.NONE: "note"}

_FIRST_SECTION = re.compile(r"^What it does\n-+\n(.*?)\n\n", re.MULTILINE | re.DOTALL)
_END_OF_FIRST_CLAUSE = re.compile(r"[.:;](?:\s|$)")


def metadata(rule: Rule) -> dict[str, Any]:
    """The descriptor of a rule; a page is Markdown as it stands."""
    text = page(rule)
    section = _FIRST_SECTION.search(text)
    what = " ".join(section[1].split()) if section else rule.name
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _END_OF_FIRST_CLAUSE.split(what)[0]},
        "fullDescription": {"text": what},
        "helpUri": rule.url,
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"enabled": rule.default, "level": LEVELS[rule.risk]},
        "properties": {
            "tags": ["asyncio", "reliability"],
            "problem.severity": LEVELS[rule.risk],
        },
    }
