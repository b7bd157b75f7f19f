"""The JSON schema of a configuration, from the table of keys."""

from __future__ import annotations

import json
from typing import Any

from taskleash.driver.config.keys import KEYS, Key
from taskleash.models import reading as models


def schema() -> str:
    """The schema of what ``taskleash.toml`` or ``[tool.taskleash]`` holds, as JSON text."""
    document = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "taskleash",
        "description": "Settings of taskleash: taskleash.toml, or [tool.taskleash] in"
        " pyproject.toml.",
        "type": "object",
        "properties": {name: _property(key) for name, key in KEYS.items()},
        "additionalProperties": False,
        "definitions": {"models": models.schema()},
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _property(key: Key) -> dict[str, Any]:
    described = {"description": key.text, **key.kind.schema()}
    return described if key.default is None else {**described, "default": key.default}
