"""Programs of a small grammar: all of Python's statements and expressions, with spawns among them.

Python takes most of what it writes. It is written here because there is no
generator of Python programs that is kept up with the language.
"""

from __future__ import annotations

import textwrap
from random import Random

_NAMES = ("a", "b", "self", "cls", "x", "task", "tasks", "loop", "é", "match", "case", "type", "_")
_ATTRIBUTES = ("_task", "tasks", "loop", "cancel", "close", "add", "create_task", "items", "x")
_OPERATORS = ("+", "-", "*", "@", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "and", "or",
              "<", "==", "is", "is not", "in", "not in", "!=")  # fmt: skip
_ATOMS = ("0", "1.5e3", "0x_f", "1j", "None", "True", "...", "''", "b'x'", "r'\\d'", "'é☃'", "()",
          "[]", "{}", "f'{a}'", "f'{a!r:>{b}}'", "rf'{a}\\d{{}}'", "'a' 'b'", '"""x\ny"""',
          "f'{a=}'", "f'{ {1: 2}[1] }'")  # fmt: skip
_COROUTINES = ("work()", "self.work()", "asyncio.sleep(1)", "(lambda: work())()", "cls.work(*a)")
_SPAWNS = (
    "asyncio.create_task({})", "asyncio.ensure_future({})", "loop.create_task({})", "spawn({})",
    "asyncio.get_running_loop().create_task({}, name='n')", "asyncio.gather({}, work())",
    "asyncio.run_coroutine_threadsafe({}, loop)", "asyncio.shield({})",
    "self.group.create_task({})",
    "asyncio.Task({})", "self.start({})", "asyncio.wait([{}], timeout=1)", "nursery.start_soon({})",
)  # fmt: skip
_USES = (
    "{s}", "_ = {s}", "task = {s}", "self._task = {s}", "tasks.append({s})", "self._tasks.add({s})",
    "tasks[{e}] = {s}", "await {s}", "return {s}", "{s}.add_done_callback({e})",
    "task = {s}; task.add_done_callback(tasks.discard)", "a, b = {s}, {s}", "(task := {s})",
    "tasks = [{s} for x in {e}]", "print({s})", "lambda: {s}", "{s} if {e} else {s}", "del task",
    "task: object = {s}", "setattr(self, 'x', {s})", "self._task.cancel()", "await self._task",
    "for task in tasks: task.cancel()", "await asyncio.gather(*tasks)", "x = y = {s}",
    "*a, b = {s}",
    "with {s} as task: pass", "assert {s}, {e}", "raise {s}", "self.x[{e}].append({s})",
    "loop.call_later(1, {e}, {s})", "dict(a={s}, **{e})", "x = {{'k': {s}}}", "{s}; {s}",
    "await asyncio.wait({{task}}, timeout=1)",
    "async with asyncio.TaskGroup() as tg: tg.create_task(work())",
)  # fmt: skip
_PLAIN = (
    "pass", "{e}", "x = {e}", "x += {e}", "del x", "assert {e}", "raise {e} from {e}",
    "import os.path as a, sys", "from . import (a, b as c,)", "return {e}",
    "x: int", "x: int = {e}", "a[{e}:{e}] = x", "print(*{e}, **{e})", "return", "return *a, {e}",
    "async def f(): {e}", "def f(): return*(a),",
    "lambda a, /, *b, c=1, **d: {e}", "{{x: {e} for x in {e}}}", "(y := {e})", "...", "'doc'",
    "x = ({e},)", "a.b.c = {e}", "if {e}: pass", "for x in {e}: break", "while {e}: continue",
)  # fmt: skip
#: what Python takes in some places only
_CHOOSY = (
    "global g", "from .. import *", "break", "continue", "nonlocal b", "await {e}", "yield",
    "x = yield from {e}",
    "[x async for x in {e} if {e}]", "[await x for x in {e}]", "yield {e}", "del (a, b), c[{e}]",
    "type X[T: int] = list[T]", "class A[T]: pass",
    "async with {e}: pass", "async for x in {e}: pass", "return", "x: (yield)", "__debug__ = {e}",
    "(x): int",
)  # fmt: skip
_PATTERNS = ("_", "x", "[x, *_]", "{'k': x, **r}", "A(x, y=1)", "1 | 'a'", "(1, _) as z", "a.b",
             "-1.5+2j", "[]", "None", "A()")  # fmt: skip
_INDENTS = ("    ", "    ", "  ", "\t")
_COMMENTS = ("", "", "", "", "", "  # noqa: TL001", "  # taskleash: ignore[TL001]", "  # é", "\\")


