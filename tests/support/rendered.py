"""Markdown as a reader gets it: rendered, and the elements that came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

_RENDERER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@dataclass
class Element:
    """An element: its tag, its attributes, and what is in it, text and elements in order."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    content: list[Element | str] = field(default_factory=list)

    def elements(self, *tags: str) -> list[Element]:
        """The elements in it, at any depth; only those with one of the tags, if any is given."""
        return [each for each in self._all() if not tags or each.tag in tags]

    def _all(self) -> Iterator[Element]:
        for each in self.content:
            if isinstance(each, Element):
                yield each
                yield from each._all()

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(each if isinstance(each, str) else each.text for each in self.content)


class _Reader(HTMLParser):
    """Builds the tree; fails on a tag that is closed and not open, and on a comment."""

    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, dict(attrs))
        self.open[-1].content.append(found)
        self.open.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data!r}")

    handle_pi = handle_decl = unknown_decl


def rendered(markdown: str) -> Element:
    """The document as GitHub's kind of Markdown reads it, every element closed."""
    reader = _Reader()
    reader.feed(_RENDERER.render(markdown))
    reader.close()
    (root,) = reader.open
    return root


def tables(root: Element) -> list[list[list[str]]]:
    """The cells of every table, the headings first."""
    return [
        [[cell.text for cell in row.elements("th", "td")] for row in table.elements("tr")]
        for table in root.elements("table")
    ]
