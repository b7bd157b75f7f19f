"""The words and symbols that several formats for people use; each is said in their language.

A text that one place uses stands there, as ``say("Checked")``.
"""

from __future__ import annotations

from taskleash.reporters.language import Language
from taskleash.reporters.report import Change, Entry
from taskleash.verdict.model import Cell, Ending, Handle, Ignorance, Multiplicity, Risk, State

HEADINGS = ("File", "Lines", "Task", "Tracked", "Cleaned up", "Risk")

#: the heading of what a traced run showed, where one is at hand
OBSERVED = "Observed"

#: the labels of what is said of one site
RUNS_LABEL = "runs"
ADDS_UP_LABEL = "adds up"
HELD_BY_LABEL = "held by"
ENDED_BY_LABEL = "ended by"
LIFETIME_LABEL = "lifetime"
KEEPS_LABEL = "keeps"
OBSERVED_LABEL = "observed"
WHY_LABEL = "why"
UNKNOWN_LABEL = "not known"
FIX_LABEL = "fix"
ALSO_LABEL = "also"
MORE_LABEL = "more"
MORE = "taskleash rule {code}"
OFFER = "{kind} ({applicability})"
WHERE_IT_FITS = "where the code allows it: {does}"

DORMANT = "dormant"
ENDLESS = "it never ends by itself"

_STATE_SYMBOL = {State.YES: "✅", State.PARTIAL: "🟡", State.NO: "❌", State.UNKNOWN: "❔"}
_STATE_WORD = {State.YES: "yes", State.PARTIAL: "part", State.NO: "no", State.UNKNOWN: "unknown"}
_RISK_SYMBOL = {Risk.HIGH: "🔴", Risk.LOW: "🟡", Risk.NONE: "🟢"}
_SILENCED = "⚪"
_CHANGES = {Change.NEW: "new", Change.WORSENED: "worse"}

# A how-word that only says again what the state's own word says.
_ECHO = {State.PARTIAL: "partial", State.NO: "none", State.UNKNOWN: "none"}

#: the words of cells, beside the states' own
HOW = (
    "tracked",
    "singleton",
    "owner",
    "cancelled",
    "gathered",
    "awaited",
    "self-managed",
    "partial",
    "none",
)

HANDLES = {
    Handle.DISCARDED: "discarded",
    Handle.LOCAL: "local",
    Handle.STORED: "stored",
    Handle.OWNED: "owned",
    Handle.ESCAPES: "escapes",
}

ENDINGS = {
    Ending.AWAITED: "awaited",
    Ending.CANCELLED: "cancelled",
    Ending.SELF_REMOVING: "self-removing",
    Ending.PARTIAL: "partial",
    Ending.NONE: "none",
}

RISKS = {Risk.HIGH: "high", Risk.LOW: "low", Risk.NONE: "none"}

#: the code of a rule, empty where none reports a site, and the risk of what stands there
RISK_TAGS = {Risk.HIGH: "{code} high", Risk.LOW: "{code} low", Risk.NONE: "{code} none"}
DORMANT_TAG = "{code} low, dormant"

#: how many are of a risk
RISK_COUNTS = {Risk.HIGH: "{count} high", Risk.LOW: "{count} low", Risk.NONE: "{count} sound"}

HELD_BY = {
    Handle.DISCARDED: "nothing",
    Handle.LOCAL: "a value of the function",
    Handle.STORED: "an object that outlives the function",
    Handle.OWNED: "an owner that ends its tasks",
    Handle.ESCAPES: "the code that it is handed to",
}

ENDED_BY = {
    "cancelled": "cancellation",
    "gathered": "being waited for",
    "awaited": "being awaited",
    "self-managed": "itself",
    "owner": "its owner",
    "partial": "something on some paths only",
    "none": "nothing",
}
ENDED_BY_THE_SWEEP = "what cancels all tasks of its loop"
#: where a task is done some time, and its owner goes without it
ENDED_BY_ITSELF_ONLY = "itself, and not by the teardown of its owner"

RUNS = {
    Multiplicity.ONCE: "once",
    Multiplicity.PER_CALL: "once for each call",
    Multiplicity.LOOP: "again and again, in a loop",
}

