"""Bases, decorators and types, by what they say of a class, a function or a value."""

from __future__ import annotations

#: bases of classes that only say what other classes have
PROTOCOLS = frozenset({"typing.Protocol", "typing_extensions.Protocol"})
#: bases and decorators of classes whose attributes are fields, declared in the class body
FIELD_BASES = frozenset(
    {
        "BaseModel", "BaseSettings", "Enum", "IntEnum", "NamedTuple", "Protocol", "Struct",
        "TypedDict",
    }
)  # fmt: skip
FIELD_DECORATORS = frozenset(
    {"attrs", "attributes", "dataclass", "define", "frozen", "mutable", "s"}
)
#: what declares a field of such a class, by what it is given for a default
FIELDS = frozenset({"Field", "PrivateAttr", "attrib", "field", "ib"})
#: classes whose instances weigh nothing, whatever they are called
LIGHT_TYPES = frozenset({"bool", "bytes", "float", "int", "str"})
#: decorators that leave alone what a function gives
SAME_RESULT = frozenset({"staticmethod", "classmethod", "override", "final"})
#: decorators that leave a coroutine function one
SAME_FUNCTION = SAME_RESULT | {"abstractmethod"}
#: decorators that hand what they decorate to nobody
KEPT_HERE = SAME_FUNCTION | {
    "asynccontextmanager", "cache", "cached_property", "contextmanager", "dataclass", "lru_cache",
    "overload", "property", "setter", "wraps",
}  # fmt: skip
#: decorators that make a method an attribute
PROPERTIES = frozenset({"property", "cached_property"})
#: decorators that make a generator a context manager
MANAGERS = frozenset({"asynccontextmanager", "contextmanager"})
#: bases outside of the program that call none of a class's methods
PASSIVE_BASES = frozenset(
    {
        "ABC", "Enum", "Exception", "Generic", "NamedTuple", "Protocol", "RuntimeError",
        "TypedDict", "object",
    }
)  # fmt: skip

#: what is in a set of all tasks of a loop
TASK = "asyncio.Task"
#: types that say nothing of a value but what their argument says
TRANSPARENT = frozenset(
    {"Optional", "Annotated", "ClassVar", "Final", "Union", "Required", "NotRequired", "InitVar"}
)
#: gives what it is given, and says of which type that is
CAST = "typing.cast"
#: types whose last argument is what awaiting the value gives
AWAITABLE = frozenset({"Awaitable", "Coroutine", "Task", "Future"})
#: types whose first argument is what a context manager made of the function gives
ITERATORS = frozenset({"AsyncIterator", "AsyncGenerator", "Iterator", "Generator"})
TUPLES = frozenset({"tuple", "typing.Tuple"})
