"""What a file is called by its path alone, and the folders around it."""

from __future__ import annotations

import pytest

from taskleash.source.modules import folders, is_package, path_name


@pytest.mark.parametrize(
    ("path", "name", "around"),
    [
        ("program.py", "program", []),
        ("shop/cart.py", "shop.cart", ["shop"]),
        ("src/shop/web/cart.py", "shop.web.cart", ["shop.web", "shop"]),
        ("./shop/../cart.pyi", "shop.cart", ["shop"]),
        # It is its folder, and lies in that.
        ("shop/__init__.py", "shop", ["shop"]),
        ("shop/web/__init__.pyi", "shop.web", ["shop.web", "shop"]),
    ],
)
def test_the_name_of_a_path(path: str, name: str, around: list[str]) -> None:
    assert path_name(path) == name
    assert folders(path) == around
    assert is_package(path) == path.rpartition("/")[2].startswith("__init__.")
