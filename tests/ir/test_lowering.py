"""What expressions, targets and patterns of small programs are lowered to."""

from __future__ import annotations

import pytest

from taskleash.ir.lowering.extract import extract
from taskleash.ir.model import Await, Call, Case, Delete, FunctionFacts, If, Loop, Store, Switch
from taskleash.ir.packing.packed import FACTS
from taskleash.ir.terms import (
    EACH,
    SOME,
    UNKNOWN,
    Alts,
    Attribute,
    Constant,
    Display,
    Element,
    Global,
    Item,
    Local,
    Nested,
    Parameter,
    Result,
    Spread,
)
from taskleash.source.loading import Source

P = Parameter("p")


def lowered(body: str, key: str = "f") -> FunctionFacts:
    """A function of one parameter with this body; it survives packing."""
    text = "def f(p, q=0):\n" + "".join(f"    {line}\n" for line in body.splitlines())
    facts = extract(Source("module.py", "module", text))
    assert FACTS.unpack(FACTS.pack(facts)) == facts
    return facts.functions[key]


def awaited(facts: FunctionFacts) -> list[Alts]:
    return [event.value for event in facts.events if isinstance(event, Await)]


def kept(facts: FunctionFacts, term: object) -> tuple[str, tuple[Alts, ...]]:
    assert isinstance(term, Display)
    collection = facts.collections[term.number]
    return collection.kind, collection.items


# -- definitions


def test_a_name_with_many_definitions_stands_for_any_of_them() -> None:
    branches = "\n".join(f"if p == {n}:\n    t = make{n}()" for n in range(10))
    facts = lowered(f"t = first()\n{branches}\nawait t")

    assert Local("t") in awaited(facts)[0]
    made = [
        e.text for t in facts.defs["t"] if isinstance(t, Result) for e in [facts.events[t.event]]
    ]
    assert made == ["first", *(f"make{n}" for n in range(10))]


def test_a_value_of_which_nothing_is_known_is_a_definition_too() -> None:
    facts = lowered("t = None\nif p:\n    t = p < 1\nawait t")

    assert awaited(facts) == [(*UNKNOWN, Constant("None"))]
    assert facts.defs["t"] == (Constant("None"), *UNKNOWN)


def test_a_number_that_is_added_to_is_another_one() -> None:
    assert awaited(lowered("n = 0\nn += 1\nawait n")) == [UNKNOWN]


# -- elements


@pytest.mark.parametrize(
    ("code", "term"),
    [
        ('await p["a"]', Element(P, "'a'")),
        ("await p['a']", Element(P, "'a'")),
        ("await p[0]", Element(P, "0")),
        ("await p[-1]", Element(P, "-1")),
        ("await p[q]", Element(P, "q")),
        ("await p[q.name]", Element(P, "q.name")),
        ("await p[q + 1]", Element(P, SOME)),
        ("await p[q, 1]", Element(P, SOME)),
        ("for x in p:\n    await x", Element(P, EACH)),
        ("for k in p:\n    await p[k]", Element(P, EACH)),
        ("for k in list(p):\n    await p[k]", Element(P, EACH)),
        ("for i in range(len(p)):\n    await p[i]", Element(P, EACH)),
        ("for k in q:\n    await p[k]", Element(P, "k")),
        ("a, b = p\nawait b", Item(P, 1)),
        ("*a, b = p\nawait b", Item(P, -1)),
        ("ts = [p, q]\nawait ts[1]", Parameter("q")),
        ("ts = p, q\nts_ = ts\nawait ts_[-1]", Parameter("q")),
        ("ts = {'a': p}\nawait ts['a']", P),
        ("ts = [p, q]\nts[0] = 1\nawait ts[0]", Element(Display(0), "0")),
        ("ts = [p, q]\nts.reverse()\nawait ts[0]", Element(Display(0), "0")),
        ("ts = [p, q]\nwhile p:\n    await ts[0]", Element(Display(0), "0")),
        ("ts = [x for x in p]\nawait ts[0]", Element(Display(0), "0")),
    ],
)
def test_an_element_has_the_key_by_which_it_is_named(code: str, term: object) -> None:
    assert awaited(lowered(code)) == [(term,)]


@pytest.mark.parametrize(
    ("key", "is_constant"),
    [
        ("'a'", True),
        ("0", True),
        ("-1", True),
        ("None", True),
        ("a", False),
        ("a.b", False),
        (EACH, False),
        (SOME, False),
    ],
)
def test_a_constant_key_is_told_from_a_name(key: str, is_constant: bool) -> None:
    assert Element(P, key).is_constant is is_constant


