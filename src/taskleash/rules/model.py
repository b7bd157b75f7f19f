"""The words of the rules: what a rule is, what it reports, what could mend a finding."""

from __future__ import annotations

from taskleash.records import dataclass
from taskleash.sentences import Sentence
from taskleash.verdict.model import Risk, Word

#: the documentation: `site_url` of mkdocs.yml
SITE = "https://taskleash.github.io/taskleash/"


class Applicability(Word):
    """Whether a fix keeps what the program does (safe) or may change it (unsafe)."""

    SAFE = "safe"
    UNSAFE = "unsafe"


@dataclass(frozen=True)
class Fix:
    """A way to mend a finding: its kind as reports name it, and its applicability."""

    kind: str
    applicability: Applicability


TRACK = Fix("track", Applicability.SAFE)
REMOVE = Fix("remove", Applicability.SAFE)
LOG = Fix("log", Applicability.SAFE)
AWAIT = Fix("await", Applicability.UNSAFE)
OWN = Fix("own", Applicability.UNSAFE)
TASKGROUP = Fix("taskgroup", Applicability.UNSAFE)
CANCEL_PREVIOUS = Fix("cancel-previous", Applicability.UNSAFE)


@dataclass(frozen=True)
class Rule:
    """One rule: ``risk`` is the highest it reports, ``default`` tells whether it is on unasked.

    One that stands ``beside`` the verdict says something of sound tasks, too, and changes no risk.
    """

    code: str
    name: str
    risk: Risk
    fixes: tuple[Fix, ...] = ()
    default: bool = True
    beside: bool = False

    @property
    def url(self) -> str:
        """Where the rule's page is read in a browser."""
        return f"{SITE}rules/{self.code}/"


@dataclass(frozen=True)
class Diagnostic:
    """What one rule says about one spawn site; ``fixes`` are those of the rule that fit it."""

    rule: Rule
    said: Sentence
    fixes: tuple[Fix, ...] = ()

    @property
    def message(self) -> str:
        """What is said, in English."""
        return str(self.said)

    @property
    def code(self) -> str:
        """The code of the rule."""
        return self.rule.code
