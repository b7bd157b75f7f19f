"""The command line, and nothing else: options in, exit status out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import click

from taskleash import __version__
from taskleash.driver.config.keys import KEYS
from taskleash.mending import finish, wants_fixes
from taskleash.options.caching import CACHE_DIR
from taskleash.options.comments import ADD_NOQA
from taskleash.options.common import over_paths
from taskleash.options.configuration import CONFIGURATION
from taskleash.options.fixing import FIXING
from taskleash.options.gate import GATE
from taskleash.options.listing import show_files, tell_more
from taskleash.options.making import complete_rules
from taskleash.options.settings import config_of, settings_from
from taskleash.options.status import STATUS
from taskleash.reporters.options import LANGUAGES, ROWS
from taskleash.reporters.registry import (
    DOCUMENTS,
    SHOWS_FIXES,
    SHOWS_PLAN,
    SHOWS_UNSAFE_FIXES,
    missing_extra,
)
from taskleash.reporters.targets import BadTarget, OutputTarget, complete
from taskleash.tracing import TRACING, load_trace

if TYPE_CHECKING:
    from taskleash.driver.analysis import ProgressBar
    from taskleash.driver.fixing.fix import Fixing
    from taskleash.driver.gate.reported import Gate
    from taskleash.driver.settings import Settings
    from taskleash.reporters.report import Report

_T = TypeVar("_T")

#: the risks at or above each level of `--fail-on`
_FAILING = {
    "high": frozenset({"high"}),
    "low": frozenset({"high", "low"}),
    "never": frozenset[str](),
}


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, "-V", "--version", message="taskleash %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Find every asyncio task of a code base, who holds it and who ends it."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


@over_paths(cli, "scan")
@click.option("--by", type=click.Choice(ROWS), default=ROWS[0], help="What a row stands for.")
@click.option(
    "--trace", "traced", type=click.Path(), help="A report of `trace`: what a run showed of each."
)
@click.option(
    "--compare", "earlier", type=click.Path(), help="A JSON report: what has changed since."
)
@click.option("--watch", "watches", is_flag=True, help="Scan again after each change.")
def scan(by: str, traced: str | None, earlier: str | None, watches: bool, **options: Any) -> int:
    """List every spawn site with its verdict. Exits with 0 whatever it finds."""
    seen = load_trace(traced) if traced is not None else None
    settings = replace(settings_from(options), hints=True)
    if options["show_files"]:
        show_files(settings)
        return 0
    targets = _targets(options, settings, "table")

    def found() -> Report:
        # A file of settings may be what has changed.
        current = replace(settings_from(options), hints=True) if watches else settings
        report = _report(_with_patches(current, targets, SHOWS_PLAN), options["quiet"])
        if seen is not None:
            from taskleash.driver.observed import observed

            report = observed(report, seen)
        return report if earlier is None else _compared(report, earlier)

    def show(report: Report) -> None:
        _write(report, targets, options, command="scan", by=by, lang=settings.lang)
        _warn(report.files, report.warnings, settings.paths)
        tell_more(settings, report, options)

    if watches:
        from taskleash.watching import watch
        from taskleash.writing import for_standard_output

        rendering = for_standard_output(options, settings.lang)
        watch(settings, found, show, rendering)
    report = found()
    show(report)
    return _ended(report, settings, 0)


def _compared(report: Report, earlier: str) -> Report:
    from taskleash.driver.compared import BadReport, compared, read

    try:
        return compared(report, read(earlier), earlier)
    except BadReport as error:
        raise click.ClickException(f"--compare: {error}") from None


@over_paths(cli, "check")
@GATE
@ADD_NOQA
@STATUS
@FIXING
def check(add_noqa: bool, **options: Any) -> int:
    """Report what is wrong, or mend it. Exits with 1 where something is wrong."""
    settings = settings_from(options)
    if options["show_files"]:
        show_files(settings)
        return 0
    targets = _targets(options, settings, "full")
    gate = _gate(options, settings)
    failing = _FAILING[settings.fail_on]
    status = partial(_status, failing=failing, options=options)

    def gated(report: Report) -> Report:
        return _gated(gate, report, options["quiet"])

    def show(report: Report) -> None:
        what = {"failing": failing, "lang": settings.lang}
        _write(report, targets, options, command="check", **what)

    fixes = wants_fixes(options, settings)
    if add_noqa and (options["fix"] or options["fix_only"] or options["diff"]):
        raise click.UsageError("--add-noqa silences findings, --fix mends them: give one")
    if fixes and not add_noqa:
        apart = not any(t.file is None and t.format not in DOCUMENTS for t in targets)
        fixing = _fixing(settings, gate, options)
        analysed = fixing.program.analysis
        _warn(len(analysed.asked), analysed.warnings, settings.paths)
        return finish(fixing, options, gated, show, status, apart)
    report = gated(_report(_with_patches(settings, targets, SHOWS_UNSAFE_FIXES), options["quiet"]))
    _warn(report.files, report.warnings, settings.paths)
    tell_more(settings, report, options)
    if add_noqa:
        return _ended(report, settings, _add_noqa(report, settings, options["quiet"]))
    show(report)
    return _ended(report, settings, status(report))


def _ended(report: Report, settings: Settings, status: int) -> int:
    """The exit status, which is another one where the work was not done: no time, no memory."""
    from taskleash.driver.time_limit import unfinished
    from taskleash.terminal import tell

    if not report.unfinished:
        return 2 if report.killed else status
    tell(unfinished(report.unfinished, settings.time_limit))
    return 2


def _with_patches(
    settings: Settings, targets: tuple[OutputTarget, ...], unsafe: frozenset[str]
) -> Settings:
    """The settings, with what the formats are to show of fixes; some show unsafe ones, too."""
    formats = {target.format for target in targets}
    choices = [replace(settings.fixes, unsafe=True)] if formats & unsafe else []
    choices += [settings.fixes] if formats & SHOWS_FIXES else []
    return replace(settings, patches=tuple(choices))


def _fixing(settings: Settings, gate: Gate, options: dict[str, Any]) -> Fixing:
    """A run that mends what the gate does not let pass."""
    from taskleash.driver.fixing.fix import fixing

    def accept(report: Report) -> Report:
        looking = replace(gate, write_baseline=None, prune=False, show_silenced=False)
        return _gated(looking, report.findings(), quiet=True)

    limited = gate.baseline is not None or gate.diff_base is not None
    return _ran(partial(fixing, accept=accept if limited else None), settings, options["quiet"])


def _add_noqa(report: Report, settings: Settings, quiet: bool) -> int:
    from taskleash.driver.add_noqa import add_noqa
    from taskleash.driver.fixing.writable import writable
    from taskleash.terminal import tell, write

    if settings.stdin is not None:
        raise click.UsageError("--add-noqa needs files: standard input cannot be written to")
    # No configuration asks for this: the command line does.
    added = add_noqa(report, writable(replace(settings, fix_within=None)))
    for note in added.notes:
        tell(note)
    if not quiet:
        write(f"Added {added.count} noqa comment{'s' * (added.count != 1)}.\n")
    return 2 if added.failed else 0


def _warn(files: int, warnings: Sequence[str], paths: Sequence[str]) -> None:
    """Say what a run would pass over in silence: typos, and that there was nothing to look at."""
    from taskleash.terminal import tell

    for warning in warnings:
        tell(warning)
    if not files:
        tell(f"no Python files in {', '.join(paths)}: nothing was checked")


def _status(report: Report, failing: frozenset[str], options: dict[str, Any]) -> int:
    """0 or 1, as what is found calls for; 3 where nothing was looked at and that is to fail."""
    if not report.files and options["fail_on_no_files"]:
        return 3
    risks = [str(entry.site.risk) for entry in report.entries if not entry.silenced]
    risks += [str(error.risk) for error in report.errors]
    failed = sum(risk in failing for risk in risks)
    most = options["max_warnings"]
    too_many = most is not None and len(risks) - failed > most
    return int(failed > 0 or too_many) if not options["exit_zero"] else 0


@cli.command(
    "trace", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
@TRACING
def trace_(**options: Any) -> int:
    """Count what becomes of the tasks of a program. Its command stands after `--`."""
    from taskleash.tracing import trace

    return trace(**options)


@cli.command()
@click.argument("code", required=False, shell_complete=complete_rules)
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option(
    "--format", "how", type=click.Choice(["text", "json"]), default="text", help="Its form."
)
@click.option("--lang", type=click.Choice(LANGUAGES), default=LANGUAGES[0], help="Its language.")
def rule(code: str | None, every: bool, how: str, lang: str) -> int:
    """Explain a rule, by its code or its name."""
    from taskleash.reporters.jsontext import dumps
    from taskleash.rules.registry import UnknownRule, all_rules, as_data, by_code, code_of, page
    from taskleash.terminal import write

    if lang == "zh":
        from taskleash.reporters.rule_page_zh import page
    if every == (code is not None):
        raise click.UsageError("give either the code of a rule or --all")
    if code is None:
        rules = all_rules()
        pages = "\n".join(f"{page(each)}\n{each.url}\n" for each in rules)
        write(pages if how == "text" else dumps([*map(as_data, rules)]))
        return 0
    found = by_code(code_of(code).upper())
    if found is None:
        raise click.ClickException(f"{UnknownRule(code)} (see `taskleash rule --all`)")
    write(f"{page(found)}\n{found.url}\n" if how == "text" else dumps(as_data(found)))
    return 0


@cli.command()
def server() -> int:
    """Serve an editor, as a language server. It speaks on standard input and output."""
    from taskleash.serving import serve

    return serve()


@cli.command()
@click.argument("path", default=".", type=click.Path())
@CONFIGURATION
@click.option("--schema", "wants_schema", is_flag=True, help="Print the JSON schema of settings.")
@click.option("--key", type=click.Choice([*KEYS]), metavar="KEY", help="Show this setting only.")
def config(path: str, wants_schema: bool, key: str | None, **options: Any) -> int:
    """Show the settings of a folder, and where they come from."""
    from taskleash.driver.config.schema import schema
    from taskleash.driver.config.show import show
    from taskleash.reporters.inert import shown
    from taskleash.terminal import write

    write(schema() if wants_schema else shown(show(config_of(path, options), key)))
    return 0


@cli.command()
@CONFIGURATION
@CACHE_DIR
def clean(**options: Any) -> int:
    """Remove the cache of the project around this folder."""
    from taskleash.driver.cache.folder import cache_folder, remove
    from taskleash.driver.configured import cache_dir
    from taskleash.terminal import tell

    folder = cache_folder(cache_dir(config_of(".", options)))
    if folder is None:
        raise click.ClickException("there is no folder for caches: give --cache-dir")
    try:
        found = remove(folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise click.ClickException(f"{folder}: the cache cannot be removed: {reason}") from None
    tell(f"{folder}: {'removed' if found else 'no cache there'}")
    return 0


def _report(settings: Settings, quiet: bool) -> Report:
    from taskleash.driver.run import run

    return _ran(run, settings, quiet)


def _ran(work: Callable[[Settings, ProgressBar | None], _T], settings: Settings, quiet: bool) -> _T:
    """What comes of a run with the settings."""
    from taskleash.driver.config.errors import ConfigError
    from taskleash.driver.parsing.parser import ExecutorError
    from taskleash.driver.run import work_anew
    from taskleash.driver.time_limit import TimeOver, bounded
    from taskleash.progress import progress_bar
    from taskleash.rules.registry import UnknownRule
    from taskleash.source.discovery import PathNotFound

    shows_bar = sys.stderr.isatty() and not quiet
    progress = progress_bar if shows_bar else None
    try:
        with bounded(settings.time_limit):
            return work_anew(work, settings, progress)
    except PathNotFound as error:
        raise click.ClickException(f"{error.path}: no such file or folder") from None
    except (ConfigError, ExecutorError, TimeOver) as error:
        raise click.ClickException(str(error)) from None
    except UnknownRule as error:
        raise click.ClickException(f"{error} (see `taskleash rule --all`)") from None


def _gate(options: dict[str, Any], settings: Settings) -> Gate:
    from taskleash.driver.gate.reported import Gate

    baseline = options["baseline"] or settings.baseline
    if options["prune_baseline"] and baseline is None:
        raise click.UsageError("--prune-baseline needs --baseline FILE")
    return Gate(
        baseline=baseline,
        write_baseline=options["write_baseline"],
        prune=options["prune_baseline"],
        diff_base=options["diff_base"],
        show_silenced=options["show_suppressed"],
    )


def _gated(gate: Gate, report: Report, quiet: bool) -> Report:
    from taskleash.driver.gate.baseline_file import BadBaseline
    from taskleash.driver.gate.changed_lines import NoChanges
    from taskleash.driver.gate.reported import apply
    from taskleash.terminal import tell, write_file

    try:
        gated = apply(gate, report)
    except (BadBaseline, NoChanges) as error:
        raise click.ClickException(str(error)) from None
    for path, text in gated.files:
        write_file(path, text)
    for note in () if quiet else gated.notes:
        tell(note)
    return gated.report


def _targets(options: dict[str, Any], settings: Settings, default: str) -> tuple[OutputTarget, ...]:
    """The formats of a run; what `--output-file` names is where the one without a file goes."""
    try:
        found = complete(options["targets"], settings.format or default, options["output_file"])
    except BadTarget as error:
        raise click.UsageError(f"--format: {error}") from None
    for target in found:
        if extra := missing_extra(target.format):
            raise click.ClickException(
                f"--format: {target.format} needs more packages: pip install 'taskleash[{extra}]'"
            )
    return found


def _write(
    report: Report, targets: tuple[OutputTarget, ...], options: dict[str, Any], **what: Any
) -> None:
    from taskleash.writing import write_reports

    write_reports(report, targets, options, what)
