from __future__ import annotations

import re
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from support.command import taskleash
from support.parsed_page import Parsed, parsed
from support.reports import AWAIT, TRACK, entry, report, site, sound, voice_assistant
from taskleash.audit.watch import COMMAND, LINES
from taskleash.fixes.text.patch import Patch
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.rules.model import SITE
from taskleash.verdict.model import Evidence, Lifetime, Span


def page(of: Report, **options: str) -> Parsed:
    return parsed(render("html", of, RenderOptions(**options)))  # type: ignore[arg-type]


def texts(found: Parsed, element: str) -> list[str]:
    return [text for inside, text in found.texts if inside == element]


def test_the_page_names_every_task_worst_first() -> None:
    found = page(voice_assistant())
    names = [text for text in texts(found, "button") if text.startswith("_")][:11]
    assert names[:2] == ["_websocket_send_func", "_finish_heavy_init"]
    assert names[-1] == "_sweep_stale"
    assert "11 tasks in 7 files: 2 high, 4 low (4 dormant), 5 sound." in found.said()


def test_nothing_on_the_page_leads_elsewhere_but_to_the_page_of_a_rule() -> None:
    of = report([entry(site(), "TL001", "task `send` is dropped", fixes=(TRACK,))])
    text = render("html", of, RenderOptions()).replace(f'<a href="{SITE}rules/TL001/"', "<a")
    assert "//" not in re.sub(r"<style>.*?</style>|<script>.*?</script>", "", text, flags=re.S)
    found = parsed(text)
    links = [value for _, name, value in found.attributes if name in ("href", "src", "action")]
    assert all(link.startswith("#") for link in links)
    assert not found.elements["link"]
    (policy,) = (value for _, name, value in found.attributes if "default-src" in value)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_no_element_has_a_style_or_a_handler_of_its_own() -> None:
    names = {name for _, name, _ in page(voice_assistant()).attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]


