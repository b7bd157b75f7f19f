"""What one run is asked to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from math import inf

from taskleash.driver.config.find import Configs
from taskleash.fixes.choice import FixChoice
from taskleash.ir.feature_flags import FeatureFlag
from taskleash.ir.known import KnownCalls
from taskleash.records import dataclass
from taskleash.source.options import Discovery


@dataclass(frozen=True)
class FlagSettings:
    """Feature flags: those that are ``given``, and the files, ``sources``, of further ones.

    A source is a path (absolute, with ``/``), and the key in the file, if any, after a colon.
    """

    given: tuple[FeatureFlag, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """The effective settings of a run.

    ``jobs`` is the number of worker processes (0: one for each core), ``executor`` the kind of a
    cluster and its address, with ``=`` between them, that takes their place, ``time_limit`` the
    seconds it may take. With ``cache`` what a run finds out is kept for the next one, in
    ``cache_dir`` or in the user's cache folder; without ``recall`` nothing that an earlier run kept
    is taken from there. ``stdin`` is source text given on standard input: it stands for the
    contents of the one path; ``unsaved`` are bytes that stand for those of other files, by their
    paths (absolute, with ``/``). ``configs`` has what is decided folder by folder: the rules that
    are on, and the files that are read. ``format`` is a name; None stands for the command's own.
    ``fix_within`` is the folder (absolute, with ``/``) of the configuration that turns on fixes,
    where not the command line does: no file outside of it is changed. ``patches`` are the choices
    of fixes that the report is to show for each finding, the recommended one first. ``models`` are
    files (absolute, with ``/``) of further APIs. ``hints`` asks for flags that would tell more.
    """

    paths: tuple[str, ...] = (".",)
    stdin: bytes | None = None
    unsaved: Mapping[str, bytes] = field(default_factory=dict)
    configs: Configs = field(default_factory=lambda: Configs(fixed=()))
    discovery: Discovery = field(default_factory=Discovery)
    jobs: int = 0
    executor: str = ""
    time_limit: float = inf
    cache: bool = False
    cache_dir: str | None = None
    recall: bool = True
    # the gate
    fail_on: str = "high"
    #: the risks that rules count with, by selector
    severity: tuple[tuple[str, str], ...] = ()
    baseline: str | None = None
    # the fixes
    fix: bool = False
    fix_within: str | None = None
    fixes: FixChoice = field(default_factory=FixChoice)
    target_version: str | None = None
    background_tasks: str | None = None
    ignore_noqa: bool = False
    # the analysis
    known: KnownCalls = field(default_factory=KnownCalls)
    models: tuple[str, ...] = ()
    flags: FlagSettings = field(default_factory=FlagSettings)
    hints: bool = False
    # the report
    format: str | None = None
    patches: tuple[FixChoice, ...] = ()
    lang: str = "en"
