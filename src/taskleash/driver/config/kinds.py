"""The kinds of values that keys take: each checks a value, and says its JSON schema."""

from __future__ import annotations

import re
from typing import Any, Protocol

from taskleash.driver.config.errors import WrongValue, did_you_mean
from taskleash.records import dataclass
from taskleash.reporters.registry import FORMATS
from taskleash.rules import selection
from taskleash.rules.registry import UnknownRule

Schema = dict[str, Any]
#: each file is held against each pattern: nobody has so many of them
MOST = 10_000


class ValueKind(Protocol):
    """What a key takes."""

    def read(self, value: object) -> Any:
        """The value as settings carry it; raises `WrongValue`."""

    def schema(self) -> Schema:
        """The JSON schema of what `read` takes."""


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def read(self, value: object) -> bool:
        """See `ValueKind`."""
        if isinstance(value, bool):
            return value
        spelled = str(value).lower()
        hint = f"write {spelled}, without quotes" if spelled in ("true", "false") else ""
        raise WrongValue("true or false", value, hint)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class Number:
    """A whole number, not negative."""

    def read(self, value: object) -> int:
        """See `ValueKind`."""
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        raise WrongValue("a whole number from 0 on", value)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "integer", "minimum": 0}


@dataclass(frozen=True)
class Scalar:
    """True or false, a number, or text."""

    def read(self, value: object) -> bool | int | float | str:
        """See `ValueKind`."""
        if isinstance(value, bool | int | float | str):
            return value
        raise WrongValue("true, false, a number or a string", value, is_quoted=False)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": ["boolean", "number", "string"]}


@dataclass(frozen=True)
class Text:
    """Text of a form; ``what`` names it in messages."""

    what: str
    form: str = r"[^\0]+"

    def read(self, value: object) -> str:
        """See `ValueKind`."""
        if isinstance(value, str) and re.fullmatch(self.form, value):
            return value
        raise WrongValue(self.what, value)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "string", "pattern": f"^(?:{self.form})$"}


@dataclass(frozen=True)
class Choice:
    """One of several words."""

    words: tuple[str, ...]

    def read(self, value: object) -> str:
        """See `ValueKind`."""
        if isinstance(value, str) and value in self.words:
            return value
        raise WrongValue(f"one of {', '.join(self.words)}", value, did_you_mean(value, self.words))

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True)
class RuleSelector:
    """The code of a rule, a prefix of codes, or ``ALL``."""

    def read(self, value: object) -> str:
        """See `ValueKind`."""
        expected = "a rule, a prefix of rules or ALL"
        if not isinstance(value, str):
            raise WrongValue(expected, value)
        try:
            selection.check(value)
        except UnknownRule as error:
            hint = f"did you mean {error.nearest}?" if error.nearest else ""
            raise WrongValue(expected, value, hint) from None
        return value

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "string", "enum": selection.selectors()}


@dataclass(frozen=True)
class Format:
    """The name of a format. Where a file is written, only the command line says."""

    def read(self, value: object) -> str:
        """See `ValueKind`."""
        if isinstance(value, str) and value in FORMATS:
            return value
        hint = did_you_mean(value, FORMATS) if isinstance(value, str) else ""
        if any("=" in str(item) for item in (value if isinstance(value, list) else [value])):
            hint = "only the command line names files to write: --format NAME=FILE"
        raise WrongValue(f"one of {', '.join(FORMATS)}", value, hint)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "string", "enum": list(FORMATS)}


@dataclass(frozen=True)
class ListOf:
    """A list whose items are of one kind; ``what`` names them in the plural."""

    item: ValueKind
    what: str

    def read(self, value: object) -> tuple[Any, ...]:
        """See `ValueKind`."""
        if isinstance(value, list):
            if len(value) > MOST:
                raise WrongValue(f"at most {MOST} {self.what}", value, f"there are {len(value)}")
            return tuple(map(self.item.read, value))
        hint = f'write ["{value}"]' if isinstance(value, str) and '"' not in value else ""
        raise WrongValue(f"a list of {self.what}", value, hint)

    def schema(self) -> Schema:
        """See `ValueKind`."""
        return {"type": "array", "items": self.item.schema(), "maxItems": MOST}


@dataclass(frozen=True)
class TableOf:
    """A table whose values are of one kind, and its keys where that is given.

    ``what`` describes it, and it has at most so many entries where that is given.
    """

    item: ValueKind
    what: str
    key: ValueKind | None = None
    most: int | None = None

    def read(self, value: object) -> dict[str, Any]:
        """See `ValueKind`."""
        if not isinstance(value, dict):
            raise WrongValue(self.what, value)
        if self.most is not None and len(value) > self.most:
            raise WrongValue(f"at most {self.most} entries", value, f"there are {len(value)}")
        return {name: self._item(name, item) for name, item in value.items()}

    def _item(self, name: str, value: object) -> Any:
        if self.key is not None:
            self.key.read(name)
        try:
            return self.item.read(value)
        except WrongValue as error:
            error.path = (name, *error.path)
            raise

    def schema(self) -> Schema:
        """See `ValueKind`."""
        keys = {} if self.key is None else {"propertyNames": self.key.schema()}
        most = {} if self.most is None else {"maxProperties": self.most}
        return {"type": "object", "additionalProperties": self.item.schema(), **keys, **most}
