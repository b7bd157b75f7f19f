"""A rule's page taken apart: its sections, and the code of its examples."""

from __future__ import annotations

import re
import textwrap
from importlib import import_module

from taskleash.rules.model import Rule

_HEADING = re.compile(r"^(\S.*)\n-{3,}$", re.MULTILINE)


def docstring(rule: Rule) -> str:
    """The docstring of the module that defines the rule."""
    module = f"taskleash.rules.{rule.code.lower()}_{rule.name.replace('-', '_')}"
    text = import_module(module).__doc__
    assert text is not None, f"{module} has no docstring"
    return text


def sections(page: str) -> dict[str, str]:
    """The text under each underlined heading, in order; what precedes the first is left out."""
    _, *parts = _HEADING.split(page)
    return {title: body.strip("\n") for title, body in zip(parts[::2], parts[1::2], strict=True)}


def example(rule: Rule, section: str) -> str:
    """The indented code of a section, as the module that it stands for."""
    lines = sections(docstring(rule))[section].splitlines()
    code = [line for line in lines if not line or line.startswith("    ")]
    return textwrap.dedent("\n".join(code)).strip("\n") + "\n"
