"""The published schemas of the formats that other programs read."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import xmlschema
from jsonschema import Draft4Validator, Draft7Validator

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"


@cache
def _sarif() -> Draft4Validator:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


@cache
def _junit() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMAS / "junit.xsd")


def sarif_run(text: str) -> dict[str, Any]:
    """The one run of a SARIF log, which is valid."""
    document = json.loads(text)
    errors = [f"{list(e.absolute_path)}: {e.message}" for e in _sarif().iter_errors(document)]
    assert errors == []
    (run,) = document["runs"]
    assert isinstance(run, dict)
    return run


def valid_junit(text: str) -> str:
    """The JUnit XML, which is valid."""
    _junit().validate(text)
    return text


@cache
def _report() -> Draft7Validator:
    return Draft7Validator(json.loads((SCHEMAS / "report.json").read_text(encoding="utf-8")))


def report_errors(document: object) -> list[str]:
    """What of a JSON report is not as its schema has it."""
    return [f"{list(e.absolute_path)}: {e.message}" for e in _report().iter_errors(document)]
