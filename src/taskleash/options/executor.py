"""Where files are parsed."""

from __future__ import annotations

import click

from taskleash.driver.parsers import CLUSTERS, PROCESSES


def _executor(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The kind of a cluster and its address, or an empty string for this machine."""
    if value == PROCESSES:
        return ""
    kind, _, address = value.partition("=")
    if kind not in CLUSTERS or not address:
        raise click.BadParameter(f'expected {PROCESSES} or dask=ADDRESS, got "{value}"')
    from taskleash.driver.dask_cluster import check
    from taskleash.driver.parsing import ExecutorError

    try:
        check()
    except ExecutorError as error:
        raise click.ClickException(str(error)) from None
    return value


EXECUTOR = click.option(
    "--executor",
    default=PROCESSES,
    callback=_executor,
    metavar=f"{PROCESSES}|dask=ADDRESS",
    help="Parse in processes of this machine, or on the cluster of a Dask scheduler.",
)
