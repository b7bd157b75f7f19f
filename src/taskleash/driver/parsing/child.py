"""Python started anew: a process that imports what this one would, and nothing from its folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from typing import Any

from taskleash.importing import trusted

# The first statement that imports anything of ours has the search path already; until then Python
# is isolated: with `-c` it would look into the current folder, before 3.11 whatever it is told.
_CODE = "import sys; sys.path[:] = sys.argv[2:]; from {module} import main; main(sys.argv[1])"


def start(module: str, argument: str, **options: Any) -> subprocess.Popen[bytes]:
    """A process that calls the ``main`` of a module with the argument; the options are Popen's."""
    code = _CODE.format(module=module)
    return subprocess.Popen([*_command(), code, argument, *trusted(sys.path)], **options)


def _command() -> Iterable[str]:
    yield sys.executable
    # `-I` leaves out the environment's word on these.
    yield from ("-B",) if sys.dont_write_bytecode else ()
    yield from ("-X", f"utf8={sys.flags.utf8_mode}", "-I", "-c")
