"""Sentences for a page: what stands between backticks is code."""

from __future__ import annotations

from markupsafe import Markup, escape

from taskleash.reporters.inert import inert


def pieces(text: str) -> list[str]:
    """The text, inert, in turns prose and code; one piece where the backticks do not pair up."""
    found = inert(text).split("`")
    return found if len(found) % 2 else [inert(text)]


def prose(text: str) -> Markup:
    """The text as markup, its code marked as such."""
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if i % 2 else escape(piece)
        for i, piece in enumerate(pieces(text))
    )


def breakable(path: str) -> Markup:
    """A path as markup that may be broken after each of its folders."""
    return escape(path).replace("/", Markup("/<wbr>"))