def test_what_is_deleted_is_an_element_or_all() -> None:
    facts = lowered("del p[1:], p[:], p['a']")

    deleted = [event.target for event in facts.events if isinstance(event, Delete)]
    assert deleted == [Element(P, SOME), P, Element(P, "'a'")]


# -- containers


@pytest.mark.parametrize(
    ("code", "kind", "items"),
    [
        ("await p[1:]", "rest", ((Spread(P),),)),
        ("a, *b = p\nawait b", "rest", ((Spread(P),),)),
        ("a, *b = 1, p, q\nawait b", "list", ((P,), (Parameter("q"),))),
        ("for a, *b in p:\n    await b", "rest", ((Spread(Element(P)),),)),
        ("await ([p] * q)", "mix", ((Spread(Display(0)),),)),
        ("await (q * [p])", "mix", ((Spread(Display(0)),),)),
        ("await dict(a=p)", "dict", ((P,),)),
        ("await dict(p, a=q)", "dict", ((Spread(P),), (Parameter("q"),))),
        ("await dict([('k', p)])", "dict", ((P,),)),
        ("await dict((k, p) for k in q)", "dict", ((P,),)),
        ("await dict(zip(p, q))", "dict", ((Element(Parameter("q")),),)),
        ("await {**p, 'k': q}", "dict", ((Spread(P),), (Parameter("q"),))),
    ],
)
def test_a_container_holds_what_it_is_made_of(
    code: str, kind: str, items: tuple[Alts, ...]
) -> None:
    facts = lowered(code)

    ((term,),) = awaited(facts)
    assert kept(facts, term) == (kind, items)


def test_a_function_of_that_name_makes_no_dict() -> None:
    assert isinstance(awaited(lowered("dict = p\nawait dict(a=q)"))[0][0], Result)


# -- scopes


@pytest.mark.parametrize(
    "code",
    [
        "any((t := p) for x in q)\nawait t",
        "while (t := p):\n    pass\nawait t",
        "def g():\n    return t\nprint([t := p for x in q])\nawait t",
        "def g(a, /, *, b: int = (t := p)):\n    pass\nawait t",
        "@d(t := p)\nclass C:\n    pass\nawait t",
        "g = lambda *, b=(t := p): b\nawait t",
    ],
)
def test_a_walrus_binds_in_the_function_around(code: str) -> None:
    assert P in awaited(lowered(code))[0]


def test_a_walrus_is_seen_by_functions_defined_before_it() -> None:
    facts = extract(
        Source("m.py", "m", "def f(p):\n    def g():\n        t()\n    if (t := p):\n        g()\n")
    )

    (call,) = (e for e in facts.functions["f.g"].events if isinstance(e, Call))
    assert repr(call.func) == "(Outer('f', 't'),)"


def test_the_names_of_a_comprehension_end_with_it() -> None:
    assert awaited(lowered("x = p\n[x for x in q]\nawait x")) == [(P,)]


def test_a_task_in_a_class_body_is_stored_in_the_class() -> None:
    facts = lowered("class C:\n    t = create_task(p)\n    n = p()", "f.C.<class>")

    (stored,) = (event for event in facts.events if isinstance(event, Store))
    assert stored.target == Attribute(Nested("f.C"), "t")


# -- loops


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("[await x for x in p]", (P,)),
        ("for x in p:\n    await x", (P,)),
        ("for i in range(len(p)):\n    await p[i]", (Result(1), P)),
    ],
)
def test_a_loop_says_what_it_goes_over(code: str, source: Alts) -> None:
    (loop,) = (item for item in lowered(code).body.items if isinstance(item, Loop))
    assert (loop.test.kind, loop.test.value) == ("other", source)


def test_a_condition_of_a_comprehension_is_a_branch() -> None:
    (loop,) = (i for i in lowered("[await x for x in p if q]").body.items if isinstance(i, Loop))

    (branch,) = (item for item in loop.body.items if isinstance(item, If))
    assert branch.test.value == (Parameter("q"),)
    assert branch.then.items


# -- conditions


@pytest.mark.parametrize(
    ("condition", "value", "op", "other"),
    [
        ("p > 0", (P,), ">", (Constant("0"),)),
        ("p == 'x'", (P,), "==", (Constant("'x'"),)),
        ("p in ('a', \"b\")", (P,), "in", (Constant("('a', 'b',)"),)),
        ("p in q", (P,), "in", (Parameter("q"),)),
        ("p is not q", (P,), "is not", (Parameter("q"),)),
        ("p >= -1", (P,), ">=", (Constant("-1"),)),
        ("isinstance(p, int)", (P,), "isinstance", (Global("int"),)),
        ("len(p) == 2", (Result(0),), "==", (Constant("2"),)),
        ("1 < p < 3", (Constant("1"),), "", ()),
    ],
)
def test_a_comparison_has_both_sides(condition: str, value: Alts, op: str, other: Alts) -> None:
    (branch,) = (i for i in lowered(f"if {condition}:\n    p()").body.items if isinstance(i, If))
    assert (branch.test.kind, branch.test.value) == ("other", value)
    assert (branch.test.op, branch.test.other) == (op, other)


