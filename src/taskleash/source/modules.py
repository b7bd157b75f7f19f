"""The dotted name that a file has when it is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Container, ItemsView

from taskleash.source.paths import SUFFIXES, join

_INITS = tuple(f"__init__{suffix}" for suffix in SUFFIXES)
_TEST_FOLDERS = frozenset({"test", "tests"})


def path_name(path: str) -> str:
    """The dotted name that a file has by its path alone, as inside a namespace package."""
    parts = path.rpartition(".")[0].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(part for part in parts if part not in ("", ".", "..", "src"))


def is_package(path: str) -> bool:
    """Whether a file is what its package itself says."""
    return path.rpartition("/")[2].startswith("__init__.")


def is_test(module: str) -> bool:
    """Whether by its dotted name a module is a test, or lies in a folder of them."""
    *folders, last = module.split(".")
    return (
        not _TEST_FOLDERS.isdisjoint((*folders, last))
        or last.startswith("test_")
        or last.endswith("_test")
        or last == "conftest"
    )


def folders(path: str) -> list[str]:
    """The dotted names of the folders that a file lies in, nearest first."""
    parts = path_name(path).split(".")
    return [".".join(parts[:size]) for size in range(len(parts) - (not is_package(path)), 0, -1)]


def is_regular(folder: str) -> bool:
    """Whether ``folder`` is a package with an ``__init__`` file."""
    # The root of the file system has no name to import it by.
    return os.path.dirname(folder) != folder and any(
        os.path.isfile(join(folder, init)) for init in _INITS
    )


class ModuleNames:
    """Names the modules below one scanned folder, ``root`` (absolute, with ``/``).

    ``sources`` are further folders that names start from.

    A package is named from its outermost folder with an ``__init__`` file. A folder without one
    counts as a namespace package, named from the package it lies in, else from ``root``, or from a
    ``src`` folder right below it. What is named as a module of the standard library hides that one
    only where imports certainly start from the folder it lies in.
    """

    def __init__(self, root: str, sources: Container[str] = ()) -> None:
        self._root = root
        self._sources = sources
        self._packages: dict[str, str] = {}
        self._regular: dict[str, bool] = {}

    @property
    def regular(self) -> ItemsView[str, bool]:
        """The folders that were asked for, and whether each is a package with such a file."""
        return self._regular.items()

    def name(self, folder: str, file_name: str) -> str:
        """The module name of ``file_name`` in ``folder``."""
        package = self._packages.get(folder)
        if package is None:
            package = self._packages[folder] = self._package(folder)
        if file_name in _INITS and package:
            return package
        module = file_name.rpartition(".")[0] if file_name.endswith(SUFFIXES) else file_name
        return f"{package}.{module}" if package else module

    def _package(self, folder: str) -> str:
        if folder in self._sources:
            return ""
        parent, name = os.path.split(folder)
        if self._is_regular(folder):
            is_inside = self._is_in_package(parent)
            is_namesake = name in sys.stdlib_module_names and not self._starts_names(parent)
            outer = self._package(parent) if is_inside or is_namesake else ""
        elif self._starts_names(folder) and not self._is_scanned_in_package(folder):
            return ""
        else:
            outer = self._package(parent)
        return f"{outer}.{name}" if outer else name

    def _starts_names(self, folder: str) -> bool:
        """Whether modules are named from ``folder``, unless a package is scanned in part."""
        parent, name = os.path.split(folder)
        return (
            folder in self._sources
            or folder == self._root
            or (parent == self._root and name == "src")
        )

    def _is_in_package(self, folder: str) -> bool:
        """Whether ``folder`` is a package or, below what names start from, lies in one."""
        while not self._is_regular(folder):
            if self._starts_names(folder):
                return self._is_scanned_in_package(folder)
            parent = os.path.dirname(folder)
            if parent == folder:
                return False
            folder = parent
        return True

    def _is_scanned_in_package(self, folder: str) -> bool:
        """Whether ``folder`` is what is scanned, and lies in a package."""
        return folder == self._root and self._is_regular(os.path.dirname(folder))

    def _is_regular(self, folder: str) -> bool:
        known = self._regular.get(folder)
        if known is None:
            known = self._regular[folder] = is_regular(folder)
        return known
