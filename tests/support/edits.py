"""Edits as they are made by hand, drawn at random, in the texts of a program.

Statements come and go, names change, functions and files are added and taken out. What comes out
is Python's syntax; whether it makes sense is another matter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import TypeAlias

#: the texts of a program by path
Texts: TypeAlias = dict[str, str]
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Raise)
#: names whose change would only make other code of it
_KEPT = frozenset({"asyncio", "self", "cls", "create_task", "ensure_future", "gather", "cancel"})


def edited(texts: Texts, random: Random) -> tuple[str, Texts]:
    """What an edit of a program did, in a word, and the program after it."""
    while True:
        edit = random.choice(_EDITS)
        after = edit(texts, random)
        if after is not None and after != texts and all(map(_is_python, after.values())):
            return edit.__name__, after


def put(folder: Path, before: Texts, texts: Texts) -> None:
    """Have the files of a folder, which were those before, be these."""
    for path in before.keys() - texts.keys():
        (folder / path).unlink()
    for path, text in texts.items():
        if before.get(path) != text:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _functions(text: str) -> list[_Function]:
    nodes = ast.walk(ast.parse(text))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _some_file(texts: Texts, random: Random) -> str:
    """The path of a file, rather one that starts tasks."""
    starting = [path for path in sorted(texts) if "create_task" in texts[path]]
    return random.choice(starting if starting and random.random() < 0.7 else sorted(texts))


def _mentioned(texts: Texts, random: Random) -> str:
    """A name that is written somewhere in the program."""
    words = {word for text in texts.values() for word in re.findall(r"\b[a-z_]\w{2,}\b", text)}
    return random.choice(sorted(words - _KEPT) or ["other"])


def _statements(name: str, is_async: bool) -> Iterator[str]:
    yield from (f"{name}()", f"{name} = {name}_before = 3", f"if {name}: return", f"print({name})")
    yield from (f"asyncio.create_task({name}())", f"kept = asyncio.create_task({name}())")
    yield from (f"self.{name} = asyncio.create_task(self.{name}())", f"self.{name}.cancel()")
    if is_async:
        yield from (
            f"await {name}",
            "await asyncio.sleep(1)",
            f"await asyncio.gather(*self.{name})",
        )


def a_statement_added(texts: Texts, random: Random) -> Texts | None:
    path = _some_file(texts, random)
    functions = _functions(texts[path])
    if not functions:
        return None
    function = random.choice(functions)
    before = random.choice(function.body)
    if before.lineno == function.lineno:
        return None
    is_async = isinstance(function, ast.AsyncFunctionDef)
    said = random.choice([*_statements(_mentioned(texts, random), is_async)])
    lines = texts[path].splitlines(keepends=True)
    lines.insert(before.lineno - 1, f"{' ' * before.col_offset}{said}\n")
    return {**texts, path: "".join(lines)}


def a_statement_taken_out(texts: Texts, random: Random) -> Texts | None:
    path = _some_file(texts, random)
    found = [
        statement
        for function in _functions(texts[path])
        for statement in ast.walk(function)
        if isinstance(statement, _SIMPLE)
    ]
    if not found:
        return None
    taken = random.choice(found)
    lines = texts[path].splitlines(keepends=True)
    lines[taken.lineno - 1 : taken.end_lineno] = [f"{' ' * taken.col_offset}pass\n"]
    return {**texts, path: "".join(lines)}


def a_function_added(texts: Texts, random: Random) -> Texts:
    path, name = _some_file(texts, random), _mentioned(texts, random)
    kind = random.choice(["def", "async def"])
    said = random.choice([*_statements(_mentioned(texts, random), kind != "def"), "return 1"])
    return {**texts, path: f"{texts[path].rstrip()}\n\n\n{kind} {name}():\n    {said}\n"}


def a_function_taken_out(texts: Texts, random: Random) -> Texts | None:
    path = _some_file(texts, random)
    functions = _functions(texts[path])
    if not functions:
        return None
    taken = random.choice(functions)
    first = min([taken.lineno, *(each.lineno for each in taken.decorator_list)])
    lines = texts[path].splitlines(keepends=True)
    lines[first - 1 : taken.end_lineno] = [f"{' ' * taken.col_offset}pass\n"]
    return {**texts, path: "".join(lines)}


def a_name_changed(texts: Texts, random: Random) -> Texts:
    old, new = _mentioned(texts, random), f"{_mentioned(texts, random)}_too"
    path = _some_file(texts, random)
    paths = sorted(texts) if random.random() < 0.5 else [path]
    changed = {path: re.sub(rf"\b{old}\b", new, texts[path]) for path in paths}
    return {**texts, **changed}


def a_number_changed(texts: Texts, random: Random) -> Texts:
    path = _some_file(texts, random)
    return {**texts, path: re.sub(r"\b\d+\b", str(random.randrange(9)), texts[path], count=1)}


def a_comment_added(texts: Texts, random: Random) -> Texts:
    path = _some_file(texts, random)
    return {**texts, path: f"# {_mentioned(texts, random)}\n{texts[path]}"}


def a_file_added(texts: Texts, random: Random) -> Texts:
    path, said = _some_file(texts, random), _mentioned(texts, random)
    folder = path.rpartition("/")[0]
    module = path.removesuffix(".py").rpartition("/")[2]
    name = f"{said}_{random.randrange(100)}.py"
    text = f"from {module} import {said}\n\n\nasync def using(thing):\n    {said}()\n"
    return {**texts, f"{folder}/{name}".lstrip("/"): f"{text}    await thing.{said}()\n"}


def a_file_taken_out(texts: Texts, random: Random) -> Texts | None:
    taken = random.choice(sorted(texts))
    return {path: text for path, text in texts.items() if path != taken} if len(texts) > 1 else None


_EDITS: tuple[Callable[[Texts, Random], Texts | None], ...] = (
    a_statement_added,
    a_statement_added,
    a_statement_taken_out,
    a_function_added,
    a_function_taken_out,
    a_name_changed,
    a_number_changed,
    a_comment_added,
    a_file_added,
    a_file_taken_out,
)
