"""From the options of a command line, and the configuration, to the settings of a run."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from taskleash.terminal import tell

if TYPE_CHECKING:
    from taskleash.driver.config.find import Configs
    from taskleash.driver.config.layers import Config
    from taskleash.driver.settings import Settings

#: the options that stand for a key of the configuration; one that is not given is None or empty
_KEYS = (
    "select",
    "extend-select",
    "ignore",
    "per-file-ignores",
    "exclude",
    "extend-exclude",
    "force-exclude",
    "respect-gitignore",
    "fail-on",
    "jobs",
    "cache-dir",
    "fix",
    "unsafe-fixes",
    "fix-style",
    "extend-safe-fixes",
    "extend-unsafe-fixes",
    "fixable",
    "unfixable",
    "target-version",
    "lang",
    "flags",
)


def settings_from(options: dict[str, Any]) -> Settings:
    """The settings that the options and the configuration amount to.

    Raises click's exceptions for what cannot be used.
    """
    from taskleash.driver.config.errors import ConfigError
    from taskleash.driver.configured import run_settings
    from taskleash.driver.time_limit import TimeOver, bounded

    _check_current_folder()
    paths, stdin = options["paths"] or (".",), None
    if options["stdin_filename"] is not None or paths == ("-",):
        paths, stdin = _standard_input(options)
    project = options["project_root"]
    try:
        with bounded(options["time_limit"]):
            settings = run_settings(
                _configs(options),
                paths,
                stdin,
                os.path.abspath(project).replace(os.sep, "/") if project else None,
            )
        cache = settings.cache and not options["no_cache"]
        return replace(
            settings,
            cache=cache,
            executor=options["executor"],
            ignore_noqa=options["ignore_noqa"],
            time_limit=options["time_limit"],
        )
    except (ConfigError, TimeOver) as error:
        raise click.ClickException(str(error)) from None


def config_of(path: str, options: dict[str, Any]) -> Config:
    """The configuration of a folder, or of a file; raises click's exceptions."""
    from taskleash.driver.config.errors import ConfigError

    _check_current_folder()
    if not os.path.exists(path):
        raise click.ClickException(f"{path}: no such file or folder")
    absolute = os.path.abspath(path)
    folder = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)
    try:
        return _configs(options).of(folder.replace(os.sep, "/"))
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


def _configs(options: dict[str, Any]) -> Configs:
    """Where the settings of each folder come from; raises ConfigError."""
    from taskleash.driver.config.inline import configs

    given = {key: options.get(key.replace("-", "_")) for key in _KEYS}
    return configs(
        options["config"],
        options["isolated"],
        {key: value for key, value in given.items() if value is not None and value not in ((), {})},
    )


def _check_current_folder() -> None:
    try:
        os.getcwd()
    except OSError:
        raise click.ClickException(
            "the current folder no longer exists: change to one that does"
        ) from None


def _standard_input(options: dict[str, Any]) -> tuple[tuple[str], bytes]:
    """The name and the contents of the one file that standard input holds."""
    for path in options["paths"]:
        if path != "-":
            tell(f"{path}: ignored in favour of standard input")
    if sys.stdin is None:
        raise click.ClickException("standard input is closed: give a path")
    return (options["stdin_filename"] or "-",), sys.stdin.buffer.read()
