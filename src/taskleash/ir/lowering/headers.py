"""What the header of a function or class says: its parameters and its decorators."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.ir.lowering.lowering import Lowering
from taskleash.ir.model import NO_TYPE, Decorator, Param, ParamKind
from taskleash.ir.types import type_ref, written


def lowered_params(node: cst.Parameters, outer: Lowering) -> tuple[Param, ...]:
    """The parameters of a function, with what ``outer`` evaluates for them."""
    found: list[Param] = []
    groups: list[tuple[ParamKind, Sequence[cst.Param]]] = [
        ("", (*node.posonly_params, *node.params)),
        ("*", (node.star_arg,) if isinstance(node.star_arg, cst.Param) else ()),
        ("key", node.kwonly_params),
        ("**", (node.star_kwarg,) if node.star_kwarg is not None else ()),
    ]
    for kind, params in groups:
        for param in params:
            ref = type_ref(param.annotation.annotation) if param.annotation is not None else NO_TYPE
            found.append(Param(param.name.value, kind, ref, outer.expr(param.default)))
    return tuple(found)


def lowered_decorators(nodes: Sequence[cst.Decorator], outer: Lowering) -> tuple[Decorator, ...]:
    """The decorators of a function or class, each as it is written and as what it evaluates to."""
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
