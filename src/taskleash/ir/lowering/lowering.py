"""What the parts of lowering ask of each other: expressions hold conditions, and those expressions.

One object lowers a function; the modules around it each know how to lower some kinds of syntax, and
come back to it for what stands inside of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Protocol

import libcst as cst

from taskleash.ir.lowering.frame import Frame
from taskleash.ir.model import Block, ClassFacts, Test, TypeRef
from taskleash.ir.positions import Positions
from taskleash.ir.terms import Alts


class OfModule(Protocol):
    """The module that a function stands in, while it is lowered."""

    spans: Positions
    imports: dict[str, str]
    stars: list[str]

    @property
    def classes(self) -> Mapping[str, ClassFacts]:
        """The classes so far, by key."""

    def lower_lambda(self, node: cst.Lambda, outer: Lowering) -> str:
        """Lower a lambda; returns its key."""

    def lower_function(self, node: cst.FunctionDef, around: Frame, outer: Lowering) -> str:
        """Lower a nested function; returns its key."""

    def lower_class(self, node: cst.ClassDef, around: Frame, outer: Lowering) -> str:
        """Lower a class definition; returns its key."""

    def imported(self, node: cst.Import | cst.ImportFrom) -> dict[str, str]:
        """The local names that an import binds, and the dotted names that they stand for."""

    def bind_import(self, name: str, dotted: str) -> None:
        """Note that a name of the module stands for what was imported."""

    def annotate_attribute(self, frame: Frame, target: cst.Attribute, ref: TypeRef) -> None:
        """Note the type of ``self.x`` where it is annotated in a method."""


class Lowering(ABC):
    """Lowers one function of a ``module`` into its ``frame``."""

    def __init__(self, module: OfModule, frame: Frame) -> None:
        self.module = module
        self.frame = frame
        self.spans = module.spans
        #: the condition that the statement before has bound to a name
        self.named: dict[str, cst.BaseExpression] = {}

    @abstractmethod
    def expr(self, node: cst.CSTNode | None) -> Alts:
        """The alternatives that an expression stands for; its events are emitted in order."""

    @abstractmethod
    def read(self, node: cst.CSTNode) -> Alts:
        """Lower an expression whose value goes somewhere that is not followed."""

    @abstractmethod
    def test(self, node: cst.BaseExpression) -> Test:
        """Lower a condition, keeping what it asks."""

    @abstractmethod
    def assign(self, target: cst.BaseExpression, value: Alts, op: str = "") -> None:
        """Bind a target: a local name, or a store event for everything else."""

    @abstractmethod
    def suite(self, node: cst.BaseSuite) -> tuple[Block, bool]:
        """Lower a suite into a block of its own; true where control reaches its end."""
