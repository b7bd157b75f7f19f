"""From the values of a configuration to typed settings."""

from __future__ import annotations

from taskleash.driver.config.errors import ConfigError, shown
from taskleash.driver.config.files import display, resolved
from taskleash.driver.config.find import Configs
from taskleash.driver.config.keys import KEYS
from taskleash.driver.config.layers import COMMAND_LINE, Config, Layer
from taskleash.driver.flags.source import parted
from taskleash.driver.parsing.cores import cores
from taskleash.driver.settings import FlagSettings, Settings
from taskleash.fixes.choice import FixChoice
from taskleash.ir.feature_flags import FeatureFlag
from taskleash.ir.known import KnownCalls
from taskleash.rules.selection import Selection
from taskleash.sentences import Sentence, sentence
from taskleash.source.excludes import anchored
from taskleash.source.options import Discovery
from taskleash.source.patterns import mistake


def run_settings(
    configs: Configs, paths: tuple[str, ...], stdin: bytes | None, project: str | None
) -> Settings:
    """The settings of a run over these paths.

    ``project`` is the project's folder where it is given. Raises `ConfigError`.
    """
    config = configs.of_current_folder()
    value = config.value
    baseline = _path(config, "baseline")
    return Settings(
        paths=paths,
        stdin=stdin,
        configs=configs,
        discovery=discovery(config, project),
        jobs=_jobs(config),
        cache=True,
        cache_dir=cache_dir(config),
        fail_on=value("fail-on"),
        severity=tuple(value("severity").items()),
        baseline=baseline and display(baseline),
        fix=value("fix"),
        fix_within=_fix_within(config),
        fixes=FixChoice(
            unsafe=value("unsafe-fixes"),
            style=value("fix-style"),
            extend_safe=value("extend-safe-fixes"),
            extend_unsafe=value("extend-unsafe-fixes"),
            fixable=value("fixable"),
            unfixable=value("unfixable"),
        ),
        target_version=value("target-version"),
        background_tasks=value("background-tasks"),
        known=KnownCalls(value("spawn-calls"), value("owner-calls"), value("safe-calls")),
        models=_paths(config, "models"),
        flags=FlagSettings(_given_flags(config), _paths(config, "flags-from")),
        format=value("format"),
        lang=value("lang"),
    )


def cache_dir(config: Config) -> str | None:
    """The folder of the cache, where one is chosen."""
    return _path(config, "cache-dir")


#: the keys that decide which files are read
DISCOVERY_KEYS = (
    "include",
    "exclude",
    "extend-exclude",
    "force-exclude",
    "respect-gitignore",
    "src",
)


def discovery(config: Config, project: str | None = None) -> Discovery:
    """What a configuration says about the files to read."""
    return Discovery(
        include=_patterns(config, "include"),
        exclude=_patterns(config, "exclude"),
        extend_exclude=_patterns(config, "extend-exclude"),
        force_exclude=config.value("force-exclude"),
        respect_gitignore=config.value("respect-gitignore"),
        sources=_paths(config, "src"),
        project=project,
    )


def selections(config: Config) -> tuple[Selection, ...]:
    """What each layer of a configuration says about the rules to report."""
    return tuple(
        Selection(
            layer.values.get("select"),
            layer.values.get("extend-select", ()),
            layer.values.get("ignore", ()),
        )
        for layer in config.layers
    )


def per_file_ignores(config: Config) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The patterns, anchored, that have rules of their own to leave out, and those rules.

    A pattern for all other files has its ``!`` still before it.
    """
    name = "per-file-ignores"
    return tuple(
        (
            "!" * pattern.startswith("!") + _anchored(pattern.removeprefix("!"), name, layer),
            ignored,
        )
        for layer in config.saying(name)
        for pattern, ignored in layer.values[name].items()
    )


def _patterns(config: Config, name: str) -> tuple[str, ...]:
    layers = config.saying(name)
    if not layers:
        return tuple(KEYS[name].default)
    return tuple(_anchored(p, name, layer) for layer in layers for p in layer.values[name])


def _anchored(pattern: str, name: str, layer: Layer) -> str:
    """A pattern of a layer, made absolute; raises `ConfigError` where it is mistyped."""
    if wrong := mistake(pattern):
        raise ConfigError(f"{layer.name}: {name}: {shown(pattern)}: {wrong}")
    return anchored(pattern, layer.base)


def _paths(config: Config, name: str) -> tuple[str, ...]:
    return tuple(
        _resolved(path, name, layer) for layer in config.saying(name) for path in layer.values[name]
    )


def _path(config: Config, name: str) -> str | None:
    for layer in config.saying(name):
        return _resolved(layer.values[name], name, layer)
    return None


def _resolved(path: str, name: str, layer: Layer) -> str:
    """A path of a layer, absolute; raises `ConfigError` where the layer's bounds forbid it."""
    found = resolved(path, layer.base)
    if layer.bounds is not None:
        file, _ = parted(found)
        for each in {found, file}:
            layer.bounds.check(f"{layer.name}: {name}", path, each)
    return found


def _jobs(config: Config) -> int:
    """How many workers there are to be: what came with the code asks for no more than cores."""
    for layer in config.saying("jobs"):
        if layer.bounds is not None:
            return min(int(layer.values["jobs"]), cores())
    return int(config.value("jobs"))


def _fix_within(config: Config) -> str | None:
    """The folder of the configuration that allows fixes which the command line does not ask for."""
    for name in ("fix", "unsafe-fixes", "extend-safe-fixes"):
        for layer in config.saying(name):
            if layer.values[name] and layer.bounds is not None:
                return layer.bounds.folder
    return None


def _given_flags(config: Config) -> tuple[FeatureFlag, ...]:
    return tuple(
        FeatureFlag(name, value, _origin(layer.name))
        for layer in config.saying("flags")
        for name, value in layer.values["flags"].items()
    )


def _origin(layer: str) -> Sentence:
    if layer == COMMAND_LINE:
        return sentence("on the command line")
    return sentence("in {place}", place=layer)
