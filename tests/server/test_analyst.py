"""What the process behind the language server answers, asked directly."""

from __future__ import annotations

import io
import pickle
import signal
import sys
import time
import types
from pathlib import Path

import pytest

from server.test_server import LEAK, written
from taskleash.driver.time_limit import NOT_DONE
from taskleash.fixes.text.patch import Replacement
from taskleash.server.analyst import Analyst, main
from taskleash.server.requests import Failed, FindingPlace, Look, Looked, Mend, MendedTexts


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    # It goes where it is asked to look; the test comes back.
    monkeypatch.chdir(tmp_path)
    written(tmp_path, app=LEAK, broken="def f(:\n    create_task(1)\n", fine="x = 1\n")
    return tmp_path.as_posix()


def answer(asked: Look | Mend) -> object:
    """What a process says that was not asked before."""
    return Analyst().answer(asked)


def applied(text: str, found: tuple[Replacement, ...]) -> str:
    lines = text.splitlines(keepends=True)
    for each in reversed(found):
        assert each.span.column == each.span.end_column == 1
        lines[each.span.line - 1 : each.span.end_line - 1] = [each.text]
    return "".join(lines)


def rules(looked: object, path: str) -> list[str]:
    assert isinstance(looked, Looked)
    return [entry.rule for entry in looked.entries.get(path, ())]


def test_the_whole_folder(root: str) -> None:
    looked = answer(Look(root))
    assert rules(looked, f"{root}/app.py") == ["TL001"]
    assert isinstance(looked, Looked)
    assert [error.code for error in looked.errors[f"{root}/broken.py"]] == ["TL000"]
    assert f"{root}/fine.py" not in {*looked.entries, *looked.errors}


def test_some_files_as_the_editor_has_them(root: str) -> None:
    app, fine = f"{root}/app.py", f"{root}/fine.py"
    looked = answer(Look(root, (app, fine), {app: "x = 1\n", fine: LEAK}))
    assert rules(looked, app) == []
    assert rules(looked, fine) == ["TL001"]


BASE = """\
import asyncio


class Base:
    def start(self):
        self.task = asyncio.create_task(self.run())

    async def close(self):
        {close}
"""
SERVICE = """\
import asyncio

from base import Base


class Service(Base):
    def begin(self):
        self.task = asyncio.create_task(self.run())
{more}"""


def test_what_is_on_disk_is_looked_at_again_unless_it_is_settled(root: str) -> None:
    base, service = Path(root, "base.py"), f"{root}/service.py"
    base.write_text(BASE.format(close="self.task.cancel()"))
    Path(service).write_text(SERVICE.format(more=""))
    analyst = Analyst()

    def looked(more: str, is_settled: bool) -> list[str]:
        unsaved = {service: SERVICE.format(more=more)}
        found = analyst.answer(Look(root, (service,), unsaved, is_settled))
        assert isinstance(found, Looked)
        return sorted(entry.site.risk.value for entry in found.entries[service])

    ended = looked("", is_settled=False)
    assert looked(f"\n{LEAK}", is_settled=True) == sorted([*ended, "high"])
    assert looked("", is_settled=True) == ended
    base.write_text(BASE.format(close="pass"))
    # Nobody has said so: to look for it on disk after each letter would take too long.
    assert looked("    # written meanwhile\n", is_settled=True) == ended
    assert looked("    # and then saved\n", is_settled=False) != ended
    base.unlink()
    assert looked("    # gone\n", is_settled=False) != ended


def test_what_is_written_in_one_file_counts_in_the_others(root: str) -> None:
    base, service = f"{root}/base.py", f"{root}/service.py"
    Path(base).write_text(BASE.format(close="self.task.cancel()"))
    Path(service).write_text(SERVICE.format(more=""))
    analyst = Analyst()

    def looked(close: str) -> list[str]:
        unsaved = {base: BASE.format(close=close), service: SERVICE.format(more="")}
        found = analyst.answer(Look(root, (service,), unsaved, is_settled=True))
        assert isinstance(found, Looked)
        return [entry.site.risk.value for entry in found.entries[service]]

    cancels, passes = looked("self.task.cancel()"), looked("pass")
    assert cancels != passes
    assert looked("self.task.cancel()") == cancels


def test_what_is_opened_later_counts_as_it_is_written(root: str) -> None:
    base, service = f"{root}/base.py", f"{root}/service.py"
    Path(base).write_text(BASE.format(close="self.task.cancel()"))
    Path(service).write_text(SERVICE.format(more=""))
    analyst = Analyst()

    def looked(**unsaved: str) -> list[str]:
        texts = {f"{root}/{name}.py": text for name, text in unsaved.items()}
        found = analyst.answer(Look(root, tuple(texts), texts, is_settled=True))
        assert isinstance(found, Looked)
        return [entry.site.risk.value for entry in found.entries[service]]

    text = SERVICE.format(more="")
    cancels = looked(service=text)
    assert looked(service=text, base=BASE.format(close="self.task.cancel()")) == cancels
    assert looked(service=text, base=BASE.format(close="pass")) != cancels
    assert looked(service=text) == cancels


def test_only_so_many_folders_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    analyst = Analyst()
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "app.py").write_text(LEAK)
        looked = analyst.answer(Look(folder.as_posix(), is_settled=True))
        assert rules(looked, f"{folder.as_posix()}/app.py") == ["TL001"]
    assert len(analyst._kept) == 4


