"""What a trial is made of: one input, drawn from its kind and its seed and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """An input.

    ``files`` are by path, ``commands`` the command lines to run on them, one after the other. A
    case without commands is analysed, reported and fixed in the process that tries it.
    """

    kind: str
    seed: int
    files: Mapping[str, bytes]
    commands: tuple[tuple[str, ...], ...] = ()

    def with_file(self, path: str, data: bytes) -> Case:
        """The case with other bytes in one of its files."""
        return Case(self.kind, self.seed, {**self.files, path: data}, self.commands)

    def __str__(self) -> str:
        lines = [f"{self.kind} {self.seed}"]
        lines += [f"$ taskleash {' '.join(command)}" for command in self.commands]
        lines += [f"#### {path}\n{data!r}" for path, data in self.files.items()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Failure:
    """What is wrong with a case; two cases with the same ``what`` fail in the same way."""

    what: str
    detail: str = ""
