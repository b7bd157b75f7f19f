"""The life of objects and programs: its phases, and what tells that a function runs in one.

Everything here goes by names, as people choose them. Whether the program comes to such a function
is asked in `taskleash.lifecycle`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from functools import cached_property

from taskleash.models.vocabulary import PROMPT_WORDS, RUNNING_WORDS, sets_up, words
from taskleash.records import dataclass


class Phase(enum.Enum):
    """When a function runs, in the life of what it belongs to."""

    #: as the object or the program is set up
    SETUP = "setup"
    #: each time that something happens: a message, a request
    EVENT = "event"
    #: as the whole is taken down
    TEARDOWN = "teardown"
    #: as a part of it is taken down, while the rest lives on
    PART = "teardown-of-a-part"
    #: one time in the life of the object
    ONCE = "once"


class Sign(enum.Enum):
    """Where something stands that tells the phase of a function, and how much that tells."""

    #: a word in its name
    WORD = "word"
    #: a word in its name, where nothing in the program calls it: its users do, at the end
    UNCALLED = "word of what nobody calls"
    #: a word in a short name, of a method that needs nothing but its object
    BARE = "word of a method without arguments"
    #: a word in its name, of what does so anew: what an earlier call started is of no more use
    ANEW = "word of what begins anew"
    #: a word in its name, of what goes on after a pause: the object is to live
    ONWARD = "word of what goes on"
    #: the first word of its name
    FIRST = "first word"
    #: a word behind the first one
    LATER = "later word"
    #: a word in the name of what is told that its connection is gone
    LOSS = "word of a loss"
    #: the word behind ``on`` or ``handle``, of the same
    TOLD = "word of a loss after on"
    #: the word behind ``on``, of a method that needs nothing but its object, or what it is for
    OCCASION = "word after on"
    #: the first word of its name, which says that the phase is not reached yet or only told of
    NOT_YET = "first word of what is before it"
    #: the same, of what asks, or is told that something happened
    NO_COMMAND = "first word of what is told of it"
    #: what stands behind the verb and means the object as a whole
    WHOLE = "word for the whole"
    #: a word in the name of the method that begins what a method of this phase ends
    OPPOSITE = "word of the opposite"
    #: a word in the name of an event that comes only once more than its counterpart
    COUNTERPART = "word of what has a counterpart"
    #: its name
    NAME = "name"
    #: the name of the method that makes the object
    CONSTRUCTOR = "name of a constructor"
    #: the first word of a decorator that is called, or belongs to an object
    DECORATOR = "first word of a decorator"
    #: a decorator that belongs to an object and registers what it decorates with that
    REGISTERING = "decorator"
    #: the name of such a decorator that registers nothing
    NO_DECORATOR = "decorator that registers nothing"
    #: the name of what is given the function, to be called later
    REGISTRAR = "registrar"
    #: the name of the argument as which it is given to an application
    KEYWORD = "name of an argument"
    #: a word in the name of what is given the function or decorates it
    REGISTRAR_WORD = "word of a registrar"


@dataclass(frozen=True)
class UserEntry:
    """What a user says of a function, by its name, its decorator or what registers it.

    ``sign`` tells which of these ``text`` is: `Sign.NAME`, `Sign.REGISTERING`, `Sign.REGISTRAR`.
    ``source`` says whose documentation or code says so.
    """

    phase: Phase
    sign: Sign
    text: str
    source: str


@dataclass(frozen=True)
class Convention:
    """By convention these, standing there, tell of the phase."""

    phase: Phase
    sign: Sign
    known: frozenset[str]


def _row(phase: Phase, sign: Sign, known: str) -> Convention:
    return Convention(phase, sign, frozenset(known.split()))


CONVENTIONS = (
    _row(
        Phase.SETUP, Sign.WORD,
        "aenter begin boot bootstrap connect connected enter establish init initialize install"
        " launch made main mount open prepare ready run running serve setup start started startup"
        " subscribe",
    ),
    _row(Phase.SETUP, Sign.OCCASION, "start startup"),
    _row(Phase.SETUP, Sign.KEYWORD, "lifespan"),
    _row(
        Phase.SETUP, Sign.ANEW,
        "change load navigate open reconfigure refresh reload replace restart select set swap"
        " switch",
    ),
    _row(Phase.SETUP, Sign.ONWARD, "continue proceed resume unpause"),
    _row(Phase.EVENT, Sign.WORD, "on handle handler receive received event message"),
    _row(Phase.EVENT, Sign.FIRST, "on handle process"),
    _row(
        Phase.EVENT, Sign.COUNTERPART,
        "activate activated attach attached connect connected enable enabled enter join load loaded"
        " made mount mounted open opened setup start started startup",
    ),
    _row(Phase.EVENT, Sign.LOSS, "disconnected lost"),
    _row(Phase.EVENT, Sign.TOLD, "close closed disconnect disconnection dropped eof"),
    _row(Phase.EVENT, Sign.DECORATOR, "on event route listen listener"),
    _row(Phase.EVENT, Sign.REGISTERING, "event listen listener on_event task"),
    _row(Phase.EVENT, Sign.NO_DECORATOR, "setter getter fixture contextmanager"),
    # What ends an object as a whole.
    _row(
        Phase.TEARDOWN, Sign.BARE,
        "aclose aexit cleanup close deinit destroy disconnect dispose exit shutdown stop teardown"
        " terminate",
    ),
    _row(
        Phase.TEARDOWN, Sign.WORD,
        "abort aclose aexit cancel cleanup close closed closing deinit del destroy disconnect"
        " disconnected dispose drain exit finalize halt kill lost quit shutdown stop stopped"
        " stopping teardown terminate uninstall unload",
    ),
    _row(Phase.TEARDOWN, Sign.OCCASION, "cleanup close destroy exit shutdown terminate"),
    _row(Phase.TEARDOWN, Sign.WHOLE, "all everything"),
    _row(Phase.TEARDOWN, Sign.NAME, "__exit__ __aexit__"),
    _row(Phase.TEARDOWN, Sign.NO_COMMAND, "can complete did handle has help is on should was will"),
    _row(
        Phase.TEARDOWN, Sign.REGISTRAR,
        "add_listener add_signal_handler async_listen_once async_on_remove async_on_unload"
        " addCleanup addAsyncCleanup add_finalizer addfinalizer append callback connect"
        " enter_async_context finalize listen_once on_close on_shutdown on_cleanup push"
        " push_async_callback push_async_exit register register_listener add_event_handler"
        " on_unload",
    ),
    # What ends something, be it a part of an object.
    _row(
        Phase.PART, Sign.WORD,
        "abort aclose aexit atexit cleanup close closed closing deactivate del deinit destroy"
        " detach disable disconnect disconnected dispose drain exit finalize halt hangup kill leave"
        " logout lost quit release shut shutdown stop stopped stopping teardown terminate uninstall"
        " unload unmount unregister unsubscribe",
    ),
    _row(Phase.PART, Sign.UNCALLED, "cancel clean clear delete end finish remove removed reset"),
    _row(
        Phase.PART, Sign.NOT_YET,
        "add create ensure mark monitor register schedule set start watch",
    ),
    _row(Phase.PART, Sign.OPPOSITE, "begin connect create enter open start"),
    _row(Phase.ONCE, Sign.NAME, "__init__ __new__ __post_init__ main __aenter__"),
    _row(Phase.ONCE, Sign.CONSTRUCTOR, "__init__ __new__ __post_init__"),
    _row(Phase.ONCE, Sign.REGISTRAR_WORD, "once"),
)  # fmt: skip
_MOST_WORDS = 2


class Lifecycle:
    """Answers by names when a function runs."""

    def __init__(self, rows: Iterable[Convention]) -> None:
        self._known = {(row.phase, row.sign): row.known for row in rows}

    def _tells(self, phase: Phase, sign: Sign, found: Iterable[str]) -> bool:
        return not self._known[phase, sign].isdisjoint(found)

    # -- the beginning, and what happens then

    def sets_up(self, name: str) -> bool:
        """Whether a function sets its owner up: ``start`` and the like."""
        found = words(name)
        is_event = self._tells(Phase.EVENT, Sign.WORD, found)
        return not is_event and self._tells(Phase.SETUP, Sign.WORD, found)

    def sets_up_anew(self, name: str) -> bool:
        """Whether a function brings about a new state in place of an earlier one: ``reload``."""
        return self._tells(Phase.SETUP, Sign.ANEW, words(name))

    def goes_on(self, name: str) -> bool:
        """Whether a function lets its owner go on after a pause: ``resume``."""
        return self._tells(Phase.SETUP, Sign.ONWARD, words(name))

    def is_first_occasion(self, text: str) -> bool:
        """Whether something is registered for the start of the whole: ``"startup"``."""
        return self._tells(Phase.SETUP, Sign.OCCASION, words(text))

    def is_for_a_life(self, key: str) -> bool:
        """Whether an argument is what an application runs around its life: ``lifespan``."""
        return self._tells(Phase.SETUP, Sign.KEYWORD, (key,))

    def is_once(self, name: str) -> bool:
        """Whether a function runs one time for its object, or for the program."""
        return self._tells(Phase.ONCE, Sign.NAME, (name,))

    def constructs(self, name: str) -> bool:
        """Whether a method makes its object what it is: ``__init__``."""
        return self._tells(Phase.ONCE, Sign.CONSTRUCTOR, (name,))

    def registers_once(self, name: str) -> bool:
        """Whether what has this name registers a function for one event only: ``listen_once``."""
        return self._tells(Phase.ONCE, Sign.REGISTRAR_WORD, words(name))

    def is_event(self, name: str) -> bool:
        """Whether a function runs once for each event: ``on_message``."""
        found = words(name)
        return self._tells(Phase.EVENT, Sign.FIRST, found[:1]) or self._tells(
            Phase.EVENT, Sign.WORD, found[1:]
        )

    def has_counterpart(self, name: str) -> bool:
        """Whether an event comes once, until its counterpart has come: ``on_connect``."""
        return self._tells(Phase.EVENT, Sign.COUNTERPART, words(name))

    def tells_of_loss(self, name: str) -> bool:
        """Whether a function is told that a connection is gone: ``connection_lost``."""
        found = words(name)
        return self._tells(Phase.EVENT, Sign.LOSS, found) or (
            self._tells(Phase.EVENT, Sign.FIRST, found[:1])
            and self._tells(Phase.EVENT, Sign.TOLD, found[1:])
        )

    def registers_for_events(self, decorator: str) -> bool:
        """Whether a decorator that is called, or belongs to an object, registers for events."""
        return not self._tells(Phase.EVENT, Sign.NO_DECORATOR, (decorator,)) and self._tells(
            Phase.EVENT, Sign.DECORATOR, words(decorator)[:1]
        )

    def registers_as_it_is(self, decorator: str) -> bool:
        """Whether a decorator of an object registers for its events, given nothing."""
        return self._tells(Phase.EVENT, Sign.REGISTERING, (decorator,))

    # -- the end

    def ends(self, name: str) -> bool:
        """Whether a function ends something, rather than starts or plans that."""
        found = words(name)
        return self._tells(Phase.PART, Sign.WORD, found) and not self.leads_up(name)

    def leads_up(self, name: str) -> bool:
        """Whether the verb says that the end is still to come: ``schedule_cleanup``."""
        found = words(name)
        verb = found[1:2] if found[:1] == ["async"] else found[:1]
        return self._tells(Phase.PART, Sign.NOT_YET, verb) and len(found) > 1

    def ends_for_users(self, name: str) -> bool:
        """Whether a function that nothing in the program calls ends something: ``reset``."""
        return self._tells(Phase.PART, Sign.UNCALLED, words(name))

    def ends_whole(self, name: str) -> bool:
        """Whether a function, if it ends something, ends its owner as a whole."""
        return self._tells(Phase.TEARDOWN, Sign.WORD, words(name))

    def ends_owner(self, name: str) -> bool:
        """Whether a method that needs no argument ends its instance: ``close``, ``async_stop``."""
        found = words(name)
        return (
            self._tells(Phase.TEARDOWN, Sign.BARE, found)
            and len(found) <= _MOST_WORDS
            and self.commands(name)
        )

    def leaves(self, name: str) -> bool:
        """Whether a method ends its instance as Python leaves its ``with``."""
        return self._tells(Phase.TEARDOWN, Sign.NAME, (name,))

    def commands(self, name: str) -> bool:
        """Whether a name says what is to be done: it does not ask, nor tell what happened."""
        return not self._tells(Phase.TEARDOWN, Sign.NO_COMMAND, words(name)[:1])

    def is_last_event(self, name: str) -> bool:
        """Whether an event is the last of its object: ``on_close``."""
        found = words(name)
        last = self._tells(Phase.TEARDOWN, Sign.OCCASION, found[1:])
        return found[:1] == ["on"] and len(found) == _MOST_WORDS and last

    def opposites(self, name: str) -> tuple[str, ...]:
        """The names of what begins the part that a method ends: ``start_trace``.

        Empty where the method by its name ends no part.
        """
        verb, _, part = name.lstrip("_").partition("_")
        if not part or not self._tells(Phase.TEARDOWN, Sign.BARE, (verb,)):
            return ()
        if self._tells(Phase.TEARDOWN, Sign.WHOLE, (part,)):
            return ()
        return tuple(f"{opposite}_{part}" for opposite in self._opposites)

    @cached_property
    def _opposites(self) -> tuple[str, ...]:
        return tuple(sorted(self._known[Phase.PART, Sign.OPPOSITE]))

    def registers_end(self, text: str) -> bool:
        """Whether a call as it is written has what it is given run at an end."""
        before, _, name = text.rpartition(".")
        return (
            self._tells(Phase.TEARDOWN, Sign.REGISTRAR, (name,))
            or self.ends(name)
            or self.ends(before.rpartition(".")[2])
        )


LIFECYCLE = Lifecycle(CONVENTIONS)


def is_a_start(name: str, task: str) -> bool:
    """Whether a function, or work, by its name begins something; a message belongs to that."""
    is_start = LIFECYCLE.sets_up(name) and RUNNING_WORDS.isdisjoint(words(name))
    is_beginning = is_start or sets_up(task.rpartition(".")[2])
    return is_beginning and PROMPT_WORDS.isdisjoint(words(task))
