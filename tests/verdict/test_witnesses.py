"""Every sentence of the evidence is borne out by the code that it cites."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from support.sweeps import swept
from support.witnesses import CHECKS, File, claims, is_borne_out
from taskleash.ir.lowering.extract import extract
from taskleash.models.frameworks import APIS
from taskleash.sentences import Said, Sentence
from taskleash.source.loading import Source
from taskleash.verdict.judge import judge
from taskleash.verdict.model import Evidence, Handle, Site
from test_fixtures import files_alone, label, module_name, programs


@cache
def judged(paths: tuple[Path, ...], root: Path) -> tuple[list[Site], dict[str, File]]:
    sources = [
        Source(label(path), module_name(path, root), path.read_text(encoding="utf-8"))
        for path in paths
    ]
    files = {source.path: File(source.text) for source in sources}
    return judge([extract(source) for source in sources]), files


def unproven(paths: list[Path], root: Path) -> list[str]:
    sites, files = judged(tuple(paths), root)
    return [
        f"{site.path}:{site.span.line}: {step.path}:{step.line}: {step.message}"
        for site in sites
        for step, text, values in claims(site)
        if not is_borne_out(site, step, text, values, files)
    ]


def is_read_by_this_python(path: Path) -> bool:
    try:
        compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


ALONE = [path for path in files_alone() if is_read_by_this_python(path)]


@pytest.mark.parametrize("path", swept(ALONE), ids=label)
def test_evidence_of_a_file_cites_what_it_claims(path: Path) -> None:
    assert unproven([path], path.parent) == []


@pytest.mark.parametrize("folder", swept(programs(), 1), ids=label)
def test_evidence_of_a_program_cites_what_it_claims(folder: Path) -> None:
    assert unproven(sorted(folder.rglob("*.py")), folder) == []


def contradictions(site: Site) -> list[str]:
    """Endings that another line denies: told twice, once with "only", or passed over as well.

    What is owned is held by something.
    """
    found: list[str] = []
    if site.handle is Handle.OWNED:
        found += [step.message for step, _, _ in claims(site) if "nothing holds" in step.message]
    endings = [step for step, text, _ in claims(site) if text in ENDINGS]
    for step in endings:
        others = [each for each in endings if each is not step and each.line == step.line]
        verb = step.message.partition(" ")[0]
        if step.message.endswith(" only") and any(e.message.startswith(verb) for e in others):
            found.append(step.message)
    for _, text, values in claims(site):
        if text.startswith("`{teardown}` neither cancels"):
            inside = f"in `{values['teardown']}`"
            found += [each.message for each in endings if inside in each.message]
    return found


ENDINGS = frozenset(text for text in CHECKS if text.endswith(" {where}"))


@pytest.mark.parametrize("path", swept(ALONE), ids=label)
def test_no_line_of_a_site_contradicts_another(path: Path) -> None:
    sites, _ = judged((path,), path.parent)
    assert [f"{site.span.line}: {each}" for site in sites for each in contradictions(site)] == []


@pytest.mark.sweep
def test_nearly_each_claim_has_a_fixture() -> None:
    programs_ = [(sorted(folder.rglob("*.py")), folder) for folder in programs()]
    found = {
        text
        for paths, root in [*(([path], path.parent) for path in ALONE), *programs_]
        for site in judged(tuple(paths), root)[0]
        for _, text, _ in claims(site)
    }
    assert set(CHECKS) - found == NOT_IN_FIXTURES
    of_libraries = {api.keeper for api in APIS} | {api.endless for api in APIS}
    assert of_libraries - {""} <= found


#: claims that need settings, or a program of another shape
NOT_IN_FIXTURES = {
    "`{callee}` is listed in `safe-calls`",
    "`{callee}` is listed in `owner-calls`",
    "`{callee}` keeps it and sees to its end, as `{source}` says",
    "not started again where this leaves the function",
}

CODE = """\
import asyncio


class Poller:
    def start(self):
        if self._stopped:
            return
        self._task = asyncio.create_task(self._poll())
        self._other = 1

    async def close(self):
        print(self._task)
        self._names.pop()
"""
#: claims that the lines of the code above do not bear out
FALSE: tuple[tuple[str, dict[str, Said], int], ...] = (
    ("cancelled {where}", {"where": "in `Poller.close`"}, 12),
    ("awaited {where}", {"where": "in `Poller.close`"}, 12),
    ("gathered {where}", {"where": "in `Poller.close`"}, 12),
    ("started only where no earlier task runs: the handle is asked for here", {}, 6),
    ("started only where no earlier task runs: the handle is asked for here", {}, 8),
    ("started only once the earlier task is ended here", {}, 8),
    ("started once only: state that is set with it is asked for here", {}, 6),
    ("not started again where this leaves the function", {}, 6),
    ("taken out when it is done", {}, 13),
    ("the coroutine clears the handle itself", {}, 12),
    ("stored in `{place}`", {"place": "self._task"}, 9),
    (
        "`{teardown}` neither cancels nor awaits what `{place}` keeps",
        {"teardown": "Poller.close", "place": "_task"},
        8,
    ),
    (
        "`{teardown}` ends other tasks that `{manager}` starts for it, not this one",
        {"teardown": "Poller.close", "manager": "Manager.create_task"},
        8,
    ),
    ("`{function}` returns while the task runs", {"function": "Poller.start"}, 8),
    ("nothing holds it after line {line}", {"line": "8"}, 9),
)


@pytest.mark.parametrize(("text", "values", "line"), FALSE)
def test_a_claim_that_the_code_does_not_have_is_found(
    text: str, values: dict[str, Said], line: int
) -> None:
    source = Source("app.py", "app", CODE)
    (site,) = judge([extract(source)])
    said = Sentence(text, tuple(values.items()))
    step = Evidence("app.py", line, 1, said)
    site = replace(site, evidence=(step,))
    ((cited, claimed, given),) = claims(site)
    assert not is_borne_out(site, cited, claimed, given, {"app.py": File(CODE)})
