"""Programs of one shape each, as large as is asked for: what has once grown faster than its text.

The largest size of each is about ten times that of real programs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: the texts of a program's files
Files = Mapping[str, str]

_WORK = "import asyncio\n\n\nasync def work():\n    await asyncio.sleep(1)\n"
_SPAWN = "asyncio.create_task(work())"


@dataclass(frozen=True)
class Shape:
    """A kind of program: what there are more and more of, up to how many, and how it is shown."""

    name: str
    most: int
    files: Callable[[int], Files]
    format: str = "json"


def _one(*parts: str) -> Files:
    return {"program.py": _WORK + "".join(parts)}


def _writers(count: int) -> Files:
    head = "\n\nclass Session:\n    def __init__(self):\n        self._task = None\n"
    return _one(head, *(f"\n    def start_{n}(self):\n        self._task = {_SPAWN}\n"
                        for n in range(count)))  # fmt: skip


def _guarded_writers(count: int) -> Files:
    head = "\n\nclass Session:\n    def __init__(self):\n        self._task = None\n"
    body = f"        if self._task is None:\n            self._task = {_SPAWN}\n"
    return _one(head, *(f"\n    def on_{n}(self):\n{body}" for n in range(count)))


def _set_members(count: int) -> Files:
    body = f"    task = {_SPAWN}\n    tasks.add(task)\n    task.add_done_callback(tasks.discard)\n"
    return _one("\n\ntasks = set()\n", *(f"\n\ndef start_{n}():\n{body}" for n in range(count)))


def _handed_on(count: int) -> Files:
    body = f"    task = {_SPAWN}\n    tasks.add(task)\n    for task in tasks:\n        stop(task)\n"
    head = "\n\ntasks = set()\n\n\ndef stop(task):\n    task.cancel()\n\n\nasync def main():\n"
    return _one(head, *(body for _ in range(count)))


def _looped_over(count: int, each: str) -> Files:
    body = f"    task = {_SPAWN}\n    tasks.add(task)\n    for task in tasks:\n{each}"
    return _one("\n\ntasks = set()\n\n\nasync def main():\n", body * count)


def _cancelled(count: int) -> Files:
    return _looped_over(count, "        task.cancel()\n")


def _asked(count: int) -> Files:
    return _looped_over(count, "        if not task.done():\n            task.cancel()\n")


def _keys(count: int) -> Files:
    head = "\n\nclass Session:\n    def __init__(self):\n        self._tasks = {}\n"
    return _one(head, *(f"\n    def start_{n}(self, key):\n        self._tasks[key] = {_SPAWN}\n"
                        for n in range(count)))  # fmt: skip


def _classes(count: int, base: Callable[[int], str]) -> Files:
    return _one(*(f"\n\nclass Session{n}{base(n)}:\n    def start_{n}(self):\n"
                  f"        self._task = {_SPAWN}\n" for n in range(count)))  # fmt: skip


def _chain(count: int) -> Files:
    return _classes(count, lambda n: f"(Session{n - 1})" if n else "")


def _circle(count: int) -> Files:
    return _classes(count, lambda n: f"(Session{(n + 1) % count})")


def _imports(count: int, line: str) -> Files:
    """So many files, each of which imports all others."""
    return {
        f"module{n}.py": "import asyncio\n"
        + "".join(line.format(other) for other in range(count) if other != n)
        + f"\n\nasync def work{n}():\n    await work{(n + 1) % count}()\n"
        + f"\n\ndef start{n}():\n    asyncio.create_task(work{(n + 1) % count}())\n"
        for n in range(count)
    }


def _star_imports(count: int) -> Files:
    return _imports(count, "from module{0} import *\n")


def _named_imports(count: int) -> Files:
    return _imports(count, "from module{0} import work{0}\n")


def _brackets(count: int) -> Files:
    line = "    x = " + "[" * 40 + "]" * 40 + "\n"
    return _one(f"\n\ndef start():\n    {_SPAWN}\n", line * count)


def _functions(count: int) -> Files:
    return _one(*(f"\n\ndef start_{n}():\n    {_SPAWN}\n" for n in range(count)))


def _callers(count: int) -> Files:
    wrapper = "\n\ndef start(coroutine):\n    return asyncio.create_task(coroutine)\n"
    return _one(wrapper, *(f"\n\ndef call_{n}():\n    start(work())\n" for n in range(count)))


def _numbers(count: int) -> Files:
    data = ", ".join(map(str, range(count)))
    return _one(f"\n\ndef start():\n    {_SPAWN}\n\n\nDATA = [{data}]\n")


def _rows(count: int) -> Files:
    data = "".join(f"    ({n}, 'name', {n}.5),\n" for n in range(count))
    return _one(f"\n\ndef start():\n    {_SPAWN}\n\n\nDATA = [\n{data}]\n")


SHAPES = (
    Shape("functions that write one attribute", 800, _writers),
    Shape("guarded event handlers that write one attribute", 400, _guarded_writers),
    Shape("tasks in one set", 800, _set_members),
    Shape("tasks of one set that one function starts and hands on", 160, _handed_on),
    Shape("tasks of one set with a loop over all behind each", 160, _cancelled),
    Shape("tasks of one set with a loop behind each that asks all", 160, _asked),
    Shape("tasks in one dict", 800, _keys),
    Shape("classes that inherit from each other in a chain", 160, _chain),
    Shape("classes that inherit from each other in a circle", 160, _circle),
    Shape("files that import all names of all others", 120, _star_imports),
    Shape("files that import each other", 120, _named_imports),
    Shape("lines of 40 brackets in each other", 800, _brackets),
    Shape("spawning functions in one file", 4000, _functions),
    Shape("callers of a wrapper", 4000, _callers),
    Shape("numbers in a list", 1_000_000, _numbers),
    Shape("tuples in a list", 100_000, _rows),
    Shape("findings in SARIF", 600, _functions, "sarif"),
)
