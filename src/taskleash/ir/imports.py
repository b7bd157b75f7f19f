"""Which module an import names."""

from __future__ import annotations

import libcst as cst

from taskleash.ir.types import dotted_name


def import_base(node: cst.ImportFrom, module: str, is_package: bool) -> str:
    """The dotted name of what a ``from`` statement in a module takes names from."""
    name = dotted_name(node.module) if node.module is not None else ""
    level = len(node.relative)
    if not level:
        return name
    parts = module.split(".")
    keep = len(parts) - level + (1 if is_package else 0)
    return ".".join([*parts[: max(keep, 0)], *([name] if name else [])])
