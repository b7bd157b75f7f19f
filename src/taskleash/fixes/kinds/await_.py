"""The fix *await*: the work is waited for where it was started."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.meaning.beside import check_beside
from taskleash.fixes.meaning.coroutines import coroutine_of, started_by
from taskleash.fixes.meaning.evident import check_awaiting
from taskleash.fixes.meaning.following import own
from taskleash.fixes.meaning.parallel import check_goes_on, check_parallel, is_in_a_loop
from taskleash.fixes.meaning.remarks import is_to_go_on
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.loggers import is_of_its_own, logger_at
from taskleash.fixes.syntax.new_statements import fitted, joined, unindented
from taskleash.fixes.syntax.spots import Spot, spot_of
from taskleash.fixes.syntax.tree import Tree, caught_names, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.models.table import SPAWNING
from taskleash.models.vocabulary import LOGGING_LEVELS
from taskleash.rules.offers import STARTED
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Handle

#: rules of calls whose value is awaited as it is
_AS_IT_IS = frozenset({"TL003", "TL005", "TL006"})
#: rules of work that the caller is to see fail, as it would have been seen had it been awaited
_SEEN = frozenset({"TL005", "TL006"})


def await_(work: Work, target: Target, call: cst.Call) -> Sentence:
    """Wait for the work of a call; says so. Raises `CannotMend` where that cannot be done."""
    scope = work.tree.scope(call)
    if not isinstance(scope, cst.FunctionDef) or scope.asynchronous is None:
        raise CannotMend(sentence("only an `async def` can await"))
    if target.site.handle is Handle.ESCAPES:
        raise CannotMend(sentence("it is for the callers to await the task"))
    if isinstance(work.tree.parent(call), cst.Await):
        raise CannotMend(sentence("it is awaited already, and gives a task"))
    if target.rule != "TL006" and LIFECYCLE.ends(target.site.task):
        raise CannotMend(sentence("the work takes down what may be running here"))
    spot = spot_of(work.tree, call)
    holder = spot.holder
    if holder is None or spot.kind not in ("statement", "name", "condition"):
        raise CannotMend(sentence("no statement of its own starts the task"))
    if spot.kind == "name" and spot.name != "_" and _is_named_again(spot, scope):
        raise CannotMend(sentence("`{name}` is used again", name=spot.name))
    if target.rule in STARTED:
        started = call if target.rule == "TL003" else _work_of(target, call)
        check_beside(work, target, call, started, holder)
        check_goes_on(work, target, call)
        if is_in_a_loop(work.tree, call):
            raise CannotMend(sentence("it would hold up the next turn of the loop"))
    if target.rule == "TL005":
        if is_to_go_on(work.tree, holder):
            raise CannotMend(sentence("a comment says that it runs in the background"))
        check_parallel(work, target, call)
    if _is_awaited_elsewhere(work.tree, scope, _work_of(target, call)):
        raise CannotMend(sentence("the function awaits the same work elsewhere"))
    check_awaiting(work, target, call, _work_of(target, call))
    work.claim(holder)
    logger = _logger_for(work, target, call, scope)
    if target.rule in STARTED and name_of_work(call) in work.apart - {""}:
        raise CannotMend(
            sentence("elsewhere in the file nobody waits for `{task}`", task=target.site.task)
        )
    quote = work.style.quote
    message = cst.SimpleString(f"{quote}{_named(target, _work_of(target, call))} failed{quote}")
    depth = 4 if logger or spot.kind == "condition" else 0

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        value = spot.call_in(smalls[0])
        assert isinstance(value, cst.Call)
        awaited = cst.Await(_parenthesized(_flat(_work_of(target, value), value)))
        line = fitted(cst.SimpleStatementLine([cst.Expr(awaited)]), work.room(holder) - depth)
        kept = {comment.value for comment in _comments(awaited)}
        lost = [each for each in _comments(value) if each.value not in kept]
        line = line.with_changes(leading_lines=[cst.EmptyLine(comment=each) for each in lost])
        if not logger:
            return spot.as_if(smalls[0], [line])
        text = f"try:\n    work_\nexcept Exception:\n    {logger}.exception(message_)"
        (block,) = work.statements(holder, text, {"message_": message})
        assert isinstance(block, cst.Try)
        return spot.as_if(smalls[0], [block.with_changes(body=cst.IndentedBlock([line]))])

    work.edits.expand(holder, expansion)
    if not logger:
        return sentence("await it here")
    return sentence("await it here, log its failure by `{callback}`", callback=logger)


def _logger_for(work: Work, target: Target, call: cst.Call, scope: cst.FunctionDef) -> str:
    """The logger that hears of a failure of the work; empty where that is to reach the caller.

    Raises `CannotMend` where it is not to, and the file has none.
    """
    if _sees_to_itself(work.tree, target, call) or _is_seen(work.tree, call):
        return ""
    ends_more = target.rule in _SEEN and _ends_more(work.tree, call, scope)
    logger = logger_at(work.tree, call) if ends_more or target.rule not in _SEEN else ""
    if is_of_its_own(work.tree, logger):
        # Whether it tells of the exception that is being handled is not known.
        logger = ""
    if ends_more and not logger:
        raise CannotMend(
            sentence(
                "its failure would keep `{name}` from what comes behind it", name=scope.name.value
            )
        )
    if target.rule in STARTED and not logger:
        raise CannotMend(sentence("the file has no logger that its failure could go to"))
    return logger


def _ends_more(tree: Tree, call: cst.Call, scope: cst.FunctionDef) -> bool:
    """Whether a teardown goes on behind the statement of a call, whatever becomes of that."""
    line = tree.line(call)
    if line is None or not LIFECYCLE.ends(scope.name.value):
        return False
    block, at = line
    return any(
        isinstance(node, cst.Call) and last_name(node.func) not in LOGGING_LEVELS
        for each in block.body[at + 1 :]
        for node in inside(each)
    )


def name_of_work(call: cst.Call) -> str:
    """What a call starts, or is itself, as its text names it; empty where it has no name."""
    started = started_by(call) if last_name(call.func) in SPAWNING else call
    return dotted(started.func) if isinstance(started, cst.Call) else ""


def _flat(work: cst.BaseExpression, call: cst.Call) -> cst.BaseExpression:
    """The work on one line if it can be, else no further to the right than its call was.

    What is awaited in its own place stays as it is laid out there.
    """
    if work is call and "\n" in cst.Module([]).code_for_node(work):
        return work
    flat = joined(work)
    is_deeper = isinstance(call.whitespace_before_args, cst.ParenthesizedWhitespace)
    return unindented(flat) if is_deeper and work is not call and not work.lpar else flat


def _comments(node: cst.CSTNode) -> list[cst.Comment]:
    """The comments in a node, in the order of the text."""
    code = cst.Module([]).code_for_node(node)
    found = [each for each in inside(node) if isinstance(each, cst.Comment)]
    return sorted(found, key=lambda comment: code.index(comment.value))


def _named(target: Target, work: cst.BaseExpression) -> str:
    """The coroutine as a log message names it, with the object whose method it is."""
    name = target.site.task
    if isinstance(work, cst.Call) and name == last_name(work.func) == "wait_for" and work.args:
        # What it waits for is what fails.
        work = work.args[0].value
        name = last_name(work.func) if isinstance(work, cst.Call) else name
    if not name.replace(".", "").isidentifier():
        return "background task"
    base, _, method = dotted(work.func).rpartition(".") if isinstance(work, cst.Call) else ("",) * 3
    owner = base.rpartition(".")[2].lstrip("_")
    return f"{owner}.{method}" if method == name and owner not in ("", "self", "cls") else name


def _work_of(target: Target, call: cst.Call) -> cst.BaseExpression:
    """What is to be awaited: the coroutine that the call starts, or its own value."""
    if target.rule in _AS_IT_IS:
        return call
    if last_name(call.func) not in SPAWNING:
        raise CannotMend(sentence("the call does more than start a task"))
    keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
    if "context" in keywords or "eager_start" in keywords or any(arg.star for arg in call.args):
        raise CannotMend(sentence("the task has a context of its own"))
    given = [arg for arg in call.args if arg.keyword is None or arg.keyword.value == "coro"]
    if len(given) != 1:
        raise CannotMend(sentence("the call does more than start a task"))
    return given[0].value


def _is_named_again(spot: Spot, scope: cst.FunctionDef) -> bool:
    """Whether the variable of the task stands anywhere else in the function."""
    found = [n for n in inside(scope) if isinstance(n, cst.Name) and n.value == spot.name]
    return len(found) > 1


def _is_awaited_elsewhere(tree: Tree, scope: cst.FunctionDef, work: cst.BaseExpression) -> bool:
    """Whether the author chose between waiting for the work and not waiting for it.

    What a function of the project is given to start is the work, too.
    """
    args = work.args if isinstance(work, cst.Call) else []
    given = [arg.value for arg in args if isinstance(arg.value, cst.Call)]
    codes = {tree.code(each) for each in (work, *given)}
    return any(
        isinstance(node, cst.Await) and tree.code(node.expression) in codes
        for node in inside(scope.body)
    )


def _is_seen(tree: Tree, call: cst.Call) -> bool:
    """Whether a ``try`` around the call handles every error, as if the work were awaited in it.

    Raises `CannotMend` where the handler would let the error on to the caller.
    """
    for node, child in tree.around(call):
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            return False
        if isinstance(node, cst.Try | cst.TryStar) and child is node.body:
            caught = [(caught_names(handler), handler.body) for handler in node.handlers]
            if not any(BROAD_EXCEPTIONS & types for types, _ in caught):
                continue
            if any(_raises(body) for types, body in caught if types != {"CancelledError"}):
                raise CannotMend(sentence("the handler around it would raise its failure again"))
            # What comes after it would be left out where it fails.
            return _is_last(node, child, call, tree)
    return False


def _sees_to_itself(tree: Tree, target: Target, call: cst.Call) -> bool:
    """Whether work handles every error of its own, so that none leaves it."""
    coroutine = coroutine_of(tree, _work_of(target, call)) if target.site.never_fails else None
    return coroutine is not None and any(
        isinstance(node, cst.ExceptHandler) and bool(BROAD_EXCEPTIONS & caught_names(node))
        for node in own(coroutine.function.body)
    )


def _is_last(node: cst.Try | cst.TryStar, body: cst.CSTNode, call: cst.Call, tree: Tree) -> bool:
    """Whether the statement of a call is the last thing that a ``try`` does."""
    return node.orelse is None and _ends_in(body, tree.holder(call))


def _ends_in(body: cst.CSTNode, holder: cst.CSTNode | None) -> bool:
    """Whether nothing of a block comes after a statement, which may be under a condition in it."""
    last = body.body[-1] if isinstance(body, cst.IndentedBlock) else body
    if last is holder:
        return True
    blocks = [last.body] if isinstance(last, cst.If | cst.With) else []
    if isinstance(last, cst.If) and last.orelse is not None:
        other = last.orelse
        blocks.append(other.body if isinstance(other, cst.Else) else cst.IndentedBlock([other]))
    return any(_ends_in(block, holder) for block in blocks)


def _raises(body: cst.BaseSuite) -> bool:
    """Whether a handler raises in any case; one that chooses to was written for such failures."""
    lines = [line for line in body.body if isinstance(line, cst.SimpleStatementLine)]
    smalls = [small for line in lines for small in line.body]
    if isinstance(body, cst.SimpleStatementSuite):
        smalls = list(body.body)
    return any(isinstance(small, cst.Raise) for small in smalls)


def _parenthesized(node: cst.BaseExpression) -> cst.BaseExpression:
    """An operand that ``await`` binds to as a whole."""
    simple = cst.Call | cst.Name | cst.Attribute | cst.Subscript
    if isinstance(node, simple) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
