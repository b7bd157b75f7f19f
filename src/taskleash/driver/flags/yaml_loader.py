"""YAML read as plain data, in a time and a memory that grow with the text."""

from __future__ import annotations

from typing import Any

#: so many pairs come of all merges of a file: real ones have some hundred
_MOST_MERGED = 20_000
_MERGE = "tag:yaml.org,2002:merge"


class TooManyMerges(ValueError):
    """A few lines that merge each other many times over would fill the memory."""


def load(yaml: Any, text: str) -> Any:
    """The document, with `UNKNOWN` where a tag of another program stands.

    ``yaml`` is the library. Raises its errors, ValueError, and RecursionError.
    """

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        """Counts what merges come to before they are made; an alias alone repeats nothing.

        Each pair counts as often as it is merged: from 6.0.4 on the library itself leaves out those
        that it has already, and what a file comes to must not hang on its release.
        """

        def __init__(self, stream: str) -> None:
            super().__init__(stream)
            self.merged = 0
            #: the pairs that each mapping merged has with all that it takes over, by node
            self.pairs: dict[int, int] = {}
            #: what is being merged: one that merges itself is passed over
            self.around: frozenset[int] = frozenset()

        def flatten_mapping(self, node: Any) -> None:
            if id(node) in self.around or id(node) in self.pairs:
                return
            pairs = len(node.value) if isinstance(node.value, list) else 0
            before = self.around
            self.around = before | {id(node)}
            for source in _merged(node):
                if hasattr(source, "value") and isinstance(source.value, list):
                    self.flatten_mapping(source)
                    taken = self.pairs.get(id(source), len(source.value))
                    pairs += taken
                    self.merged += taken
                    if self.merged > _MOST_MERGED:
                        raise TooManyMerges("too much is merged (`<<`)")
            super().flatten_mapping(node)
            self.around = before
            self.pairs[id(node)] = pairs

    # What the tags of other programs make is not known: they are let pass.
    Loader.add_multi_constructor("!", lambda *_: UNKNOWN)
    return yaml.load(text, Loader)


def _merged(node: Any) -> list[Any]:
    """The nodes whose pairs a mapping takes over."""
    pairs = node.value if node.id == "mapping" else []
    found: list[Any] = []
    for key, value in pairs:
        if key.tag == _MERGE:
            found += value.value if value.id == "sequence" else [value]
    return [each for each in found if getattr(each, "id", "") == "mapping"]


#: what a tag of another program stands for
UNKNOWN = object()
