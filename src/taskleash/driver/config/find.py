"""The configuration of each folder: the nearest file, and what is laid over it."""

from __future__ import annotations

import os

from taskleash.driver.config.files import in_folder
from taskleash.driver.config.layers import Config, Layer


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

    def of(self, folder: str) -> Config:
        """The configuration of a folder (absolute, with ``/``).

        Folders with the same nearest file have the same one. Raises `ConfigError`.
        """
        if self._is_fixed:
            return self._outermost
        if folder not in self._known:
            self._known[folder] = self._find(folder)
        return self._known[folder]

    def of_current_folder(self) -> Config:
        """The configuration that decides about the whole run. Raises `ConfigError`."""
        return self.of(os.getcwd().replace(os.sep, "/"))

    def _find(self, folder: str) -> Config:
        layers = in_folder(folder)
        if layers is not None:
            return Config((*layers, *self._over))
        parent = os.path.dirname(folder)
        return self._outermost if parent == folder else self.of(parent)
