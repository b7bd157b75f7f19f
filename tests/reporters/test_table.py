from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from support.reports import NO, PARTIAL, entry, report, site, sound, voice_assistant, yes
from taskleash.reporters.options import RenderOptions
from taskleash.reporters.registry import render
from taskleash.reporters.report import FileError, Report
from taskleash.verdict.model import Risk, Site

FOOTER = "11 tasks in 7 files: 2 high, 4 low (4 dormant), 5 sound. 3 fixable with --fix."

WIDE = """\
 File                                Lines     Task                     Tracked       Cleaned up       Risk
 agent/agents/basic_memory_agent.py  46        _websocket_send_func     ❌ none       ❌ none          🔴 high
 service_context.py                  90        _finish_heavy_init       ❌ none       ❌ none          🔴 high
 proxy_message_queue.py              71,90     _consume_loop, …         ❌ none       ❌ none          🟡 dormant
 proxy_handler.py                    48,51     _maintain_connection, …  🟡 partial    🟡 partial       🟡 dormant
 conversation_handler.py             38        _run_single_turn         ✅ tracked    ✅ cancelled     🟢 none
 tts_manager.py                      40,55,60  _process_tts, …          ✅ tracked    ✅ gathered      🟢 none
 websocket_handler.py                66        _sweep_stale             ✅ singleton  ✅ self-managed  🟢 none
"""  # noqa: E501

AT_100 = """\
 File                               Lines    Task            Tracked      Cleaned up      Risk
 agent/agents/basic_memory_agent.py 46       _websocket_sen… ❌ none      ❌ none         🔴 high
 service_context.py                 90       _finish_heavy_… ❌ none      ❌ none         🔴 high
 proxy_message_queue.py             71,90    _consume_loop,… ❌ none      ❌ none         🟡 dormant
 proxy_handler.py                   48,51    _maintain_conn… 🟡 partial   🟡 partial      🟡 dormant
 conversation_handler.py            38       _run_single_tu… ✅ tracked   ✅ cancelled    🟢 none
 tts_manager.py                     40,55,60 _process_tts, … ✅ tracked   ✅ gathered     🟢 none
 websocket_handler.py               66       _sweep_stale    ✅ singleton ✅ self-managed 🟢 none
"""

AT_80 = """\
 File                    Lines    Task   Tracked      Cleaned up      Risk
 …/basic_memory_agent.py 46       _webs… ❌ none      ❌ none         🔴 high
 service_context.py      90       _fini… ❌ none      ❌ none         🔴 high
 proxy_message_queue.py  71,90    _cons… ❌ none      ❌ none         🟡 dormant
 proxy_handler.py        48,51    _main… 🟡 partial   🟡 partial      🟡 dormant
 conversation_handler.py 38       _run_… ✅ tracked   ✅ cancelled    🟢 none
 tts_manager.py          40,55,60 _proc… ✅ tracked   ✅ gathered     🟢 none
 websocket_handler.py    66       _swee… ✅ singleton ✅ self-managed 🟢 none
"""

ASCII = """\
 File                               Lines    Task             Tracked       Cleaned up       Risk
 agent/agents/basic_memory_agent.py 46       _websocket_se... no            no               high
 service_context.py                 90       _finish_heavy... no            no               high
 proxy_message_queue.py             71,90    _consume_loop... no            no               dormant
 proxy_handler.py                   48,51    _maintain_con... part          part             dormant
 conversation_handler.py            38       _run_single_turn yes tracked   yes cancelled    none
 tts_manager.py                     40,55,60 _process_tts,... yes tracked   yes gathered     none
 websocket_handler.py               66       _sweep_stale     yes singleton yes self-managed none
"""

BY_SITE = """\
 File                               Lines Task               Tracked      Cleaned up      Risk
 agent/agents/basic_memory_agent.py 46    _websocket_send_f… ❌ none      ❌ none         🔴 high
 service_context.py                 90    _finish_heavy_init ❌ none      ❌ none         🔴 high
 proxy_message_queue.py             71    _consume_loop      ❌ none      ❌ none         🟡 dormant
 proxy_message_queue.py             90    _forward_message   ❌ none      ❌ none         🟡 dormant
 proxy_handler.py                   48    _maintain_connect… 🟡 partial   🟡 partial      🟡 dormant
 proxy_handler.py                   51    _forward           🟡 partial   🟡 partial      🟡 dormant
 conversation_handler.py            38    _run_single_turn   ✅ tracked   ✅ cancelled    🟢 none
 tts_manager.py                     40    _process_tts       ✅ tracked   ✅ gathered     🟢 none
 tts_manager.py                     55    _send_payload      ✅ tracked   ✅ gathered     🟢 none
 tts_manager.py                     60    _process_tts       ✅ tracked   ✅ gathered     🟢 none
 websocket_handler.py               66    _sweep_stale       ✅ singleton ✅ self-managed 🟢 none
"""


