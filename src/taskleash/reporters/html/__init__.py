"""The audit as one page for a browser: no other file, no network, no foreign code."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from taskleash import __version__
from taskleash.reporters.html.page import page
from taskleash.reporters.html.prose import breakable, prose
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.report import Report

_BEGINS_AS_COMMAND = re.compile(r"^(\s*)::", re.MULTILINE)
_LANGUAGE_TAGS = {"en": "en", "zh": "zh-Hans"}


def render(report: Report, options: RenderOptions) -> str:
    """The page; everything that it shows of foreign text is escaped and inert."""
    style, early, script = map(_asset, ("report.css", "early.js", "report.js"))
    template = _environment().get_template("report.html.jinja")
    rendered = template.render(
        page=page(report, options),
        say=options.say,
        lang=_LANGUAGE_TAGS[options.lang],
        version=__version__,
        style=Markup(style),
        early=Markup(early),
        script=Markup(script),
        policy=_policy(style, early, script),
    )
    # Text that begins a line of the markup is no command of a log that the page is written to.
    return _BEGINS_AS_COMMAND.sub(r"\1&#58;:", rendered)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__name__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = prose
    environment.filters["breakable"] = breakable
    return environment


@cache
def _asset(name: str) -> str:
    return files(__name__).joinpath("templates").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, *scripts: str) -> str:
    """What the page may do: run these scripts, use this style, and load nothing from anywhere."""
    known = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {known}; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
