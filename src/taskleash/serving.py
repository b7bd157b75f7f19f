"""`taskleash server`: a language server, where the packages for it are there."""

from __future__ import annotations

import gc

import click

_PACKAGES = frozenset({"attrs", "cattrs", "lsprotocol", "pygls"})


def serve() -> int:
    """Serve until the editor says that this is over; gives the exit status.

    Raises:
        click.ClickException: the packages are missing.
    """
    try:
        from taskleash.server.features import main
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PACKAGES:
            raise
        raise click.ClickException(
            "the server needs more packages: pip install 'taskleash[lsp]'"
        ) from None
    # It goes on until the editor is closed: see `__main__`.
    gc.enable()
    main()
    return 0
