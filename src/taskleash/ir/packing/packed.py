"""The facts of modules as bytes: which classes they are made of."""

from __future__ import annotations

from taskleash.ir import model
from taskleash.ir.lowering import notes
from taskleash.ir.packing.packing import Packing

FACT_CLASSES: tuple[type, ...] = (
    model.Arg,
    model.Call,
    model.Store,
    model.Await,
    model.Give,
    model.Delete,
    model.Use,
    model.Define,
    model.Import,
    model.Test,
    model.Block,
    model.If,
    model.Loop,
    model.Handler,
    model.Try,
    model.Case,
    model.Switch,
    model.Exit,
    model.TypeRef,
    model.Param,
    model.Collection,
    model.Decorator,
    model.FunctionFacts,
    model.ClassFacts,
    model.ModuleFacts,
)
#: the names of unions and of terms
FACT_ALIASES = frozenset({"Alts", "Event", "Step", "Term"})
#: facts name the same few types very often
SHARED_FACTS: frozenset[type] = frozenset({model.TypeRef})
FACTS = Packing(FACT_CLASSES, FACT_ALIASES, SHARED_FACTS)
#: the notes of bodies: a tuple of them
NOTES = Packing((notes.BodyNote, notes.Annotated, model.TypeRef), shared=SHARED_FACTS)
