"""The fix *own*: the class that starts a task ends it in its teardown."""

from __future__ import annotations

import libcst as cst

from taskleash.classify.model import Lifetime
from taskleash.fixes.containers import attribute_values, container_of
from taskleash.fixes.keepers import own_home
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.names import attributes
from taskleash.fixes.signatures import reaches
from taskleash.fixes.slots import is_optional
from taskleash.fixes.teardowns import cancelling_all, end_all, end_one, is_handed_on, teardown_of
from taskleash.fixes.track import handle_of, keep
from taskleash.fixes.tree import Method
from taskleash.fixes.work import Work
from taskleash.link.teardown import words
from taskleash.models.vocabulary import REPLACING_WORDS


def own(work: Work, target: Target, call: cst.Call) -> str:
    """End the task of a call in the teardown of its class; says so.

    Raises `CannotMend` where the class has none, or does not keep the task itself.
    """
    method = work.tree.method(call)
    if method is None or not method.instance:
        raise CannotMend("no instance starts the task")
    teardown = teardown_of(work.tree, target.site, method)
    if reaches(work.tree, method.cls, target.site.task, teardown.function.name.value):
        raise CannotMend(f"`{target.site.task}` itself comes to `{teardown.function.name.value}`")
    if target.rule == "TL001":
        return _own_dropped(work, target, call, method, teardown)
    if not target.site.holder:
        raise CannotMend("the call does not say where the task is kept")
    base, _, attribute = target.site.holder.rpartition(".")
    if base != method.instance:
        raise CannotMend(f"`{target.site.holder}` is not an attribute of `{method.cls.name.value}`")
    name = teardown.function.name.value
    if is_handed_on(work.tree, teardown, target.site.holder):
        raise CannotMend(f"`{name}` hands it to something else")
    container = container_of(work.tree, call, target.site.holder)
    if container is not None:
        end_all(work, teardown, attribute, container.kind, is_pruned=target.rule == "TL014")
    elif _is_slot(work, method, attribute, call):
        optional = is_optional(work, method, attribute, target.site.has_own_state)
        end_one(work, teardown, attribute, optional)
    else:
        raise CannotMend(f"the file does not tell what `{target.site.holder}` is")
    return f"end it in `{name}`"


def _is_slot(work: Work, method: Method, attribute: str, call: cst.Call) -> bool:
    """Whether the attribute is set to the task itself."""
    values = [value for value, _ in attribute_values(work.tree, method.cls, attribute)]
    parent = work.tree.parent(call)
    named = parent.targets[0].target if isinstance(parent, cst.Assign) else None
    return any(
        value is call
        or (
            (isinstance(value, cst.Name) and isinstance(named, cst.Name))
            and getattr(value, "value", "") == getattr(named, "value", None)
        )
        for value in values
    )


def _own_dropped(
    work: Work, target: Target, call: cst.Call, method: Method, teardown: Method
) -> str:
    if teardown.function.asynchronous is None and target.site.lifetime is not Lifetime.ENDLESS:
        # Cancelled without a wait, work that is almost done would be lost.
        raise CannotMend(f"`{teardown.function.name.value}` cannot wait for it to end")
    home = own_home(work, target.site, call)
    spot = handle_of(work.tree, call)
    container = keep(work, target, spot, home)
    attribute = container.rpartition(".")[2]
    name = teardown.function.name.value
    is_replacing = _replaces(work, target, method, call) and _is_alone(work, method, attribute)
    if is_replacing and spot.holder is not None:
        lines = cancelling_all(work, method.function, container, "set")
        new = work.statements(spot.holder, "\n".join(lines))
        work.edits.insert_before(spot.holder, new, blank=0)
    if not _is_mentioned(teardown, attribute):
        end_all(work, teardown, attribute, "set", is_pruned=True)
    earlier = "end the earlier ones before it starts, " if is_replacing else ""
    return f"keep it in `{container}`, {earlier}end it in `{name}`"


def _is_mentioned(teardown: Method, attribute: str) -> bool:
    return attribute in attributes(teardown.function.body)


def _is_alone(work: Work, method: Method, attribute: str) -> bool:
    """Whether the container is new and gets the tasks of one call only."""
    if attribute in attributes(method.cls):
        return False
    owners = [work.tree.method(call) for call in work.uses]
    return sum(owner is not None and owner.cls is method.cls for owner in owners) == 1


def _replaces(work: Work, target: Target, method: Method, call: cst.Call) -> bool:
    """Whether the work makes that of an earlier call pointless: it brings about a new state."""
    if work.tree.scope(call) is not method.function or target.site.restarts_itself:
        return False
    if str(target.site.multiplicity) != "per-call":
        return False
    return bool(REPLACING_WORDS & set(words(method.function.name.value)))
