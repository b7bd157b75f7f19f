"""What the bodies of a module's functions came to, for when the module is read again.

Of a module that is being edited most functions stay as they are. What lowering one of them gave is
found by a digest of all that it was made from, so that only those that changed are parsed; they may
stand in other lines by now.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from taskleash.ir.lowering.cutting import Body, Cut, cut
from taskleash.ir.lowering.frame import Frame
from taskleash.ir.lowering.notes import BodyNote
from taskleash.ir.lowering.parser_bounds import without_data
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
from taskleash.ir.names import may_mention

#: in a module that is edited, bodies of so many lines are worth finding again
SHORT_BODY = 5
_DIGEST_BYTES = 16
#: a body that may say something of its class: ``self.name: type``
_ANNOTATES = re.compile(r"(?:^|[;:])\s*\(*\s*\w+\s*\.\s*\w+\s*\)*\s*:(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Lowered:
    """The facts of a module, with a note of each body that may be taken again, by its digest.

    The ``text`` is the module's, where all that it imports and all of its classes are known to
    stand in the order that they had: then bodies are found by that, too.
    """

    facts: ModuleFacts
    notes: Mapping[str, BodyNote] = field(default_factory=dict)
    text: str = ""

    @property
    def kept(self) -> KeptBodies | None:
        """The bodies that are found by the text."""
        if not self.text:
            return None
        return KeptBodies(cut(without_data(self.text), 0, SHORT_BODY), self.facts)

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
    if _is_nested(frame):
        return ""
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


class KeptBodies:
    """The bodies of an earlier text in which no class is defined.

    ``parts`` are those of the text, ``facts`` what it came to. What the module imports has not
    moved since then, nor have its classes; there may be more of both.
    """

    def __init__(self, parts: Cut | None, facts: ModuleFacts) -> None:
        self._facts = facts
        bodies = {} if parts is None else parts.bodies
        lines = sorted(cls.line for cls in facts.classes.values())

        def has_no_class(body: Body) -> bool:
            return bisect_left(lines, body.lines.start) == bisect_left(lines, body.lines.stop)

        self._bodies = {
            function.key: bodies[function.line]
            for function in facts.functions.values()
            if function.kind == "function"
            and function.line in bodies
            and has_no_class(bodies[function.line])
            and not _ANNOTATES.search(bodies[function.line].text)
        }
        self._functions = [*facts.functions.values()]
        self._places = {function.key: at for at, function in enumerate(self._functions)}

    def functions(
        self,
        frame: Frame,
        body: Body,
        imports: Mapping[str, str],
        classes: Mapping[str, ClassFacts],
    ) -> list[FunctionFacts]:
        """The function, after those in it, where lowering its body would give what it gave then.

        So far the module has bound these ``imports`` and ``classes``. Empty where it would not.
        """
        then = self._bodies.get(frame.key)
        if then is None or then.text != body.text:
            return []
        known = self._facts.functions[frame.key]
        if not _has_the_head(known, frame) or not self._has_known(classes):
            return []
        before = self._facts.imports
        changed = [n for n in {*before, *imports} if before.get(n) != imports.get(n)]
        if any(may_mention(body.text, name) for name in changed):
            return []
        by = body.before - then.before
        inner = [moved_function(each, by) for each in self._inside(frame.key, then)]
        return [*inner, headed(moved_function(known, by), frame)]

    def _inside(self, key: str, body: Body) -> Sequence[FunctionFacts]:
        """The functions that the body of one defines: they were finished right before it."""
        start = end = self._places[key]
        while start and self._functions[start - 1].line in body.lines:
            start -= 1
        return self._functions[start:end]

    def _has_known(self, classes: Mapping[str, ClassFacts]) -> bool:
        """Whether classes have the bases and fields that they had."""
        before = self._facts.classes
        return all(
            key in before
            and before[key].bases == cls.bases
            and [*before[key].fields] == [*cls.fields]
            for key, cls in classes.items()
        )


def _has_the_head(function: FunctionFacts, frame: Frame) -> bool:
    """Whether a function is what it was, as far as its body hangs on that."""
    return (
        frame.parent is not None
        and (function.qualname, function.owner, function.parent)
        == (frame.qualname, frame.owner, frame.parent.key)
        and function.is_async == (frame.is_async or frame.is_driven)
        and [(p.name, p.kind) for p in function.params] == [(p.name, p.kind) for p in frame.params]
        and [d.text for d in function.decorators] == [d.text for d in frame.decorators]
        and not _is_nested(frame)
    )


def _is_nested(frame: Frame) -> bool:
    """Whether a function is in another one: the names there are those of its whole body."""
    around = frame.parent
    while around is not None and around.kind in ("module", "class"):
        around = around.parent
    return around is not None


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
