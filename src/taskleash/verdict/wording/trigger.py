"""What makes a site run: the calls that lead to it, up to where something from outside comes in."""

from __future__ import annotations

import ast

from taskleash.ir.model import Arg, Block, Collection, If, Switch, Test
from taskleash.ir.terms import Attribute, Constant, Parameter, Result, Term
from taskleash.models.callables import SERVERS
from taskleash.models.calling import (
    CALLED_BY_BASES,
    CONNECTION,
    DATA,
    DATAGRAM,
    MESSAGE,
    REGISTERING_WORDS,
    REQUEST,
)
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.vocabulary import words
from taskleash.semantics.calls import Calls
from taskleash.semantics.context import around
from taskleash.semantics.entities import External, Function
from taskleash.sentences import NOTHING, Sentence, claim, sentence

_MAX_LINKS = 3
_MAX_SHOWN = 40


def trigger(function: Function, calls: Calls) -> tuple[Sentence, ...]:
    """The way to a function in words, none where it is not known: ``from `f` for "x"``.

    At most three links; the way is followed where there is one caller only.
    """
    found: list[Sentence] = []
    current, seen = function, {function}
    while len(found) < _MAX_LINKS:
        entry = _entry(current, calls)
        if entry:
            found.append(entry)
            break
        callers = dict(calls.callers(current))
        if len(callers) != 1:
            break
        ((above, index),) = callers.items()
        while len(outer := dict(calls.callers(above))) == 1 and set(outer) <= {*above.nesting[1:]}:
            ((above, index),) = outer.items()
        if above in seen or above.facts.kind != "function":
            break
        case = _case(above, index)
        text = claim("from `{function}` for {case}") if case else claim("from `{function}`")
        found.append(sentence(text, function=above.qualname, **({"case": case} if case else {})))
        if case:
            break
        seen.add(above)
        current = above
    return tuple(found)


def _entry(function: Function, calls: Calls) -> Sentence:
    """How something outside the program comes to call a function, if it does."""
    return (
        _route(function)
        or _registered(function, calls)
        or _of_a_base(function)
        or _dispatched(function)
    )


def _route(function: Function) -> Sentence:
    """``@app.post("/x")``, ``@bot.event``: the decorator, as written.

    A decorator that only stands around a function makes nothing call it.
    """
    around_it = function.parent
    for decorator in function.facts.decorators:
        last = decorator.text.rpartition(".")[2]
        if REGISTERING_WORDS.isdisjoint(words(last)):
            continue
        for term in decorator.value if around_it is not None else ():
            if isinstance(term, Result) and around_it is not None:
                name = _first_text(around_it.call(term.event).args)
                if name:
                    return sentence("by `{call}`", call=f'@{decorator.text}("{name}")')
        if LIFECYCLE.registers_as_it_is(last) and "." in decorator.text:
            return sentence("by `{call}`", call=f"@{decorator.text}")
    return NOTHING


def _registered(function: Function, calls: Calls) -> Sentence:
    """``bus.on("x", function)``: what registers it for a name."""
    for holder, index in calls.references(function):
        call = holder.call(index)
        name = _first_text(call.args)
        if name:
            return sentence("by `{call}`", call=f'{call.text}("{name}")')
        named = {c.dotted for c in calls.callees(holder, call) if isinstance(c, External)}
        if named & SERVERS:
            return sentence("for each connection of `{call}`", call=call.text)
    return NOTHING


_COMES_IN = {
    CONNECTION: claim("for each connection of `{call}`"),
    MESSAGE: claim("for each message of `{call}`"),
    REQUEST: claim("for each request of `{call}`"),
    DATAGRAM: claim("for each datagram of `{call}`"),
    DATA: claim("for each piece of data of `{call}`"),
}


def _of_a_base(function: Function) -> Sentence:
    """What comes in when a base from outside of the program calls a method."""
    for cls in function.owner.mro if function.owner is not None else ():
        for ref, base in cls.outside_bases():
            known = CALLED_BY_BASES.get(base.dotted, {})
            if function.name in known:
                return sentence(_COMES_IN[known[function.name]], call=ref.name)
    return NOTHING


def _dispatched(function: Function) -> Sentence:
    """A table from names to functions that has it."""
    for holder in function.module.tabling:
        for collection in filter(_is_table, holder.facts.collections):
            for key, item in zip(collection.keys, collection.items, strict=False):
                if key and any(_means(holder, function, term) for term in item):
                    return sentence("for {case}", case=_quoted(key))
    return NOTHING


def _is_table(collection: Collection) -> bool:
    """Whether a dict leads from names to functions; a record has texts and numbers beside one."""
    plain = (term for item in collection.items if len(item) == 1 for term in item)
    return not any(isinstance(term, Constant) and term.text != "None" for term in plain)


def _means(holder: Function, function: Function, term: Term) -> bool:
    if (
        isinstance(term, Attribute)
        and function.owner is not None
        and holder.owner is function.owner
    ):
        return term.base == Parameter(holder.self_name) and term.name == function.name
    return function.module.program.symbol(holder, term) is function


def _case(caller: Function, index: int) -> str:
    """The constant that a call is made for: ``if kind == "x"``, ``case "x"``."""
    for frame in reversed(around(caller, index)):
        item = frame.item
        if isinstance(item, If) and frame.branch == "then":
            name = _compared(item.test)
            if name:
                return name
        elif isinstance(item, Switch):
            for case in item.cases:
                if case.pattern and _holds(case.body, index):
                    return _quoted(case.pattern)
    return ""


def _holds(block: Block, index: int) -> bool:
    """Whether a block has the event itself, or behind the guard of a case."""
    guarded = (item.then for item in block.items if isinstance(item, If))
    return index in block.items or any(index in then.items for then in guarded)


def _compared(test: Test) -> str:
    """The constant that a condition asks for, where it asks for one."""
    if test.kind == "and":
        return next(filter(None, map(_compared, test.parts)), "")
    if test.kind != "other":
        return ""
    try:
        node = ast.parse(test.text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
        return ""
    right = node.comparators[0]
    if isinstance(right, ast.Constant) and isinstance(right.value, str):
        return _shown(right.value)
    if isinstance(right, ast.Attribute):
        return f"`{ast.unparse(right)}`"
    return ""


def _first_text(args: tuple[Arg, ...]) -> str:
    """The string that a call is given first, by which it names an event or a path."""
    first = args[0] if args and not args[0].key else None
    texts = (
        [term.text for term in first.value if isinstance(term, Constant)]
        if first is not None
        else []
    )
    if len(texts) != 1:
        return ""
    quoted = _quoted(str(texts[0]))
    return quoted.strip('"') if quoted.startswith('"') else ""


def _quoted(constant: str) -> str:
    """A string constant as written, in double quotes; empty for anything else."""
    try:
        value = ast.literal_eval(constant)
    except (ValueError, SyntaxError):
        return ""
    return _shown(value) if isinstance(value, str) else ""


def _shown(text: str) -> str:
    short = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
    return f'"{short}"'
