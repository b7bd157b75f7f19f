"""The entry point: answers what needs no analysis at once, and turns every failure into a line."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; ends the process with its exit status."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from taskleash import __version__

        print(f"taskleash {__version__}")
        sys.exit(0)
    sys.exit(_run())


def _run() -> int:
    from taskleash.cli import cli

    try:
        status = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has gone: nothing is left to say, and the interpreter must not try to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        return _failure(error)
    return status if isinstance(status, int) else 0


def _failure(error: Exception) -> int:
    """One line for what went wrong; exit status 2."""
    import click

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return 130
    if isinstance(error, click.UsageError):
        error.show()
        return 2
    if isinstance(error, click.ClickException):
        print(f"taskleash: {error.format_message()}", file=sys.stderr)
        return 2
    if os.environ.get("TASKLEASH_DEBUG"):
        raise error
    kind = type(error).__name__
    print(
        f"taskleash: internal error: {kind}: {error}"
        " (set TASKLEASH_DEBUG=1 for the traceback, and report it)",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    main()
