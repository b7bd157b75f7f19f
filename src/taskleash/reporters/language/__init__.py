"""The languages of reports for people: a catalogue from English texts to those of the language.

English is what stands in the code, and the key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cache

from taskleash.records import dataclass
from taskleash.sentences import Said, Sentence


@dataclass(frozen=True)
class Language:
    """What reporters say their words through; by convention its variable is called ``say``.

    ``texts`` has the translation of each English text, and of ``{count} noun`` for each noun that
    is counted. What it lacks is said in English.
    """

    code: str = "en"
    texts: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, text: str, /, **values: object) -> str:
        """The text in this language, its ``{fields}`` filled with the values."""
        found = self.texts.get(text, text)
        return found.format(**values) if values else found

    def told(self, said: Said) -> str:
        """A sentence in this language; a name or a line as it is."""
        if not isinstance(said, Sentence):
            return str(said)
        values = {name: self.told(value) for name, value in said.values}
        return self(said.text, **values)

    def count(self, count: int, noun: str) -> str:
        """The count and its noun: ``1 file``, ``2 files``, ``3 fixes``."""
        if template := self.texts.get(f"{{count}} {noun}"):
            return template.format(count=count)
        ending = "" if count == 1 else "es" if noun.endswith("x") else "s"
        return f"{count} {noun}{ending}"

    def can_be_written(self, encoding: str) -> bool:
        """Whether an encoding has the characters of the language."""
        try:
            "".join(self.texts.values()).encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True


ENGLISH = Language()


@cache
def language(code: str) -> Language:
    """The language of a code; English is in the code, each other in a file named after it."""
    if code == ENGLISH.code:
        return ENGLISH
    # Imported here because English needs neither.
    import json
    from importlib.resources import files

    catalogue = files(__name__).joinpath(f"{code}.json").read_text(encoding="utf-8")
    return Language(code, json.loads(catalogue))