IGNORANCE = {
    Ignorance.HANDED_ON: "handed to something that is not known",
    Ignorance.FOREIGN_OWNER: "given to an owner of which nothing is known",
    Ignorance.TOO_MANY_PATHS: "more paths than are searched",
    Ignorance.TOO_FAR: "handed on further than is followed",
    Ignorance.UNKNOWN_RECEIVER: "given to callers that are not known to be any",
    Ignorance.UNKNOWN_CALLER: "ended by what only users of the program call",
    Ignorance.UNKNOWN_EFFECT: "touched by a teardown that is not seen to end it",
    Ignorance.UNKNOWN_STATE: "asked for by what does not tell whether it runs",
}

APPLICABILITY = ("safe", "unsafe")

FIXES = {
    "track": "keep the task until it is done",
    "await": "await the coroutine here, log its failure",
    "own": "keep the task, cancel and await it at teardown",
    "cancel-previous": "cancel the earlier task before this one starts",
    "log": "log the failure when the task is done",
    "taskgroup": "run the rest of the function in a task group",
    "remove": "remove the comment",
}

#: what shows at run time that a fix holds
SIGNS = {
    "track": "`lost` stays 0, and `Task was destroyed but it is pending!` is not in the log",
    "own": "`left` is 0 once the owner is closed, and `peak` does not grow with the time",
    "cancel-previous": "`peak` is 1 for each owner",
    "await": "the row is gone; what failed unseen before is in the log as `failed`",
    "log": "what failed unseen before is in the log",
    "taskgroup": "the task ends before the function does, and a failure ends both",
}

CHECKED = "every changed file parses, a second scan reports none of what was fixed, and nothing new"
REMOVED = "the comment that silenced nothing is out"
FIX_FILE_HEADINGS = ("File", "Fixes", "Added", "Removed")
FIX_HEADINGS = ("Place", "Call", "Task", "Rule", "Fix", "What was done")
LEFT_HEADINGS = ("Place", "Call", "Task", "Rule", "Why")


def ellipsis(unicode: bool) -> str:
    """What stands for the part that is left out."""
    return "…" if unicode else "..."


def cell(value: Cell, unicode: bool, say: Language) -> str:
    """A cell as the table shows it: ``✅ tracked``, without unicode ``yes tracked``."""
    word = say(_STATE_WORD[value.state])
    if unicode:
        how = word if value.state is State.UNKNOWN else say(value.how)
        return f"{_STATE_SYMBOL[value.state]} {how}"
    return word if value.how == _ECHO.get(value.state) else f"{word} {say(value.how)}"


def mark(state: State, said: str) -> str:
    """Words behind the symbol of a state: ``✅ said``."""
    return f"{_STATE_SYMBOL[state]} {said}"


def tag(code: str, value: Risk, dormant: bool, say: Language) -> str:
    """A rule's code with a risk, where nothing else says what the word means: ``TL001 high``."""
    is_dormant = dormant and value is not Risk.NONE
    return say(DORMANT_TAG if is_dormant else RISK_TAGS[value], code=code).lstrip()


def risk(
    value: Risk, dormant: bool, unicode: bool, say: Language, is_silenced: bool = False
) -> str:
    """A risk as the table shows it: ``🔴 high``, ``🟡 dormant``, without unicode ``high``."""
    word = say(DORMANT if dormant and value is not Risk.NONE else RISKS[value])
    symbol = _SILENCED if is_silenced else _RISK_SYMBOL[value]
    return f"{symbol} {word}" if unicode else word


def note(entry: Entry, say: Language) -> str:
    """What silences a finding, or what became of it since an earlier report; empty for others."""
    if entry.silenced:
        return say("suppressed") if entry.suppressed else say("in the baseline")
    return say(_CHANGES[entry.change]) if entry.change in _CHANGES else ""


def labelled(value: Risk, dormant: bool, say: Language) -> str:
    """A risk behind its symbol where no heading says what the word means: ``🔴 high``."""
    shown = DORMANT if dormant and value is not Risk.NONE else ""
    return f"{_RISK_SYMBOL[value]} {say(shown) if shown else tag('', value, False, say)}"


def score(percent: int, worst: Risk, dormant: bool, unicode: bool, say: Language) -> str:
    """A score with the worst risk behind it: ``🔴 50%``, without unicode ``50% high``."""
    if unicode:
        return f"{_RISK_SYMBOL[worst]} {percent}%"
    return f"{percent}% {risk(worst, dormant, unicode, say)}"
