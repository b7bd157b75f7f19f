"""What a generated program is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True)
class Binding:
    """Where the handle of a spawn goes.

    ``text`` binds it: ``$S`` and ``$T`` stand for spawning expressions. ``one`` is an expression
    for one handle, ``each`` one for all of them, ``box`` the container itself where it is one that
    can be emptied. ``home`` is ``local``, ``self`` or ``module``, ``before`` what has to stand
    where that begins. An ``optional`` handle may be None when it is ended.
    """

    text: str
    one: str = ""
    each: str = ""
    box: str = ""
    home: str = "local"
    before: str = ""
    top: str = ""
    optional: bool = False
    #: whether ``$S`` may contain an await
    awaits: bool = True


@dataclass(frozen=True)
class Ending:
    """What is done to one handle (``$t``) or to all of them (``$c``, ``$box``)."""

    text: str
    #: whether it leaves every handle that it is given as it was
    idle: bool = False

    @property
    def takes(self) -> str:
        """``one``, ``each`` or ``box``."""
        return "box" if "$box" in self.text else "each" if "$c" in self.text else "one"

    @property
    def awaits(self) -> bool:
        return "await " in self.text or "async " in self.text


@dataclass(frozen=True)
class Control:
    """How the spawn (a line ``$SPAWN``) and the ending (``$END``) are woven into a function.

    ``others`` are further endings: ``$OTHER`` cancels.
    """

    text: str
    generator: bool = False


@dataclass(frozen=True)
class Hop:
    """Helpers between the spawn, the function under test, and the ending.

    ``top`` is put above the function; there ``$E`` is a line that ends ``task`` (or ``tasks``).
    ``call`` replaces the ending; ``around`` is an expression that replaces ``$t`` in it.
    """

    top: str = ""
    call: str = ""
    around: str = ""


@dataclass(frozen=True)
class Spawn:
    """How a task is started: an expression with ``$W`` for the coroutine, and helpers for it."""

    text: str
    top: str = ""

    @property
    def awaits(self) -> bool:
        return "await " in self.text


@dataclass(frozen=True)
class Layout:
    """Where the function under test and the ending stand.

    ``text`` is the program around them, ``homes`` where handles may be kept; ``lives`` are the
    calls that the driver makes, first the constructor of an owner if there is one. ``teardown``
    says that the last call takes the owner down.
    """

    text: str
    homes: tuple[str, ...]
    lives: tuple[tuple[str, ...], ...]
    teardown: bool = False
    #: lives that a convention may rule out, so that what they leave may be reported or not; calls
    #: that go on at the same time are joined by ``&``
    unusual: tuple[tuple[str, ...], ...] = ()
    #: whether spawn and ending are in different functions
    apart: bool = False
    sync: bool = False


@dataclass(frozen=True)
class Combination:
    """The forms of one program by name; its text follows from them alone."""

    layout: str = "function"
    binding: str = "name"
    spawn: str = "create_task"
    work: str = "short"
    ending: str = "await"
    control: str = "straight"
    hop: str = "direct"

    def __str__(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.features().items())

    def features(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, features: Mapping[str, str]) -> Combination:
        return replace(cls(), **features)

    @classmethod
    def parsed(cls, text: str) -> Combination:
        """The combination that `str` gave. Raises TypeError or ValueError for another text."""
        return cls.of(dict(part.strip().split("=", 1) for part in text.split(";")))


@dataclass(frozen=True)
class Written:
    """A generated program: its text, and the mark of each line that spawns (``*`` for a helper)."""

    combination: Combination
    text: str
    marks: Mapping[int, str]
    layout: Layout
