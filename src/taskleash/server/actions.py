"""What can be done about a finding in the editor: its fixes, all safe ones, a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lsprotocol import types

from taskleash.driver.entries import comment_lines
from taskleash.fixes.choice import FixOffer
from taskleash.fixes.text.patch import Replacement, replacements
from taskleash.reporters.audit.words import ANY_FIX_RISK, FIX_RISKS
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry
from taskleash.rules.model import Applicability
from taskleash.rules.registry import names
from taskleash.sentences import claim
from taskleash.server.requests import FindingPlace
from taskleash.server.showing import diagnostic, place_of, range_of
from taskleash.source.comments import WantedComment, with_noqa

FIX_ALL = "source.fixAll.taskleash"
#: stands among the kinds of fixes for the comment that silences
COMMENT = "comment"

#: what a fix does, as the title of an action
_DOES = {
    "await": claim("await it here"),
    "track": claim("keep it in a set until it is done"),
    "own": claim("keep it and end it in the teardown"),
    "cancel-previous": claim("cancel the earlier task first"),
    "taskgroup": claim("start it in a task group"),
    "log": claim("log its failure"),
    "remove": claim("remove what is of no use"),
}


def named(entry: Entry, is_one_of_many: bool) -> str:
    """What stands for a finding in titles, among others with its place."""
    span = entry.site.span
    return f"{entry.rule} {span.line}:{span.column}" if is_one_of_many else entry.rule


def fixes(
    entry: Entry, name: str, path: str, root: str, say: Language
) -> Iterator[types.CodeAction]:
    """The fixes of a finding, without what they change: that is worked out once one is chosen."""
    shown = diagnostic(entry, root, say)
    for offer in entry.fixes:
        yield types.CodeAction(
            title=_title(name, offer, say),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[shown],
            is_preferred=offer.allowed and offer.applicability == Applicability.SAFE,
            data=as_data(place_of(path, entry.site, entry.rule), offer.kind),
        )


def _title(name: str, offer: FixOffer, say: Language) -> str:
    does = say(_DOES.get(offer.kind, offer.kind))
    if offer.applicability == Applicability.SAFE:
        return say("{code}: {does}", code=name, does=does)
    why = say(FIX_RISKS.get(offer.kind, ANY_FIX_RISK))
    return say("{code}: {does} (unsafe: {why})", code=name, does=does, why=why)


def fix_all(path: str, say: Language) -> types.CodeAction:
    """All safe fixes of a file."""
    return types.CodeAction(
        title=say("Make all safe fixes of taskleash"),
        kind=FIX_ALL,
        data={"path": path},
    )


def comment(entry: Entry, name: str, path: str, root: str, say: Language) -> types.CodeAction:
    """A comment that silences the finding; like a fix, without what it changes."""
    return types.CodeAction(
        title=say("{code}: silence it with a comment", code=name),
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(entry, root, say)],
        data=as_data(place_of(path, entry.site, entry.rule), COMMENT),
    )


def commented(entry: Entry, text: str) -> tuple[Replacement, ...]:
    """What the comment changes in the text; nothing where it has no room."""
    wanted = WantedComment(entry.rule, comment_lines(entry.site))
    return tuple(replacements(text, with_noqa(text, [wanted], names())))


def text_edits(found: Sequence[Replacement]) -> list[types.TextEdit]:
    """Replacements as edits, in code points."""
    return [types.TextEdit(range_of(each.span), each.text) for each in found]


def as_data(place: FindingPlace, kind: str) -> dict[str, object]:
    """What comes back from the client once the action is chosen."""
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "rule": place.rule,
        "kind": kind,
    }


def from_data(data: object) -> tuple[str, FindingPlace | None, str] | None:
    """The file, the finding (None for all of it) and the kind of fix that an action stands for."""
    if not isinstance(data, Mapping) or not isinstance(data.get("path"), str):
        return None
    path = data["path"]
    if "line" not in data:
        return path, None, ""
    values = (data.get("line"), data.get("column"), data.get("rule"), data.get("kind"))
    line, column, rule, kind = values
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    if not isinstance(rule, str) or not isinstance(kind, str):
        return None
    return path, FindingPlace(path, line, column, rule), kind
