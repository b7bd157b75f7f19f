"""Names of other modules in a file: found under whatever name it has, or imported."""

from __future__ import annotations

import sys
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import libcst as cst

from taskleash.fixes.syntax.edits import BLANK, Edits, put_above
from taskleash.fixes.syntax.new_statements import statements
from taskleash.fixes.syntax.tree import dotted
from taskleash.fixes.syntax.type_checking import drop_repeated

#: modules that have the names of another one, too
_TWINS = {"typing": "typing_extensions"}


@dataclass
class Imports:
    """The imports at the top of one module, and those that fixes add to them.

    ``taken`` has the names of the module that mean something already, ``width`` is that of a line.
    ``added`` has the modules to be imported, ``extended`` the names by the statement that gets
    them, ``new_from`` the names by the module that gets a statement of its own. ``package`` is that
    of the module, empty where it is not known.
    """

    module: cst.Module
    taken: Container[str] = frozenset()
    width: int = 88
    package: str = ""
    added: list[str] = field(default_factory=list)
    extended: dict[int, list[str]] = field(default_factory=dict)
    new_from: dict[str, list[str]] = field(default_factory=dict)

    def copy(self) -> Imports:
        """The same imports, to be extended apart from these."""
        return Imports(
            self.module,
            self.taken,
            self.width,
            self.package,
            list(self.added),
            {key: list(names) for key, names in self.extended.items()},
            {key: list(names) for key, names in self.new_from.items()},
        )

    def name(self, module: str, attribute: str) -> str:
        """What the file calls ``module.attribute``; imported as it imports the rest, if need be."""
        bound = self._bound(module)
        if bound:
            return f"{bound}.{attribute}"
        statement = self._from(module)
        if statement is None:
            return self._whole(module, attribute)
        return self._named(statement, module, attribute)

    def member(self, module: str, attribute: str) -> str:
        """The same, imported by ``from`` where the file has neither."""
        bound = self._bound(module)
        if bound:
            return f"{bound}.{attribute}"
        if known := self._imported_from(_TWINS.get(module, ""), attribute):
            return known
        statement = self._from(module)
        if statement is not None:
            return self._named(statement, module, attribute)
        if attribute in self.taken:
            return self._whole(module, attribute)
        names = self.new_from.setdefault(module, [])
        if attribute not in names:
            names.append(attribute)
        return attribute

    def edit(self, edits: Edits) -> None:
        """Add to the edits what makes the new names known."""
        for statement in self._froms():
            names = self.extended.get(id(statement), ())
            if names:
                edits.change(statement, partial(_extended, names=names, width=self.width))
        drop_repeated(self.module, edits, self.added)
        # Several may come to stand after the same line.
        for module in sorted(self.added):
            self._insert(edits, module, f"import {module}", plain=True)
        for module, names in sorted(self.new_from.items()):
            known = ", ".join(sorted(names))
            dots = self._relative(module)
            if (beside := self._from(module)) is not None:
                self._insert_beside(edits, beside, known)
            elif dots:
                self._insert_relative(edits, dots, known)
            else:
                self._insert(edits, module, f"from {module} import {known}", plain=False)

    # -- what is there

    def _lines(self) -> Iterator[tuple[cst.SimpleStatementLine, cst.BaseSmallStatement]]:
        for line in self.module.body:
            if isinstance(line, cst.SimpleStatementLine):
                for small in line.body:
                    yield line, small

    def _froms(self) -> Iterator[cst.ImportFrom]:
        return (small for _, small in self._lines() if isinstance(small, cst.ImportFrom))

    def _bound(self, module: str) -> str:
        for _, small in self._lines():
            for alias in small.names if isinstance(small, cst.Import) else ():
                if alias.evaluated_name == module:
                    return alias.evaluated_alias or module
                if alias.evaluated_name.startswith(f"{module}.") and not alias.evaluated_alias:
                    return module
        for small in self._froms():
            # Another module's import of it is as good; one of the name may be a module of its own.
            for alias in small.names if not isinstance(small.names, cst.ImportStar) else ():
                if alias.evaluated_name == module and module == "asyncio":
                    return alias.evaluated_alias or module
        return ""

    def _imported_from(self, module: str, attribute: str) -> str:
        """What the file calls a name that it imports from a module; empty where it does not."""
        for small in self._froms():
            for alias in _names(small) if self._named_by(small) == module else ():
                if alias.evaluated_name == attribute:
                    return alias.evaluated_alias or attribute
        return ""

    def _means_another(self, module: str) -> bool:
        """Whether an import gives a module's name to another one: ``from ours import logging``."""
        return any(
            (alias.evaluated_alias or alias.evaluated_name) == module
            and (isinstance(small, cst.ImportFrom) or alias.evaluated_name != module)
            for _, small in self._lines()
            if isinstance(small, cst.Import | cst.ImportFrom)
            and not isinstance(small.names, cst.ImportStar)
            for alias in small.names
        )

    def _from(self, module: str) -> cst.ImportFrom | None:
        found: list[cst.ImportFrom] = []
        for small in self._froms():
            if not isinstance(small.names, cst.ImportStar) and self._named_by(small) == module:
                found.append(small)
        return min(found, key=_is_renaming, default=None)

    def _named_by(self, small: cst.ImportFrom) -> str:
        """The module that a statement imports from; empty where it is not known."""
        name = dotted(small.module) if small.module is not None else ""
        if not small.relative:
            return name
        parts = self.package.split(".") if self.package else []
        up = len(small.relative) - 1
        return ".".join([*parts[: len(parts) - up], *([name] if name else [])]) if parts else ""

    def _whole(self, module: str, attribute: str) -> str:
        if self._means_another(module) and attribute not in self.taken:
            names = self.new_from.setdefault(module, [])
            names += [attribute] if attribute not in names else []
            return attribute
        if module not in self.added:
            self.added.append(module)
        return f"{module}.{attribute}"

    def _named(self, statement: cst.ImportFrom, module: str, attribute: str) -> str:
        if known := self._imported_from(module, attribute):
            return known
        if attribute in self.taken:
            return self._whole(module, attribute)
        beside = [each for each in self._froms() if self._named_by(each) == module]
        # Where each name has a line of its own, a new one gets one, too.
        plain = [_names(each) for each in beside if not _is_renaming(each)]
        if _is_renaming(statement) or len(plain) == sum(map(len, plain)) > 1:
            names = self.new_from.setdefault(module, [])
        else:
            names = self.extended.setdefault(id(statement), [])
        if attribute not in names:
            names.append(attribute)
        return attribute

    # -- where isort would put it

    def _insert(self, edits: Edits, module: str, text: str, plain: bool) -> None:
        lines = [line for line in import_lines(self.module) if not _is_future(line)]
        mine = [line for line in lines if _is_standard(line)]
        new = statements(text)
        if module.partition(".")[0] not in sys.stdlib_module_names and lines:
            after = _neighbour(lines, module)
            is_ours = _root_of(module) == _root_of(self.package) != _root(after)
            if is_ours or _is_standard(after):
                new[0] = new[0].with_changes(leading_lines=[BLANK])
            edits.insert_after(after, new)
            return
        if mine:
            later = [line for line in mine if _key(line) > (not plain, module)]
            if later:
                put_above(edits, later[0], new)
            else:
                edits.insert_after(mine[-1], new)
        elif lines:
            put_above(edits, lines[0], new, blank=1)
        else:
            self._insert_first(edits, new)

    def _relative(self, module: str) -> str:
        """How a file that imports from its own package by dots names a module of it, else empty."""
        relative = [line for line in import_lines(self.module) if _dots(line)]
        parts, own = module.split("."), self.package.split(".")
        if (
            not relative
            or parts[0] != own[0]
            or any(_root(line) == parts[0] for line in import_lines(self.module))
        ):
            return ""
        same = next((i for i, (a, b) in enumerate(zip(parts, own, strict=False)) if a != b), None)
        shared = min(len(parts), len(own)) if same is None else same
        return "." * (len(own) - shared + 1) + ".".join(parts[shared:])

    def _insert_beside(self, edits: Edits, renaming: cst.ImportFrom, names: str) -> None:
        """Beside an import that renames what it takes: sorters keep these apart from others."""
        line = next(line for line, small in self._lines() if small is renaming)
        assert not isinstance(renaming.names, cst.ImportStar)
        text = cst.Module([]).code_for_node(renaming).partition(" import ")[0]
        new = statements(f"{text} import {names}")
        if renaming.names[0].evaluated_name < names:
            edits.insert_after(line, new)
        else:
            edits.insert_before(line, new)

    def _insert_relative(self, edits: Edits, text: str, names: str) -> None:
        """The furthest come first, and those of a distance by name."""
        relative = [line for line in import_lines(self.module) if _dots(line)]
        new = statements(f"from {text} import {names}")
        earlier = [line for line in relative if _distance(_dots(line)) < _distance(text)]
        if earlier:
            edits.insert_after(earlier[-1], new)
        else:
            edits.insert_before(relative[0], new)

    def _insert_first(self, edits: Edits, new: list[cst.BaseStatement]) -> None:
        head = header(self.module)
        if head:
            edits.insert_after(head[-1], [each.with_changes(leading_lines=[BLANK]) for each in new])
        else:
            edits.insert_before(self.module.body[0], new, blank=1)


