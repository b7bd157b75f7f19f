"""The pages of what was measured: how often verdicts are right, and what other linters find."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from accuracy.labels import HERE, SETS, Rates, labels, packages, rates, recorded
from taskleash.rules.registry import by_code

ROOT = Path(__file__).resolve().parents[1]
#: pairs of a label and a verdict, counted
Counts = Mapping[tuple[str, str], int]

_ACCURACY = """\
# Accuracy

Spawn sites of real packages were judged by reading their code, by [these
rules](https://github.com/taskleash/taskleash/blob/main/tests/accuracy/GUIDE.md), as `high`, `low`
or sound. *Precision* is how many of the findings are real, *recall* how many of the real ones are
found. Only sites that the reader was sure of count. The labels, each with its reason, are in
[tests/accuracy](https://github.com/taskleash/taskleash/tree/main/tests/accuracy).

```sh
python tests/accuracy/measure.py            # downloads the packages, runs the tools
python tests/accuracy/measure.py --wrong    # and names what is wrong
```

"""
_BLIND = """\
## On code that it had not seen

What to expect of a project of yours. The packages were labelled before the verdicts on them were
looked at, and counted is what taskleash said then. What was wrong became a lesson for what came
after, so that each package is new only once.

"""
_AFTER = """
Of the 35 lows of the first reading 10 ought to have been high (dropped futures of
`run_coroutine_threadsafe`, helpers that only look at a task) and 12 sound (tasks that are ended by
way of an event, loops that the function itself drives). These causes were mended before the second
reading. Of the sites that taskleash called sound a third was labelled in the first reading, and
nearly all in the second: what the first says of recall is that of what was read.

In the third reading (all sites of packages with up to 25, a third of the others, and all findings)
11 of the 30 lows were sound, by nearly as many causes: events that come in turn with another one, a
teardown that is returned, a loop that the event of another object ends; two ought to have been
high. 22 further defects were no sites at all, and do not count above: mostly calls that drop what a
method returns, where taskleash did not know the class. With these it had found 124 of 149 highs.
Most of these causes were mended before the fourth reading.

In the fourth reading (all sites of packages chosen for their many life cycles: servers, clients,
brokers, pools, schedulers) 9 of the 18 lows were sound: calls that can hardly fail taken for ones
that do, between a spawn in a loop and its end (4), and tasks ended by a method whose name does not
say so. One high lay below `if False:`, one ought to have been low.

In the fifth reading (all sites) 3 of the 12 lows were sound: a wait for an event was taken for a
way into a handler (2), and an event that a task sets as its last step went unseen. Three lows
were not found, where an object's teardown is never called by its only owner; two were rated high;
and three highs were taken for sound: tasks that only a weak set holds, and a set that only grows
but is ended in a teardown. The last 9 packages were read after the causes in the first 23 had
been mended: of their 46 sites, 17 high and 3 low, all came out right.

In the sixth reading (nearly all sites of packages that nobody had looked at: device clients, chat
bots, servers, a service framework) 18 of the 25 lows were sound. Eight of them are one cause: a
library cancels its tasks by way of a generator, which was not followed. Four are tasks that every
way to a new connection but the public one ends first; two are waits for what has just been
cancelled, taken for ways past the rest; one task runs the teardown that passed over it, one is
waited for by a future that its callback sets, one by what `isfuture` lets through, one is cancelled
where all of what was made with it is there. The one low that was not found is handed to a function
of a library. Of the 25, 13 are left once most of these causes are mended, 7 of them real. The last
12 packages were read after that: of their 59 sites, 5 high and none low, 58 came out right.

In the seventh reading (nearly all sites of 36 packages: clients, servers, proxies, gateways, a
workflow engine, agents) 33 sites were said to be low. 12 of them are dropped futures of
`run_coroutine_threadsafe`, which were labelled high and which taskleash calls low unless a `raise`
of what is run leaves it: on these readers differ, so they were marked as not sure afterwards, as in
the first reading, and the table leaves them out (with them 16 of 33 lows and 252 of 267 highs). Of
the others 5 are sound: a media player's `async_stop` was taken for a teardown (2), a second
start that another dictionary rules out, a handler behind a wait that is over, a task that was
cancelled but not waited for. Of the 10 wrong highs 5 are sound (loops that wait until none is left
and add new tasks as they go) and 5 low. 18 lows were taken for sound: 6 of them, and 2 highs, were
handed to something unknown, mostly a method that logs them; 5 are cancelled in a teardown that the
owner never calls, 2 by a loop that cancels only what is no future, 2 in other methods than the
teardown. A wait for an event that each call leaves pending was not found either. Two labels were
mistakes of the reader and have been corrected.

In the eighth reading (nearly all sites of 35 packages: device clients, brokers, agents, servers,
schedulers) all 31 highs are right. 10 others were taken for sound: one bot puts `loop.create_task`
on an attribute of its own, which was not followed (8); a package has a folder that is named
`asyncio`, and had no site at all (1); a helper keeps the task for one of its callers only, and
others drop it (1). One, a wait for an event that each turn of a loop leaves pending, was rated low.
Of the 6 lows 2 are sound: what a function of a library cancels, and a listener that a reconnect
overwrites, where low can be argued for. 8 lows were not found: that attribute again (2), a stop
that nothing calls (3), a stop that does nothing between two attempts to connect, a second start
while the first still runs, and a timer that its owner's stop passes over.

In the ninth reading (nearly all sites of 50 packages that keep many tasks: clients that reconnect,
device managers, servers, schedulers) 4 of 97 highs are not high by the labels: 3 kept tasks that
nobody ends, of which 2 can be called high, and a task that a closure of an endless function ends.
2 tasks that only a `WeakSet` keeps came out as not known. Of the 31 lows 12 are sound by the
labels; three of these labels are mistakes (a failed task breaks the loop that awaits the others, a
timeout that is caught leaves its task running, a loop that has been stopped empties the place of
the next), so that 9 are sound: a pool that waits until it is empty, timers that are cleared by way
of an untyped table, a task that is also returned to the framework, a retry that replaces the task
which starts it, a lock that keeps a cancelled task from the place of the next, and two paths that
are not taken while the task runs. 14 lows were not found: what a second call or a reconnect
overwrites while a loop goes on (5), ends in a method that the teardown doesn't come to (2), a stop
that passes a task by which clears its own handle (2), a generator left at a `yield` (2), a `wait`
that is cancelled before it gives the rest (2), and a record that the task before takes out (1).

In the tenth reading (all sites of 35 packages, of the largest a part: device clients, bots, agents,
servers, trading, peer-to-peer networks) 11 of 146 highs are not high by the labels. Five of these
labels are mistakes: the reader took a `WeakValueDictionary` for one that holds its tasks. Four are
waits for an event that each turn or call leaves pending, labelled low here and high in the eighth
reading; one is kept by a timer in a slot that nothing ends, one among loops that only a flag ends.
Two highs were not found: a task that is dropped where the loop runs already, and a call of a
helper that had no site. Of the 25 lows 4 are sound by the labels; one label is a mistake (a
cancelled task empties the place of the next), so that 3 are sound: two tasks of a loop that has
cancelled itself before it reconnects, and one that a method of another name than a teardown ends.
23 lows were not found. Six were rated high, as above, and 17 were taken for sound or left open:
loops that their owner's flag ends and nobody awaits (4), what a `return`, a `break` or a reset
leaves of a `wait` or a queue (4), a `gather` that an argument switches off (2), timers that a named
tuple keeps (2), tasks that are ended in one subclass or in a method that no teardown calls (2), a
generator left at a `yield`, a worker that a second registration overwrites, and the endless worker
of a queue of the whole program.

In the eleventh reading (all sites of 32 packages, of the largest most: device clients, bots,
agents, servers, drivers of pinball machines) one of 66 highs is not high by the labels: only a test
drops the task. One high was not found, a task that a `lambda` returns to what calls the callbacks.
Of the 19 lows 8 are sound by the labels: tasks of a connection whose base has an empty `dispose`
(3), a future that a tracker keeps, which can be argued for (2), a slot that a test writes to, a
background task of the main coroutine, and a slot whose callers end the task before they start the
next. 19 lows were not found; one of these labels is a mistake (the platform cancels the tasks of
its devices). The others were taken for sound or left open: loops that a flag or an event ends and
nobody awaits (3), an `except` that leads past the `await` (3), slots that a later call or event
overwrites (3), tasks that are cancelled in a method that no teardown calls (3), what a `wait`
leaves at its deadline, at a `yield` or where it is cancelled (3), self-removing ones that a
teardown of another name or form leaves (2), and a coroutine that is kept before it becomes a task.

In the twelfth reading (most sites of 31 packages: device clients, bots, voice agents, game and
trading clients, servers, alarm systems) all 109 highs are high. Three highs were not found: two
tasks that a `lambda` returns to the project's own event emitter, which drops what it calls, and one
that is a mistake of the label. Of the 11 lows two are sound by the labels, timers that a method
cancels which a class method calls of each device that it takes out. Two lows were not found: a
`stop` that only another `stop` calls, which nothing calls, beside a `del` of the entry, and an
error that an `except` catches before the `await`, which was left open. There were few lows to find:
the reader was sure of 11, and of 19 more he was not. Of these taskleash calls three low and four
high. A high where the reader was not sure is wrong: a dict keeps the task in a pair, which the
`stop` takes apart in its loop.

In the thirteenth reading (most sites of 32 packages: device clients, brokers, bots, trading
clients, servers, robots) one of 28 highs is a low by the labels: what two methods start is kept
in one slot, never ended, and one of the two was called low. Of the 6 lows 3 are sound by the
labels: a loop of pings that is cancelled as the connection is lost, before the next one can
start; a task that the next turn of its loop waits for again; and self-removing tasks of a class
whose `cancel` is of something else. Three lows were not found: the high above, a monitor that
connects anew, which starts the next monitor beside it, and a `start` without the guard of its
base. There were few lows to find again: the reader was sure of 6, and of 15 more he was not. Of
these taskleash called four low.

In the fourteenth reading (nearly all sites of 42 packages: device clients, brokers, bots, task
queues, servers, agents) one of 15 highs is a low by the labels: each turn of a loop leaves a
reader, of a connection that is closed then. Of the 15 lows 5 are sound by the labels: four tasks
that wait for an event, in loops that are left once that is set, and a reconnect that is over, but
for hooks, when the next one may start. Five lows were not found: the high above, two tasks that a
`wait` leaves where its cancellation is caught, a timer whose `cancel` was thought to be called by
a teardown that cancels all tasks of the loop, and jobs that only a command cancels.

In the fifteenth reading (nearly all sites of 77 packages: servers, brokers, bots, voice agents,
device clients, worker pools) five of 129 highs are not high by the labels: three of them are lows,
two objects' endless tasks that nothing ends and a warm-up that an application starts once, and two
are sound, a loop that waits for the keys of a dict until none is left, and a task that is kept in
vain and also returned to one who ends it. Of the 25 lows 9 are not low by the labels: eight are
sound, of which three ask by `hasattr` whether the attribute is there, two are mistakes of the
reader, one can be argued for, one reads `result()` of what it leaves, and one asks for another
attribute that is set beside it; one is a high, a helper that leaves a waiting task each time a loop
calls it. Two highs were not found, lambdas in attributes that are called in vain, and six lows: the
three that were called high, a timer that only one of two ends cancels, a `connect` that closes one
connection and overwrites the task of another, and an heir whose method passes the cancel of its
base by. The reader was sure of 22 lows, and of 34 more he was not. Of these taskleash called 25
low.

In the sixteenth reading (nearly all sites of 167 packages: device clients, bots, brokers, job
queues, agents, servers, bridges) three of 142 highs are not high by the labels: two are sound,
tasks that a helper keeps as the keys of a dict, and one is a low, the endless task of an object
that nothing ends. Of the 24 lows 4 are sound by the labels: tasks that a server gathers once its
`stop` has set an event, sessions that a nested function closes one by one and another one all
together, a heartbeat that is ended before each new one by way of three methods, and a reader that
`connect` ends where a socket beside it is there. The two highs that were not found are mistakes of
the reader, for MicroPython's loop holds its tasks. Seven lows were not found: the one that was
called high, three that a `wait` leaves where its cancellation is caught together with other
exceptions, one that a `shield` leaves where that is caught, a batch that a caught failure leaves in
a main coroutine which goes on, and a loop of pings that one of several reconnections overwrites.
The reader was sure of 27 lows, and of 17 more he was not. Of these taskleash called eight low.

In the seventeenth reading (51 packages whose names begin with the letters n to z: servers, voice
agents, bots, home automation, device clients) five of 69 highs are not high by the labels: four are
lows, a loop that renews the task which it has compared with what is done, and leaves one where its
consumer leaves it at a `yield`; the fifth is an object's endless task that nothing ends, labelled
low. Of the 13 lows five are sound: two tasks that are cancelled only where no next one is started,
a record that is cancelled in another branch than that of the start, what a helper puts into a list
that another one makes, and a task that is renewed only once it is done. Thirteen lows were not
found: the five highs above, four of the same loops, an endless task whose only end is a step of its
own start, and three sets that a `close` passes by, which can be argued for: the program cancels all
tasks of its loop behind it. The reader was sure of 21 lows, and of 17 more he was not.

In the eighteenth reading (nearly all sites of 57 packages: device clients, bridges, bots, brokers,
schedulers, trading clients, servers) two of 82 highs are lows by the labels: a shutdown that a
handler of signals stores and a set-up that each call stores, neither of which anybody ends. Of the
9 lows three are sound: two slots whose earlier task a method ends that is called where what was
stored beside it is there, and a task that sets, from a function inside, the future which is
returned beside it. One high was not found, and can be argued for: a list that grows by each message
and is cancelled as a whole at the end. Six lows were not found: the two highs, two tasks that a
`wait` leaves where its cancellation is caught, since what is cancelled then is an empty list, a
sleep that is left out of what is cancelled, and a set whose only end is a public method that no
other one calls. The reader was sure of 12 lows, and of 21 more he was not. Of these taskleash calls
ten low.

In the nineteenth reading (nearly all sites of 44 packages whose names begin with the letters m to
z: bots, MQTT and websocket clients, servers, device libraries) the 45 highs are those of the
labels. Of the 8 lows one is sound: a slot that the next statement empties by a method. Four lows
were not found: a client's task that its stop asks to end and nobody waits for, one that ends with
its queue, a slot that many callers fill while one is running, and a list of tasks that an error
which is caught leaves. The reader was sure of 11 lows, and of 7 more he was not. Of these taskleash
calls none low and one high.

In the twentieth reading (nearly all sites of 52 packages whose names begin with the letters a to l:
clients and servers of websockets and MQTT, device libraries, schedulers) the 30 highs are those of
the labels. Of the 9 lows one is sound: a list of workers that the `finally` of each session ends.
Two lows were not found: a task that is stored and that nobody ends, since it waits for an event
that it may set itself, and a dict of timers that a `stop` passes by, though other methods end one
of them. The reader was sure of 10 lows, and of 7 more he was not. Of these taskleash calls five
low.

In the twenty-first reading (nearly all sites of 35 packages whose names begin with the letters m to
r: clients and servers of websockets, gateways, device libraries) one of the 30 highs is low by the
labels: a task that a `close` starts once, stores and leaves. Three highs were not found: two that a
lambda returns to whoever it is handed to, of which one is kept there after all, and one in a list
that a method returns which is called by another name. One low was not found: a ping that sleeps
while the connection it looks at is replaced, and so goes on beside the next one. Both lows that
were given are right. The reader was sure of 4 lows, and of 15 more he was not, ten of them dropped
thread-safe futures. Of the 15 taskleash calls 12 low.

In the twenty-second reading (nearly all sites of 46 packages whose names begin with the letters s
to z: clients and servers of websockets and MQTT, bots, device libraries, queues) the 47 highs are
those of the labels. Of the 15 lows three are sound: two tasks that a `wait` leaves and a loop
awaits one by one, and one that a future's own callback cancels. Three lows were not found: two
loops that a shutdown asks to end and does not wait for, which can be argued for, and a task that an
error which is caught leaves, where taskleash says that it does not know. The reader was sure of 15
lows, and of one more he was not. Of this taskleash says high.

In the twenty-third reading (nearly all sites of 191 packages of all kinds, more than in any other)
the 233 highs are those of the labels. Of the 32 lows nine are sound: two tasks that a task which
ends stores in its own place, two of a program whose shutdown cancels all tasks of its loop, a set
that a forced `close` cancels, one a connection that the next one cancels, a task that only a leader
starts, one that a supervisor waits for with the others, and one that a `wait` leaves and the next
statement cancels. Two highs were not found, which callers wait for or drop by a flag. Thirteen lows
were not found: three that are stored and never read again, while a teardown ends what two of them
read from, two that a restart or a second try leaves running, two sets that a `stop` passes by
or waits for with a deadline only, two where taskleash says that it does not know, one that only its
own end cancels, one whose waiter alone is cancelled, one whose entry is passed by, and a loop that
a shutdown asks to end. The reader was sure of 36 lows, and of 26 more he was not. Of these
taskleash calls nine low and two high.

In the twenty-fourth reading (nearly all sites of 96 packages, most of them with a state that is
begun and ended) the 135 highs are those of the labels. Of the 15 lows four are sound: two tasks
that the next connection ends before it starts its own, one whose object has a `stop` that stops a
machine instead, and one of an outbox that a flush waits for. One high was not found, a task that a
lambda gives back to a log handler which drops it. Five lows were not found: a second connection of
the same name that overwrites the first one's, a connection that begins anew before the failed one's
task is over, a set that a `close` waits for with a deadline and only in one of its cases, a list
that is gathered once and grows behind that, and a task that one of two resets forgets. The reader
was sure of 16 lows, and of 15 more he was not.
"""
_TUNED = """
## On code that it was tuned on

taskleash was written with the first packages at hand, and what was wrong in the others has been
mended since. These figures say that nothing has been lost, not how well it does on code that is
new.

"""
_OTHERS = """
## Other linters on the same sites

They report a dropped handle and know no risks: counted is how many of their findings are a real
defect of either risk, and how many defects of each they find.

"""
_PEERS = """\
# Beside other linters

How many of the leaks in taskleash's own fixtures each tool reports, by the rule that taskleash
reports them under, and what each reports that is sound. The fixtures were written for taskleash:
they show what each tool looks for, not how often that comes up. For real code there is
[accuracy](accuracy.md#other-linters-on-the-same-sites).

```sh
python tests/peers/compare.py --write && python docs/generate.py
```

"""
_AFTER_PEERS = """
mypy runs with `unused-awaitable`, which is off by default, and `unused-coroutine`; where the
fixtures have no annotations it has little to go by. What is called sound here hangs on what a tool
promises: flake8-async wants the name that holds a task read again, taskleash the task ended.

| | taskleash | ruff RUF006 | flake8-async ASYNC300 | mypy |
|---|---|---|---|---|
| looks at | the whole program | a statement | a statement | a statement, with types |
| a kept task that nobody ends | yes | no | no | no |
| why, with places | yes | no | no | no |
| fixes | proved by a second scan | no | no | no |
| baseline | yes | no | no | no |

What ruff and flake8-async report, taskleash reports too, but for a list of places with reasons:
[tests/peers](https://github.com/taskleash/taskleash/tree/main/tests/peers) compares them on their
own examples and test data. ruff answers while you type, from one statement; taskleash answers what
a statement does not tell.
"""


#: the sets that were labelled before taskleash saw them, in their order
_READINGS = [name for name in SETS if name.startswith("blind_")]
#: how many of them the front page shows
_NEWEST = 5
#: those whose faults have all been mended, and those measured before any of them was
_MENDED = frozenset(_READINGS[:10])
_UNMENDED = frozenset({"blind_twelfth", "blind_twenty_first", "blind_twenty_second"})


def accuracy_page() -> str:
    """What came of reading labelled packages: as they were first scanned, and as they are now."""
    found = json.loads((HERE / "measured.json").read_text(encoding="utf-8"))
    page = _ACCURACY + _BLIND + blind_table()
    page += _AFTER.rstrip("\n") + "\n" + _TUNED
    page += f"With taskleash {found['version']}:\n\n" + _head("packages, labelled sites")
    for name, title in (("tuned", "tuned on from the start"), *map(_with_its_mends, _READINGS)):
        if "taskleash" in found["sets"].get(name, {}):
            page += _row(f"{title}: {_size(name)}", _counts(found, name, "taskleash"))
    page += _OTHERS + "| | reports | of these real | of all high | of all low |\n"
    page += "|---|---|---|---|---|\n"
    for name in SETS:
        for tool in ("ruff", "flake8-async"):
            if tool in found["sets"].get(name, {}):
                title = name.replace("_", ", ", 1).replace("_", "-")
                page += _flagged(f"{tool}: {title}", _counts(found, name, tool))
    return page


def blind_table() -> str:
    """How verdicts fared on packages that were new."""
    rows = _head("packages, labelled sites")
    for name in _READINGS:
        rows += _row(f"{_reading(name)}: {_size(name)}", recorded(labels(name)))
    return rows


def newest_table() -> str:
    """The same of the last of them, one by one and together."""
    newest = _READINGS[-_NEWEST:]
    rows = _head("packages, labelled sites")
    for name in newest:
        rows += _row(f"{_reading(name)}: {_size(name)}", recorded(labels(name)))
    together: Counter[tuple[str, str]] = sum((recorded(labels(n)) for n in newest), Counter())
    of = sum(len(packages(name)) for name in newest), sum(len(labels(name)) for name in newest)
    return rows + _row(f"together: {of[0]} packages, {of[1]} sites", together)


def peers_page() -> str:
    """Which leaks of the fixtures each tool reports."""
    found = json.loads((ROOT / "tests/peers/compared.json").read_text(encoding="utf-8"))
    page = (
        _PEERS
        + f"| | sites | {' | '.join(found['tools'])} |\n|---|---|{'---|' * len(found['tools'])}\n"
    )
    for code, sites in sorted(found["sites"].items(), key=lambda pair: (not pair[0], pair[0])):
        rule = by_code(code)
        name = f"[{code}](rules/{code}.md) {rule.name}" if rule else "sound, and reported"
        seen = [str(tool.get(code, 0)) for tool in found["tools"].values()]
        page += f"| {name} | {sites} | {' | '.join(seen)} |\n"
    return page + _AFTER_PEERS


def _reading(name: str) -> str:
    """The title of a set that was labelled blind: ``twenty-first reading``."""
    return name.removeprefix("blind_").replace("_", "-") + " reading"


def _with_its_mends(name: str) -> tuple[str, str]:
    """A set that was labelled blind, with its title, which says what has been mended since."""
    state = "mended" if name in _MENDED else "mended in part"
    return name, f"the {_reading(name)}, {'before it was mended' if name in _UNMENDED else state}"


def _counts(
    found: dict[str, dict[str, dict[str, list[list[str]]]]], name: str, tool: str
) -> Counts:
    return {(label, said): int(n) for label, said, n in found["sets"][name][tool]}


def _size(name: str) -> str:
    return f"{len(packages(name))} packages, {len(labels(name))} sites"


def _head(what: str) -> str:
    columns = ("high: precision", "high: recall", "low: precision", "low: recall")
    return f"| {what} | {' | '.join(columns)} |\n|---|---|---|---|---|\n"


def _row(title: str, counts: Counts) -> str:
    cells = []
    for verdict in ("high", "low"):
        each = rates(counts, verdict)
        cells += [_share(each.right, each.given), _share(each.right, each.there)]
    return f"| {title} | {' | '.join(cells)} |\n"


def _flagged(title: str, counts: Counts) -> str:
    given = sum(n for (_, said), n in counts.items() if said == "high")
    real = sum(n for (label, said), n in counts.items() if said == "high" and label != "none")
    cells = [str(given), _share(real, given)]
    for verdict in ("high", "low"):
        there: Rates = rates(counts, verdict)
        cells.append(_share(counts.get((verdict, "high"), 0), there.there))
    return f"| {title} | {' | '.join(cells)} |\n"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part // whole} %)" if whole else "none"
