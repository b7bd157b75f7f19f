"""The logger that code at a place of a file would use."""

from __future__ import annotations

import libcst as cst

from taskleash.fixes.syntax.containers import assignments
from taskleash.fixes.syntax.free_names import variables
from taskleash.fixes.syntax.tree import (
    Method,
    Tree,
    dotted,
    inside,
    last_name,
    named_params,
    param_names,
)
from taskleash.models.vocabulary import words

_MAKER = "get_logger"
_MAKERS = frozenset({"getLogger", _MAKER, "getChild", "bind"})
_NAMES = frozenset(
    {
        "logger", "log", "_logger", "_log", "__logger", "__log", "LOGGER", "LOG", "_LOGGER", "_LOG",
    }
)  # fmt: skip
#: functions that projects have for it, the most fitting one first
_FUNCTIONS = ("log_error", "log_warning", "log_warn")
_METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})


def logger_at(tree: Tree, node: cst.CSTNode) -> str:
    """How code at the node would name its logger: that of the module, or of the class.

    What a function is given has the logger where all that it logs goes there. Empty where the file
    has none, or a variable of the function hides it.
    """
    method = tree.method(node)
    given = _of_what_is_given(tree, node)
    if given and (method is None or not _may_be_missing(method.cls, given)):
        return given
    for name in module_loggers(tree):
        if not _is_hidden(tree, node, name):
            return name
    if method is None or not method.instance:
        return ""
    logger = _of_instance(tree, method)
    return "" if logger and _may_be_missing(method.cls, logger) else logger


def _of_instance(tree: Tree, method: Method) -> str:
    """The logger that the class of a method makes for its instances, or uses; empty without one."""
    for target, value, _ in assignments(method.cls):
        text = dotted(target)
        base, _, name = text.rpartition(".")
        setter = tree.method(target)
        if setter is None or base != setter.instance or not isinstance(value, cst.Call):
            continue
        if last_name(value.func) in _MAKERS:
            return f"{method.instance}.{name}"
    return _used_on_instance(tree, method.cls, method.instance)


def _may_be_missing(cls: cst.ClassDef, logger: str) -> bool:
    """Whether code of a class asks if its logger is there: ``if self.logger and error``."""
    for node in inside(cls):
        asked: list[cst.BaseExpression] = []
        if isinstance(node, cst.If | cst.IfExp):
            asked = [node.test]
        elif isinstance(node, cst.BooleanOperation):
            asked = [node.left, node.right]
        elif isinstance(node, cst.Comparison) and isinstance(
            node.comparisons[0].operator, cst.IsNot
        ):
            asked = [node.left]
        if logger in map(dotted, asked):
            return True
    return False


def _of_what_is_given(tree: Tree, node: cst.CSTNode) -> str:
    """The one logger by which the function around a node logs, of what it is given; else empty."""
    scope = tree.scope(node)
    if not isinstance(scope, cst.FunctionDef):
        return ""
    used = {
        dotted(each.func.value)
        for each in inside(scope.body)
        if isinstance(each, cst.Call)
        and isinstance(each.func, cst.Attribute)
        and each.func.attr.value in _METHODS
        and last_name(each.func.value) in _NAMES
    }
    root, _, rest = next(iter(used)).partition(".") if len(used) == 1 else ("", "", "")
    given = param_names(scope.params)
    return f"{root}.{rest}" if rest and root in given else ""


def module_logger(tree: Tree) -> str:
    """The logger of the module; empty where it has none."""
    return next(iter(module_loggers(tree)), "")


def logging_function(tree: Tree) -> str:
    """A function that the module imports and logs by, with nothing but a message; else empty.

    It may be that of a class: ``from ours.logging import Log``, ``Log.error(text)``.
    """
    known = _imported_and_called(tree)
    imported = _imported(tree, cst.ImportFrom) - _NAMES
    classes = sorted(name for name in imported if words(name)[-1:] == ["log"])
    found = [f for f in _FUNCTIONS if f in known]
    found += [each for each in (f"{name}.error" for name in classes) if _is_called(tree, each)]
    return next(iter(found), "")


def _is_called(tree: Tree, text: str) -> bool:
    """Whether the module calls what it names so."""
    calls = tree.of(cst.Call, text.partition(".")[0])
    return any(dotted(node.func) == text for node in calls)


def logs_by_the_root(tree: Tree) -> bool:
    """Whether the module imports ``logging`` and logs by its functions: ``logging.info(text)``."""
    return "logging" in _imported(tree, cst.Import) and any(
        _is_called(tree, f"logging.{name}") for name in sorted(_METHODS)
    )


def logger_maker(tree: Tree) -> str:
    """A function that the module imports and makes loggers by, given a name; else empty.

    It may be one of a module: ``from ours import logging``, ``logging.get_logger(name)``.
    """
    known = _imported_and_called(tree)
    found = next((name for name in sorted(_MAKERS) if name in known), "")
    modules = _imported(tree, cst.Import, cst.ImportFrom)
    calls = (each for each in tree.of(cst.Call, _MAKER) if _gives_one_value(each))
    made = (text for text in (dotted(call.func) for call in calls) if text.endswith(f".{_MAKER}"))
    return found or next((text for text in made if text.rpartition(".")[0] in modules), "")


