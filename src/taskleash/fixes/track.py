"""The fix *track*: a task is kept in a set until it is done."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.facts.catalogue import SCHEDULERS
from taskleash.fixes.keepers import Home, helper_for, home_of, set_for, wants_helper
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.prune import prune
from taskleash.fixes.spots import Spot, spot_of
from taskleash.fixes.tree import Holder, last_name
from taskleash.fixes.work import Work


def track(work: Work, target: Target, call: cst.Call) -> str:
    """Keep the task of a call; says what was done. Raises `CannotMend` where that is not sure."""
    if target.rule == "TL013":
        return prune(work, call)
    if last_name(call.func) in SCHEDULERS:
        raise CannotMend("the loop starts the task, no code here gets hold of it")
    spot = spot_of(work.tree, call)
    home = home_of(work, target.site, call)
    if spot.kind == "value" or (spot.kind == "statement" and wants_helper(work, home)):
        return _wrap(work, target, spot, home)
    return _add(work, target, spot, home)


def _wrap(work: Work, target: Target, spot: Spot, home: Home) -> str:
    helper = helper_for(work, target.site, home)
    work.refit(spot.holder)
    name = cst.parse_expression(helper)
    work.edits.change(spot.call, lambda node: cst.Call(name, [cst.Arg(node)]))
    return f"hand it to `{helper}`, which holds it until it is done"


def _add(work: Work, target: Target, spot: Spot, home: Home) -> str:
    holder = spot.holder
    assert holder is not None
    work.claim(holder)
    container = set_for(work, target.site, home)
    if spot.kind == "name" and spot.name != "_":
        _keep_name(work, spot, holder, container)
    else:
        name = work.local_name(spot.call, *task_names(target.site.task))
        _keep_new_name(work, spot, holder, container, name)
    return f"keep it in `{container}` until it is done"


def _keep_name(work: Work, spot: Spot, holder: Holder, container: str) -> None:
    lines = f"{container}.add({spot.name})\n{spot.name}.add_done_callback({container}.discard)"
    work.edits.insert_after(holder, work.statements(holder, lines))


def _keep_new_name(work: Work, spot: Spot, holder: Holder, container: str, name: str) -> None:
    lines = [f"{name} = spawned_", f"{container}.add({name})"]
    lines += ["chained_"] if spot.kind == "chain" else []
    lines += [f"{name}.add_done_callback({container}.discard)"]

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        nodes = {"spawned_": spot.call_in(smalls[0])}
        if spot.kind == "chain":
            nodes["chained_"] = spot.chained_in(smalls[0], name)
        return spot.as_if(smalls[0], work.statements(holder, "\n".join(lines), nodes))

    work.edits.expand(holder, expansion)


def task_names(task: str) -> tuple[str, ...]:
    """What a variable for a task may be called, by the name of its coroutine."""
    plain = task.strip("_")
    return ("task", f"{plain}_task") if plain.isidentifier() else ("task", "background_task")
