"""One input tried: analysed, reported in some format, fixed, and fixed again."""

from __future__ import annotations

import ast
import gc
import time
import traceback
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from types import TracebackType
from typing import TypeVar

from fuzz.cases import Case, Failure
from fuzz.commands import tried_commands
from support.programs import module_name
from support.python import is_read_like
from taskleash.driver.analysis import Analysis, analyse
from taskleash.driver.config.find import Configs
from taskleash.driver.config.layers import Layer
from taskleash.driver.fixing.fixed_program import FixedProgram
from taskleash.driver.fixing.patches import with_patches
from taskleash.driver.fixing.remove_unused import remove_unused
from taskleash.driver.fixing.rounds import fixed
from taskleash.driver.inputs import Input
from taskleash.driver.parsing.deep import PARSER_MEGABYTES, with_deep_stack
from taskleash.driver.parsing.parse import Keep, Parsed, taken
from taskleash.driver.parsing.parser import Advance, Parser
from taskleash.driver.parsing.parsers import Parsers
from taskleash.driver.parsing.serve import answer
from taskleash.driver.settings import Settings
from taskleash.fixes.choice import STYLES, FixChoice
from taskleash.reporters.options import ROWS, RenderOptions
from taskleash.reporters.registry import FORMATS, render
from taskleash.source.discovery import File

_T = TypeVar("_T")
_ALL = Configs(fixed=(Layer("fuzz", "/fuzz", {"select": ("ALL",)}),))
_INTERNAL = "internal error"


def tried(case: Case) -> Failure | None:
    """What is wrong with a case, if anything.

    The process can die of it or hang, as a worker of the tool can: call it in one that may.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if case.commands:
                return tried_commands(case)
            return next(_faults(case), None)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}, {place.name}"
        return Failure(f"{type(error).__name__} in {where}", traceback.format_exc())
    finally:
        # What the linker keeps from the garbage collector adds up over thousands of runs.
        gc.unfreeze()


def _faults(case: Case) -> Iterator[Failure]:
    rng = Random(f"settings {case.kind} {case.seed}")
    settings = Settings(
        configs=_ALL,
        fixes=FixChoice(unsafe=rng.random() < 0.6, style=rng.choice(STYLES)),
        hints=rng.random() < 0.2,
    )
    analysis = _analysed(case, settings)
    yield from _wrongly_broken(analysis)
    yield from _unshown(analysis, rng)
    yield from _wrongly_fixed(case, analysis)


def _analysed(case: Case, settings: Settings) -> Analysis:
    inputs = [
        Input(File(path, module_name(path), f"/fuzz/{path}", len(data)), data)
        for path, data in sorted(case.files.items())
    ]
    return analyse(settings, with_facts=True, asked=inputs, parsers=_Here(1))


def _wrongly_broken(analysis: Analysis) -> Iterator[Failure]:
    """Internal errors, and files that are no Python for us though Python takes them."""
    for path, broken in analysis.broken.items():
        if broken.message.startswith(_INTERNAL):
            yield Failure(broken.message[:90], path)
        if broken.message.startswith("syntax error") and _is_python(analysis.asked[path].read()):
            yield Failure("TL000 for what Python takes", f"{path}:{broken.line}: {broken.message}")


def _unshown(analysis: Analysis, rng: Random) -> Iterator[Failure]:
    report = analysis.report(time.perf_counter())
    if rng.random() < 0.04:
        report = with_patches(analysis, report, (analysis.settings.fixes,))
    options = RenderOptions(
        by=rng.choice(ROWS), width=rng.choice((40, 80, 120)), color=rng.random() < 0.3,
        unicode=rng.random() < 0.5, command=rng.choice(("scan", "check")),
        lang=rng.choice(("en", "zh")),
    )  # fmt: skip
    name = rng.choice(FORMATS)
    text = render(name, report, options)
    if "\0" in text or ("\x1b" in text and not options.color):
        yield Failure(f"{name} sends control characters", text[:2000])


def _wrongly_fixed(case: Case, analysis: Analysis) -> Iterator[Failure]:
    program = FixedProgram(analysis)
    texts, reasons = _fixes(program)
    for reason in reasons:
        if reason.startswith(_INTERNAL):
            yield Failure(f"fix: {reason[:90]}")
    for path, text in texts.items():
        before, after = program.data(path, text)
        if not is_read_like(text, program.text(path)) or _is_python(before) > _is_python(after):
            yield Failure("fix: the result is no Python", text)
    if not texts:
        return
    again = {path: program.data(path, text)[1] for path, text in texts.items()}
    second = Case(case.kind, case.seed, {**case.files, **again})
    changed, _ = _fixes(FixedProgram(_analysed(second, analysis.settings)))
    for path, text in changed.items():
        detail = "\n=== and then\n".join((texts.get(path, ""), text))
        yield Failure("fix: a second run changes what the first has made", detail)


def _fixes(program: FixedProgram) -> tuple[dict[str, str], Sequence[str]]:
    """The texts that a run that fixes would write, by path, and why it left findings alone."""
    report = program.analysis.report(time.perf_counter())
    _, outcome = fixed(program, program.analysis.settings.fixes)
    files = remove_unused(program, outcome.files, report.errors)
    texts = {file.path: file.after for file in files if file.after != file.before}
    return texts, [str(left.reason) for left in outcome.left]


def _is_python(data: bytes) -> bool:
    try:
        ast.parse(data)
        compile(data, "<fuzz>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


class _Here(Parsers):
    """Makes parsers, and is one, that parses in this process, as a worker does."""

    _keep: Keep | None = None

    def make(self, advance: Advance, keep: Keep) -> Parser:
        self._keep = keep
        return self

    def __enter__(self) -> _Here:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def begin(self, item: Input) -> None:
        return None

    def parse(self, inputs: Sequence[Input]) -> dict[str, Parsed]:
        found = with_deep_stack(partial(_answers, inputs), PARSER_MEGABYTES)
        return {
            item.path: taken(item, data, self._keep)
            for item, data in zip(inputs, found, strict=True)
        }


def _answers(inputs: Sequence[Input]) -> list[bytes]:
    return [answer(item) for item in inputs]
