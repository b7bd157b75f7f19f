"""What the bodies of a module's functions came to, for when the module is read again.

Of a module that is being edited most functions stay as they are. What lowering one of them gave is
found by a digest of all that it was made from, so that only those that changed are parsed; they may
stand in other lines by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from taskleash.facts.cutting import Body
from taskleash.facts.frame import Frame
from taskleash.facts.model import ClassFacts, FunctionFacts, ModuleFacts
from taskleash.facts.moving import moved_class, moved_function
from taskleash.facts.notes import BodyNote

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class Lowered:
    """The facts of a module, with a note of each body that may be taken again, by its digest."""

    facts: ModuleFacts
    notes: Mapping[str, BodyNote] = field(default_factory=dict)

    def functions(self, note: BodyNote, before: int) -> Iterable[FunctionFacts]:
        """Those that a body added, as they stand with so many lines before it."""
        by = before - note.before
        return (moved_function(self.facts.functions[key], by) for key in note.functions)

    def classes(self, note: BodyNote, before: int) -> Iterable[ClassFacts]:
        """The same of classes."""
        by = before - note.before
        return (moved_class(self.facts.classes[key], by) for key in note.classes)


def digest_of(body: Body, frame: Frame, context: bytes) -> str:
    """Stands for all that lowering a body hangs on; empty where that is more than can be said.

    ``context`` stands for what is known of the module by then.
    """
    around = frame.parent
    while around is not None:
        if around.kind not in ("module", "class"):
            # The names of a function around it are those of its whole body.
            return ""
        around = around.parent
    head = (frame.key, frame.qualname, frame.owner, frame.is_async, frame.is_driven)
    params = tuple((param.name, param.kind) for param in frame.params)
    hashed = blake2b(context, digest_size=_DIGEST_BYTES)
    hashed.update(repr((head, params)).encode("utf-8", "surrogatepass"))
    hashed.update(body.text.encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()


def context_of(
    module: str, is_package: bool, imports: Mapping[str, str], classes: Mapping[str, ClassFacts]
) -> bytes:
    """Stands for what lowering a function may ask of its module.

    Those are where names are imported from, and of classes the bases and the fields.
    """
    known = [(cls.key, cls.bases, tuple(cls.fields)) for cls in classes.values()]
    said = repr((module, is_package, list(imports.items()), known))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


def headed(function: FunctionFacts, frame: Frame) -> FunctionFacts:
    """A function with the header that it has by now, whatever that was when it was lowered."""
    return replace(
        function,
        line=frame.line,
        params=frame.params,
        unread=frame.unread,
        returns=frame.returns,
        decorators=frame.decorators,
    )