def _names(statement: cst.ImportFrom) -> Sequence[cst.ImportAlias]:
    return () if isinstance(statement.names, cst.ImportStar) else statement.names


def _is_renaming(statement: cst.ImportFrom) -> bool:
    """Whether all that a statement imports gets another name."""
    assert not isinstance(statement.names, cst.ImportStar)
    return all(alias.asname is not None for alias in statement.names)


def _neighbour(lines: Sequence[cst.SimpleStatementLine], module: str) -> cst.SimpleStatementLine:
    """The import after which that of a module of the program belongs.

    It is the last of the same package that comes before it by name, else the last one that is not
    relative, which come after all others.
    """
    absolute = [line for line in lines if _imported(line)]
    root = module.partition(".")[0]
    same = [line for line in absolute if _imported(line).partition(".")[0] == root]
    earlier = [line for line in same if _imported(line) < module]
    return (earlier or absolute or list(lines))[-1]


def _root(line: cst.SimpleStatementLine) -> str:
    return _root_of(_imported(line))


def _root_of(module: str) -> str:
    return module.partition(".")[0]


def _dots(line: cst.SimpleStatementLine) -> str:
    """The module that a line imports from by dots, as written; empty for any other line."""
    small = line.body[0]
    if not isinstance(small, cst.ImportFrom) or not small.relative:
        return ""
    return "." * len(small.relative) + (dotted(small.module) if small.module is not None else "")