class Grammar:
    """Writes one program; what it writes depends on the generator that it is given alone."""

    def __init__(self, rng: Random, *, small: bool) -> None:
        self._rng = rng
        #: how many definitions, methods of a class and statements of a body there are at most
        self._most = (2, 2, 3) if small else (5, 4, 5)
        self._deepest = 3 if small else 5
        self._indent = rng.choice(_INDENTS)
        #: what is written now is in such a function
        self._in_async = False
        self._in_function = False

    def module(self) -> str:
        """A program of several definitions, in any style of newlines."""
        head = ["import asyncio", "from asyncio import create_task as spawn"]
        body = [self._definition(0) for _ in range(self._rng.randint(1, self._most[0]))]
        text = "\n".join([*head, *body, self._use(2)]) + "\n"
        return text.replace("\n", self._rng.choice(("\n",) * 8 + ("\r\n", "\r")))

    def _one(self, choices: tuple[str, ...]) -> str:
        return self._rng.choice(choices)

    def _definition(self, depth: int) -> str:
        kind = self._rng.randrange(6)
        if kind == 0:
            return self._block(depth)
        if kind <= 2:
            bases = self._one(("", "(A)", "(A, b.C, metaclass=M)", "(A)", "(Generic[T])", "(*a)"))
            name = self._one(("A", "B", "C", "M"))
            parts = [self._function(depth + 1) for _ in range(self._rng.randint(1, self._most[1]))]
            return self._one(("", "@a.b(1)\n")) + self._suite(f"class {name}{bases}:", parts)
        return self._function(depth)

    def _function(self, depth: int) -> str:
        word = self._one(("def", "async def", "async def", "async def", "async def"))
        name = self._one(("work", "start", "close", "__init__", "stop", "__aexit__", "run", "f"))
        given = self._one(
            ("", "self", "self, a", "a, /, b=1, *c, d, **e", "self, *, loop: L = None")
        )
        result = self._one(("", "", " -> None", " -> 'list[int]'"))
        decorator = self._one(("", "", "", "@property\n", "@a\n@b.c()\n", "@staticmethod\n"))
        around = self._in_async, self._in_function
        self._in_async, self._in_function = word != "def", True
        body = [self._statement(depth + 1) for _ in range(self._rng.randint(1, self._most[2]))]
        self._in_async, self._in_function = around
        return decorator + self._suite(f"{word} {name}({given}){result}:", body)

    def _statement(self, depth: int) -> str:
        if depth < self._deepest and self._rng.random() < 0.3:
            return self._block(depth)
        return self._use(depth) if self._rng.random() < 0.5 else self._plain(depth)

    def _block(self, depth: int) -> str:
        e = self._expression(2)
        heads = (
            (f"if {e}:", f"elif {e}:", "else:"),
            (f"while {e}:", "else:"),
            ("while True:",),
            (f"for x, *y in {e}:", "else:"),
            (f"async for x in {e}:",),
            ("try:", "except A as e:", "except (B, C):", "else:", "finally:"),
            ("try:", "finally:"),
            ("try:", "except* E:"),
            (f"with {e} as x, {e}:",),
            ("async with asyncio.timeout(1):",),
            (f"with ({e} as x, {e},):",),
        )
        if self._rng.random() < 0.1:
            cases = [
                self._suite(f"case {self._one(_PATTERNS)} if x:", [self._plain(3)]) for _ in "ab"
            ]
            return self._suite(f"match {e}:", cases)
        suites = []
        chosen = self._rng.choice(heads)
        if not self._in_async and chosen[0].startswith("async"):
            chosen = heads[0]
        for head in chosen:
            body = [self._statement(depth + 1) for _ in range(self._rng.randint(1, 3))]
            suites.append(self._suite(head, body))
        return "\n".join(suites)

    def _suite(self, head: str, body: list[str]) -> str:
        return f"{head}\n" + textwrap.indent("\n".join(body), self._indent)

    def _use(self, depth: int) -> str:
        spawn = self._one(_SPAWNS).format(self._one(_COROUTINES))
        line = self._fitting(_USES).format(s=spawn, e=self._expression(depth))
        comment = self._one(_COMMENTS)
        return line + (comment if comment != "\\" else f"; \\\n{self._indent}pass")

    def _plain(self, depth: int) -> str:
        form = self._fitting(_PLAIN) if self._rng.random() < 0.95 else self._one(_CHOOSY)
        return form.format(e=self._expression(depth)) if "{" in form else form

    def _fitting(self, forms: tuple[str, ...]) -> str:
        """One of the forms that Python takes where it is to stand."""
        form = self._one(forms)
        if form.startswith(("await", "async with")) and not self._in_async:
            return "pass"
        if form.startswith("return") and not self._in_function:
            return "pass"
        return form

    def _expression(self, depth: int) -> str:
        if depth > 3 or self._rng.random() < 0.35:
            return self._one(_NAMES) if self._rng.random() < 0.6 else self._one(_ATOMS)
        one, two = self._expression(depth + 1), self._expression(depth + 1)
        forms = (
            f"({one} {self._one(_OPERATORS)} {two})", f"({one}).{self._one(_ATTRIBUTES)}",
            f"({one})({two}, *{one}, k={two})", f"({one})[{two}]", f"({one})[{one}:{two}, ...]",
            f"({one} if {two} else {one})", f"(lambda {self._one(_NAMES)}=1: {one})",
            f"[{one}, {two}]",
            f"{{{one}: {two}}}", f"{{*({one}), {two}}}", f"(not {one})",
            f"(-{one})", f"[{one} for x in {two} if {one}]", f"({one} for x in {two} for y in x)",
            f"({one} <\n{two})", f"f'{{({self._one(_NAMES)})!s}}'", f"({one},\n # c\n {two})",
        )  # fmt: skip
        return self._rng.choice(forms)
