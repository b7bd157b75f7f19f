"""A page as a parser sees it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class Parsed:
    """The elements of a page, the values of its attributes, and its texts by element."""

    elements: Counter[str] = field(default_factory=Counter)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def said(self) -> str:
        """What people read: the text without that of scripts and styles, and spoken labels."""
        spoken = ("aria-label", "placeholder", "title", "data-label")
        texts = [text for element, text in self.texts if element not in ("script", "style")]
        return "\n".join([*texts, *(value for _, name, value in self.attributes if name in spoken)])

    def data(self) -> tuple[dict[str, str], list[dict[str, Any]]]:
        """The words of the script, and what each row opens to."""
        _, words, sites, _ = (text for element, text in self.texts if element == "script")
        return json.loads(words), json.loads(sites)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Parsed()
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found.elements[tag] += 1
        self.found.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.found.texts.append((self.inside, data))


def parsed(page: str) -> Parsed:
    """The page as it was parsed."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    return parser.found
