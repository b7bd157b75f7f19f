"""The fix *track*: a task is kept in a set until it is done."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.kinds.prune import prune
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.free_names import variables
from taskleash.fixes.syntax.keepers import Home, helper_for, home_of, set_for, wants_helper
from taskleash.fixes.syntax.new_statements import closed, statements, wrapped
from taskleash.fixes.syntax.spots import Spot, spot_of
from taskleash.fixes.syntax.tree import Holder, Tree, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.table import MODELS, SPAWNING
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Handle, Site

#: longer names get in the way
_LONG = 20


def track(work: Work, target: Target, call: cst.Call) -> Sentence:
    """Keep the task of a call; says what was done. Raises `CannotMend` where that is not sure."""
    if target.rule == "TL013":
        return prune(work, call)
    if target.rule == "TL003":
        check_wrapper(work, target, call)
    if _is_of_a_loop(work.tree, call):
        raise CannotMend(sentence("it is an event loop's own way to start any task"))
    work.check_time(call)
    home = home_of(work, target.site, call)
    if last_name(call.func) in MODELS.schedulers:
        return schedule(work, target.site, home, call)
    spot = spot_of(work.tree, call)
    if spot.kind == "value" or _shows_locals(work, call):
        return _wrap(work, target, spot, home)
    if wants_helper(work, home, spot.kind != "statement"):
        return _wrap(work, target, spot, home)
    container = keep(work, target, spot, home)
    return sentence("keep it in `{place}` until it is done", place=container)


def _is_of_a_loop(tree: Tree, call: cst.Call) -> bool:
    """Whether a class that is an event loop makes the tasks of all its users there."""
    method = tree.method(call)
    return (
        method is not None
        and method.function.name.value in SPAWNING
        and any(last_name(base.value).endswith("EventLoop") for base in method.cls.bases)
    )


def handle_of(tree: Tree, call: cst.Call) -> Spot:
    """Where the task of a call goes; raises `CannotMend` where the call does not give it."""
    if last_name(call.func) in MODELS.schedulers:
        raise CannotMend(sentence("the loop starts the task, no code here gets hold of it"))
    return spot_of(tree, call)


def check_wrapper(work: Work, target: Target, call: cst.Call) -> None:
    """Raise `CannotMend` where the task is better kept by the function that starts it.

    That is so in the file of that function: all who call it are served at once.
    """
    name = last_name(call.func)
    if target.site.handle is Handle.DISCARDED and name in work.wrappers:
        raise CannotMend(sentence("`{name}`, which starts the task, is mended first", name=name))


def _wrap(work: Work, target: Target, spot: Spot, home: Home) -> Sentence:
    helper = helper_for(work, target.site, home, spot.kind != "statement")
    said = sentence("hand it to `{helper}`, which holds it until it is done", helper=helper)
    if _is_long(work, spot, helper) and _hand_over(work, target, spot, helper):
        return said
    if _is_wide_chain(work, spot, helper):
        _hand_over_chain(work, target, spot, helper)
        return said
    work.refit(spot.holder)
    rooms = _rooms(work, target, spot)
    work.edits.change(spot.call, lambda node: wrapped(helper, node, *rooms))
    small = spot.holder.body[0] if spot.holder is not None else None
    if spot.name == "_" and isinstance(small, cst.Assign):
        work.edits.change(small, lambda assign: cst.Expr(assign.value))
    return said


def _rooms(work: Work, target: Target, spot: Spot) -> tuple[int, int]:
    """How wide what stands in the place of a call may be on one line, and on lines of its own."""
    span, lines = target.site.span, work.tree.lines
    after = len(lines[span.end_line - 1]) - (span.end_column - 1)
    before = span.column - 1 - (len("await ") if isinstance(spot.call, cst.Await) else 0)
    room = work.style.width - before - after
    return room, work.style.width if spot.holder is None else work.room(spot.holder)


def _is_long(work: Work, spot: Spot, helper: str) -> bool:
    """Whether a call spans several lines, or would do so as the argument of a function."""
    code = work.tree.code(spot.call)
    if "\n" in code or spot.holder is None:
        return "\n" in code
    return len(work.tree.code(spot.holder.body[0])) + len(f"{helper}()") > work.room(spot.holder)


def _hand_over(work: Work, target: Target, spot: Spot, helper: str) -> bool:
    """Hand a task over below the call, the lines of which stay as they are, where that is possible.

    In brackets they would have to be indented anew.
    """
    holder = spot.holder
    if holder is None or _shows_locals(work, spot.call):
        return False
    if spot.kind == "name" and spot.name != "_":
        work.claim(holder)
        work.edits.insert_after(holder, work.statements(holder, f"{helper}({spot.name})"))
        return True
    if spot.kind not in ("statement", "name", "return"):
        return False
    work.claim(holder)
    name = work.local_name(spot.call, *task_names(target.site.task))
    typed, notes = _declared(name, holder.body[0])

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        given = "return " if spot.kind == "return" else ""
        lines = f"{typed} = spawned_\n{given}{helper}({name})"
        return work.statements(
            holder, lines, {"spawned_": spot.moved_in(smalls[0], f"{typed} = "), **notes}
        )

    work.edits.expand(holder, expansion)
    return True


def _is_wide_chain(work: Work, spot: Spot, helper: str) -> bool:
    """Whether the first line of a chain would be too wide with a function around its call."""
    if spot.kind != "chain" or spot.holder is None or _shows_locals(work, spot.call):
        return False
    first = work.tree.code(spot.holder.body[0]).partition("\n")[0]
    return len(first) + len(f"{helper}()") > work.room(spot.holder)


def _hand_over_chain(work: Work, target: Target, spot: Spot, helper: str) -> None:
    """Keep the task in one statement, and do in the next what its own one did with it."""
    holder = spot.holder
    assert holder is not None
    work.claim(holder)
    name = work.local_name(spot.call, *task_names(target.site.task))

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        room = work.room(holder)
        nodes = {
            "spawned_": closed(spot.call_in(smalls[0]), room - len(f"{name} = {helper}()")),
            "chained_": closed(spot.chained_in(smalls[0], name), room),
        }
        new = work.statements(holder, f"{name} = {helper}(spawned_)\nchained_", nodes)
        if comments := spot.comments_in(smalls[0]):
            new[1] = new[1].with_changes(leading_lines=comments)
        return new

    work.edits.expand(holder, expansion)


def _shows_locals(work: Work, call: cst.BaseExpression) -> bool:
    """Whether a new variable could be seen: ``"{text}".format(**locals())``."""
    scope = work.tree.scope(call)
    return scope is not None and "locals" in variables(scope)


def keep(
    work: Work,
    target: Target,
    spot: Spot,
    home: Home,
    teardown: cst.FunctionDef | None = None,
    purpose: str = "set",
) -> str:
    """Keep the task of a statement in a set of the home; gives the set as the code names it.

    ``teardown`` is the function that ends what is in the set, where there is one. Tasks of another
    ``purpose`` are in a new set of their own.
    """
    holder = spot.holder
    if holder is None or spot.kind == "value":
        raise CannotMend(sentence("no statement of its own starts the task"))
    work.claim(holder)
    container = set_for(work, target.site, home, teardown, purpose)
    if spot.kind == "name" and spot.name != "_":
        _keep_name(work, spot, holder, container)
    else:
        name = work.local_name(spot.call, *task_names(target.site.task))
        _keep_new_name(work, spot, holder, container, name)
    return container


def _keep_name(work: Work, spot: Spot, holder: Holder, container: str) -> None:
    lines = f"{container}.add({spot.name})\n{spot.name}.add_done_callback({container}.discard)"
    work.edits.insert_after(holder, work.statements(holder, lines))


def _keep_new_name(work: Work, spot: Spot, holder: Holder, container: str, name: str) -> None:
    typed, notes = _declared(name, holder.body[0])
    lines = [f"{typed} = spawned_", f"{container}.add({name})"]
    lines += ["chained_"] if spot.kind == "chain" else []
    lines += [f"{name}.add_done_callback({container}.discard)"]
    lines += [f"return {name}"] if spot.kind == "return" else []

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        nodes = {"spawned_": spot.moved_in(smalls[0], f"{typed} = "), **notes}
        if spot.kind == "chain":
            # The brackets of either may have been opened for the length of both.
            room = work.room(holder)
            nodes["spawned_"] = closed(nodes["spawned_"], room - len(f"{name} = "))
            nodes["chained_"] = closed(spot.chained_in(smalls[0], name), room)
        new = work.statements(holder, "\n".join(lines), nodes)
        if spot.kind == "chain" and (comments := spot.comments_in(smalls[0])):
            new[2] = new[2].with_changes(leading_lines=comments)
        return spot.as_if(smalls[0], new)

    work.edits.expand(holder, expansion)


def _declared(
    name: str, small: cst.BaseSmallStatement
) -> tuple[str, dict[str, cst.BaseExpression]]:
    """A new variable in the place of a statement's, declared as that one is, and what fills it."""
    if not isinstance(small, cst.AnnAssign):
        return name, {}
    return f"{name}: note_", {"note_": small.annotation.annotation}


