"""Questions that hang on each other: one answer whatever the order, and none from a half answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import permutations
from random import Random

import pytest

from taskleash.query import (
    CircularQuestion,
    Query,
    Questions,
    components,
    first_found,
    union,
)

Graph = Mapping[str, Iterable[str]]


class Reachable:
    """What can be reached in a graph, as a query: a node's answer is made of its neighbours'."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found: list[str] = []
        self.questions = Questions()
        self.ask: Query[str, tuple[str, ...]] = Query(self.questions, self._find, (), union)

    def _find(self, node: str) -> tuple[str, ...]:
        self.found.append(node)
        return union((node,), tuple(n for other in self.graph[node] for n in self.ask(other)))


def truth(graph: Graph, start: str) -> set[str]:
    seen, pending = {start}, [start]
    while pending:
        for other in graph[pending.pop()]:
            if other not in seen:
                seen.add(other)
                pending.append(other)
    return seen


GRAPHS: dict[str, Graph] = {
    "a chain": {"a": "b", "b": "c", "c": ""},
    "a loop of one": {"a": "ab", "b": "b"},
    "a circle": {"a": "b", "b": "c", "c": "a"},
    "two interleaved circles": {"a": "b", "b": "cd", "c": "a", "d": "be", "e": "c"},
    "a circle in a circle": {"a": "b", "b": "ca", "c": "bd", "d": "e", "e": "d"},
    "a circle that another leads to": {"a": "b", "b": "ac", "c": "d", "d": "c"},
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_order_of_questions_changes_no_answer(name: str) -> None:
    graph = GRAPHS[name]
    wanted = {node: truth(graph, node) for node in graph}
    answers = []
    for order in permutations(graph):
        query = Reachable(graph)
        answers.append({node: query.ask(node) for node in order})
        assert {node: set(answer) for node, answer in answers[-1].items()} == wanted
        assert query.questions.open == 0
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("seed", range(150))
def test_any_graph(seed: int) -> None:
    random = Random(seed)
    names = [chr(ord("a") + number) for number in range(random.randint(2, 12))]
    edges = random.randint(1, 3)
    graph = {name: random.choices(names, k=random.randint(0, edges)) for name in names}
    first, second = Reachable(graph), Reachable(graph)
    forwards = {name: first.ask(name) for name in names}
    random.shuffle(names)
    assert {name: second.ask(name) for name in names} == forwards
    assert {name: set(found) for name, found in forwards.items()} == {
        name: truth(graph, name) for name in names
    }


def test_an_answer_is_worked_out_once_where_nothing_is_circular() -> None:
    # Plain recursion would take two to the power of sixty steps.
    graph = {str(number): [str(number + 1)] * 2 for number in range(60)}
    query = Reachable({**graph, "60": ()})

    assert len(query.ask("0")) == 61
    assert query.found.count("60") == 1


@pytest.mark.parametrize("size", [100, 50_000])
def test_a_long_chain_needs_no_stack(size: int) -> None:
    questions = Questions()
    length: Query[int, int] = Query(questions, lambda n: 1 + length(n - 1) if n else 0, 0, max)

    assert length(size) == size
    assert questions.open == 0


def test_a_long_circle_needs_no_stack() -> None:
    size, questions = 20_000, Questions()
    seeds = {7, 9_000}
    ask: Query[int, frozenset[int]] = Query(
        questions,
        lambda n: ask((n + 1) % size) | frozenset({n} & seeds),
        frozenset(),
        frozenset.union,
    )

    assert ask(11_000) == seeds
    assert ask(3) == seeds


def test_long_chains_out_of_the_members_of_a_circle() -> None:
    questions = Questions()

    def find(key: tuple[int, int]) -> tuple[int, ...]:
        circle, chain = key
        if chain:
            return ask((circle, chain - 1))
        # Each member looks at a chain that ends in the next member, once it knows something.
        after = ask(((circle + 1) % 4, 0))
        return union((circle,), union(after, ask(((circle + 1) % 4, 100)) if after else ()))

    ask: Query[tuple[int, int], tuple[int, ...]] = Query(questions, find, (), union)

    assert sorted(ask((2, 100))) == [0, 1, 2, 3]
    assert sorted(ask((0, 50))) == [0, 1, 2, 3]
    assert questions.open == 0


def test_an_exception_leaves_nothing_open() -> None:
    fails = True

    def find(key: str) -> tuple[str, ...]:
        if key == "c" and fails:
            raise KeyError(key)
        return union((key,), tuple(n for other in graph[key] for n in ask(other)))

    graph = {"a": "b", "b": "ac", "c": "d", "d": "c"}
    questions = Questions()
    ask: Query[str, tuple[str, ...]] = Query(questions, find, (), union)
    with pytest.raises(KeyError):
        ask("a")
    assert questions.open == 0
    assert ask.known == {}

    fails = False

    assert set(ask("a")) == set("abcd")


def test_an_exception_far_down_leaves_nothing_open() -> None:
    questions = Questions()
    ask: Query[int, int] = Query(questions, lambda n: ask(n - 1) if n else 1 // 0, 0, max)
    with pytest.raises(ZeroDivisionError):
        ask(1_000)
    assert questions.open == 0
    assert ask.known == {}


def test_a_fallback_that_looks_at_the_circle_hangs_on_no_order() -> None:
    # What a member falls back on while it knows nothing is no monotone function.
    graph = {"a": "b", "b": "c", "c": "a"}

    def answers(order: Iterable[str]) -> dict[str, tuple[str, ...]]:
        def find(key: str) -> tuple[str, ...]:
            found = tuple(n for other in graph.get(key, ()) for n in ask(other))
            if key == "c":
                return (*found, "known")
            return found or ask(f"fallback of {key}") if key in graph else (key, *ask("c"))

        ask: Query[str, tuple[str, ...]] = Query(Questions(), find, (), union)
        return {key: ask(key) for key in order}

    first = answers("abc")
    assert all(answers(order) == first for order in permutations("abc"))


@pytest.mark.parametrize("first", ["looks", "itself"])
def test_what_is_first_asked_as_the_circle_is_refined_leaves_it_as_it_was(first: str) -> None:
    def find(key: str) -> tuple[str, ...]:
        if key == "itself" and not ask("itself"):
            # Only as long as it is at the bottom does it hang on the others.
            ask("asks")
        if key == "looks":
            return ("late",) if ask("itself") else ("early", "late")
        if key == "asks" and ask("looks") == ("late",):
            ask("new")
        if key == "new":
            ask("asks")
        return (key,)

    ask: Query[str, tuple[str, ...]] = Query(Questions(), find, (), union)
    ask(first)
    assert ask.known == {"asks": ("asks",), "looks": ("early", "late"), "itself": ("itself",)}
    assert ask.unfinished == {}
    assert ask("new") == ("new",)


def test_two_queries_that_ask_each_other() -> None:
    questions = Questions()
    even: Query[int, bool] = Query(questions, lambda n: n == 0 or odd(n - 1), False, first_found)
    odd: Query[int, bool] = Query(questions, lambda n: n != 0 and even(n - 1), False, first_found)

    assert even(500)
    assert not odd(500)
    assert odd(501)


def test_components_come_after_those_that_they_lead_to() -> None:
    graph = {"a": "bx", "b": "ac", "c": "d", "d": "cd", "e": "a"}

    found = components("abcde", lambda node: graph[node])

    assert [sorted(part) for part in found] == [["c", "d"], ["a", "b"], ["e"]]


def test_a_question_without_a_join_does_not_ask_for_itself() -> None:
    questions = Questions()
    ask: Query[int, int] = Query(questions, lambda n: ask((n + 1) % 3))
    with pytest.raises(CircularQuestion, match="hangs on itself"):
        ask(1)
    assert questions.open == 0


def test_a_layer_is_asked_from_above_only() -> None:
    lower = Questions()
    upper = Questions(below=lower)
    names: Query[int, int] = Query(lower, lambda n: users(n) if n else 7)
    users: Query[int, int] = Query(upper, lambda n: names(n - 1))

    assert users(1) == 7
    with pytest.raises(CircularQuestion, match="layer below"):
        users(3)
    assert upper.open == lower.open == 0
