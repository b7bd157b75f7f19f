"""How much a document says where its place takes only so much."""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.reporters.audit.words import NO_DIFFS, NO_EXCERPTS, NO_FACTS


@dataclass(frozen=True)
class Detail:
    """What a document has beside its tables and messages; ``note`` says what it lacks."""

    note: str = ""
    diffs: bool = True
    excerpts: bool = True
    facts: bool = True


#: from everything down to the least
LEVELS = (
    Detail(),
    Detail(NO_DIFFS, diffs=False),
    Detail(NO_EXCERPTS, diffs=False, excerpts=False),
    Detail(NO_FACTS, diffs=False, excerpts=False, facts=False),
)