def task_names(task: str) -> tuple[str, ...]:
    """What a variable for a task may be called, by the name of its coroutine."""
    plain = f"{task.strip('_')}_task"
    short = plain.isidentifier() and len(plain) <= _LONG and not plain.startswith("task_")
    return ("task", plain) if short else ("task", "background_task")


# -- a loop that is told to start a task later: what it calls then keeps the task


def schedule(work: Work, site: Site, home: Home, call: cst.Call) -> Sentence:
    """Put a function that keeps the task in the place of the one that starts it; says so.

    The coroutine is made where it was, since its arguments may be others later.
    """
    places = [i for i, arg in enumerate(call.args) if last_name(arg.value) in SPAWNING]
    given = [arg for arg in call.args[places[0] + 1 :] if arg.keyword is None] if places else []
    if len(places) != 1 or len(given) != 1 or given[0].star or call.args[places[0]].keyword:
        raise CannotMend(sentence("the loop starts the task, no code here gets hold of it"))
    spawning = call.args[places[0]].value
    helper = helper_for(work, site, home, is_value=False)
    name = work.local_name(call, "coro", "coroutine")
    text = f"lambda {name}: {helper}({work.tree.code(spawning)}({name}))"
    (line,) = statements(text)
    assert isinstance(line, cst.SimpleStatementLine)
    assert isinstance(line.body[0], cst.Expr)
    value = line.body[0].value
    work.edits.change(spawning, lambda _: value)
    work.refit(work.tree.holder(call))
    return sentence("hand it to `{helper}`, which holds it until it is done", helper=helper)
