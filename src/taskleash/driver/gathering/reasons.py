"""Why a file is looked into."""

from __future__ import annotations

from taskleash.records import dataclass
from taskleash.verdict.model import Word


class Why(Word):
    """The question that a file is to answer."""

    STARTS = "may start a task"
    IMPORTED = "a file that is asked about imports it, and may call what it defines"
    LEADS = "leads to where a task is started, which a flag may shut off"
    MODULE = "a task hangs on what is defined in or imported by"
    BASE = "a class that a task hangs on inherits from what is in"
    MENTIONS = "may end a task, or call what starts one: it mentions"


@dataclass(frozen=True)
class Reason:
    """The question that a file is to answer, and the name that led to it, if one did."""

    why: Why
    name: str = ""

    def __str__(self) -> str:
        return f"{self.why} `{self.name}`" if self.name else str(self.why)
