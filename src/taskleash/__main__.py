"""The entry point: answers what needs no analysis at once, and turns every failure into a line."""

# Before anything else, which could come from the folder at hand.
from taskleash.importing import leave_current_folder

leave_current_folder()

# isort: split
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from taskleash import __version__
from taskleash.interruption import Terminated, die_of, signals_end_the_block
from taskleash.terminal import NotWritten, tell, write

if TYPE_CHECKING:
    import click


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    _open_what_is_closed()
    try:
        with signals_end_the_block(), _uncollected():
            status = _run()
    except Terminated as error:
        die_of(error.signal)
    except BrokenPipeError:
        # Nobody reads what went wrong.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        status = 2
    sys.exit(status)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Runs its block without the garbage collector, which has no look at what is there at its end.

    Most of what a run makes stays until it is over. What goes on, or makes more than that, turns
    the collector on again.
    """
    is_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        # The interpreter would look at all of it once more as it ends.
        gc.freeze()
        if is_on:
            gc.enable()


def _open_what_is_closed() -> None:
    """A stream that the caller has closed is None: what is written to it goes nowhere."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _run() -> int:
    try:
        if sys.argv[1:] in (["--version"], ["-V"]):
            write(f"taskleash {__version__}\n")
            return 0
        from taskleash.cli import cli

        status = cli.main(prog_name="taskleash", standalone_mode=False)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _failure(error)
    return status if isinstance(status, int) else 0


def _failure(error: Exception) -> int:
    """One line for what went wrong; gives the exit status."""
    import click

    if isinstance(error, click.Abort) or _interrupted(error):
        return 130
    if isinstance(error, click.UsageError):
        tell(_usage(error))
    elif isinstance(error, click.ClickException):
        tell(error.format_message())
    elif isinstance(error, NotWritten):
        tell(str(error))
    elif os.environ.get("TASKLEASH_DEBUG"):
        raise error
    else:
        what = f"{type(error).__name__}: {error}"
        tell(f"internal error: {what}: set TASKLEASH_DEBUG=1 for the traceback, and report it")
    return 2


def _interrupted(error: BaseException | None) -> bool:
    # Up to Python 3.11, an interrupt inside of `__set_name__` comes out as a RuntimeError.
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            return True
        error = error.__cause__
    return False


def _usage(error: "click.UsageError") -> str:
    """What click says about a wrong command line, as one line in the words of the others."""
    message = " ".join(error.format_message().split()).rstrip(".")
    command = error.ctx.command_path if error.ctx is not None else "taskleash"
    return f"{message[:1].lower()}{message[1:]} (see `{command} --help`)"


if __name__ == "__main__":
    main()
