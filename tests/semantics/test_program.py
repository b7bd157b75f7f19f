"""Names that lead in circles, or to modules that are not there, still come to an end."""

from __future__ import annotations

from taskleash.ir.lowering.extract import extract
from taskleash.semantics.entities import External, Function
from taskleash.semantics.program import Program
from taskleash.source.loading import Source


def program(**modules: str) -> Program:
    """A program of modules by dotted name; a name that others begin with is a package's."""
    facts = []
    for name, text in modules.items():
        is_package = any(other.startswith(f"{name}.") for other in modules)
        path = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        facts.append(extract(Source(path, name, text)))
    return Program(facts)


def test_a_name_that_two_modules_import_from_each_other_is_outside() -> None:
    circle = program(a="from b import thing\n", b="from a import thing\n")

    found = circle.resolve_name(circle.by_name["a"], "thing")

    assert isinstance(found, External)


def test_the_far_end_of_a_circle_does_not_hide_a_definition() -> None:
    text = "from b import *\nfrom a import thing as other\ndef thing(): ...\n"
    circle = program(a="from b import thing\nfrom b import other\n", b=text)

    assert isinstance(circle.resolve_name(circle.by_name["a"], "thing"), Function)
    assert isinstance(circle.resolve_name(circle.by_name["b"], "other"), Function)
    assert isinstance(circle.resolve_name(circle.by_name["a"], "other"), Function)


def test_a_package_that_names_its_missing_modules_in_circles_is_resolved_once() -> None:
    names = [f"part{number}" for number in range(12)]
    imports = "".join(f"from .{name} import {name}\nfrom app.{name} import *\n" for name in names)
    modules = {f"app.sub{number}": imports + "from app import *\n" for number in range(12)}
    tangled = program(app=imports, **modules)

    found = [tangled.resolve_dotted(f"app.{name}.{name}.{name}") for name in names]

    assert all(isinstance(symbol, External) for symbol in found)


def test_a_name_of_several_stars_comes_from_the_first_that_leads_to_it() -> None:
    starred = program(
        a="from b import *\nfrom c import *\n",
        b="from d import *\nfrom a import *\n",
        c="def thing(): ...\ndef other(): ...\n",
        d="def thing(): ...\n",
        e="from c import *\n",
    )

    def module_of(name: str, asking: str) -> str:
        found = starred.resolve_name(starred.by_name[asking], name)
        return found.module.name if isinstance(found, Function) else ""

    assert module_of("thing", "a") == "d"
    assert module_of("other", "a") == "c"
    assert module_of("other", "b") == "c"
    assert module_of("thing", "e") == "c"
    assert module_of("other", "d") == ""


def test_what_is_scanned_of_a_package_from_inside_of_it_hides_no_library() -> None:
    """Run in the folder of a package, its module `asyncio` has the path of the library's."""
    modules = {"asyncio.py": "shop.asyncio", "trio/__init__.py": "shop.trio", "m.py": "shop.m"}
    inside = Program([extract(Source(path, name, "x = 1\n")) for path, name in modules.items()])

    found = {
        name: inside.resolve_dotted(name) for name in ("asyncio", "trio", "m", *modules.values())
    }

    assert isinstance(found["asyncio"], External)
    assert isinstance(found["trio"], External)
    assert found["m"] is found["shop.m"] is inside.by_name["shop.m"]
    assert found["shop.asyncio"] is inside.by_name["shop.asyncio"]


def test_a_module_beside_another_hides_no_library() -> None:
    shop = program(**{"shop.trio": "run = 1\n", "shop.tools": "run = 1\n", "shop.m": ""})
    module = shop.by_name["shop.m"]

    assert isinstance(shop.resolve_import(module, "trio.run"), External)
    assert shop.resolve_import(module, "tools") is shop.by_name["shop.tools"]


def test_a_part_of_a_package_is_imported_by_its_place_whatever_its_name() -> None:
    text = "from . import asyncio as part\nimport asyncio\nfrom .asyncio import create_task\n"
    parts = program(**{"shop.asyncio": "from asyncio import create_task\n", "shop.m": text})
    module = parts.by_name["shop.m"]

    found = parts.resolve_name(module, "create_task")

    assert parts.resolve_name(module, "part") is parts.by_name["shop.asyncio"]
    assert parts.resolve_name(module, "asyncio") == External("asyncio")
    assert found == External("asyncio.create_task")
