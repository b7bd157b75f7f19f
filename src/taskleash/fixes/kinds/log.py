"""The fix *log*: a done callback logs the exception that ended a task or a future."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from taskleash.fixes.meaning.coroutines import coroutine_of, started_by
from taskleash.fixes.meaning.following import own
from taskleash.fixes.model import CannotMend, Target
from taskleash.fixes.syntax.edits import BLANK
from taskleash.fixes.syntax.insertion import is_text
from taskleash.fixes.syntax.loggers import (
    fills_braces,
    is_bound,
    is_loguru,
    is_of_its_own,
    logger_at,
    logger_maker,
    logging_function,
    logs_by_the_root,
    module_logger,
)
from taskleash.fixes.syntax.new_statements import statements
from taskleash.fixes.syntax.spots import Spot, spot_of
from taskleash.fixes.syntax.tree import Method, caught_names, dotted, inside, last_name
from taskleash.fixes.syntax.work import Work
from taskleash.models.api import Starts
from taskleash.models.exceptions import BROAD_EXCEPTIONS
from taskleash.models.table import MODELS
from taskleash.models.vocabulary import words
from taskleash.sentences import Sentence, sentence
from taskleash.verdict.model import Defect

_HELPER = "helper that logs"
_LOGGER = "logger"
_FUTURE = "future"
#: what gives a future of another thread
_FUTURES = MODELS.bare_names(Starts.THREADSAFE)
#: last words in the names of queues
_QUEUES = frozenset({"inbox", "outbox", "q", "queue"})

#: words in the names of functions that log how any task failed, whatever it did
_ANY_TASK = frozenset(
    {
        "a", "any", "async", "background", "callback", "cb", "check", "complete", "completed",
        "completion", "done", "ended", "error", "errors", "exc", "exception", "exceptions", "fail",
        "failed", "failure", "failures", "finished", "future", "futures", "handle", "handler", "if",
        "log", "logger", "logs", "of", "on", "report", "result", "task", "tasks", "unhandled",
    }
)  # fmt: skip


def log(work: Work, target: Target, call: cst.Call) -> Sentence:
    """Log the exception of a task where it is kept; says so.

    Raises `CannotMend` where no statement of its own assigns it to a name or an attribute.
    """
    work.check_time(call)
    if _is_in_a_handler(work, call):
        raise CannotMend(sentence("what a log handler logs may come to it again"))
    spot = spot_of(work.tree, call)
    if target.site.defect is Defect.DISCARDED_THREADSAFE:
        return _chained(work, spot, call)
    task, line = _assigned(spot), spot.holder
    if not task or line is None:
        raise CannotMend(sentence("no statement of its own gives the task a name"))
    name = _logging_callback(work, work.task_type(), "task", call)
    key = ("log", id(line))
    if key not in work.draft.made:
        work.draft.made[key] = name
        work.claim(line)
        new = work.statements(line, f"{task}.add_done_callback({name})")
        work.edits.insert_after(line, new)
    return sentence("log its failure by `{callback}`", callback=name)


def _is_in_a_handler(work: Work, call: cst.Call) -> bool:
    """Whether a class that handles log records has the call."""
    method = work.tree.method(call)
    return (
        method is not None
        and any(last_name(base.value).endswith("Handler") for base in method.cls.bases)
        and any(
            each.function.name.value in ("emit", "handle") for each in work.tree.methods(method.cls)
        )
    )


def _assigned(spot: Spot) -> str:
    """What a statement assigns the task to: a name, or an attribute of one."""
    small = spot.holder.body[0] if spot.holder is not None and len(spot.holder.body) == 1 else None
    if isinstance(small, cst.Assign) and small.value is spot.call and len(small.targets) == 1:
        return dotted(small.targets[0].target)
    if isinstance(small, cst.AnnAssign) and small.value is spot.call:
        return dotted(small.target)
    return ""


def _fills_a_queue(call: cst.Call) -> bool:
    """Whether all that a call starts is to put one thing into a queue: ``self.queue.put(item)``."""
    started = started_by(call)
    if not isinstance(started, cst.Call) or len(started.args) != 1:
        return False
    base, _, name = dotted(started.func).rpartition(".")
    return name == "put" and not _QUEUES.isdisjoint(words(base.rpartition(".")[2])[-1:])


def _sees_to_itself(work: Work, call: cst.Call) -> bool:
    """Whether all that a call starts is a ``try`` whose handler takes every error.

    What that does with one may fail in turn, which is no failure of the work.
    """
    coroutine = coroutine_of(work.tree, started_by(call))
    body = coroutine.function.body if coroutine is not None else None
    lines = [each for each in body.body if not is_text(each)] if body is not None else []
    tried = lines[0] if len(lines) == 1 else None
    return isinstance(tried, cst.Try) and any(
        not BROAD_EXCEPTIONS.isdisjoint(caught_names(each))
        and not any(isinstance(node, cst.Raise) for node in own(each.body))
        for each in tried.handlers
    )


def _gives_future(work: Work, call: cst.Call) -> bool:
    """Whether a call gives a future each time: it is the API's, or of what returns only that's."""
    if last_name(call.func) in _FUTURES:
        return True
    method, name = work.tree.method(call), last_name(call.func)
    known: list[cst.FunctionDef] = []
    if isinstance(call.func, cst.Name):
        known = [each for each in work.module.body if isinstance(each, cst.FunctionDef)]
    elif method is not None and dotted(call.func) == f"{method.instance}.{name}":
        known = [each.function for each in work.tree.methods(method.cls)]
    found = [each for each in known if each.name.value == name and each.asynchronous is None]
    returned = [
        node.value
        for function in found
        for node in inside(function.body)
        if isinstance(node, cst.Return)
    ]
    return bool(returned) and all(
        isinstance(value, cst.Call) and last_name(value.func) in _FUTURES for value in returned
    )


def _chained(work: Work, spot: Spot, call: cst.Call) -> Sentence:
    """The callback of a future that a statement drops."""
    code = work.tree.code(call.func)
    if spot.kind not in ("statement", "name", "condition") or spot.holder is None:
        raise CannotMend(sentence("no statement of its own drops the future"))
    if _fills_a_queue(call):
        raise CannotMend(sentence("to put something into a queue does not fail"))
    if _sees_to_itself(work, call):
        raise CannotMend(sentence("what it starts sees to its failures itself"))
    if not _gives_future(work, call):
        raise CannotMend(sentence("the file does not tell that `{code}` gives a future", code=code))
    holder = spot.holder
    work.claim(holder)
    callback = _shared(work) or _logging_callback(work, work.future_type(), _FUTURE, call)
    if spot.kind == "name" and spot.name != "_":
        if isinstance(spot.call, cst.Await):
            raise CannotMend(sentence("what the await gives has another use than to be waited for"))
        if known := _callback_of(work, spot, call):
            raise CannotMend(sentence("`{callback}` may look at how it ended", callback=known))
        line = f"{spot.name}.add_done_callback({callback})"
        work.edits.insert_after(holder, work.statements(holder, line))
        return sentence("log its failure by `{callback}`", callback=callback)
    name = work.local_name(spot.call, "future", "background_future")
    lines = f"{name} = spawned_\n{name}.add_done_callback({callback})"

    def expansion(smalls: Sequence[cst.BaseSmallStatement]) -> list[cst.BaseStatement]:
        new = work.statements(holder, lines, {"spawned_": spot.moved_in(smalls[0], f"{name} = ")})
        return spot.as_if(smalls[0], new)

    work.edits.expand(holder, expansion)
    return sentence("log its failure by `{callback}`", callback=callback)


def _logging_callback(work: Work, typed: str, of: str, call: cst.Call) -> str:
    """The function that logs the exception of what has this type, or a new one.

    ``of`` is what that is called: a task, a future. The function is one of the module, or a method
    where the instance has the only logger of the file.
    """
    if known := _known(work, typed):
        return known
    method = work.tree.method(call)
    if method is not None and (logger := _logger_of_instance(work, method, call)):
        return _logging_method(work, method, logger, typed, of)
    key = (f"{_HELPER} {typed}", 0)
    if key not in work.draft.made:
        work.draft.made[key] = _new_callback(work, typed, of)
    return work.draft.made[key]


def logger_in(work: Work, names: Sequence[str]) -> str:
    """A function of the module that logs how a future failed; a new one by such a name."""
    return _known(work, "Future") or _new_callback(work, work.future_type(), _FUTURE, names)


def _shared(work: Work) -> str:
    """The function for futures that many files share, where the file has none; else empty."""
    module, _, name = work.manner.logs.partition(":")
    if not name or _known(work, "Future"):
        return ""
    return work.draft.imports.member(module, name) if module else name


def _known(work: Work, typed: str) -> str:
    """A function of the module that logs the exception of what has this type; else empty."""
    return next(
        (
            node.name.value
            for node in work.module.body
            if isinstance(node, cst.FunctionDef) and _logs_failure(node, typed)
        ),
        "",
    )


def _callback_of(work: Work, spot: Spot, call: cst.Call) -> str:
    """The callback that the function gives a future already, where that may be any function."""
    scope = work.tree.scope(call)
    for node in inside(scope) if isinstance(scope, cst.FunctionDef) else ():
        if isinstance(node, cst.Call) and dotted(node.func) == f"{spot.name}.add_done_callback":
            return work.tree.code(node.args[0].value) if node.args else ""
    return ""


def _logger_of_instance(work: Work, method: Method, call: cst.Call) -> str:
    """The logger of the instance, where neither the module nor a function of it logs."""
    if module_logger(work.tree) or logging_function(work.tree):
        return ""
    logger = logger_at(work.tree, call)
    return logger if method.instance and logger.startswith(f"{method.instance}.") else ""


def _logging_method(work: Work, method: Method, logger: str, typed: str, of: str) -> str:
    """A method of the class that logs by the instance's logger, as code in a method names it."""
    for each in work.tree.methods(method.cls):
        if each.instance and _logs_failure(each.function, typed, is_method=True):
            return f"{method.instance}.{each.function.name.value}"
    key = (f"{_HELPER} {typed}", id(method.cls))
    if key not in work.draft.made:
        name = work.attribute_name(method.cls, (), "_log_failure", "_log_task_failure")
        work.draft.made[key] = name
        own = logger.replace(method.instance, "self", 1)
        line = _logging(
            work,
            own,
            of,
            None if is_bound(method.cls, logger) else fills_braces(method.cls, logger),
        )
        text = _function(work, name, "self", line, typed, of)
        new = [each.with_changes(leading_lines=[BLANK]) for each in statements(text)]
        work.edits.insert_after(method.cls.body.body[-1], new)
    return f"{method.instance}.{work.draft.made[key]}"


