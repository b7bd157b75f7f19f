"""Binding forms: the ways in which a function keeps the handle of a task."""

from __future__ import annotations

from oracle.model import Binding

_PAIR = "[\n    $S,\n    $T,\n]"

LOCAL = {
    "name": Binding("task = $S", "task"),
    "annotated": Binding("task: asyncio.Task = $S", "task"),
    "chain": Binding("task = other = $S", "task"),
    "chain other": Binding("task = other = $S", "other"),
    "copied": Binding("first = $S\ntask = first\nfirst = None", "task"),
    "tuple": Binding("task, other = $S, 1", "task"),
    "pair": Binding("task, other = (\n    $S,\n    $T,\n)", "task", "(task, other)"),
    "swapped": Binding("task = $S\nother = None\ntask, other = other, task", "other"),
    "starred": Binding(f"task, *rest = {_PAIR}", "task", "[task, *rest]"),
    "starred rest": Binding(f"first, *rest = {_PAIR}\nawait first", "rest[0]", "rest"),
    "walrus": Binding("if (task := $S).done():\n    return", "task"),
    "walrus in a comprehension": Binding("[task := $S for each in [1]]", "task", awaits=False),
    "conditional": Binding("task = $S if $flag else None", "task", optional=True),
    "or": Binding("task = None\ntask = task or $S", "task"),
    "under a condition": Binding("task = None\nif $flag:\n    task = $S", "task", optional=True),
    "in both branches": Binding("if $flag:\n    task = $S\nelse:\n    task = $T", "task"),
    "in ten branches": Binding(
        "".join(f"if $mode == {n}:\n    task = $S\n" for n in range(9)) + "else:\n    task = $T",
        "task",
    ),
    "match": Binding("pair = ('a', $S)\nmatch pair:\n    case ('a', task):\n        pass", "task"),
    "match star": Binding(
        f"many = {_PAIR}\nmatch many:\n    case [task, *rest]:\n        pass",
        "task",
        "[task, *rest]",
    ),
    "match as": Binding("match $S:\n    case task:\n        pass", "task"),
    "item of a pair": Binding("pair = ('a', $S)", "pair[1]"),
    "unpacked pair": Binding("pair = ('a', $S)\nname, task = pair", "task"),
    "list": Binding(f"tasks = {_PAIR}", "tasks[0]", "tasks", "tasks"),
    "second of a list": Binding(f"tasks = {_PAIR}", "tasks[1]", "tasks[1:]"),
    "last of a list": Binding(f"tasks = {_PAIR}", "tasks[-1]", "tasks[-1:]"),
    "list of one": Binding("tasks = [$S]", "tasks[0]", "tasks", "tasks"),
    "set": Binding("tasks = {\n    $S,\n    $T,\n}", "", "tasks", "tasks"),
    "dict": Binding("tasks = {\n    'a': $S,\n    'b': $T,\n}", "tasks['a']", "tasks.values()"),
    "frozen dict": Binding("tasks = dict(a=$S)", "tasks['a']", "tasks.values()"),
    "multiplied": Binding("tasks = [$S] * 2", "tasks[0]", "tasks", "tasks"),
    "added lists": Binding("tasks = [$S]\ntasks = tasks + [$T]", "tasks[0]", "tasks", "tasks"),
    "comprehension": Binding("tasks = [$S for name in $names]", "", "tasks", "tasks"),
    "set comprehension": Binding("tasks = {$S for name in $names}", "", "tasks", "tasks"),
    "dict comprehension": Binding("tasks = {name: $S for name in $names}", "", "tasks.values()"),
    "generator to tuple": Binding(
        "tasks = tuple($S for name in $names)", "", "tasks", awaits=False
    ),
    "sorted": Binding("tasks = sorted([$S], key=id)", "tasks[0]", "tasks", "tasks"),
    "append": Binding(
        "tasks = []\nfor name in $names:\n    tasks.append($S)", "", "tasks", "tasks"
    ),
    "append twice": Binding(
        "tasks = []\ntasks.append($S)\ntasks.append($T)", "tasks[0]", "tasks", "tasks"
    ),
    "insert": Binding("tasks = []\ntasks.insert(0, $S)", "tasks[0]", "tasks", "tasks"),
    "extend": Binding("tasks = []\ntasks.extend([$S])", "tasks[0]", "tasks", "tasks"),
    "augmented": Binding("tasks = []\ntasks += [$S]", "tasks[0]", "tasks", "tasks"),
    "union": Binding("tasks = set()\ntasks |= {$S}", "", "tasks", "tasks"),
    "add": Binding("tasks = set()\nfor name in $names:\n    tasks.add($S)", "", "tasks", "tasks"),
    "add and discard": Binding(
        "tasks = set()\n"
        "for name in $names:\n"
        "    task = $S\n"
        "    tasks.add(task)\n"
        "    task.add_done_callback(tasks.discard)",
        "",
        "list(tasks)",
        "tasks",
    ),
    "deque": Binding("tasks = collections.deque()\ntasks.append($S)", "tasks[0]", "tasks", "tasks"),
    "subscript": Binding("tasks = {}\ntasks['a'] = $S", "tasks['a']", "tasks.values()"),
    "two subscripts": Binding(
        "tasks = {}\ntasks['a'] = $S\ntasks['b'] = $T", "tasks['a']", "tasks.values()"
    ),
    "subscript by name": Binding(
        "tasks = {}\nfor name in $names:\n    tasks[name] = $S", "", "tasks.values()"
    ),
    "update": Binding("tasks = {}\ntasks.update(a=$S)", "tasks['a']", "tasks.values()"),
    "setdefault": Binding("tasks = {}\ntasks.setdefault('a', $S)", "tasks['a']", "tasks.values()"),
    "defaultdict": Binding(
        "tasks = collections.defaultdict(list)\ntasks['a'].append($S)",
        "tasks['a'][0]",
        "tasks['a']",
    ),
    "list in a list": Binding("groups = [[$S]]", "groups[0][0]", "groups[0]"),
    "namespace": Binding("box = types.SimpleNamespace()\nbox.task = $S", "box.task"),
    "record": Binding(
        "record = Record($S)",
        "record.task",
        top="class Record:\n    def __init__(self, task):\n        self.task = task",
    ),
    "dataclass": Binding(
        "record = Record($S)",
        "record.task",
        top="@dataclasses.dataclass\nclass Record:\n    task: asyncio.Task",
    ),
    "dataclass by keyword": Binding(
        "record = Record(name='a', task=$S)",
        "record.task",
        top="@dataclasses.dataclass\nclass Record:\n    name: str\n    task: asyncio.Task",
    ),
    "named tuple": Binding(
        "record = Record('a', $S)",
        "record.task",
        top="class Record(typing.NamedTuple):\n    name: str\n    task: asyncio.Task",
    ),
    "queue": Binding("queue = asyncio.Queue()\nqueue.put_nowait($S)", "(await queue.get())"),
    "nonlocal": Binding(
        "task = None\n\ndef begin():\n    nonlocal task\n    task = $S\n\nbegin()",
        "task",
        awaits=False,
    ),
    "closure": Binding(
        "tasks = []\n\ndef begin():\n    tasks.append($S)\n\nbegin()",
        "tasks[0]",
        "tasks",
        "tasks",
        awaits=False,
    ),
    "lambda that returns": Binding("begin = lambda: $S\ntask = begin()", "task", awaits=False),
    "lambda that holds": Binding("task = $S\nheld = lambda: task", "held()"),
    "partial": Binding(
        "held = functools.partial(Held, $S)",
        "held().task",
        top="class Held:\n    def __init__(self, task):\n        self.task = task",
    ),
    "method value": Binding("stop = $S.cancel", "stop.__self__"),
    "default": Binding("task = $S\n\ndef held(task=task):\n    return task\n", "held()"),
    "overwritten in a loop": Binding(
        "task = None\nfor name in $names:\n    task = $S", "task", optional=True
    ),
    "overwritten": Binding("task = $S\ntask = $T", "task"),
    "deleted": Binding("task = $S\nother = task\ndel other", "task"),
    "weak": Binding("tasks = weakref.WeakSet()\ntasks.add($S)", "", "tasks"),
    "dropped": Binding("$S", "", ""),
    "underscore": Binding("_ = $S", "", ""),
}