def _distance(text: str) -> tuple[int, str]:
    """The order of relative imports: the furthest first."""
    name = text.lstrip(".")
    return len(name) - len(text), name


def header(module: cst.Module) -> list[cst.BaseStatement]:
    """The statements that must come first: a docstring, and imports from ``__future__``."""
    found: list[cst.BaseStatement] = []
    for index, line in enumerate(module.body):
        text = isinstance(line, cst.SimpleStatementLine) and isinstance(line.body[0], cst.Expr)
        if (index == 0 and text and _is_string(line)) or _is_future(line):
            found.append(line)
        else:
            break
    return found


def import_lines(module: cst.Module) -> list[cst.SimpleStatementLine]:
    """The lines of imports at the top of a module, up to the first other statement."""
    found: list[cst.SimpleStatementLine] = []
    for line in module.body:
        if isinstance(line, cst.SimpleStatementLine) and _is_import(line):
            found.append(line)
        elif found and not all(map(_is_future, found)):
            break
    return found


def _is_string(line: cst.CSTNode) -> bool:
    return (
        isinstance(line, cst.SimpleStatementLine)
        and isinstance(line.body[0], cst.Expr)
        and isinstance(line.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )


def _is_import(line: cst.SimpleStatementLine) -> bool:
    return isinstance(line.body[0], cst.Import | cst.ImportFrom)


def _is_future(line: cst.CSTNode) -> bool:
    return isinstance(line, cst.SimpleStatementLine) and _imported(line) == "__future__"


def _is_standard(line: cst.SimpleStatementLine) -> bool:
    return _imported(line).partition(".")[0] in sys.stdlib_module_names


def _imported(line: cst.SimpleStatementLine) -> str:
    """The module that a line imports, the first of several; empty for a relative one."""
    small = line.body[0]
    if isinstance(small, cst.Import):
        return small.names[0].evaluated_name
    if isinstance(small, cst.ImportFrom) and small.module is not None and not small.relative:
        return dotted(small.module)
    return ""


def _key(line: cst.SimpleStatementLine) -> tuple[bool, str]:
    return isinstance(line.body[0], cst.ImportFrom), _imported(line)


def _extended(node: cst.ImportFrom, names: Sequence[str], width: int) -> cst.ImportFrom:
    assert not isinstance(node.names, cst.ImportStar)
    aliases = list(node.names)
    between = aliases[0].comma if len(aliases) > 1 else _first_comma(node)
    for name in names:
        at = next((i for i, a in enumerate(aliases) if _order(a) > _order(name)), len(aliases))
        new = cst.ImportAlias(cst.Name(name))
        if at < len(aliases):
            aliases.insert(at, new.with_changes(comma=between))
        else:
            last = aliases[-1]
            aliases[-1] = last.with_changes(comma=between)
            aliases.append(new.with_changes(comma=last.comma))
    longer = node.with_changes(names=aliases)
    if node.lpar is not None or len(cst.Module([]).code_for_node(longer)) <= width:
        return longer
    return _on_lines(longer, aliases)


def _first_comma(node: cst.ImportFrom) -> cst.Comma:
    """What comes between the only name that is imported and another one."""
    opening = node.lpar.whitespace_after if node.lpar is not None else _SPACE
    is_open = isinstance(opening, cst.ParenthesizedWhitespace)
    return cst.Comma(whitespace_after=opening if is_open else _SPACE)


def _on_lines(node: cst.ImportFrom, aliases: Sequence[cst.ImportAlias]) -> cst.ImportFrom:
    """One name a line, in brackets."""
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    outer = cst.ParenthesizedWhitespace(indent=True)
    placed = [
        alias.with_changes(comma=cst.Comma(whitespace_after=outer if last else inner))
        for alias, last in ((alias, alias is aliases[-1]) for alias in aliases)
    ]
    return node.with_changes(
        names=placed, lpar=cst.LeftParen(whitespace_after=inner), rpar=cst.RightParen()
    )


_SPACE = cst.SimpleWhitespace(" ")


def _order(name: cst.ImportAlias | str) -> tuple[int, str]:
    """Constants first, then classes, then the rest, each in the order of the alphabet."""
    text = name if isinstance(name, str) else name.evaluated_name
    kind = 0 if text.isupper() and len(text) > 1 else 1 if text[:1].isupper() else 2
    return kind, text
