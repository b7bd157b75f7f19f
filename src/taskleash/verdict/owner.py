"""What a fix needs to know of the class around a site, which its own file may not tell."""

from __future__ import annotations

from taskleash.lifecycle.teardown import Teardown
from taskleash.models.classes import FIELD_BASES, FIELD_DECORATORS
from taskleash.models.lifecycle import LIFECYCLE
from taskleash.semantics.entities import Class, Function
from taskleash.semantics.spawns import Spawn

_CONSTRUCTOR = "__init__"


def owner_of(function: Function) -> Class | None:
    """The class whose method a function is, or is part of."""
    return function.method.owner


def teardowns(teardown: Teardown, cls: Class | None) -> tuple[str, ...]:
    """The methods that take an instance of the class down, as people write them.

    One that only starts what does so later is none.
    """
    found = teardown.of_class(cls) if cls is not None else ()
    return tuple(method.qualname for method in found if not LIFECYCLE.leads_up(method.name))


def replaced(cls: Class | None, names: tuple[str, ...]) -> tuple[str, ...]:
    """Of methods by their qualified names those that a subclass replaces and does not call."""
    if cls is None:
        return ()
    heirs = sorted(cls.descendants - {cls}, key=repr)
    return tuple(
        name
        for name in names
        if any(
            not _goes_up(heir, name.rpartition(".")[2])
            for heir in heirs
            if cls.module.is_test or not heir.module.is_test
        )
    )


def has_own_state(cls: Class | None) -> bool:
    """Whether what the class's own ``__init__`` sets is there in every instance.

    It is not where attributes are declared as fields, nor where a subclass leaves it out.
    """
    if cls is None or not cls.own_methods(_CONSTRUCTOR):
        return False
    if any(_declares_fields(each) or each.own_methods("__setattr__") for each in cls.mro):
        return False
    return all(_goes_up(each, _CONSTRUCTOR) for each in cls.descendants - {cls})


def task_attributes(cls: Class | None) -> tuple[str, ...]:
    """The attributes of the class, its bases and its subclasses that a new one could clash with."""
    if cls is None:
        return ()
    found: set[str] = set()
    for each in {*cls.mro, *cls.descendants}:
        found.update(each.facts.methods, each.facts.fields, each.stores)
    return tuple(sorted(name for name in found if "task" in name))


def _declares_fields(cls: Class) -> bool:
    names = {ref.last for ref in cls.facts.bases if ref}
    return bool(names & FIELD_BASES or cls.decorators & FIELD_DECORATORS)


def _goes_up(cls: Class, name: str) -> bool:
    """Whether the class's method of this name, if it has one, calls that of its base."""
    return all(
        any(call.text.endswith(name) for _, call in method.calls())
        for method in cls.own_methods(name)
    )


def group_of(spawn: Spawn) -> str:
    """What owns the task, as written: ``group`` in ``group.start_soon``."""
    call = spawn.call
    is_handed = bool(spawn.work) and spawn.api is None
    return (call.args[0] if is_handed else call).text.rpartition(".")[0]


def how_private(name: str) -> int:
    """How far a method is from those that users call: public, special, a private step of either."""
    return name.startswith("_") + (name.startswith("_") and not name.startswith("__"))
