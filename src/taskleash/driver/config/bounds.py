"""How far a configuration reaches that nobody named: it came with the files that it lies beside."""

from __future__ import annotations

from taskleash.driver.config.errors import ConfigError, shown
from taskleash.records import dataclass
from taskleash.source.discovery import root_around
from taskleash.source.links import lies_in, real


@dataclass(frozen=True)
class Bounds:
    """What holds for a configuration that was found in ``folder``, and for those that it extends.

    It names no file outside of ``root``, and turns on fixes for the files in its folder alone.
    Both are absolute, with ``/``, and without links.
    """

    folder: str
    root: str

    def check(self, where: str, value: str, path: str) -> None:
        """Raise `ConfigError` where a path leads out of the project, links followed.

        ``value`` is the path as it is written, ``where`` the file and the key.
        """
        if not lies_in(path, self.root):
            raise ConfigError(
                f"{where}: {shown(value)}: outside of the project (to allow it, name the"
                " configuration with --config)"
            )


def bounds_of(folder: str) -> Bounds:
    """The bounds of a configuration that was found in a folder."""
    found = real(folder)
    return Bounds(found, root_around(found) or found)