def _imported_and_called(tree: Tree) -> set[str]:
    """The functions that log, or make loggers, that the module imports and calls with one value."""
    asked = _imported(tree, cst.ImportFrom) & {*_MAKERS, *_FUNCTIONS}
    calls = tree.of(cst.Call, *sorted(asked)) if asked else ()
    return {dotted(node.func) for node in calls if _gives_one_value(node)} & asked


def _imported(tree: Tree, *kinds: type[cst.Import] | type[cst.ImportFrom]) -> set[str]:
    """The names that the module gives to what it imports by statements of these kinds."""
    return {
        alias.evaluated_alias or alias.evaluated_name
        for line in tree.module.body
        for small in (line.body if isinstance(line, cst.SimpleStatementLine) else ())
        if isinstance(small, kinds) and not isinstance(small.names, cst.ImportStar)
        for alias in small.names
    }


def _gives_one_value(node: cst.Call) -> bool:
    return len(node.args) == 1 and node.args[0].keyword is None


def is_loguru(tree: Tree, name: str) -> bool:
    """Whether a logger of the module is loguru's, which has methods of its own."""
    return any(
        node.module is not None
        and dotted(node.module) == "loguru"
        and not isinstance(node.names, cst.ImportStar)
        and name in {alias.evaluated_alias or alias.evaluated_name for alias in node.names}
        for node in tree.of(cst.ImportFrom, "loguru")
    )


def is_of_its_own(tree: Tree, name: str) -> bool:
    """Whether a logger of the module is of a class of the module, which has methods of its own."""
    made = {
        last_name(value.func)
        for target, value, _ in assignments(tree.module)
        if isinstance(value, cst.Call) and dotted(target) == name
    }
    return any(
        isinstance(line, cst.ClassDef) and line.name.value in made and not line.bases
        for line in tree.module.body
    )


def fills_braces(cls: cst.ClassDef, logger: str) -> bool:
    """Whether the logger of a class is given what fills braces in its texts, as loguru's."""
    return any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _METHODS
        and dotted(node.func.value) == logger
        and len(node.args) > 1
        and isinstance(node.args[0].value, cst.SimpleString)
        and "{}" in node.args[0].value.value
        for node in inside(cls)
    )


def module_loggers(tree: Tree) -> list[str]:
    """The loggers of the module, those that it makes and those that it imports and uses."""
    found: list[str] = []
    for line in tree.module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign | cst.AnnAssign):
                target = small.target if isinstance(small, cst.AnnAssign) else None
                if isinstance(small, cst.Assign) and len(small.targets) == 1:
                    target = small.targets[0].target
                value = small.value
                if not isinstance(value, cst.Call) or not isinstance(target, cst.Name):
                    continue
                # A project may have a function of its own that makes loggers.
                is_named = target.value in _NAMES and _is_used(tree, target.value)
                if last_name(value.func) in _MAKERS or is_named:
                    found.append(target.value)
            elif isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                names = {alias.evaluated_alias or alias.evaluated_name for alias in small.names}
                found += sorted(name for name in names & _NAMES if _is_used(tree, name))
    return found


def _is_used(tree: Tree, name: str) -> bool:
    """Whether the module logs by a name."""
    return is_loguru(tree, name) or any(
        isinstance(node.func, cst.Attribute)
        and node.func.attr.value in _METHODS
        and dotted(node.func.value) == name
        for node in tree.of(cst.Call, name.rpartition(".")[2])
    )


def _used_on_instance(tree: Tree, cls: cst.ClassDef, instance: str) -> str:
    """A logger that methods use and a base class has."""
    for node in inside(cls):
        if isinstance(node, cst.Attribute) and node.attr.value in _METHODS:
            base, _, name = dotted(_unbound(node.value)).rpartition(".")
            if base == instance and name in _NAMES:
                return f"{instance}.{name}"
    return ""


def _unbound(logger: cst.BaseExpression) -> cst.BaseExpression:
    """The logger that one with further values was made of: ``self.logger.bind(tag=TAG)``."""
    func = logger.func if isinstance(logger, cst.Call) else None
    return func.value if isinstance(func, cst.Attribute) and func.attr.value == "bind" else logger


def is_bound(cls: cst.ClassDef, logger: str) -> bool:
    """Whether code of a class gives its logger further values, as structlog's and loguru's take."""
    return any(
        isinstance(node, cst.Call) and dotted(node.func) == f"{logger}.bind" for node in inside(cls)
    )


def _is_hidden(tree: Tree, node: cst.CSTNode, name: str) -> bool:
    """Whether a function around the node binds the name itself."""
    function = tree.outermost(node)
    if function is None or name not in variables(function):
        return False
    params = {
        param.name.value
        for each in inside(function)
        if isinstance(each, cst.Parameters)
        for param in named_params(each)
    }
    bound = {dotted(target) for target, _, _ in assignments(function)}
    return name in params | bound