@pytest.mark.parametrize(
    ("options", "table"),
    [
        pytest.param(RenderOptions(width=120), WIDE, id="120 columns"),
        pytest.param(RenderOptions(width=100), AT_100, id="100 columns"),
        pytest.param(RenderOptions(width=80), AT_80, id="80 columns"),
        pytest.param(RenderOptions(width=100, unicode=False), ASCII, id="ascii"),
        pytest.param(RenderOptions(width=100, by="site"), BY_SITE, id="by site"),
    ],
)
def test_the_table_word_for_word(options: RenderOptions, table: str) -> None:
    assert render("table", voice_assistant(), options) == f"{table}{FOOTER}\n"


@pytest.mark.parametrize("width", [80, 100, 120])
def test_colour_changes_no_word(width: int) -> None:
    plain = RenderOptions(width=width)
    coloured = render("table", voice_assistant(), replace(plain, color=True))
    assert "\x1b[1;31m🔴 high\x1b[0m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render("table", voice_assistant(), plain)


def _lines(of: Report, options: RenderOptions | None = None) -> list[str]:
    return render("table", of, options or RenderOptions()).splitlines()


def _only_row(*of: Site) -> str:
    return re.sub(r" {2,}", "  ", _lines(report([entry(one) for one in of]))[1])


def test_each_cell_of_a_file_is_the_worst_of_its_sites() -> None:
    row = _only_row(
        sound(line=3, task="first"),
        sound(line=5, task="second", tracked=PARTIAL, risk=Risk.LOW),
        sound(line=9, task="third", cleaned=NO, risk=Risk.LOW, dormant=True),
    )
    assert row == " app.py  5,9,3  second, … +1 sound  🟡 partial  ❌ none  🟡 low"


def test_equally_good_cells_show_the_first_sites_word() -> None:
    row = _only_row(
        sound(line=3, tracked=yes("singleton"), cleaned=yes("gathered")),
        sound(line=5, tracked=yes("owner"), cleaned=yes("awaited")),
    )
    assert row == " app.py  3,5  send  ✅ singleton  ✅ gathered  🟢 none"


def test_two_sites_on_one_line_count_twice_but_show_one_line_number() -> None:
    lines = _lines(report([entry(site(line=3)), entry(site(line=3))]))
    assert lines[1].split()[:3] == ["app.py", "3", "send"]
    assert lines[2] == "2 tasks in 1 file: 2 high."


def test_a_sound_site_in_dormant_code_is_simply_sound() -> None:
    assert _only_row(sound(dormant=True)).endswith("🟢 none")


def test_rows_run_from_worst_to_best_and_then_by_path() -> None:
    dormant = {"risk": Risk.LOW, "dormant": True}
    sites = [
        sound("a.py"),
        site("b.py", **dormant),
        site("c.py", tracked=PARTIAL, **dormant),
        site("d.py", risk=Risk.LOW),
        site("f.py"),
        site("e.py"),
        sound("0.py"),
    ]
    rows = _lines(report([entry(one) for one in sites]))[1:-1]
    assert [row.split()[0][0] for row in rows] == ["e", "f", "d", "b", "c", "0", "a"]


@pytest.mark.parametrize("path", ["src/pkg/a.py", "a.py", "/opt/a.py", "../x/a.py"])
def test_a_path_is_written_as_a_check_writes_it(path: str) -> None:
    of = report([entry(site(path), "TL001")])
    assert _lines(of)[1].split()[0] == path
    assert render("concise", of, RenderOptions(command="check")).startswith(f"{path}:3:5: ")


def test_a_row_names_the_task_that_its_cells_are_about() -> None:
    of = report([entry(sound(line=31, task="_drain_to_queue")), entry(site(line=60, task="_leak"))])
    assert re.sub(r" {2,}", "  ", _lines(of)[1]) == (
        " app.py  60,31  _leak +1 sound  ❌ none  ❌ none  🔴 high"
    )


