from __future__ import annotations

import json
import re
import string
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from rich.cells import cell_len

from support.command import taskleash
from support.messages import messages, unreadable
from support.reports import AWAIT, TRACK, entry, report, site, sound, voice_assistant
from taskleash.audit.watch import COMMAND, LINES
from taskleash.reporters.language import Language, language
from taskleash.reporters.options import LANGUAGES, RenderOptions
from taskleash.reporters.registry import FORMATS, render
from taskleash.reporters.report import FileError, FlagHint
from taskleash.verdict.model import Evidence, Lifetime

TRANSLATIONS = [code for code in LANGUAGES if code != "en"]
FOR_PROGRAMS = ("json", "sarif", "github", "gitlab", "junit")


def catalogue(code: str) -> dict[str, str]:
    """The catalogue as its file has it; a text that stands there twice is an error."""
    path = files("taskleash.reporters.language").joinpath(f"{code}.json")
    pairs = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=list)
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def fields(text: str) -> set[str | None]:
    return {field for _, field, _, _ in string.Formatter().parse(text)} - {None}


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_message_is_translated_and_no_translation_is_stale(code: str) -> None:
    assert sorted(catalogue(code)) == sorted(messages())


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_a_translation_fills_the_same_fields(code: str) -> None:
    different = {text for text, said in catalogue(code).items() if fields(text) != fields(said)}
    assert different == set()


def test_every_message_can_be_found_in_the_code() -> None:
    assert list(unreadable()) == []


