"""Dataclasses whose methods are made when they are needed.

The standard library compiles six methods for each frozen dataclass as its module is imported. A run
in which nothing has changed imports a hundred of them and makes a few instances of most: it would
spend a quarter of its time on that. What is made later are the methods of the standard library.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

_T = TypeVar("_T")

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, **more: bool) -> Any:
        """`dataclasses.dataclass`; where ``more`` of it is asked for, there and then."""
        if more:
            return dataclasses.dataclass(cls, frozen=frozen, **more)
        if cls is None:
            return lambda decorated: dataclass(decorated, frozen=frozen)
        # It finds the fields, and compiles nothing.
        made = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        _defer(made, "__init__", _few_instances(made), frozen=frozen, repr=False, eq=False)
        _defer(made, "__repr__", init=False, eq=False)
        _defer(made, "__eq__", init=False, repr=False)
        if frozen:
            _defer(made, "__hash__", init=False, repr=False, eq=False, unsafe_hash=True)
            _freeze(made)
        elif "__hash__" not in cls.__dict__:
            made.__hash__ = None
        return made


#: makes an instance without a method of its class; false where it leaves that to the method
_Simply = Callable[[Any, tuple[Any, ...], dict[str, Any]], bool]
#: to compile what makes instances takes as long as to make so many of them simply
_FEW = 20


def _defer(cls: Any, name: str, simply: _Simply | None = None, **options: bool) -> None:
    """Give a class a method that is made with these options, once it has to be."""
    if name in cls.__dict__ and cls.__dict__[name] is not None:
        return

    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if simply is not None and simply(self, args, kwargs):
            return None
        found = dataclasses.fields(cls)
        body = {field.name: field for field in found} | {
            "__annotations__": {field.name: field.type for field in found},
            "__module__": cls.__module__,
        }
        made = getattr(dataclasses.dataclass(**options)(type(cls.__name__, (), body)), name)
        made.__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, made)
        return made(self, *args, **kwargs)

    method.__name__ = name
    setattr(cls, name, method)


def _few_instances(cls: Any) -> _Simply:
    """What makes the first instances of a class, where their arguments leave nothing out."""
    fields = dataclasses.fields(cls)
    names = tuple(field.name for field in fields if field.init and not field.kw_only)
    left = _FEW if len(names) == len(fields) and not hasattr(cls, "__post_init__") else 0
    set_attribute = object.__setattr__

    def simply(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
        nonlocal left
        left -= 1
        rest = names[len(args) :]
        if left < 0 or len(args) > len(names) or not kwargs.keys() <= {*rest}:
            return False
        given = {**dict(zip(names, args, strict=False)), **kwargs}
        for field in fields[len(args) :]:
            if field.name in given:
                continue
            if field.default is not dataclasses.MISSING:
                given[field.name] = field.default
            elif field.default_factory is not dataclasses.MISSING:
                given[field.name] = field.default_factory()
            else:
                return False
        for name in names:
            set_attribute(self, name, given[name])
        return True

    return simply


def _freeze(cls: Any) -> None:
    """Have a class refuse what would change its fields, as the standard library words it."""
    names = frozenset(field.name for field in dataclasses.fields(cls))

    def set_attribute(self: Any, name: str, value: Any) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        super(cls, self).__setattr__(name, value)

    def delete_attribute(self: Any, name: str) -> None:
        if type(self) is cls or name in names:
            raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
        super(cls, self).__delattr__(name)

    cls.__setattr__, cls.__delattr__ = set_attribute, delete_attribute


def filling(cls: Any, names: tuple[str, ...]) -> Callable[..., Any]:
    """What makes an instance from the values of all fields, in order.

    Those without slots are few of each class: their initialiser takes longer to compile than they
    take to fill.
    """
    if "__slots__" in vars(cls) or hasattr(cls, "__post_init__"):
        made: Callable[..., Any] = cls
        return made
    new = object.__new__

    def filled(*values: Any) -> Any:
        made = new(cls)
        made.__dict__.update(zip(names, values, strict=True))
        return made

    return filled


def by_name(cls: type[_T]) -> Callable[..., _T]:
    """What makes an instance from the values of all fields, each given by its name.

    The initialiser of a frozen class takes twice as long, which counts where there are thousands.
    """
    new = object.__new__

    def named(**values: object) -> _T:
        made = new(cls)
        made.__dict__.update(values)
        return made

    return named
