"""Where new statements go: each text is what one without its line ``new`` becomes."""

from __future__ import annotations

from pathlib import Path

import libcst as cst
import pytest

from support.command import taskleash
from taskleash.fixes.syntax.edits import Edits
from taskleash.fixes.syntax.insertion import constructor_place, functions_place, module_place, put
from taskleash.fixes.syntax.tree import Tree, inside, last_name

NEW = "        self.new = set()\n"
CONSTRUCTORS = {
    "beside other state": """\
class A:
    def __init__(self):
        self.texts = []
        self.new = set()
        self.client = connect(self.texts)
        self.client.open()
    def add(self):
        spawn()
""",
    "after what is worked out where nothing is plain": """\
class A:
    def __init__(self):
        print("made")
        self.client = connect(1)
        self.count: int
        self.new = set()
        print("made")
    def add(self):
        spawn()
""",
    "after several names at once, and what is only declared": """\
class A:
    def __init__(self, text):
        self.name = self.text = text
        self.new = set()
        with open(text) as self.file:
            print(text)
        text += "1"
        self.client: Client = connect(1)
    def add(self):
        spawn()
""",
    "after the constructor of the base": '''\
class A(Base):
    def __init__(self):
        """Makes little."""
        print("made")
        super().__init__()
        self.new = set()
        print("made")
    def add(self):
        spawn()
''',
    "before the first use": """\
class A:
    def __init__(self):
        self.new = set()
        self.first()
        self.texts = []
    def first(self):
        self.second()
        self.third()
    def second(self):
        self.third()
    def third(self):
        spawn()
""",
    "before a call of what nobody knows": """\
class A:
    def __init__(self):
        self.new = set()
        self.elsewhere()
        self.texts = []
    def add(self):
        spawn()
""",
    "below methods that call one another and start nothing": """\
class A:
    def __init__(self):
        self.first()
        self.texts = []
        self.new = set()
    def first(self):
        self.second()
    def second(self):
        self.first()
    def add(self):
        spawn()
""",
    "before it may be left": """\
class A:
    def __init__(self, text):
        self.text = text
        self.new = set()
        if not text:
            return
        self.more = text
    def add(self):
        spawn()
""",
    "at its end": """\
class A:
    def __init__(self):
        print("made")
        self.new = set()
    def add(self):
        spawn()
""",
    "before what it starts itself, whatever its base makes after that": """\
class A:
    def __init__(self):
        self.new = set()
        spawn()
        super().__init__()
        self.texts = []
""",
}
NO_ROOM = {
    "no constructor": "class A:\n    def add(self):\n        spawn()\n",
    "no name of the instance": (
        "class A:\n    def __init__(*all):\n        pass\n    def add(self):\n        spawn()\n"
    ),
}
OWN_WORD = """\
class A:
    {}
    def __init__(self):
        self.text = ""
    def add(self):
        spawn()
"""
ROOMLESS = (
    "__slots__ = ('text',)",
    "__slots__: tuple[str, ...] = ('text',)",
    "__hash__ = None; __slots__ = ('text',)",
    "def __new__(cls): return super().__new__(cls)",
    "def __setattr__(self, name, value): pass",
    "def shown(self): return vars(self)",
    "def __getstate__(self): return {}",
)
ROOMY = ("limit = 1", "limit: int = 1", "print('made')", "def __hash__(self): return 1")


def constructed(text: str) -> str | None:
    """The text with a new statement in its constructor; None where there is no place for it."""
    tree = Tree(text)
    cls = tree.module.body[0]
    assert isinstance(cls, cst.ClassDef)
    place = constructor_place(tree, cls, spawns(tree))
    if place is None:
        return None
    edits = Edits()
    put(edits, place, [cst.ensure_type(cst.parse_statement(NEW.strip()), cst.SimpleStatementLine)])
    return edits.applied_to(tree).code


def spawns(tree: Tree) -> list[cst.Call]:
    found = [node for node in inside(tree.module) if isinstance(node, cst.Call)]
    return [call for call in found if last_name(call.func) == "spawn"]


@pytest.mark.parametrize("text", CONSTRUCTORS.values(), ids=CONSTRUCTORS.keys())
def test_an_attribute_is_made_before_its_uses_and_among_its_like(text: str) -> None:
    assert text.count(NEW) == 1
    assert constructed(text.replace(NEW, "")) == text


