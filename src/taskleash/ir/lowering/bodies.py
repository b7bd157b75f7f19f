"""What the bodies of a module's functions came to, for when the module is read again.

Of a module that is being edited most functions stay as they are. What lowering one of them gave is
found by a digest of all that it was made from, so that only those that changed are parsed; they may
stand in other lines by now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from taskleash.ir.lowering.cutting import Body
from taskleash.ir.lowering.frame import Frame
from taskleash.ir.lowering.notes import BodyNote
from taskleash.ir.model import (
    Block,
    Call,
    Case,
    ClassFacts,
    Event,
    Exit,
    FunctionFacts,
    Handler,
    If,
    Loop,
    ModuleFacts,
    Piece,
    Pos,
    Try,
)

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


# -- the facts of functions and classes that say the same and stand in other lines


def moved_function(function: FunctionFacts, by: int) -> FunctionFacts:
    """A function whose text was moved so many lines down; up where that is negative."""
    if not by:
        return function
    return replace(
        function,
        line=function.line + by,
        body=_block(function.body, by),
        events=tuple([_event(event, by) for event in function.events]),
    )


def moved_class(cls: ClassFacts, by: int) -> ClassFacts:
    """A class whose text was moved so many lines down."""
    return replace(cls, line=cls.line + by) if by else cls


def _event(event: Event, by: int) -> Event:
    if isinstance(event, Call):
        return replace(event, pos=_pos(event.pos, by), statement=_pos(event.statement, by))
    return replace(event, pos=_pos(event.pos, by))


def _pos(pos: Pos, by: int) -> Pos:
    line, column, end_line, end_column = pos
    return line + by, column, end_line + by, end_column


def _block(block: Block, by: int) -> Block:
    steps = [step if isinstance(step, int) else _step(step, by) for step in block.items]
    return Block(tuple(steps))


def _step(step: Piece | Exit, by: int) -> Piece | Exit:
    if isinstance(step, Exit):
        return replace(step, line=step.line + by)
    if isinstance(step, If):
        then, orelse = _block(step.then, by), _block(step.orelse, by)
        return replace(step, then=then, orelse=orelse, line=step.line + by)
    if isinstance(step, Loop):
        body, orelse = _block(step.body, by), _block(step.orelse, by)
        return replace(step, body=body, orelse=orelse, line=step.line + by)
    if isinstance(step, Try):
        return Try(
            _block(step.body, by),
            tuple(_handler(handler, by) for handler in step.handlers),
            _block(step.orelse, by),
            _block(step.final, by),
        )
    return replace(step, cases=tuple(_case(case, by) for case in step.cases))


def _handler(handler: Handler, by: int) -> Handler:
    return replace(handler, body=_block(handler.body, by), line=handler.line + by)


def _case(case: Case, by: int) -> Case:
    return replace(case, body=_block(case.body, by))