def test_english_counts() -> None:
    say = language("en")
    assert [say.count(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert say.count(3, "fix") == "3 fixes"


def test_what_is_not_translated_is_said_in_english() -> None:
    say = Language("xx", {"Task": "Aufgabe"})
    assert [say("Task"), say("File"), say("{n} left", n=2)] == ["Aufgabe", "File", "2 left"]
    assert say.count(2, "file") == "2 files"


def test_values_are_not_taken_for_fields() -> None:
    assert language("en")("task `{task}`", task="{oops}") == "task `{oops}`"


TABLE = """\
 文件                               行号     任务                    是否追踪 是否清理    风险
 agent/agents/basic_memory_agent.py 46       _websocket_send_func    ❌ 无    ❌ 无       🔴 高
 service_context.py                 90       _finish_heavy_init      ❌ 无    ❌ 无       🔴 高
 proxy_message_queue.py             71,90    _consume_loop, …        ❌ 无    ❌ 无       🟡 未用
 proxy_handler.py                   48,51    _maintain_connection, … 🟡 部分  🟡 部分     🟡 未用
 conversation_handler.py            38       _run_single_turn        ✅ 追踪  ✅ 取消     🟢 无
 tts_manager.py                     40,55,60 _process_tts, …         ✅ 追踪  ✅ 一并等待 🟢 无
 websocket_handler.py               66       _sweep_stale            ✅ 单例  ✅ 自管理   🟢 无
7 个文件中有 11 个任务：2 处高风险，4 处低风险（4 处未用），5 处无风险。3 处可用 --fix 修复。
"""


def test_the_scan_table_in_chinese_word_for_word() -> None:
    assert render("table", voice_assistant(), RenderOptions(width=100, lang="zh")) == TABLE


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("unicode", [True, False])
def test_chinese_columns_are_aligned_and_fit(width: int, unicode: bool) -> None:
    options = RenderOptions(width=width, lang="zh", unicode=unicode)
    header, *rows = render("table", voice_assistant(), options).splitlines()[:-1]
    column = cell_len(header[: header.index("是否追踪")])
    for row in rows:
        assert cell_len(row) <= width
        found = re.search("[❌🟡✅]" if unicode else " [否部是]", row)
        assert found is not None
        assert cell_len(row[: found.start()]) == column - (not unicode)


#: what a report in another language has in English: names of programs and kinds of fixes
PROPER = frozenset(
    {
        "TL", "taskleash", "rule", "lang", "zh", "track", "await", "own", "log", "gather",
        "cancel-previous", "future", "fix", "portal", "worker", "nursery", "trio", "Home",
        "Assistant", "NiceGUI", "Tornado", "IOLoop",
    }
)  # fmt: skip
NO_PROSE = re.compile(
    r"""
    ^\s*\d*\ \|.*            # the source
    | ^\ +占用.*              # names without marks
    | `[^`]*` | "[^"]*"
    | [\w/.-]+\.pyi?(:\d+)*  # paths
    """,
    re.VERBOSE | re.MULTILINE,
)


@pytest.mark.parametrize(
    "part",
    [
        "rules",
        "libraries",
        *(pytest.param(part, marks=pytest.mark.sweep) for part in ("linked", "real", "sound")),
    ],
)
def test_what_is_said_of_the_fixtures_has_no_english_words(part: str) -> None:
    fixtures = Path(__file__).resolve().parents[2] / "fixtures"
    ran = taskleash(
        "scan", part, "--isolated", "--no-cache", "--format", "full", "--lang", "zh", cwd=fixtures
    )
    assert ran.status == 0
    words = re.findall(r"[A-Za-z][A-Za-z-]+", NO_PROSE.sub("", ran.out))
    assert set(words) - PROPER == set()
    assert "的" in ran.out


def test_why_findings_are_left_has_no_english_words(tmp_path: Path) -> None:
    fixtures = Path(__file__).resolve().parents[2] / "fixtures" / "fixes"
    for path in fixtures.glob("*/untouched_*.py"):
        (tmp_path / f"{path.parent.name}_{path.name}").write_bytes(path.read_bytes())
    ran = taskleash("check", "--fix", "--isolated", "--no-cache", "--lang", "zh", cwd=tmp_path)
    reasons = [line for line in ran.out.splitlines() if re.match(r"  \d+ × ", line)]
    words = re.findall(r"[A-Za-z][A-Za-z-]+", NO_PROSE.sub("", "\n".join(reasons)))
    assert len(reasons) > 5
    assert set(words) - PROPER - {"asyncio", "anyio", "Python", "MicroPython"} == set()


def test_what_fixes_did_has_no_english_words(tmp_path: Path) -> None:
    fixtures = Path(__file__).resolve().parents[2] / "fixtures" / "fixes"
    some = (path for kind in fixtures.iterdir() for path in sorted(kind.glob("*.py"))[:9])
    for path in some:
        (tmp_path / f"{path.parent.name}_{path.name}").write_bytes(path.read_bytes())
    options = ("--fix", "--unsafe-fixes", "--show-fixes", "--isolated", "--no-cache")
    ran = taskleash("check", *options, "--lang", "zh", cwd=tmp_path)
    notes = re.findall(r"(?m)^    \d+: TL\d+ `.*` ([\w-]+): (.+)$", ran.out)
    words = re.findall(r"[A-Za-z][A-Za-z-]+", NO_PROSE.sub("", "\n".join(n for _, n in notes)))
    assert {kind for kind, _ in notes} >= {"track", "await", "own", "cancel-previous", "log"}
    assert set(words) == set()


def test_hand_made_text_stays_and_everything_else_is_chinese() -> None:
    steps = (Evidence("一.py", 30, 5, "二"),)
    entries = [
        entry(site("一.py", 3, "三", captures=("四",), evidence=steps, in_async=True,
                   teardowns=("停",), has_own_state=True), "TL001", "五", fixes=(TRACK, AWAIT)),
        entry(site("一.py", 4, "三", lifetime=Lifetime.ENDLESS), "TL010", "五", suppressed=True),
        entry(sound("一.py", 5, "三", holder="六")),
        entry(site("一.py", 6, "三"), "TL001", "五", known=True),
    ]  # fmt: skip
    hints = (FlagHint("九", 1, "十"), FlagHint("九", 2, "十"))
    of = replace(report(entries, [FileError("七.py", 1, 1, "TL000", "八")]), hints=hints)
    for name in ("table", "full", "concise", "markdown"):
        for command in ("scan", "check"):
            text = render(name, of, RenderOptions(lang="zh", command=command))
            for code in (*LINES, COMMAND, "```python", "```sh", "```text"):
                text = text.replace(code, "")
            text = re.sub(r"taskleash check .*|\bmain\b|</?details>|</?summary>|\bown\b", "", text)
            foreign = (
                r"\.py|TL\d+|--fix|--unsafe-fixes|taskleash rule|--lang zh|track|await|gather|P\d"
            )
            assert re.findall(r"[A-Za-z]+", re.sub(foreign, "", text)) == []


def test_statistics_name_the_rules_in_chinese() -> None:
    text = render("table", voice_assistant(), RenderOptions(statistics=True, lang="zh"))
    assert "TL001\t[*] 被丢弃的任务\n" in text


@pytest.mark.parametrize("name", FOR_PROGRAMS)
def test_formats_for_programs_are_the_same_in_every_language(name: str) -> None:
    assert name in FORMATS
    english, chinese = (
        render(name, voice_assistant(), RenderOptions(lang=lang)) for lang in LANGUAGES
    )
    assert english == chinese


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(
        "import asyncio\n\n\nasync def send(): ...\n\n\n"
        "async def main():\n    asyncio.create_task(send())\n"
    )
    return tmp_path


def test_the_option_and_the_configuration_choose_the_language(project: Path) -> None:
    assert "Tracked" in taskleash("scan", cwd=project).out
    assert "是否追踪" in taskleash("scan", "--lang", "zh", cwd=project).out
    (project / "taskleash.toml").write_text('lang = "zh"\n')
    assert "是否追踪" in taskleash("scan", cwd=project).out
    assert "Tracked" in taskleash("scan", "--lang", "en", cwd=project).out
    assert "发现 1 处问题" in taskleash("check", cwd=project).out


def test_the_locale_does_not_choose_the_language(project: Path) -> None:
    locale = {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8", "LANGUAGE": "zh"}
    assert "Tracked" in taskleash("scan", cwd=project, **locale).out


def test_an_unknown_language_is_a_usage_error(project: Path) -> None:
    ran = taskleash("scan", "--lang", "fr", cwd=project)
    assert ran.status == 2
    assert "'fr' is not one of 'en', 'zh'" in ran.err


def test_a_terminal_that_cannot_show_chinese_gets_english_and_is_told(project: Path) -> None:
    ran = taskleash("scan", "--lang", "zh", cwd=project, encoding="latin-1")
    assert "Tracked" in ran.out
    assert "--lang: latin-1 cannot show `zh`" in ran.err
    assert ran.err.count("\n") == 1


def test_an_encoding_with_chinese_and_without_symbols_is_enough(project: Path) -> None:
    out = project / "report.txt"
    ran = taskleash("scan", "--lang", "zh", "-o", str(out), cwd=project, encoding="latin-1")
    assert ran.err == ""
    assert "是否追踪" in out.read_text(encoding="utf-8")
    text = render("table", voice_assistant(), RenderOptions(lang="zh", unicode=False))
    assert "是 追踪" in text
    assert text.encode("gbk")


def test_fixes_are_told_in_chinese(project: Path) -> None:
    ran = taskleash("check", "--fix", "--lang", "zh", "--fix-report", "fixes.md", cwd=project)
    assert ran.status == 0
    assert "已在 1 个文件中修复 1 处问题：" in ran.out
    assert "# 修复\n" in (project / "fixes.md").read_text(encoding="utf-8")
