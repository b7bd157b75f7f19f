"""SARIF 2.1.0, the exchange format that code scanning services and editors read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from taskleash import __version__
from taskleash.fixes.text.patch import Patch
from taskleash.reporters.jsontext import dumps
from taskleash.reporters.options import RenderOptions, Repository
from taskleash.reporters.report import Change, Entry, FileError, Report
from taskleash.rules.model import Rule
from taskleash.rules.registry import all_rules, page
from taskleash.verdict.model import Evidence, Risk, Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "SRCROOT"
#: the fingerprint's name; its number grows when equal findings get other fingerprints
_FINGERPRINT = "taskleash/v1"
_STATES = {Change.NEW: "new", Change.WORSENED: "updated", Change.UNCHANGED: "unchanged"}

Json = dict[str, Any]


def render(report: Report, options: RenderOptions) -> str:
    """One run with a result for each finding, silenced ones marked as such, and each error."""
    repository = options.repository
    indices = {rule.code: index for index, rule in enumerate(all_rules())}
    findings = [
        {**_finding(entry, repository), **_baseline_state(entry)}
        for entry in report.entries
        if entry.rule
    ]
    results = [*findings, *(_error(error, repository) for error in report.errors)]
    run = {
        "tool": {
            "driver": {
                "name": "taskleash",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [metadata(rule) for rule in all_rules()],
            }
        },
        # Services replace the results of one id only: a run for each folder keeps its own.
        "automationDetails": {"id": f"taskleash/{repository.prefix}"},
        "invocations": [{"executionSuccessful": not any(e.is_invalid for e in report.errors)}],
        "originalUriBaseIds": {
            _ROOT: {"description": {"text": "The root folder of the repository."}}
        },
        "columnKind": "unicodeCodePoints",
        "results": [{"ruleIndex": indices[result["ruleId"]], **result} for result in results],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _finding(entry: Entry, repository: Repository) -> Json:
    site = entry.site
    result: Json = {
        "ruleId": entry.rule,
        "level": LEVELS[site.risk],
        "message": {"text": entry.message},
        "locations": [
            {
                **_location(site.path, _region(site.span), repository),
                "logicalLocations": [{"fullyQualifiedName": site.scope}],
            }
        ],
        "partialFingerprints": {_FINGERPRINT: entry.fingerprint},
        "properties": {"risk": str(site.risk)},
    }
    if related := [*entry.leads, *entry.related]:
        steps = [_step(step, repository) for step in related]
        result["relatedLocations"] = [{"id": i, **step} for i, step in enumerate(steps, 1)]
    if entry.leads:
        # Code scanning shows related locations only where a message links to them.
        locations = [{"location": _step(step, repository)} for step in site.evidence]
        result["codeFlows"] = [{"threadFlows": [{"locations": locations}]}]
    result |= _fixes(entry.patches, site.path, repository)
    kinds = {"inSource": entry.suppressed, "external": entry.known}
    if entry.silenced:
        result["suppressions"] = [{"kind": kind} for kind, holds in kinds.items() if holds]
    return result


def _baseline_state(entry: Entry) -> Json:
    """Whether an earlier report has the finding, where one is at hand."""
    return {} if entry.change is None else {"baselineState": _STATES[entry.change]}


def _fixes(patches: Iterable[Patch], path: str, repository: Repository) -> Json:
    fixes = [_fix(patch, path, repository) for patch in patches if patch.allowed]
    return {"fixes": fixes} if fixes else {}


def _fix(patch: Patch, path: str, repository: Repository) -> Json:
    replacements = [
        {"deletedRegion": _region(each.span), "insertedContent": {"text": each.text}}
        for each in patch.replacements
    ]
    change = {"artifactLocation": _artifact(repository.path(path)), "replacements": replacements}
    return {"description": {"text": f"{patch.kind}: {patch.note}"}, "artifactChanges": [change]}


def _error(error: FileError, repository: Repository) -> Json:
    region = {"startLine": error.line, "startColumn": error.column}
    return {
        "ruleId": error.code,
        "level": LEVELS[error.risk],
        "message": {"text": error.message},
        "locations": [_location(error.path, region, repository)],
        "properties": {"risk": str(error.risk)},
        **_fixes(error.patches, error.path, repository),
    }


def _step(step: Evidence, repository: Repository) -> Json:
    region = {"startLine": step.line, "startColumn": step.column}
    return {**_location(step.path, region, repository), "message": {"text": step.message}}


def _location(path: str, region: dict[str, int], repository: Repository) -> Json:
    artifact = _artifact(repository.path(path))
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _artifact(path: str) -> dict[str, str]:
    """The URI of a file: relative to the repository, unless the file lies outside."""
    if os.path.isabs(path):
        return {"uri": PurePath(path).as_uri()}
    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


# -- the rules as SARIF describes them, from their pages


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
