"""Ways to wait for a task other than awaiting it."""

from __future__ import annotations

from taskleash.facts.model import Block, Call, Loop
from taskleash.link.context import branches, in_loop, tests
from taskleash.link.trail import Op, Trail


def is_partial(op: Op) -> bool:
    """``asyncio.wait`` with a timeout or that returns early leaves tasks running."""
    event = op.event
    for term in getattr(event, "value", ()):
        if term[0] != "s" or not isinstance(op.function.events[term[1]], Call):
            continue
        for arg in op.function.call(term[1]).args:
            if arg.key == "timeout" and arg.value != (("c", "None"),):
                return True
            if arg.key == "return_when" and "ALL_COMPLETED" not in str(arg.value):
                return True
    return False


def comes_again(trail: Trail, op: Op) -> bool:
    """Whether a loop comes back to the wait with the same task, rather than with a new one."""
    loop = in_loop(op.function, op.index)
    if loop is None:
        return False
    return op.function is not trail.function or loop is not in_loop(op.function, trail.index)


def polls(op: Op) -> bool:
    """``while not task.done(): …`` waits for the task."""
    for item in _loops(op.function.facts.body):
        for test in tests(item.test):
            if test.kind == "done" and any(
                term[0] != "c" and ("a", term, "done") in getattr(op.event, "func", ())
                for term in test.value
            ):
                return True
    return False


def drains(op: Op) -> bool:
    """``while tasks: await sleep()`` waits until a container that prunes itself is empty."""
    return (
        op.kind == "test"
        and op.depth > 0
        and any(op.index in loop.body.items for loop in _loops(op.function.facts.body))
    )


def _loops(block: Block) -> list[Loop]:
    found: list[Loop] = []
    for item in block.items:
        if isinstance(item, int):
            continue
        if isinstance(item, Loop) and item.kind == "while":
            found.append(item)
        for _, inner, _ in branches(item):
            found.extend(_loops(inner))
    return found
