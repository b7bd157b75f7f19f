"""A loop that is told to start a task later: what it calls then keeps the task."""

from __future__ import annotations

import libcst as cst

from taskleash.classify.model import Site
from taskleash.fixes.keepers import Home, helper_for
from taskleash.fixes.layout import statements
from taskleash.fixes.model import CannotMend
from taskleash.fixes.tree import last_name
from taskleash.fixes.work import Work
from taskleash.models.table import SPAWNING
from taskleash.sentences import Sentence, sentence


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