def _logs_failure(function: cst.FunctionDef, typed: str, is_method: bool = False) -> bool:
    """Whether a function logs how any future failed; what others are for their name says."""
    if not set(words(function.name.value)) <= _ANY_TASK:
        return False
    params = function.params.params[1:] if is_method else function.params.params
    if len(params) != 1 or function.asynchronous is not None:
        return False
    note = params[0].annotation
    if note is not None and typed and not _is_named(note.annotation, typed):
        return False
    calls = {dotted(node.func) for node in inside(function.body) if isinstance(node, cst.Call)}
    return {f"{params[0].name.value}.{name}" for name in ("exception", "cancelled")} <= calls


def _is_named(note: cst.BaseExpression, typed: str) -> bool:
    """Whether an annotation names a type, whatever its parameters and its module."""
    named = note.value if isinstance(note, cst.Subscript) else note
    return last_name(named) == typed.partition("[")[0].rpartition(".")[2]


def _new_callback(
    work: Work, typed: str, of: str, names: Sequence[str] = ("_log_failure", "_log_task_failure")
) -> str:
    logger = module_logger(work.tree) or work.draft.made.get((_LOGGER, 0), "")
    function = "" if logger else logging_function(work.tree)
    if not logger and not function and logs_by_the_root(work.tree):
        logger = "logging"
    if not logger and not function:
        logger = work.module_name("logger", "_logger", "task_logger")
        logging = logger_maker(work.tree) or work.draft.imports.name("logging", "getLogger")
        work.draft.variables[:0] = statements(f"{logger} = {logging}(__name__)")
        work.draft.made[_LOGGER, 0] = logger
    name = work.module_name(*names)
    is_known = not is_of_its_own(work.tree, logger)
    call = _logging(work, logger, of, is_loguru(work.tree, logger) if is_known else None)
    if function:
        quote = work.style.quote
        text = f"f{quote}{{{of}!r}} failed: {{{of}.exception()!r}}{quote}"
        call = f"{function}({text})"
    work.draft.functions += statements(_function(work, name, "", call, typed, of))
    return name


def _logging(work: Work, logger: str, of: str, takes_braces: bool | None) -> str:
    """The call that logs the exception of what is called ``of``.

    ``takes_braces`` tells what the logger fills in its texts; None where that is not known.
    """
    quote = work.style.quote
    if takes_braces is None:
        return f"{logger}.error(f{quote}{{{of}!r}} failed: {{{of}.exception()!r}}{quote})"
    if takes_braces:
        return f"{logger}.opt(exception={of}.exception()).error({quote}{{!r}} failed{quote}, {of})"
    return f"{logger}.error({quote}%r failed{quote}, {of}, exc_info={of}.exception())"


def _function(work: Work, name: str, instance: str, call: str, typed: str, of: str) -> str:
    """The text of a function, or of a method, that logs by a call."""
    params, returns = (f"{of}: {typed}", " -> None") if typed else (of, "")
    lines = [
        f"def {name}({instance}{', ' if instance else ''}{params}){returns}:",
        f'    """Log the exception that ended a {of}, if one did."""',
        f"    if not {of}.cancelled() and {of}.exception() is not None:",
        f"        {call}",
    ]
    return "\n".join(lines)
