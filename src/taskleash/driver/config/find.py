"""The configuration of each folder: the nearest file, and what is laid over it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from taskleash.driver.config.files import in_folder
from taskleash.driver.config.layers import Config, Layer
from taskleash.source.paths import parents


class Configs:
    """Finds the configuration of a folder, and remembers it.

    ``fixed`` are the layers that stand in place of the files to be found; ``over`` those of the
    command line, which are stronger than any file.
    """

    def __init__(
        self, fixed: tuple[Layer, ...] | None = None, over: tuple[Layer, ...] = ()
    ) -> None:
        self._is_fixed = fixed is not None
        self._over = over
        self._outermost = Config((*(fixed or ()), *over))
        self._known: dict[str, Config] = {}

    def fixed(self, names: Iterable[str]) -> str:
        """Stands for what the layers that are the same in all folders say of some keys."""
        wanted = frozenset(names)
        said = [
            (layer.base, [(name, layer.values[name]) for name in sorted(wanted & {*layer.values})])
            for layer in self._outermost.layers
            if not wanted.isdisjoint(layer.values)
        ]
        return repr((self._is_fixed, said))

    def of(self, folder: str) -> Config:
        """The configuration of a folder (absolute, with ``/``).

        Folders with the same nearest file have the same one. Raises `ConfigError`.
        """
        if self._is_fixed:
            return self._outermost
        passed = []
        found = self._outermost
        for step in (folder, *parents(folder)):
            if (known := self._known.get(step)) is not None:
                found = known
                break
            passed.append(step)
            if (layers := in_folder(step)) is not None:
                found = Config((*layers, *self._over))
                break
        self._known.update(dict.fromkeys(passed, found))
        return found

    def of_current_folder(self) -> Config:
        """The configuration that decides about the whole run. Raises `ConfigError`."""
        return self.of(os.getcwd().replace(os.sep, "/"))
