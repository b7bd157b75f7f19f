"""What keeps a task until it is done: a set and a function of the file, or new ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst as cst

from taskleash.fixes.meaning.observed import is_observed
from taskleash.fixes.model import CannotMend
from taskleash.fixes.syntax.insertion import constructor_place
from taskleash.fixes.syntax.new_statements import statements
from taskleash.fixes.syntax.spots import spot_of
from taskleash.fixes.syntax.tree import Method, Tree, dotted, inside, last_name, param_names
from taskleash.fixes.syntax.work import Pair, Work
from taskleash.models.table import MODELS
from taskleash.sentences import sentence
from taskleash.verdict.model import Site

_SET_NAMES = ("_background_tasks", "_running_tasks")
_HELPER_NAMES = ("_keep_task", "_keep_background_task")
#: what new sets are for, where nothing else is said
_USUAL = "set"
#: what a task is told to take it out by
_PRUNES = "add_done_callback"
#: from how many tasks on a file gets one function for them
MANY = 3


@dataclass(frozen=True)
class Home:
    """Who keeps the task of a call: an instance by its name, or the module if that is empty."""

    cls: cst.ClassDef | None = None
    instance: str = ""

    @property
    def key(self) -> int:
        """Tells one home from another in the same tree."""
        return id(self.cls)

    def text(self, name: str) -> str:
        """How code at the call names something of the home."""
        return f"{self.instance}.{name}" if self.instance else name


MODULE = Home()


def plan(work: Work, sites: Sequence[tuple[Site, cst.Call]]) -> None:
    """Look at all tasks that are to be kept: many of them share one function of the module."""
    homes = [(home_of(work, site, call), site) for site, call in sites]
    new = [home for home, site in homes if not existing(work, home)]
    # Where one place needs the function, none of them does by itself what it does.
    needs_one = any(
        last_name(call.func) in MODELS.schedulers or spot_of(work.tree, call).kind == "value"
        for _, call in sites
    )
    work.has_many = len(new) >= MANY or (needs_one and len(new) > 1)
    work.has_futures = any(_is_future(work, call) for _, call in sites)
    work.is_scattered = work.has_many and len({home.key for home in new}) > 1


def _is_future(work: Work, call: cst.Call) -> bool:
    """Whether the variable of a task is annotated as something wider than a task."""
    parent = work.tree.parent(call)
    return isinstance(parent, cst.AnnAssign) and any(
        isinstance(node, cst.Name) and node.value == "Future" for node in inside(parent.annotation)
    )


def home_of(work: Work, site: Site, call: cst.Call) -> Home:
    """Who keeps a new task: the instance where it is known to outlive its tasks, else the module.

    A set of the instance that its teardown passes over would be a finding of its own, and one that
    it ends would make the task end with it.
    """
    method = work.tree.method(call)
    if work.manner.keeper:
        return MODULE
    if method is None or site.teardowns or not _sees_instance(work, method, call):
        return MODULE
    if not outlives_its_tasks(work.tree, method.cls):
        return MODULE
    home = Home(method.cls, method.instance)
    if existing(work, home) or (_USUAL, home.key) in work.draft.made:
        return home
    if work.is_scattered or not site.has_own_state:
        return MODULE
    return home if constructor_place(work.tree, method.cls, work.uses) is not None else MODULE


def own_home(work: Work, site: Site, call: cst.Call) -> Home:
    """The instance that is to keep a task, whatever its teardown does; raises `CannotMend`."""
    method = work.tree.method(call)
    if method is None or not _sees_instance(work, method, call):
        raise CannotMend(sentence("no instance starts the task"))
    home = Home(method.cls, method.instance)
    if not site.has_own_state or constructor_place(work.tree, method.cls, work.uses) is None:
        name = method.cls.name.value
        raise CannotMend(
            sentence("`{name}` has no `__init__` of its own that can make a container", name=name)
        )
    return home


def wants_helper(work: Work, home: Home, is_value: bool) -> bool:
    """Whether a function keeps the tasks: there is one, or it makes many places shorter."""
    if work.manner.keeper or work.has_many or ("helper", home.key) in work.draft.made:
        return True
    return bool(_existing_helper(work, home, is_value))


def set_for(
    work: Work,
    site: Site,
    home: Home,
    teardown: cst.FunctionDef | None = None,
    purpose: str = _USUAL,
) -> str:
    """A set for tasks, as code at the call names it; a new one if there is none.

    One that a teardown of the home looks at is taken, too, where that teardown is given. New sets
    are apart where their tasks have another ``purpose``.
    """
    return home.text(existing(work, home, teardown) or _made(work, home, site, purpose))


def helper_for(work: Work, site: Site, home: Home, is_value: bool) -> str:
    """A function that keeps a task, as code at the call names it; a new one if there is none.

    It gives the task back, at least where ``is_value`` says that this matters.
    """
    if work.manner.keeper:
        module, _, name = work.manner.keeper.partition(":")
        return work.draft.imports.member(module, name) if module else name
    known = _existing_helper(work, home, is_value)
    if known:
        return home.text(known)
    key = ("helper", home.key)
    if key not in work.draft.made:
        container = existing(work, home)
        if container and home.cls is None:
            work.draft.needed = _maker(work.module.body, container)
        container = container or _made(work, home, site)
        work.draft.made[key] = _new_helper(work, home, site, container)
    return home.text(work.draft.made[key])


# -- what is there


def _sees_instance(work: Work, method: Method, call: cst.Call) -> bool:
    """Whether the name of the instance means the same where the call stands."""
    if not method.instance:
        return False
    for node, child in work.tree.around(call):
        if node is method.function:
            return child is method.function.body
        if isinstance(node, cst.FunctionDef | cst.Lambda) and method.instance in param_names(
            node.params
        ):
            return False
    return False


def existing(work: Work, home: Home, teardown: cst.FunctionDef | None = None) -> str:
    """The name of a set of the home that is filled and pruned in it, and that nobody looks at.

    A teardown may look at it, where one is given.
    """
    for pair in _pairs(work, home):
        if _is_set(work, home, pair.name) and not is_observed(
            work.tree, home.cls, pair.name, teardown
        ):
            return pair.name
    return ""


def _existing_helper(work: Work, home: Home, is_value: bool) -> str:
    """The name of a function that keeps the task it is given, and does no more.

    It gives the task back, at least where the value of the call matters.
    """
    for pair in _pairs(work, home):
        function = pair.function
        if function is None or not _is_set(work, home, pair.name):
            continue
        if is_observed(work.tree, home.cls, pair.name):
            continue
        params = function.params.params
        own = params[1:] if home.cls is not None else params
        if [param.name.value for param in own] == [pair.task] and _keeps(
            function, pair.task, is_value
        ):
            return function.name.value
    return ""


def _keeps(function: cst.FunctionDef, task: str, is_value: bool) -> bool:
    """Whether a function only keeps its task, and gives it back where that matters."""
    if function.decorators or function.asynchronous or function.params.kwonly_params:
        return False
    lines = [line for line in function.body.body if isinstance(line, cst.SimpleStatementLine)]
    smalls = [line.body[0] for line in lines if len(line.body) == 1]
    if len(smalls) != len(function.body.body):
        return False
    if isinstance(smalls[0], cst.Expr) and isinstance(smalls[0].value, cst.SimpleString):
        smalls = smalls[1:]
    last = smalls[-1]
    if isinstance(last, cst.Return):
        return len(smalls) == 3 and last.value is not None and dotted(last.value) == task
    return len(smalls) == 2 and not is_value


def _pairs(work: Work, home: Home) -> list[Pair]:
    """``X.add(task)`` beside ``task.add_done_callback(X.discard)``, X an attribute or a global."""
    if home.key not in work.pairs:
        work.pairs[home.key] = list(_found_pairs(work, home))
    return work.pairs[home.key]


def _found_pairs(work: Work, home: Home) -> Iterator[Pair]:
    if home.cls is None:
        yield from _pairs_in(work, work.module, "", None)
        return
    for method in work.tree.methods(home.cls):
        if method.instance:
            yield from _pairs_in(work, method.function.body, method.instance, method.function)


def _pairs_in(
    work: Work, node: cst.CSTNode, instance: str, function: cst.FunctionDef | None
) -> Iterator[Pair]:
    added: dict[tuple[str, str], cst.Call] = {}
    pruned: set[tuple[str, str]] = set()
    within = (each for each in inside(node, _PRUNES) if isinstance(each, cst.Call))
    for call in work.tree.of(cst.Call, _PRUNES) if node is work.module else within:
        if not isinstance(call.func, cst.Attribute) or len(call.args) != 1:
            continue
        owner, argument = dotted(call.func.value), dotted(call.args[0].value)
        if call.func.attr.value == "add":
            added[owner, argument] = call
        elif call.func.attr.value == _PRUNES and argument.endswith(".discard"):
            pruned.add((argument.removesuffix(".discard"), owner))
    for (container, task), call in added.items():
        if (container, task) not in pruned:
            continue
        base, _, name = container.rpartition(".")
        if base == instance and task:
            inner = function
            if inner is None:
                scope = work.tree.scope(call)
                plain = isinstance(scope, cst.FunctionDef) and work.tree.method(call) is None
                inner = scope if plain and isinstance(scope, cst.FunctionDef) else None
            yield Pair(name, inner, task)


def _is_set(work: Work, home: Home, name: str) -> bool:
    """Whether the home makes a set of that name, once and for all."""
    if home.cls is None:
        return _maker(work.module.body, name) is not None
    for method in work.tree.methods(home.cls):
        if method.function.name.value == "__init__" and method.instance:
            return _maker(method.function.body.body, f"{method.instance}.{name}") is not None
    return False


def _maker(
    body: Sequence[cst.BaseStatement | cst.BaseSmallStatement], target: str
) -> cst.BaseStatement | None:
    """The statement that makes an empty set of that name."""
    for line in body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.Assign):
                names = [dotted(each.target) for each in small.targets]
            elif isinstance(small, cst.AnnAssign):
                names = [dotted(small.target)]
            else:
                continue
            value = small.value
            if names == [target] and isinstance(value, cst.Call) and dotted(value.func) == "set":
                assert isinstance(line, cst.SimpleStatementLine)
                return None if value.args else line
    return None


# -- what is new


def _made(work: Work, home: Home, site: Site, purpose: str = _USUAL) -> str:
    key = (purpose, home.key)
    if key not in work.draft.made:
        work.draft.made[key] = _new_set(work, home, site)
    return work.draft.made[key]


def _new_set(work: Work, home: Home, site: Site) -> str:
    if home.cls is None:
        name = work.module_name(*_SET_NAMES)
        work.draft.variables += statements(work.set_of_tasks(name))
        return name
    name = work.attribute_name(home.cls, site.task_attributes, *_SET_NAMES)
    put_in_constructor(work, home, work.set_of_tasks(f"{{instance}}.{name}"))
    return name


def put_in_constructor(work: Work, home: Home, text: str) -> None:
    """Add a statement to the ``__init__`` of a class; ``{instance}`` stands for its ``self``."""
    assert home.cls is not None
    place = constructor_place(work.tree, home.cls, work.uses)
    assert place is not None
    init = next(m for m in work.tree.methods(home.cls) if m.function.name.value == "__init__")
    work.put(place, text.replace("{instance}", init.instance))


def _new_helper(work: Work, home: Home, site: Site, container: str) -> str:
    if home.cls is None:
        name = work.module_name(*_HELPER_NAMES)
        work.draft.functions += _function(work, name, "", container)
        return name
    name = work.attribute_name(home.cls, site.task_attributes, *_HELPER_NAMES)
    blank = [cst.EmptyLine(indent=False)]
    function = _function(work, name, "self", f"self.{container}")
    last = home.cls.body.body[-1]
    work.edits.insert_after(last, [each.with_changes(leading_lines=blank) for each in function])
    return name


def _function(work: Work, name: str, instance: str, container: str) -> list[cst.BaseStatement]:
    """A function that keeps a task in a container until it is done."""
    task = work.task_type()
    typed, returns = (f": {task}", f" -> {task}") if task else ("", "")
    lines = [
        f"def {name}({instance}{', ' if instance else ''}task{typed}){returns}:",
        '    """Hold a task until it is done: the event loop does not."""',
        f"    {container}.add(task)",
        f"    task.add_done_callback({container}.discard)",
        "    return task",
    ]
    return statements("\n".join(lines))


def keeper_in(work: Work, home: Home, names: Sequence[str]) -> str:
    """A function of the module that keeps a task and gives it back; a new one by such a name."""
    if known := _existing_helper(work, home, True):
        return known
    container = work.module_name(*_SET_NAMES)
    work.draft.variables += statements(work.set_of_tasks(container))
    name = work.module_name(*names)
    work.draft.functions += _function(work, name, "", container)
    return name


# -- which objects live as long as the program, as far as their file tells


def outlives_its_tasks(tree: Tree, cls: cst.ClassDef) -> bool:
    """Whether the module keeps an instance of a class: what that keeps is not collected.

    Of any other object nobody says who keeps it. Where only its own task reaches it, a set on it
    is collected with both.
    """
    for line in tree.module.body:
        for small in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            value = small.value if isinstance(small, cst.Assign | cst.AnnAssign) else None
            if isinstance(value, cst.Call) and dotted(value.func) == cls.name.value:
                return True
    return False