# -- match


def cases(code: str) -> tuple[Case, ...]:
    (switch,) = (item for item in lowered(code).body.items if isinstance(item, Switch))
    return switch.cases


@pytest.mark.parametrize(
    ("pattern", "terms"),
    [
        ("t", (P,)),
        ("int() as t", (P,)),
        ("int(t)", (P,)),
        ("[_, t]", (Item(P, 1),)),
        ("[*_, t]", (Item(P, -1),)),
        ("{'k': t}", (Element(P, "'k'"),)),
        ("Job(task=t)", (Attribute(P, "task"),)),
        ("Job(t)", (Item(P, 0),)),
        ("[t] | {'k': t}", (Item(P, 0), Element(P, "'k'"))),
        ("Job(tasks=[t, *_])", (Item(Attribute(P, "tasks"), 0),)),
    ],
)
def test_a_pattern_binds_a_part_of_the_subject(pattern: str, terms: Alts) -> None:
    assert awaited(lowered(f"match p:\n    case {pattern}:\n        await t")) == [terms]


@pytest.mark.parametrize("pattern", ["[a, *t]", "{'k': a, **t}"])
def test_a_star_in_a_pattern_takes_the_others(pattern: str) -> None:
    facts = lowered(f"match p:\n    case {pattern}:\n        await t")

    ((term,),) = awaited(facts)
    assert kept(facts, term) == ("rest", ((Spread(P),),))


def test_a_positional_pattern_names_a_field_of_a_class_of_the_file() -> None:
    text = "class Job:\n    name: str\n    task: object\nasync def f(p):\n"
    text += "    match p:\n        case Job(_, t):\n            await t\n"
    facts = extract(Source("m.py", "m", text))

    assert awaited(facts.functions["f"]) == [(Attribute(P, "task"),)]


def test_a_subject_that_is_a_tuple_is_taken_apart() -> None:
    assert awaited(lowered("match p, q:\n    case 1, t:\n        await t")) == [(Parameter("q"),)]


@pytest.mark.parametrize(
    ("pattern", "kind", "op", "other"),
    [
        ("None", "none", "", ()),
        ("'x'", "other", "==", (Constant("'x'"),)),
        ("True", "other", "is", (Constant("True"),)),
        ("int()", "other", "isinstance", (Global("int"),)),
        ("[a]", "other", "", ()),
        ("_", "true", "", ()),
    ],
)
def test_a_case_says_what_it_asks(pattern: str, kind: str, op: str, other: Alts) -> None:
    (case,) = cases(f"match p:\n    case {pattern}:\n        p()")
    assert (case.test.kind, case.test.op, case.test.other) == (kind, op, other)


def test_a_guard_is_a_branch_to_the_next_case() -> None:
    first, _ = cases("match p:\n    case 1 if q():\n        p()\n    case _:\n        p()")

    (branch,) = (item for item in first.body.items if isinstance(item, If))
    assert [getattr(item, "kind", "") for item in branch.orelse.items] == ["next"]


# -- what is written in other ways


@pytest.mark.parametrize(
    "target", ["p.x", "p[0]", "(p.x, t)", "[*t, p.x]", "(u, *t)", "(u, (t, *v))"]
)
def test_a_comprehension_binds_what_its_target_names(target: str) -> None:
    names = [name for name in "tuv" if name in target]
    facts = lowered(f"[g({', '.join(names)}) for {target} in p]\nreturn g(t)")
    inner, outer = (e for e in facts.events if isinstance(e, Call))
    assert len(inner.args) == len(names)
    # What is bound in it is not the name of the function, and not known there either.
    assert all(not isinstance(t, Global) for arg in inner.args for t in arg.value)
    assert outer.args[0].value == (Global("t"),)


def test_a_name_with_a_star_has_what_the_others_leave() -> None:
    facts = lowered("a, *t, b = x(), y(), z(), q\nawait t[0]\nawait t[1]\nawait b")
    made = [facts.events[t.event] for (t,) in awaited(facts)[:2] if isinstance(t, Result)]
    assert [call.text for call in made if isinstance(call, Call)] == ["y", "z"]
    assert awaited(facts)[2] == (Parameter("q"),)
