"""Expectations written as comments in fixture files.

``# expect: TL001 high discarded/none`` on the line where a spawn call starts says that the site is
reported; ``# sound: stored/cancelled`` that it is a site and silent. Several comments for one line
are separated by ``;`` and stand in the order of the calls. Risk, handle and ending are optional, as
are a lifetime, a multiplicity, ``tracked=state:how``, ``cleaned=state:how``, ``task=name`` and
``would_be=risk``. A site is awake unless the comment says ``dormant``.
"""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass, fields

from taskleash.verdict.model import Ending, Handle, Lifetime, Multiplicity, Risk, Site, State

_HEAD = re.compile(r"#\s*(?:expect|sound)\b")
_DORMANT, _AWAKE = "dormant", "awake"
_CODE = re.compile(r"TL\d{3}")
_HOWS = {
    "tracked": {"tracked", "singleton", "owner", "partial", "none"},
    "cleaned": {
        "cancelled",
        "gathered",
        "awaited",
        "self-managed",
        "owner",
        "partial",
        "none",
    },
}


class MalformedExpectation(ValueError):
    """An expectation comment that does not follow the grammar; the message names its place."""


@dataclass(frozen=True)
class Expectation:
    """What one comment says of one site; an empty field says nothing, ``rule`` "-" is silence."""

    rule: str = ""
    risk: str = ""
    handle: str = ""
    ending: str = ""
    lifetime: str = ""
    multiplicity: str = ""
    tracked: str = ""
    cleaned: str = ""
    task: str = ""
    dormant: str = _AWAKE
    would_be: str = ""

    def mismatches(self, seen: Expectation) -> tuple[str, ...]:
        """Name the fields in which a site differs from what this comment states."""
        return tuple(
            f.name
            for f in fields(self)
            if getattr(self, f.name) and getattr(self, f.name) != getattr(seen, f.name)
        )

    def __str__(self) -> str:
        verdict = "/".join(part for part in (self.handle, self.ending) if part)
        words = [self.rule, self.risk, verdict, self.lifetime, self.multiplicity]
        words.append("" if self.dormant == _AWAKE else self.dormant)
        named = [(n, getattr(self, n)) for n in ("tracked", "cleaned", "task", "would_be")]
        words += [f"{name}={value}" for name, value in named if value]
        return " ".join(word for word in words if word)


def observed(site: Site, code: str) -> Expectation:
    """Describe a site, reported under ``code`` or silent where that is empty, in full."""
    return Expectation(
        rule=code or "-",
        risk=str(site.risk),
        handle=str(site.handle),
        ending=str(site.ending),
        lifetime=str(site.lifetime),
        multiplicity=str(site.multiplicity),
        tracked=f"{site.tracked.state}:{site.tracked.how}",
        cleaned=f"{site.cleaned.state}:{site.cleaned.how}",
        task=site.task,
        dormant=_DORMANT if site.dormant else _AWAKE,
        would_be=str(site.would_be or ""),
    )


def expectations(text: str, path: str) -> dict[int, list[Expectation]]:
    """Read a file's expectations by line; raises MalformedExpectation for a wrong comment."""
    found: dict[int, list[Expectation]] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or not _HEAD.match(token.string):
            continue
        line = token.start[0]
        try:
            found[line] = [_one(part) for part in token.string[1:].split(";")]
        except ValueError as error:
            raise MalformedExpectation(f"{path}:{line}: {error}") from None
    return found


def _one(comment: str) -> Expectation:
    kind, colon, rest = comment.strip().partition(":")
    if kind not in ("expect", "sound") or not colon:
        raise ValueError(f"expected `expect:` or `sound:`, got {comment.strip()!r}")
    values: dict[str, str] = {}
    for word in rest.split():
        for name, value in _meaning(word).items():
            if name in values:
                raise ValueError(f"{name} given twice")
            values[name] = value
    if kind == "expect":
        if "rule" not in values:
            raise ValueError("`expect` without a rule code")
        return Expectation(**values)
    if "rule" in values or "risk" in values:
        raise ValueError("`sound` with a rule code or a risk")
    return Expectation(rule="-", risk=str(Risk.NONE), **values)


def _meaning(word: str) -> dict[str, str]:
    name, equals, value = word.partition("=")
    if equals:
        return {name: _named_value(name, value)}
    if word == _DORMANT:
        return {"dormant": word}
    if _CODE.fullmatch(word):
        return {"rule": word}
    for field, words in (("risk", Risk), ("lifetime", Lifetime), ("multiplicity", Multiplicity)):
        if word in {str(member) for member in words}:
            return {field: word}
    handle, slash, ending = word.partition("/")
    result = {"handle": str(Handle(handle))}
    if slash:
        result["ending"] = str(Ending(ending))
    return result


def _named_value(name: str, value: str) -> str:
    if name == "task" and value:
        return value
    if name == "would_be":
        return str(Risk(value))
    state, _, how = value.partition(":")
    if how not in _HOWS.get(name, ()):
        raise ValueError(f"unknown {name}={value}")
    return f"{State(state)}:{how}"
