"""One file's facts: a single pass over its libcst tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import libcst as cst

from taskleash.facts.bounds import check_depth, without_data
from taskleash.facts.cutting import Body, WrongCut, body_of, cut
from taskleash.facts.expressions import ExpressionLowering
from taskleash.facts.frame import Frame
from taskleash.facts.model import (
    MODULE,
    NO_TYPE,
    ClassFacts,
    Decorator,
    FunctionFacts,
    Give,
    ModuleFacts,
    Param,
    TypeRef,
)
from taskleash.facts.names import respell
from taskleash.facts.positions import Positions
from taskleash.facts.scope import bindings
from taskleash.facts.statements import StatementLowering
from taskleash.facts.syntax import plain, syntax_error
from taskleash.facts.terms import Parameter
from taskleash.facts.types import dotted_name, type_ref, written
from taskleash.source.loading import TOO_DEEP, InvalidSource, Source
from taskleash.source.modules import is_package

#: what libcst raises for a text that it does not take
_REFUSALS = (cst.ParserSyntaxError, cst.CSTValidationError)
_NO_BODIES: Mapping[int, Body] = {}


def extract(source: Source) -> ModuleFacts:
    """The facts of one source file.

    Raises:
        InvalidSource: the file is not valid Python, or is nested too deeply to be read.
    """
    text = without_data(source.text)
    check_depth(text)
    try:
        return _extracted(source, text)
    except _REFUSALS as refusal:
        plainer = plain(text)
        if plainer != text:
            with suppress(*_REFUSALS):
                return _extracted(source, plainer)
        raise syntax_error(source.text, refusal) from None


def _extracted(source: Source, text: str) -> ModuleFacts:
    try:
        parts = cut(text)
        if parts is not None:
            with suppress(*_REFUSALS, WrongCut):
                return ModuleLowering(source, parts.outline, parts.bodies).facts()
        return ModuleLowering(source, text).facts()
    except RecursionError:
        raise InvalidSource(TOO_DEEP) from None


class ModuleLowering:
    """Collects the functions and classes of one module while they are lowered.

    ``text`` is the module's; the ``bodies`` that were cut out of it are parsed as they are needed.

    Raises:
        ParserSyntaxError: one of the texts is not valid Python.
    """

    def __init__(self, source: Source, text: str, bodies: Mapping[int, Body] = _NO_BODIES) -> None:
        self.source = source
        self.tree = cst.parse_module(text)
        self.spans = Positions(self.tree)
        respell(self.tree, text)
        self.imports: dict[str, str] = {}
        self.stars: list[str] = []
        self.functions: dict[str, FunctionFacts] = {}
        self.classes: dict[str, ClassFacts] = {}
        self.fields: dict[str, dict[str, TypeRef]] = {}
        self._keys: set[str] = set()
        self._bodies = dict(bodies)
        self._is_package = is_package(source.path)

    def facts(self) -> ModuleFacts:
        """Lower the whole module.

        Raises:
            ParserSyntaxError: a body is not valid Python.
            WrongCut: what was cut out are not the bodies of functions.
        """
        frame = Frame(self._key(MODULE), MODULE, "module", 1)
        self._lower(frame, self.tree.body)
        if self._bodies:
            raise WrongCut
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

    def lower_function(self, node: cst.FunctionDef, around: Frame, outer: StatementLowering) -> str:
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
            params=_params(node.params, outer),
            returns=type_ref(node.returns.annotation) if node.returns is not None else NO_TYPE,
            decorators=_decorators(node.decorators, outer),
        )
        self._bind_params(frame)
        self._lower_body(frame, node.body)
        return frame.key

    def _lower_body(self, frame: Frame, suite: cst.BaseSuite) -> None:
        body = self._bodies.pop(frame.line, None)
        if body is None:
            self._lower(frame, suite.body)
            return
        tree = cst.parse_module(body.text)
        spans, self.spans = self.spans, Positions(tree, body.before)
        respell(tree, body.text)
        self._lower(frame, body_of(tree, suite))
        self.spans = spans

    def lower_lambda(self, node: cst.Lambda, outer: ExpressionLowering) -> str:
        """Lower a lambda; returns its key."""
        around = outer.frame
        qualname = _qualified(around, "<lambda>")
        frame = Frame(
            key=self._key(qualname),
            qualname=qualname,
            kind="lambda",
            line=self.spans.of(node)[0],
            parent=around,
            params=_params(node.params, outer),
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

    def lower_class(self, node: cst.ClassDef, around: Frame, outer: StatementLowering) -> str:
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
            decorators=_decorators(node.decorators, outer),
            fields={**lowering.frame.annotations, **self.fields[key]},
            methods=methods,
        )
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

    # -- imports

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
        base = self._import_base(node)
        if isinstance(node.names, cst.ImportStar):
            self.stars.append(base)
            return {}
        return {
            alias.evaluated_alias or alias.evaluated_name: f"{base}.{alias.evaluated_name}"
            for alias in node.names
        }

    def _import_base(self, node: cst.ImportFrom) -> str:
        name = dotted_name(node.module) if node.module is not None else ""
        level = len(node.relative)
        if not level:
            return name
        parts = self.source.module.split(".")
        keep = len(parts) - level + (1 if self._is_package else 0)
        return ".".join([*parts[: max(keep, 0)], *([name] if name else [])])


def _qualified(around: Frame, name: str) -> str:
    return name if around.kind == "module" else f"{around.qualname}.{name}"


def _params(node: cst.Parameters, outer: ExpressionLowering) -> tuple[Param, ...]:
    found: list[Param] = []
    groups = [
        ("", (*node.posonly_params, *node.params)),
        ("*", (node.star_arg,) if isinstance(node.star_arg, cst.Param) else ()),
        ("key", node.kwonly_params),
        ("**", (node.star_kwarg,) if node.star_kwarg is not None else ()),
    ]
    for kind, params in groups:
        for param in params:
            ref = type_ref(param.annotation.annotation) if param.annotation is not None else NO_TYPE
            default = outer.expr(param.default)
            found.append(Param(param.name.value, kind, ref, default))
    return tuple(found)


def _decorators(nodes: Sequence[cst.Decorator], outer: StatementLowering) -> tuple[Decorator, ...]:
    found: list[Decorator] = []
    for node in nodes:
        decorator = node.decorator
        called = isinstance(decorator, cst.Call)
        if isinstance(decorator, cst.Call):
            outer.frame.statement = outer.spans.of(decorator)
        value = outer.expr(decorator)
        target = decorator.func if isinstance(decorator, cst.Call) else decorator
        found.append(Decorator(written(target), value, called))
    return tuple(found)
