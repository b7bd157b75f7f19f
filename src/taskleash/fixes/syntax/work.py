"""One round of fixes in one file: its tree, and what is to be changed in it so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeGuard

import libcst as cst

from taskleash.fixes.model import CannotMend, Manner
from taskleash.fixes.syntax.edits import BLANK, Edits, Statements
from taskleash.fixes.syntax.free_names import Variables, attributes, free, variables
from taskleash.fixes.syntax.imports import Imports
from taskleash.fixes.syntax.insertion import (
    BodyPlace,
    ModulePlace,
    functions_place,
    is_pass,
    module_place,
    place_after,
    put,
    runs_early,
)
from taskleash.fixes.syntax.new_statements import fitted, flat, statements, tabbed, width
from taskleash.fixes.syntax.rendering import Rendering
from taskleash.fixes.syntax.style import Style, style_of
from taskleash.fixes.syntax.tree import Tree
from taskleash.fixes.syntax.type_checking import drop_local
from taskleash.ir.lowering.cutting import WrongCut
from taskleash.sentences import sentence


@dataclass
class Draft:
    """What a round changes; a copy of it is what a fix that turns out not to fit leaves behind.

    ``variables`` and ``functions`` are new ones of the module, in order. ``names`` are those that
    fixes gave to something, ``made`` what they made for others to use, by what it is and where.
    """

    edits: Edits
    imports: Imports
    variables: list[cst.BaseStatement] = field(default_factory=list)
    functions: list[cst.BaseStatement] = field(default_factory=list)
    #: the statement of the module that the new functions need, where it is not a new one
    needed: cst.BaseStatement | None = None
    names: set[str] = field(default_factory=set)
    made: dict[tuple[str, int], str] = field(default_factory=dict)
    claimed: set[int] = field(default_factory=set)

    def copy(self) -> Draft:
        """The same draft, to be changed apart from this one."""
        return Draft(
            self.edits.copy(),
            self.imports.copy(),
            list(self.variables),
            list(self.functions),
            self.needed,
            set(self.names),
            dict(self.made),
            set(self.claimed),
        )


@dataclass(frozen=True)
class Pair:
    """A set that takes tasks and drops them when they are done, and the function that fills it."""

    name: str
    function: cst.FunctionDef | None
    task: str


@dataclass(frozen=True)
class Known:
    """What a file says, whatever is to be changed in it; ``pairs`` are found as they are needed."""

    tree: Tree
    style: Style
    variables: Variables
    rendering: Rendering
    pairs: dict[int, list[Pair]] = field(default_factory=dict)


#: what a line gets before its call, at least
_NAMED = "task = "
#: what the text that was read last says: two large trees at a time would fill the memory
_last: dict[str, Known] = {}


def _read(text: str) -> Known:
    """What a text says; a report with the fix of each finding asks for the same one many times."""
    if text not in _last:
        _last.clear()
        tree = _tree(text)
        _last[text] = Known(tree, style_of(tree), Variables(tree), Rendering(tree))
    return _last[text]


def _tree(text: str) -> Tree:
    try:
        return Tree(text)
    except WrongCut:
        return Tree(text, is_whole=True)


def forget() -> None:
    """Let go of the tree that was read last."""
    _last.clear()


class Work:
    """What a codemod works with: the tree, which stays as it is, and the draft, which grows."""

    def __init__(self, text: str, manner: Manner) -> None:
        """Raises `libcst.ParserSyntaxError` for a text that is not valid Python."""
        known = _read(text)
        self.tree, self.variables = known.tree, known.variables
        self.style = replace(known.style, width=manner.width) if manner.width else known.style
        self.rendering = known.rendering
        self.module = self.tree.module
        self.manner = manner
        imports = Imports(self.module, self.variables, self.style.width, manner.package)
        self.draft = Draft(Edits(), imports)
        #: the calls that are to be mended: what a constructor sets is set before any of them
        self.uses: list[cst.Call] = []
        #: many tasks are to be kept, and in several homes
        self.has_many = False
        self.is_scattered = False
        #: the sets that the file has for tasks, by who keeps them
        self.pairs = known.pairs
        #: no work that is mended gives a result, as far as its annotation tells
        self.gives_nothing = False
        #: a variable that is annotated as a future, not as a task, is to be kept
        self.has_futures = False
        #: the work that is started elsewhere in the file as well, and that nobody waits for there
        self.apart = frozenset[str]()
        #: the functions, by identity, not all of whose tasks a group can hold
        self.in_parts = frozenset[int]()
        #: which kinds can be made of which calls, by what else that hangs on
        self.possible: dict[tuple[str, str, int, frozenset[str]], bool] = {}
        #: the functions of the file that start a task, give it back and are mended themselves
        self.wrappers: frozenset[str] = frozenset()

    @property
    def edits(self) -> Edits:
        """The changes of nodes so far."""
        return self.draft.edits

    def claim(self, holder: cst.CSTNode) -> None:
        """Keep a statement for the fix at hand; raises `CannotMend` where another has it."""
        if id(holder) in self.draft.claimed:
            raise CannotMend(sentence("another fix changes the same statement"))
        self.draft.claimed.add(id(holder))

    def check_time(self, call: cst.CSTNode) -> None:
        """Raise `CannotMend` where a call runs before its module has what it would need."""
        if runs_early(self.tree, call):
            raise CannotMend(sentence("it runs before its module has imported the rest"))

    # -- names

    def module_name(self, *wanted: str) -> str:
        """A new name for something of the module."""
        name = free(wanted, self.variables, self.draft.names)
        self.draft.names.add(name)
        return name

    def attribute_name(self, cls: cst.ClassDef, taken: Iterable[str], *wanted: str) -> str:
        """A new name for an attribute of a class; its family has those of ``taken``."""
        mine = {name for (_, key), name in self.draft.made.items() if key == id(cls)}
        return free(wanted, attributes(cls), mine, {*taken})

    def local_name(self, node: cst.CSTNode, *wanted: str) -> str:
        """A new name for a variable where the node stands, to be read at once."""
        scope = self.tree.outermost(node)
        if scope is None:
            return free(wanted, self.variables, self.draft.names)
        return free(wanted, variables(scope))

    # -- texts

    def asyncio(self, name: str) -> str:
        """What the file calls a name of asyncio."""
        return self.draft.imports.name("asyncio", name)

    def task_type(self) -> str:
        """The annotation of a task of any result; empty where the file does not annotate."""
        return self._task_type() if self.style.annotates else ""

    def _task_type(self) -> str:
        if self.manner.version < (3, 9):
            return ""
        result = "None" if self.gives_nothing else self.draft.imports.member("typing", "Any")
        return f"{self.asyncio('Future' if self.has_futures else 'Task')}[{result}]"

    def future_type(self) -> str:
        """The annotation of what another thread waits for; empty where the file has none."""
        if not self.style.annotates or self.manner.version < (3, 9):
            return ""
        future = self.draft.imports.name("concurrent.futures", "Future")
        return f"{future}[{self.draft.imports.member('typing', 'Any')}]"

    def set_of_tasks(self, target: str) -> str:
        """The statement that makes a set for tasks."""
        task = self._task_type() if self.style.is_typed else ""
        return f"{target}: set[{task}] = set()" if task else f"{target} = set()"

    def statements(
        self, node: cst.CSTNode, text: str, nodes: Mapping[str, cst.BaseExpression] | None = None
    ) -> list[cst.BaseStatement]:
        """New statements for the place of a node, each as wide as the file allows."""
        room = self._kept_room(node)
        return [self._fitted(each, room) for each in statements(text, nodes)]

    def put(self, place: BodyPlace, text: str) -> None:
        """Add new statements at a place in a function, where they make a ``pass`` needless."""
        put(self.edits, place, self.statements(place.anchor, text))
        if is_pass(place.anchor):
            self.edits.expand(place.anchor, lambda _: [])

    def refit(self, holder: cst.CSTNode | None) -> None:
        """Lay a line out anew where a change in it makes it too wide."""
        if isinstance(holder, cst.SimpleStatementLine) and id(holder) not in self.draft.claimed:
            self.draft.claimed.add(id(holder))
            self.edits.change(holder, lambda line: self._refitted(holder, line))

    def _refitted(
        self, before: cst.SimpleStatementLine, line: cst.SimpleStatementLine
    ) -> cst.BaseStatement:
        room = self.room(before)
        if width(line) > room >= width(before):
            line = flat(line)
        return self._fitted(line, room)

    def _fitted(self, statement: cst.BaseStatement, room: int) -> cst.BaseStatement:
        """The statement as wide as it may be, indented as the file is."""
        laid_out = fitted(statement, room)
        return tabbed(laid_out) if self.module.default_indent == "\t" else laid_out

    def room(self, node: cst.CSTNode) -> int:
        """How wide a statement in the place of a node may be."""
        depth = self.tree.depth(node).expandtabs(4)
        if isinstance(node, cst.SimpleStatementSuite):
            depth += self.module.default_indent.expandtabs(4)
        return self.style.width - len(depth)

    def _kept_room(self, node: cst.CSTNode) -> int:
        """The same, but that what is wider already stays so where no formatter is configured."""
        room = self.room(node)
        if self.manner.width or not isinstance(node, cst.SimpleStatementLine):
            return room
        code = self.tree.code(node.body[0])
        is_wider = len(code) > room and "\n" not in code
        return len(code) + len(_NAMED) if is_wider else room

    # -- the end of the round

    def finished(self) -> cst.Module:
        """The module with everything that the draft has."""
        edits = self.edits.copy()
        self.draft.imports.edit(edits)
        drop_local(self.tree, edits, self.draft.imports.added, self.uses)
        running = [call for call in self.uses if self.tree.scope(call) is None]
        first = module_place(self.module, self.uses, running)
        place = first
        if self.draft.needed is not None:
            place = place_after(self.module, self.draft.needed)
        apart = functions_place(self.module, place, self.uses)
        if self.draft.functions and apart.after is not place.after:
            _put(edits, first, self.draft.variables, [])
            _put(edits, apart, [], self.draft.functions)
        else:
            _put(edits, place, self.draft.variables, self.draft.functions)
        return edits.applied_to(self.tree)


def _put(edits: Edits, place: ModulePlace, variables: Statements, functions: Statements) -> None:
    new = [*variables]
    if new and place.is_parted and place.after is not None:
        new[0] = new[0].with_changes(leading_lines=[BLANK])
    new += [each.with_changes(leading_lines=[BLANK, BLANK]) for each in functions]
    if not new:
        return
    if place.is_parted and _stands_apart(place.following):
        new[0] = new[0].with_changes(leading_lines=[])
        is_line = isinstance(place.following, cst.SimpleStatementLine)
        edits.insert_before(place.following, new, blank=1 if is_line and not functions else 2)
        return
    apart = functions or isinstance(place.following, cst.FunctionDef | cst.ClassDef)
    if place.after is not None:
        edits.insert_after(place.after, new)
        if place.following is not None and apart:
            edits.change(place.following, _two_blank_lines_above)
    elif place.following is not None:
        edits.insert_before(place.following, new, blank=2 if apart else 1)


def _stands_apart(following: cst.BaseStatement | None) -> TypeGuard[cst.BaseStatement]:
    """Whether the file has two blank lines after its imports that no definition asks for."""
    if following is None or isinstance(following, cst.FunctionDef | cst.ClassDef):
        return False
    lines = list(getattr(following, "leading_lines", ()))
    return len(lines) >= 2 and all(line.comment is None for line in lines[:2])


def _two_blank_lines_above(statement: cst.BaseStatement) -> cst.BaseStatement:
    lines = list(getattr(statement, "leading_lines", ()))
    blank = next((i for i, line in enumerate(lines) if line.comment is not None), len(lines))
    return statement.with_changes(leading_lines=[BLANK] * max(2 - blank, 0) + lines)