def test_the_worst_of_several_tasks_at_risk_is_named_first() -> None:
    row = _only_row(site(line=3, task="mild", risk=Risk.LOW), sound(line=5), site(line=9))
    assert row == " app.py  9,3,5  send, … +1 sound  ❌ none  ❌ none  🔴 high"


def test_what_is_merged_is_said_where_the_name_gives_way() -> None:
    of = report([entry(site("x" * 60, 3, "a_rather_long_name")), entry(sound("x" * 60, 9))])
    assert "3,9   a_ra… +1 sound ❌" in _lines(of, RenderOptions(width=82))[1]


def test_silenced_findings_are_marked_and_come_after_the_others() -> None:
    silenced = entry(site(line=3, task="old"), "TL001", suppressed=True)
    alone = _lines(report([silenced]))
    assert re.sub(r" {2,}", "  ", alone[1]).endswith("old (silenced)  ❌ none  ❌ none  ⚪ high")
    assert alone[2] == "1 task in 1 file: 1 high; 1 of them silenced."
    row = _lines(report([silenced, entry(site(line=8, task="mild", risk=Risk.LOW))]))[1]
    assert re.sub(r" {2,}", "  ", row).endswith("8,3  mild +1 silenced  ❌ none  ❌ none  🟡 low")


def test_places_are_links_where_that_is_asked_for() -> None:
    of = report([entry(site("a b.py", 7))])
    linked = render("table", of, RenderOptions(color=True, links=True))
    assert re.search(r"\x1b\]8;;file:///\S*/a%20b\.py#7\x1b\\a b\.py\x1b\]8;;\x1b\\", linked)
    assert "\x1b]8" not in render("table", of, RenderOptions(color=True))


def test_more_line_numbers_than_fit_end_in_whole_numbers() -> None:
    sites = [site(line=number, task=f"task_{number}") for number in range(1000, 1020)]
    row = _lines(report([entry(one) for one in sites]), RenderOptions(width=69))[1]
    assert row.split()[:4] == ["app.py", "1000,1001,1002,1003,…", "task_1000,", "…"]


def test_wide_characters_keep_the_columns_aligned() -> None:
    sites = [site("代理/消息.py", task="发送_send"), sound("plain.py", task="run")]
    header, *rows = _lines(report([entry(one) for one in sites]))[:-1]
    column = cell_len(header[: header.index("Tracked")])
    for row, symbol in zip(rows, "❌✅", strict=True):
        assert cell_len(row[: row.index(symbol)]) == column


def test_a_wide_name_is_cut_by_cells_and_not_by_characters() -> None:
    of = site("x" * 60, task="发送消息发送消息")
    header, row, _ = _lines(report([entry(of)]), RenderOptions(width=69))
    assert re.search(r" 发送… +❌ none", row)
    assert cell_len(row[: row.index("❌")]) == header.index("Tracked")


def test_a_long_file_name_keeps_its_end() -> None:
    row = _lines(report([entry(site(f"{'x' * 90}_tail.py"))]), RenderOptions(width=80))[1]
    assert re.match(r" …x+_tail\.py 3 ", row)
    assert cell_len(row) <= 80


def test_errors_follow_the_table() -> None:
    broken = FileError("broken.py", 3, 7, "TL000", "invalid syntax")
    assert _lines(report([entry(sound())], [broken]))[2:] == [
        "1 task in 1 file: 1 sound.",
        "broken.py:3:7: TL000 high invalid syntax",
    ]


def test_a_suppressed_finding_is_not_offered_a_fix() -> None:
    entries = [replace(one, suppressed=True) for one in voice_assistant().entries]
    assert _lines(report(entries))[-1] == FOOTER.replace(
        ", 5 sound. 3 fixable with --fix.", ", 5 sound; 6 of them silenced."
    )


def test_no_tasks_at_all() -> None:
    assert _lines(report(files=1)) == ["No tasks in 1 file."]
    assert _lines(report(), RenderOptions(command="check")) == ["All checks passed!"]


def test_quiet_leaves_the_summary_out() -> None:
    assert _lines(report(), RenderOptions(quiet=True)) == []
    assert len(_lines(report([entry(site())]), RenderOptions(quiet=True))) == 2