def test_every_label_and_every_control_names_something_that_is_there() -> None:
    found = page(voice_assistant())
    ids = [value for _, name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    named = {v for _, name, v in found.attributes if name in ("aria-controls", "aria-labelledby")}
    assert named <= set(ids)


HOSTILE = (
    '</script><script>alert(1)</script><img src=x onerror="alert(1)">',
    "{{ 7 * 7 }} {% raw %}",
    "\x1b[31mred\x1b[0m",
    "\u202etxt.exe\u2066",
    "`unpaired & <b>",
    "]]><!--",
)


def _telling(text: str, folder: Path) -> Report:
    """A report that shows the text wherever a page shows foreign text."""
    source = folder / "app.py"
    source.write_text(f"# {text}\nasync def main():\n    create_task(send())  # {text}\n")
    names = {"task": text, "scope": text, "holder": text, "call": text, "captures": (text,)}
    patched = Patch("track", "safe", True, text, f"--- a\n+++ b\n@@ -1 +1 @@\n-a\n+{text}", ())
    own = site(str(source), evidence=(Evidence(text, 1, 1, text),), class_name=text, **names)
    entries = [
        entry(own, "TL001", text, fixes=(TRACK,), patches=(patched,)),
        entry(sound(f"{text}.py", **names)),
    ]
    return report(entries, [FileError(text, 1, 1, "TL000", text)])


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_shown_and_does_nothing(text: str, tmp_path: Path) -> None:
    plain, found = page(_telling("plain", tmp_path)), page(_telling(text, tmp_path))
    for shape in (plain.elements, found.elements):
        # Code between backticks and breakable paths are marked up.
        del shape["code"], shape["wbr"]
    assert found.elements == plain.elements
    _, (first, *_) = found.data()
    shown = text.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")
    assert first["scope"] == "".join(first["message"]) == shown
    assert _code(first["source"][0][2]) == f"# {shown}"
    assert _code(first["fixes"][0]["diff"][2][1]) == shown
    assert shown in found.said()


def _code(pieces: list[str | list[str]]) -> str:
    return "".join(piece if isinstance(piece, str) else piece[1] for piece in pieces)


def test_a_row_opens_to_source_facts_evidence_and_fixes(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text("import asyncio\nasync def main():\n    asyncio.create_task(send())\n")
    patched = Patch(
        "await", "unsafe", False, "await it here", "--- a\n+++ a\n@@ -3 +3 @@\n-x\n+y", ()
    )
    of = site(str(path), holder="self._t", evidence=(Evidence("b.py", 30, 5, "stored in `x`"),))
    _, (data,) = page(
        report([entry(of, "TL001", "`send` is dropped", fixes=(TRACK, AWAIT), patches=(patched,))])
    ).data()
    assert [(number, own) for number, own, _ in data["source"]] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert data["source"][1][2] == [["k", "async"], " ", ["k", "def"], " ", ["f", "main"], "():"]
    assert ["held by", ["nothing after line 3"]] in data["facts"]
    assert data["evidence"] == [["b.py:30", ["stored in ", "x", ""]]]
    assert [fix["kind"] for fix in data["fixes"]] == ["await", "track"]
    assert [sign for sign, _ in data["fixes"][0]["diff"]] == ["@", "-", "+"]


def test_code_behind_a_docstring_that_began_earlier_is_code(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    lines = ['"""Long', *["text"] * 8, '"""', "create_task(send())", "def f():", '    """Open']
    path.write_text("\n".join(lines))
    span = Span(11, 1, 11, 20)
    _, (data,) = page(
        report([entry(site(str(path), span=span, statement=span), "TL001", "m")])
    ).data()
    by_number = {number: pieces for number, _, pieces in data["source"]}
    assert by_number[9] == [["s", "text"]]
    assert by_number[11] == ["create_task(send())"]


def test_very_long_lines_and_statements_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(f"create_task(send('{'x' * 5000}'))\n" + "x\n" * 500)
    span = Span(1, 1, 400, 2)
    _, (data,) = page(report([entry(site(str(path), span=span, statement=span))])).data()
    assert len(_code(data["source"][0][2])) == 401
    assert len(data["source"]) < 30


def test_a_source_that_is_gone_is_no_error() -> None:
    _, (data,) = page(report([entry(site("gone.py"), "TL001", "m")])).data()
    assert data["source"] == []


def test_a_report_without_tasks_has_no_table() -> None:
    found = page(report(files=3))
    assert "No tasks in 3 files." in found.said()
    assert not found.elements["table"]


def test_silenced_findings_are_marked() -> None:
    of = report(
        [entry(site(), "TL001", "m", suppressed=True), entry(site(), "TL001", "m", known=True)]
    )
    said = page(of).said()
    assert "suppressed" in said
    assert "in the baseline" in said


def test_components_of_the_same_name_are_told_apart() -> None:
    sites = [site("src/a.py", class_name="Bot"), site("src/b.py", class_name="Bot")]
    said = page(report([entry(one, "TL001", "m") for one in sites])).said()
    assert "Bot (src/a.py)" in said
    assert "Bot (src/b.py)" in said


def test_the_page_in_chinese_says_nothing_in_english() -> None:
    steps = (Evidence("一.py", 30, 5, "二"),)
    entries = [
        entry(site("一.py", 3, "三", scope="三", call="四", captures=("四",), evidence=steps,
                   in_async=True, teardowns=("停",), has_own_state=True),
              "TL001", "五", fixes=(TRACK, AWAIT)),
        entry(site("一.py", 4, "三", lifetime=Lifetime.ENDLESS), "TL010", "五", suppressed=True),
        entry(sound("二/一.py", 5, "三", holder="六")),
    ]  # fmt: skip
    found = page(report(entries, [FileError("七.py", 1, 1, "TL000", "八")]), lang="zh")
    words, sites = found.data()
    foreign = r"\.py|TL\d+|--fix|taskleash|JavaScript|P\d|gather|asyncio.create_task|main|[\d.]+"
    said = "\n".join(
        [found.said(), *words.values(), *(label for s in sites for label, _ in s["facts"])]
    )
    said = re.sub(r"taskleash check .*", "", said)
    for code in (*LINES, COMMAND):
        said = said.replace(code, "")
    left = re.findall(r"[A-Za-z]+", re.sub(foreign, "", said))
    assert set(left) <= {"track", "await", "own", "shown", "total", "count"}
    assert ("html", "lang", "zh-Hans") in found.attributes


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(
        "import asyncio\n\n\nasync def send(): ...\n\n\n"
        "async def main():\n    asyncio.create_task(send())\n"
    )
    return tmp_path


def test_a_check_and_a_scan_write_the_page(project: Path) -> None:
    assert taskleash("scan", "--format", "html=scan.html", "-q", cwd=project).status == 0
    assert taskleash("check", "--format", "html", "-o", "check.html", cwd=project).status == 1
    for name in ("scan.html", "check.html"):
        _, (data,) = parsed((project / name).read_text(encoding="utf-8")).data()
        assert any(sign == "+" for sign, _ in data["fixes"][0]["diff"])
        assert {fix["kind"] for fix in data["fixes"]} >= {"track", "await"}


def test_the_page_tells_of_flags_that_the_code_hangs_on(project: Path) -> None:
    (project / "start.py").write_text(
        "from app import main\n\n\ndef start(config):\n    if config.enable_it:\n        main()\n"
    )
    taskleash("scan", "--format", "html=scan.html", cwd=project)
    said = parsed((project / "scan.html").read_text(encoding="utf-8")).said()
    assert "1 site is reachable only where" in said


def test_without_jinja_one_line_names_the_extra(project: Path) -> None:
    with patch.dict(sys.modules, {"jinja2": None}):
        ran = taskleash("scan", "--format", "html", cwd=project)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err == (
        "taskleash: --format: html needs more packages: pip install 'taskleash[html]'\n"
    )
