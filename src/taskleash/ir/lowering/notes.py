"""Notes of what the bodies of functions came to, beside the facts that they are about.

Apart from what makes them: whoever reads facts has no use for a parser.
"""

from __future__ import annotations

from dataclasses import dataclass

from taskleash.ir.model import TypeRef


@dataclass(frozen=True, slots=True)
class Annotated:
    """An attribute that a method annotates, ``self.x: int``, and the class that it belongs to."""

    owner: str
    name: str
    type: TypeRef


@dataclass(frozen=True, slots=True)
class BodyNote:
    """What lowering a body added to the facts of its module; ``digest`` stands for the body.

    So many lines came ``before`` the one ahead of its first. ``functions`` and ``classes`` are
    keys, in the order in which they were finished: the function whose body it is comes last.
    ``keys`` are all that were given while it was lowered, each after the qualified name that it is
    for.
    """

    digest: str
    before: int
    functions: tuple[str, ...]
    classes: tuple[str, ...]
    keys: tuple[tuple[str, str], ...]
    annotated: tuple[Annotated, ...]
