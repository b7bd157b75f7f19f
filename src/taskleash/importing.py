"""Modules come from where Python and its packages are installed, never from the folder at hand.

That folder is the one to be checked, and anybody's: a `click.py` in it must not run. So this is the
first that is imported, and itself imports what Python has imported before.
"""

import os
import sys


def leave_current_folder() -> None:
    """Take the current folder out of the search path; what PYTHONPATH names below it comes last.

    It stays, as the last one, where taskleash itself has been imported from it.
    """
    sys.path[:] = trusted(sys.path)


def trusted(entries: list[str]) -> list[str]:
    """The entries of a search path without the current folder, those that it could fill last."""
    current = _real(".")
    own = _real(os.path.dirname(os.path.dirname(__file__)))
    library = _real(os.path.dirname(os.__file__))
    named = {_real(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    first, last = [], []
    for entry in entries:
        real = _real(entry)
        if real == library:
            first.append(entry)
        elif real == current:
            last += [real] if real == own else []
        elif real in named and real.startswith(os.path.join(current, "")):
            last.append(real)
        else:
            first.append(real if not os.path.isabs(entry) else entry)
    return [*first, *last]


def _real(entry: str) -> str:
    try:
        return os.path.normcase(os.path.realpath(entry or "."))
    except OSError:
        # The current folder is gone, and nothing can be imported from it.
        return entry or "."
