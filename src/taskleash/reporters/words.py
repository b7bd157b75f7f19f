"""Every word and symbol that the formats for people use, in one place to translate."""

from __future__ import annotations

from taskleash.classify.model import Cell, Handle, Multiplicity, Risk, State

HEADINGS = ("File", "Lines", "Task", "Tracked", "Cleaned up", "Risk")

TITLE = "Background tasks"
FINDINGS = "Findings"
ERRORS = "Files that could not be analysed"

DORMANT = "dormant"
ENDLESS = "it never ends by itself"

_STATE_SYMBOL = {State.YES: "✅", State.PARTIAL: "🟡", State.NO: "❌"}
_STATE_WORD = {State.YES: "yes", State.PARTIAL: "part", State.NO: "no"}
_RISK_SYMBOL = {Risk.HIGH: "🔴", Risk.LOW: "🟡", Risk.NONE: "🟢"}

# A how-word that only says again what the state's own word says.
_ECHO = {State.PARTIAL: "partial", State.NO: "none"}

HELD_BY = {
    Handle.DISCARDED: "nothing",
    Handle.LOCAL: "a local of the function",
    Handle.STORED: "an object that outlives the function",
    Handle.OWNED: "an owner that ends its tasks",
    Handle.ESCAPES: "the code that it is handed to",
}

ENDED_BY = {
    "cancelled": "cancellation",
    "gathered": "being gathered",
    "awaited": "being awaited",
    "self-managed": "itself",
    "owner": "its owner",
    "partial": "something on some paths only",
    "none": "nothing",
}

RUNS = {
    Multiplicity.ONCE: "once",
    Multiplicity.PER_CALL: "once for each call",
    Multiplicity.LOOP: "again and again, in a loop",
}

FIXES = {
    "track": "keep the task until it is done",
    "await": "await the coroutine here, log its failure",
    "own": "keep the task, cancel and await it at teardown",
    "cancel-previous": "cancel the earlier task before this one starts",
    "log": "log the failure when the task is done",
    "remove": "remove the comment",
}

FIXES_TITLE = "Fixes"
FIXED = "What was fixed"
LEFT = "What was left"
CHECKED_TITLE = "Checked"
GO_ON = "Review and roll back"
CHECKED = "every changed file parses, a second scan reports none of what was fixed, and nothing new"
GONE_WITH_THEM = "gone with these fixes, or unused comments"
UNDO = "drops everything in these files that is not committed"
FIX_FILE_HEADINGS = ("File", "Fixes", "Added", "Removed")
FIX_HEADINGS = ("Place", "Call", "Task", "Rule", "Fix", "What was done")
LEFT_HEADINGS = ("Place", "Call", "Task", "Rule", "Why")


def nothing_after(line: int) -> str:
    """Who holds a task whose handle is dropped at the line."""
    return f"{HELD_BY[Handle.DISCARDED]} after line {line}"


def left_out(lines: int) -> str:
    """What is said at the end of a text that is too long for its place."""
    return f"{plural(lines, 'further line')} left out: too long for this format."


def ellipsis(unicode: bool) -> str:
    """What stands for the part that is left out."""
    return "…" if unicode else "..."


def cell(value: Cell, unicode: bool) -> str:
    """A cell as the table shows it: ``✅ tracked``, without unicode ``yes tracked``."""
    if unicode:
        return f"{_STATE_SYMBOL[value.state]} {value.how}"
    word = _STATE_WORD[value.state]
    return word if value.how == _ECHO.get(value.state) else f"{word} {value.how}"


def risk(value: Risk, dormant: bool, unicode: bool) -> str:
    """A risk as the table shows it: ``🔴 high``, ``🟡 dormant``, without unicode ``high``."""
    word = DORMANT if dormant and value is not Risk.NONE else str(value)
    return f"{_RISK_SYMBOL[value]} {word}" if unicode else word


def plural(count: int, noun: str) -> str:
    """The count and its noun: ``1 file``, ``2 files``, ``3 fixes``."""
    ending = "" if count == 1 else "es" if noun.endswith("x") else "s"
    return f"{count} {noun}{ending}"
