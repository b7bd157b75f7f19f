"""One file's facts: a single pass over its libcst tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import islice

import libcst as cst

from taskleash.ir.imports import import_base
from taskleash.ir.lowering.bodies import SHORT_BODY, Lowered, context_of, digest_of, headed
from taskleash.ir.lowering.cutting import Body, Cut, WrongCut, body_of, check_place, cut
from taskleash.ir.lowering.frame import Frame
from taskleash.ir.lowering.headers import lowered_decorators, lowered_params
from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.lowering.notes import Annotated, BodyNote
from taskleash.ir.lowering.parser_bounds import check_depth, without_data
from taskleash.ir.lowering.scope import bindings
from taskleash.ir.lowering.statements import StatementLowering
from taskleash.ir.lowering.syntax import plain, syntax_error
from taskleash.ir.model import (
    MODULE,
    NO_TYPE,
    ClassFacts,
    Decorator,
    FunctionFacts,
    Give,
    ModuleFacts,
    TypeRef,
)
from taskleash.ir.names import may_mention, respell
from taskleash.ir.positions import Positions
from taskleash.ir.terms import Parameter
from taskleash.ir.types import dotted_name, type_ref
from taskleash.models.callables import GENERATOR_COROUTINES
from taskleash.source.loading import TOO_DEEP, InvalidSource, Source
from taskleash.source.modules import is_package

#: what libcst raises for a text that it does not take
_REFUSALS = (cst.ParserSyntaxError, cst.CSTValidationError)


def extract(source: Source) -> ModuleFacts:
    """The facts of one source file.

    Raises:
        InvalidSource: the file is not valid Python, or is nested too deeply to be read.
    """
    return lowered(source).facts


def lowered(source: Source, earlier: Lowered | None = None) -> Lowered:
    """The facts of one source file, with what may be taken again when it has changed.

    Bodies that are as they were ``earlier`` are not parsed. Raises InvalidSource as `extract` does.
    """
    text = without_data(source.text)
    check_depth(text)
    try:
        return _lowered(source, text, earlier)
    except _REFUSALS as refusal:
        plainer = plain(text)
        if plainer != text:
            with suppress(*_REFUSALS):
                return _lowered(source, plainer, earlier)
        raise syntax_error(source.text, refusal) from None


def _lowered(source: Source, text: str, earlier: Lowered | None) -> Lowered:
    try:
        parts = cut(text) if earlier is None else cut(text, 0, SHORT_BODY)
        if parts is not None:
            with suppress(*_REFUSALS, WrongCut):
                return ModuleLowering(source, text, parts, earlier).lowered()
        return ModuleLowering(source, text).lowered()
    except RecursionError:
        raise InvalidSource(TOO_DEEP) from None


class ModuleLowering:
    """Collects the functions and classes of one module while they are lowered.

    ``text`` is the module's. Where it was ``cut``, the bodies are parsed as they are needed: not
    those that are as they were ``earlier``.

    Raises:
        ParserSyntaxError: one of the texts is not valid Python.
    """

    def __init__(
        self, source: Source, text: str, parts: Cut | None = None, earlier: Lowered | None = None
    ) -> None:
        self.source = source
        self.tree, self.spans = _parsed(text if parts is None else parts.outline)
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.functions: dict[str, FunctionFacts] = {}
        self.classes: dict[str, ClassFacts] = {}
        self.fields: dict[str, dict[str, TypeRef]] = {}
        self._keys: set[str] = set()
        self._bodies = {} if parts is None else dict(parts.bodies)
        self._earlier = earlier
        self._kept = earlier.kept if earlier is not None else None
        self._notes: dict[str, BodyNote] = {}
        #: what notes are made of: the keys that were given so far, and the annotated attributes
        self._given: list[tuple[str, str]] = []
        self._annotated: list[Annotated] = []
        #: stands for the imports and classes so far, until there is another one
        self._context = b""
        self._is_package = is_package(source.path)

    def lowered(self) -> Lowered:
        """Lower the whole module.

        Raises:
            ParserSyntaxError: a body is not valid Python.
            WrongCut: what was cut out are not the bodies of functions.
        """
        frame = Frame(self._key(MODULE), MODULE, "module", 1)
        self._lower(frame, self.tree.body)
        if self._bodies:
            raise WrongCut
        return Lowered(self._facts(), self._notes)

    def _facts(self) -> ModuleFacts:
        return ModuleFacts(
            path=self.source.path,
            module=self.source.module,
            is_package=self._is_package,
            imports=self.imports,
            stars=tuple(self.stars),
            functions=self.functions,
            classes=self.classes,
        )

    def _key(self, qualname: str) -> str:
        key, count = qualname, 1
        while key in self._keys:
            count += 1
            key = f"{qualname}#{count}"
        self._keys.add(key)
        self._given.append((qualname, key))
        return key

    def _lower(self, frame: Frame, body: Sequence[cst.CSTNode]) -> StatementLowering:
        bound = bindings(body, self.spans)
        frame.global_names |= bound.global_names
        frame.nonlocal_names |= bound.nonlocal_names
        frame.local_names |= bound.assigned
        lowering = StatementLowering(self, frame)
        lowering.loop_exits = []
        lowering.body(body)
        self.functions[frame.key] = frame.finish()
        return lowering

    # -- functions

    def lower_function(self, node: cst.FunctionDef, around: Frame, outer: Lowering) -> str:
        """Lower a function definition; returns its key."""
        qualname = _qualified(around, node.name.value)
        frame = Frame(
            key=self._key(qualname),
            qualname=qualname,
            kind="function",
            line=self.spans.of(node.name)[0],
            parent=around,
            owner=around.owner if around.kind == "class" else "",
            is_async=node.asynchronous is not None,
            params=lowered_params(node.params, outer),
            returns=type_ref(node.returns.annotation) if node.returns is not None else NO_TYPE,
            decorators=lowered_decorators(node.decorators, outer),
        )
        frame.is_driven = any(map(self._makes_a_coroutine, frame.decorators))
        self._bind_params(frame)
        self._note_unread(node, frame)
        self._lower_body(frame, node.body)
        return frame.key

    def _note_unread(self, node: cst.FunctionDef, frame: Frame) -> None:
        """Note the parameters of a method, beside its instance, that its body mentions nowhere."""
        if frame.owner and (given := [each.name for each in frame.params[1:]]):
            body = self._bodies.get(frame.line)
            text = body.text if body else self.spans.text(node.body)
            frame.unread = tuple(name for name in given if not may_mention(text, name))

    def _makes_a_coroutine(self, decorator: Decorator) -> bool:
        """Whether it makes a generator into a coroutine, which awaits by ``yield from``."""
        first, dot, rest = decorator.text.partition(".")
        return self.imports.get(first, first) + dot + rest in GENERATOR_COROUTINES

    def _lower_body(self, frame: Frame, suite: cst.BaseSuite) -> None:
        body = self._bodies.pop(frame.line, None)
        if body is None:
            self._lower(frame, suite.body)
            return
        check_place(suite)
        if self._is_kept(frame, body):
            return
        digest = digest_of(body, frame, self._known_so_far())
        if not self._taken_again(digest, body, frame):
            with self._noted(digest, body):
                spans = self.spans
                tree, self.spans = _parsed(body.text, body.before)
                self._lower(frame, body_of(tree))
                self.spans = spans

    def _is_kept(self, frame: Frame, body: Body) -> bool:
        """Take what a body came to before a fix, if it is as it was; whether it is."""
        if self._kept is None:
            return False
        known = self._kept.functions(frame, body, self.imports, self.classes)
        if not known or not self._has_keys((each.qualname, each.key) for each in known[:-1]):
            return False
        self.functions |= {each.key: each for each in known}
        return True

    def _has_keys(self, keys: Iterable[tuple[str, str]]) -> bool:
        """Give keys for qualified names, if each gets the one that it had; whether all do."""
        given: list[str] = []
        for qualname, key in keys:
            given.append(self._key(qualname))
            if given[-1] != key:
                self._keys.difference_update(given)
                return False
        return True

    def _known_so_far(self) -> bytes:
        if not self._context:
            known = self.source.module, self._is_package, self.imports, self.classes
            self._context = context_of(*known)
        return self._context

    @contextmanager
    def _noted(self, digest: str, body: Body) -> Iterator[None]:
        """Notes what the block adds to the module."""
        functions, classes, stars = len(self.functions), len(self.classes), len(self.stars)
        given, annotated = len(self._given), len(self._annotated)
        yield
        # What is imported with a star belongs to the whole module.
        if digest and len(self.stars) == stars:
            own = tuple(islice(self.classes, classes, None))
            self._notes[digest] = BodyNote(
                digest,
                body.before,
                tuple(islice(self.functions, functions, None)),
                own,
                tuple(self._given[given:]),
                tuple(each for each in self._annotated[annotated:] if each.owner not in own),
            )

    def _taken_again(self, digest: str, body: Body, frame: Frame) -> bool:
        """Take what a body came to earlier, if that is known; whether it is."""
        earlier = self._earlier
        if earlier is None or (note := earlier.notes.get(digest)) is None:
            return False
        if not self._has_keys(note.keys):
            return False
        for each in note.annotated:
            self.fields[each.owner].setdefault(each.name, each.type)
        self._annotated += note.annotated
        functions = {each.key: each for each in earlier.functions(note, body.before)}
        functions[frame.key] = headed(functions[frame.key], frame)
        self.functions |= functions
        self.classes |= {each.key: each for each in earlier.classes(note, body.before)}
        self._notes[digest] = replace(note, before=body.before)
        if note.classes:
            self._context = b""
        return True

    def lower_lambda(self, node: cst.Lambda, outer: Lowering) -> str:
        """Lower a lambda; returns its key."""
        around = outer.frame
        qualname = _qualified(around, "<lambda>")
        frame = Frame(
            key=self._key(qualname),
            qualname=qualname,
            kind="lambda",
            line=self.spans.of(node)[0],
            parent=around,
            params=lowered_params(node.params, outer),
        )
        self._bind_params(frame)
        lowering = StatementLowering(self, frame)
        lowering.loop_exits = []
        frame.statement = around.statement
        value = lowering.expr(node.body)
        frame.emit(Give(self.spans.of(node), "return", value))
        self.functions[frame.key] = frame.finish()
        return frame.key

    def _bind_params(self, frame: Frame) -> None:
        for param in frame.params:
            frame.local_names.add(param.name)
            frame.env[param.name] = (Parameter(param.name),)
            frame.defs[param.name] = {Parameter(param.name): None}

    # -- classes

    def lower_class(self, node: cst.ClassDef, around: Frame, outer: Lowering) -> str:
        """Lower a class definition; returns its key."""
        qualname = _qualified(around, node.name.value)
        key = self._key(qualname)
        self.fields[key] = {}
        frame = Frame(
            key=self._key(f"{qualname}.<class>"),
            qualname=qualname,
            kind="class",
            line=self.spans.of(node.name)[0],
            parent=around,
            owner=key,
        )
        for arg in (*node.bases, *node.keywords):
            if isinstance(arg.value, cst.Call):
                outer.read(arg.value)
        lowering = self._lower(frame, node.body.body)
        methods: dict[str, tuple[str, ...]] = {}
        for function in self.functions.values():
            if function.owner == key and function.kind == "function":
                methods[function.name] = (*methods.get(function.name, ()), function.key)
        self.classes[key] = ClassFacts(
            key=key,
            qualname=qualname,
            parent=around.key if around.kind not in ("module", "class") else "",
            line=frame.line,
            bases=tuple(type_ref(arg.value) for arg in node.bases),
            decorators=lowered_decorators(node.decorators, outer),
            fields={**lowering.frame.annotations, **self.fields[key]},
            methods=methods,
        )
        self._context = b""
        return key

    def annotate_attribute(self, frame: Frame, target: cst.Attribute, ref: TypeRef) -> None:
        """Note the type of ``self.x`` where it is annotated in a method."""
        method: Frame | None = frame
        while method is not None and not method.owner:
            method = method.parent
        if method is None or method.kind != "function" or not method.params:
            return
        if dotted_name(target.value) == method.params[0].name:
            self.fields[method.owner].setdefault(target.attr.value, ref)
            self._annotated.append(Annotated(method.owner, target.attr.value, ref))

    # -- imports

    def bind_import(self, name: str, dotted: str) -> None:
        """Note what a global name of the module is imported from."""
        self.imports[name] = dotted
        self._context = b""

    def imported(self, node: cst.Import | cst.ImportFrom) -> dict[str, str]:
        """The local names that an import binds, each with the dotted name it stands for."""
        if isinstance(node, cst.Import):
            names: dict[str, str] = {}
            for alias in node.names:
                dotted = alias.evaluated_name
                if alias.evaluated_alias:
                    names[alias.evaluated_alias] = dotted
                else:
                    top = dotted.partition(".")[0]
                    names[top] = top
            return names
        base = import_base(node, self.source.module, self._is_package)
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(base)
            return {}
        return {
            alias.evaluated_alias or alias.evaluated_name: f"{base}.{alias.evaluated_name}"
            for alias in node.names
        }


def _parsed(text: str, before: int = 0) -> tuple[cst.Module, Positions]:
    """The tree of a text, and where its nodes stand with so many lines before it."""
    tree = cst.parse_module(text)
    spans = Positions(tree, before)
    respell(tree, text)
    return tree, spans


def _qualified(around: Frame, name: str) -> str:
    return name if around.kind == "module" else f"{around.qualname}.{name}"