SELF = {
    "attribute": Binding(
        "self._task = $S", "self._task", home="self", before="self._task = None", optional=True
    ),
    "attribute later": Binding(
        "task = $S\nself._task = task",
        "self._task",
        home="self",
        before="self._task = None",
        optional=True,
    ),
    "attribute unset": Binding(
        "self._task = $S",
        "self._task",
        home="self",
        before="self._task: asyncio.Task | None = None",
        optional=True,
    ),
    "attribute pair": Binding(
        "self._task, self._other = 1, $S",
        "self._other",
        home="self",
        before="self._other = None",
        optional=True,
    ),
    "setattr": Binding(
        "setattr(self, '_task', $S)",
        "self._task",
        home="self",
        before="self._task = None",
        optional=True,
    ),
    "attribute list": Binding(
        "self._tasks.append($S)", "", "self._tasks", "self._tasks", "self", "self._tasks = []"
    ),
    "attribute display": Binding(
        f"self._tasks = {_PAIR}",
        "self._tasks[0]",
        "self._tasks",
        "self._tasks",
        "self",
        "self._tasks = []",
    ),
    "attribute comprehension": Binding(
        "self._tasks = [$S for name in $names]",
        "",
        "self._tasks",
        "self._tasks",
        "self",
        "self._tasks = []",
    ),
    "attribute set": Binding(
        "self._tasks.add($S)", "", "self._tasks", "self._tasks", "self", "self._tasks = set()"
    ),
    "attribute set that prunes itself": Binding(
        "task = $S\nself._tasks.add(task)\ntask.add_done_callback(self._tasks.discard)",
        "",
        "list(self._tasks)",
        "self._tasks",
        "self",
        "self._tasks = set()",
    ),
    "attribute list that prunes itself": Binding(
        "task = $S\nself._tasks.append(task)\n"
        "task.add_done_callback(lambda done: self._tasks.remove(done))",
        "",
        "list(self._tasks)",
        "self._tasks",
        "self",
        "self._tasks = []",
    ),
    "attribute dict": Binding(
        "self._tasks['a'] = $S",
        "self._tasks['a']",
        "self._tasks.values()",
        "",
        "self",
        "self._tasks = {}",
    ),
    "attribute dict by name": Binding(
        "for name in $names:\n    self._tasks[name] = $S",
        "",
        "self._tasks.values()",
        "",
        "self",
        "self._tasks = {}",
    ),
    "attribute dict, main": Binding(
        "for name in $names:\n    self._tasks[name] = $S\nself._tasks['main'] = $T",
        "self._tasks['main']",
        "self._tasks.values()",
        "",
        "self",
        "self._tasks = {}",
    ),
    "attribute dataclass": Binding(
        "self._record = Record($S)",
        "self._record.task",
        home="self",
        before="self._record = Record(None)",
        top="@dataclasses.dataclass\nclass Record:\n    task: asyncio.Task | None",
        optional=True,
    ),
    "attribute slot of a dataclass": Binding(
        "self._record.task = $S",
        "self._record.task",
        home="self",
        before="self._record = Record()",
        top="@dataclasses.dataclass\nclass Record:\n    task: asyncio.Task | None = None",
        optional=True,
    ),
}

MODULE = {
    "global": Binding(
        "global current\ncurrent = $S",
        "current",
        home="module",
        top="current = None",
        optional=True,
    ),
    "global list": Binding(
        "running.append($S)", "", "running", "running", "module", top="running = []"
    ),
    "global set that prunes itself": Binding(
        "task = $S\nrunning.add(task)\ntask.add_done_callback(running.discard)",
        "",
        "list(running)",
        "running",
        "module",
        top="running = set()",
    ),
    "global set, handle at hand": Binding(
        "task = $S\nrunning.add(task)\ntask.add_done_callback(running.discard)",
        "task",
        home="module local",
        top="running = set()",
    ),
    "global dict": Binding(
        "running['a'] = $S", "running['a']", "running.values()", "", "module", top="running = {}"
    ),
    "attribute of a class": Binding(
        "State.task = $S",
        "State.task",
        home="module",
        top="class State:\n    task = None",
        optional=True,
    ),
}

BINDINGS = {**LOCAL, **SELF, **MODULE}
