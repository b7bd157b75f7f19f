"""Text fitted into terminal cells; an emoji or a Chinese character takes two."""

from __future__ import annotations


def cell_len(text: str) -> int:
    """How many cells a text takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    # Imported here because most output is plain ASCII.
    from rich.cells import cell_len

    return cell_len(text)


def crop(text: str, width: int, ellipsis: str) -> str:
    """The text's beginning, with an ellipsis at its end where not all of it fits the width."""
    if cell_len(text) <= width:
        return text
    return _head(text, width - cell_len(ellipsis)) + ellipsis


def shorten_path(path: str, width: int, ellipsis: str) -> str:
    """The path's end: as many of its last folders as fit, else the end of its file name."""
    if cell_len(path) <= width:
        return path
    room = width - cell_len(ellipsis)
    cut = path.find("/")
    while cut >= 0:
        if cell_len(path[cut:]) <= room:
            return ellipsis + path[cut:]
        cut = path.find("/", cut + 1)
    return ellipsis + _tail(path, room)


def _head(text: str, width: int) -> str:
    end = min(len(text), width)
    while cell_len(text[:end]) > width:
        end -= 1
    return text[:end]


def _tail(text: str, width: int) -> str:
    start = max(0, len(text) - width)
    while cell_len(text[start:]) > width:
        start += 1
    return text[start:]