def test_a_constructor_of_one_line_gets_another() -> None:
    text = "class A:\n    def __init__(self): self.x = 1\n    def add(self):\n        spawn()\n"
    made = constructed(text)
    assert made == text.replace(" self.x = 1\n", f"\n        self.x = 1\n{NEW}")


@pytest.mark.parametrize("text", NO_ROOM.values(), ids=NO_ROOM.keys())
def test_where_no_place_comes_before_all_uses_there_is_none(text: str) -> None:
    assert constructed(text) is None


@pytest.mark.parametrize("line", [*ROOMLESS, *ROOMY])
def test_a_class_that_tells_its_attributes_itself_gets_no_other(line: str) -> None:
    assert (constructed(OWN_WORD.format(line)) is None) == (line in ROOMLESS)


MODULES = {
    "after what sets up the constant above it": """\
import a
log = a.log()
log.setLevel(1)
new = 1
spawn()
""",
    "after a call right below the constant above it": """\
import a
X = 1
log = a.log()
a.basic()
new = 1
def f():
    spawn()
""",
    "not after a call that stands apart": """\
import a
X = 1
log = a.log()
new = 1

a.basic()
def f():
    spawn()
""",
    "not after what sets up something else than the text above it": """\
\'\'\'About.\'\'\'
new = 1
log.setLevel(1)
spawn()
""",
    "after constants and what is said of them": """\
import a
LIMIT = 1
'''How many.'''
new = 1
spawn()
""",
    "after a constant under a condition": """\
import a
if a:
    LIMIT = 1
new = 1
def f():
    spawn()
""",
    "not after a condition that sets nothing, which may stay above": """\
import a
new = 1
if a:
    print(a)
def f():
    spawn()
""",
    "in a module of constants alone, at its end": """\
LIMIT = spawn
new = 1
""",
    "after imports under a condition": """\
try:
    import a
except ImportError:
    pass
with b:
    import c
new = 1
for a in c:
    spawn()
""",
    "above everything": """\
new = 1
class A:
    spawn()
""",
}


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES.keys())
def test_a_variable_of_the_module_comes_after_its_constants(text: str) -> None:
    tree = Tree(text.replace("new = 1\n", ""))
    place = module_place(tree.module, spawns(tree))
    lines = [tree.code(each) for each in tree.module.body]
    above = [place.after is each for each in tree.module.body]
    at = above.index(True) + 1 if True in above else 0
    assert "".join([*lines[:at], "new = 1\n", *lines[at:]]) == text
    following = tree.module.body[at] if at < len(lines) else None
    assert place.following is following


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("import a\nX = 1\nY: int = 2\nprint(X)\n", "print(X)\n"),
        ("import a\nX = 1\nY: int = 2\n\nprint(X)\n", "Y: int = 2\n"),
        ("import a\nX = 1\nY = spawn()\nZ = 3\n", "X = 1\n"),
        ("import a\nX = 1\n", "X = 1\n"),
        ("import a\n", "import a\n"),
    ],
)
def test_functions_come_after_the_variables_that_follow(text: str, above: str) -> None:
    tree = Tree(text)
    first = module_place(tree.module, spawns(tree))
    assert first.after is not None
    found = functions_place(tree.module, first, spawns(tree))
    assert found.after is not None
    assert tree.code(found.after) == above


NEW_ABOVE_A_CALL = """import asyncio


_background_tasks = set()


def _keep_task(task):
    \"\"\"Hold a task until it is done: the event loop does not.\"\"\"
    _background_tasks.add(task)
    task.add_done_callback(_background_tasks.discard)
    return task


print("ready")


async def start(loop):
    loop.call_later(1, lambda: _keep_task(asyncio.create_task(work())))
"""


def test_a_variable_and_its_function_stand_apart_from_each_other(tmp_path: Path) -> None:
    head, _, rest = NEW_ABOVE_A_CALL.partition("_background_tasks = ")
    tail = rest[rest.index("print(") :].replace("_keep_task(asyncio.create_task(work()))", "TASK")
    old = head + tail.replace("TASK", "asyncio.create_task(work())")
    (tmp_path / "a.py").write_text(old)
    assert taskleash("check", "--isolated", "--no-cache", "--fix", cwd=tmp_path).status == 0
    assert (tmp_path / "a.py").read_text() == NEW_ABOVE_A_CALL