def test_text_that_the_encoding_of_its_file_cannot_say(root: str) -> None:
    app = f"{root}/app.py"
    Path(app).write_text(f"# coding: latin-1\n{LEAK}", encoding="latin-1")
    looked = answer(Look(root, (app,), {app: f"# coding: latin-1\n# \u2603\n{LEAK}"}))
    assert rules(looked, app) == ["TL001"]


def test_a_fix_of_one_finding(root: str) -> None:
    app = f"{root}/app.py"
    text = LEAK.replace(
        "import asyncio\n", "import asyncio\nimport logging\n\nlogger = logging.getLogger()\n"
    )
    line = text.splitlines().index("    asyncio.create_task(send(text))") + 1
    place = FindingPlace(app, line, 5, "TL001")
    mended = answer(Mend(root, app, {app: text}, place, "await"))
    assert isinstance(mended, MendedTexts)
    assert "        await send(text)\n" in applied(text, mended.replacements[app])
    assert "+        await send(text)" in mended.diff
    # Only the editor writes.
    assert Path(app).read_text(encoding="utf-8") == LEAK


def test_no_other_fix_takes_the_place_of_the_one_that_was_chosen(root: str) -> None:
    # Nothing here could say that the work failed.
    app = f"{root}/app.py"
    mended = answer(Mend(root, app, {app: LEAK}, FindingPlace(app, 9, 5, "TL001"), "await"))
    assert isinstance(mended, MendedTexts)
    assert not mended.replacements
    assert "logger" in mended.reason


def test_all_safe_fixes_of_a_file(root: str) -> None:
    app = f"{root}/app.py"
    mended = answer(Mend(root, app, {app: LEAK}))
    assert isinstance(mended, MendedTexts)
    assert ".add_done_callback(" in applied(LEAK, mended.replacements[app])


def test_a_finding_that_is_gone(root: str) -> None:
    app = f"{root}/app.py"
    mended = answer(Mend(root, app, {app: "x = 1\n"}, FindingPlace(app, 9, 5, "TL001"), "track"))
    assert mended == MendedTexts({}, reason="nothing here can be mended")


def test_a_configuration_that_is_wrong(root: str) -> None:
    Path(root, "taskleash.toml").write_text("jobs = 'many'\n", encoding="utf-8")
    failed = answer(Look(root))
    assert isinstance(failed, Failed)
    assert "jobs" in failed.message
    assert isinstance(answer(Mend(root, f"{root}/app.py")), Failed)


def test_a_folder_that_is_gone(root: str) -> None:
    failed = answer(Look(f"{root}/none"))
    assert failed == Failed(f"{root}/none: no such file or directory")


def test_a_fault_of_ours_is_said_and_ends_nothing(
    root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise LookupError("a\x1bb")

    monkeypatch.setattr("taskleash.server.analyst.work_anew", fails)
    assert answer(Look(root)) == Failed("internal error: LookupError: a\\x1bb")


def test_a_look_takes_no_longer_than_its_limit(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"{root}/app.py"
    analyst = Analyst()
    with monkeypatch.context() as patched:
        patched.setattr("taskleash.server.analyst.DEFAULT_SECONDS", 0.0)
        looked = analyst.answer(Look(root))
    assert isinstance(looked, Looked)
    assert [error.message for error in looked.errors[path]] == [NOT_DONE]
    assert path not in looked.entries
    # The next one has its time.
    assert rules(analyst.answer(Look(root)), path) == ["TL001"]


def test_a_look_that_does_not_end_is_broken_off(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst = Analyst()

    def hang(*_: object) -> None:
        while True:
            time.sleep(0.01)

    with monkeypatch.context() as patched:
        patched.setattr("taskleash.driver.time_limit._GRACE_SECONDS", 0.3)
        patched.setattr("taskleash.server.analyst.DEFAULT_SECONDS", 0.2)
        patched.setattr("taskleash.driver.run.analyse_roots", hang)
        said = analyst.answer(Look(root))
    assert isinstance(said, Failed)
    assert said.message.startswith("the time limit of 0.2 s is long over")
    assert rules(analyst.answer(Look(root)), f"{root}/app.py") == ["TL001"]


def test_questions_are_answered_until_there_are_no_more(
    root: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet = Analyst.answer

    def looked_noisily(self: Analyst, asked: Look | Mend) -> object:
        print("said in between")
        return quiet(self, asked)

    questions = b"".join(pickle.dumps(asked) for asked in (Look(root), Look(f"{root}/none")))
    given, said = io.TextIOWrapper(io.BytesIO(questions)), io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(Analyst, "answer", looked_noisily)
    monkeypatch.setattr(sys, "stdin", given)
    monkeypatch.setattr(sys, "stdout", said)
    before = signal.getsignal(signal.SIGINT)
    try:
        main("")
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    said.buffer.seek(0)
    assert rules(pickle.load(said.buffer), f"{root}/app.py") == ["TL001"]
    assert isinstance(pickle.load(said.buffer), Failed)
    assert said.buffer.read() == b""
    assert capsys.readouterr().err == "said in between\n" * 2


def test_a_front_that_is_gone_ends_it(root: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.BytesIO):
        def flush(self) -> None:
            raise BrokenPipeError

    questions = io.BytesIO(pickle.dumps(Look(root)) * 2)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(questions))
    monkeypatch.setattr(sys, "stdout", types.SimpleNamespace(buffer=Gone()))
    before = signal.getsignal(signal.SIGINT)
    try:
        main("")
    finally:
        signal.signal(signal.SIGINT, before)
    # The second question is left.
    assert isinstance(pickle.load(questions), Look)
