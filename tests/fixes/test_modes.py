"""The fixing options of `check`: what is written, what is shown, how it exits."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.command import Ran, taskleash
from taskleash.fixes.text.patch import unified

WORK = "\n\nasync def work():\n    await asyncio.sleep(1)\n"
DROPPED = f"""import asyncio
{WORK}

async def go():
    asyncio.create_task(work())
    print("started")
"""
TRACKED = f"""import asyncio

_background_tasks = set()
{WORK}

async def go():
    task = asyncio.create_task(work())
    _background_tasks.add(task)
    task.add_done_callback(_background_tasks.discard)
    print("started")
"""
#: what it is with a logger, by which it says that it is done, and then with the wait
LOGGING = (
    DROPPED.replace("asyncio\n", "asyncio\nimport logging\n\nlog = logging.getLogger()\n", 1)
    .replace("work()", "send()")
    .replace("print(", "log.info(")
)
#: nothing says whether it was to be waited for
SILENT = LOGGING.replace("log.info(", "print(")
AWAITED = LOGGING.replace(
    "    asyncio.create_task(send())\n",
    '    try:\n        await send()\n    except Exception:\n        log.exception("send failed")\n',
)
#: nothing can be fixed here
LOW = "import asyncio\n\n\ndef go(coro):\n    asyncio.gather(coro())\n"
SOUND = f"import asyncio\n{WORK}\n\nasync def go():\n    await asyncio.create_task(work())\n"
#: the one fix is unsafe
UNAWAITED = f"import asyncio\n{WORK}\n\nasync def go():\n    work()\n    asyncio.create_task\n"
OWNER = """import asyncio
import logging

log = logging.getLogger()


class Owner:
    def __init__(self):
        self.name = ""

    async def work(self):
        await asyncio.sleep(1)

    async def go(self):
        asyncio.create_task(self.work())

    async def close(self):
        self.name = ""
"""
#: work that ends by itself, kept where nothing ends it
EARLY = '''"""What goes wrong here is told before anything else is imported."""

try:
    import settings
except Exception as error:
    import asyncio
    from reports import report

    asyncio.create_task(report(error))

import asyncio


async def tell(text: str) -> None:
    await asyncio.sleep(1)


def on_message(text: str) -> None:
    asyncio.create_task(tell(text))
'''
GUESSED = """import asyncio


class Store:
    def __init__(self, files):
        self.files = files
        self._task = None

    async def push(self):
        self.files.push()
        await asyncio.sleep(1)

    async def open(self):
        if self._task is None:
            self._task = asyncio.create_task(self.push())

    async def close(self):
        self.files.close()
"""
#: what a teardown cannot end: the object goes on after it
REOPENED = """import asyncio


class Client:
    def __init__(self):
        self._poller = None

    async def poll(self):
        while True:
            await asyncio.sleep(1)

    async def open(self):
        self._poller = asyncio.create_task(self.poll())

    async def reopen(self):
        await self.close()
        await self.open()

    async def close(self):
        print("closed")
"""
CHECKED = (
    "Checked: every changed file parses, a second scan reports none of what was fixed,"
    " and nothing new"
)


@pytest.fixture
def app(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_text(DROPPED, encoding="utf-8")
    return path


def check(app: Path, *options: str, text: str = "") -> Ran:
    form = () if "--format" in options else ("--format", "concise")
    return taskleash("check", *form, *options, cwd=app.parent, text=text)


class TestFix:
    def test_leaves_alone_what_needs_none(self, app: Path) -> None:
        for text in (SOUND, LOW, UNAWAITED, "x = 1\n", DROPPED.replace("k())\n", "k())  # noqa\n")):
            app.write_text(text, encoding="utf-8")
            stamp = app.stat().st_mtime_ns
            check(app, "--fix")
            assert (app.read_text("utf-8"), app.stat().st_mtime_ns) == (text, stamp)

    def test_writes_and_reports_what_remains(self, app: Path) -> None:
        (app.parent / "low.py").write_text(LOW, encoding="utf-8")
        low = check(app, "--select", "TL005").out.splitlines()[0]
        assert low.startswith("low.py:5:5: TL005 low ")
        ran = check(app, "--fix")
        assert app.read_text("utf-8") == TRACKED
        assert (ran.status, ran.err) == (0, "")
        *lines, undo = ran.out.splitlines()
        assert undo.startswith("Undo:    patch -p0 -i ")
        assert lines == [
            low,
            "Found 2 findings (1 fixed, 1 remaining: 1 low).",
            "",
            "Fixed 1 finding in 1 file:",
            "  app.py +5 -1  track (line 11)",
            "Left 1 finding:",
            "  1 × nothing can be awaited outside `async def`",
            CHECKED,
        ]

    def test_a_second_time_changes_nothing(self, app: Path) -> None:
        check(app, "--fix")
        ran = check(app, "--fix", "--exit-non-zero-on-fix")
        assert (ran.status, ran.out) == (0, "All checks passed!\n")
        assert app.read_text("utf-8") == TRACKED

    @pytest.mark.parametrize(
        ("options", "status"),
        [
            ("--fix", 0),
            ("--fix --fail-on low", 1),
            ("--fix --fail-on low --exit-zero", 0),
            ("--fix --exit-non-zero-on-fix", 1),
            ("--fix-only", 0),
            ("--fix-only --fail-on low", 0),
            ("--fix-only --exit-non-zero-on-fix", 1),
            ("--no-fix", 1),
            ("--diff", 1),
        ],
    )
    def test_exits_by_what_remains(self, app: Path, options: str, status: int) -> None:
        (app.parent / "low.py").write_text(LOW, encoding="utf-8")
        assert check(app, *options.split()).status == status

    def test_of_one_file_leaves_the_others(self, app: Path) -> None:
        other = app.parent / "other.py"
        other.write_text(DROPPED, encoding="utf-8")
        check(app, "--fix", "app.py")
        assert (app.read_text("utf-8"), other.read_text("utf-8")) == (TRACKED, DROPPED)

    def test_of_a_function_that_hands_out_its_task_saves_those_of_its_callers(
        self, app: Path
    ) -> None:
        """The one between them gives no task at times: what it gives is not to be kept."""
        started = (
            f"import asyncio\n{WORK}\n\ndef begin():\n    return asyncio.create_task(work())\n"
        )
        between = (
            "from start import begin\n\n\ndef start(ready):\n    if not ready:\n"
            "        return None\n    return begin()\n"
        )
        caller = (
            "from between import start\n\n\nasync def go():\n    start(False)\n    start(True)\n"
        )
        for name, text in (("start", started), ("between", between), ("app", caller)):
            (app.parent / f"{name}.py").write_text(text, encoding="utf-8")
        assert check(app, "--fix", "--fail-on", "low").status == 0
        texts = {path.stem: path.read_text("utf-8") for path in app.parent.glob("*.py")}
        assert (texts["between"], texts["app"]) == (between, caller)
        assert "task.add_done_callback(" in texts["start"]

    def test_a_broken_file_hides_no_other(self, app: Path) -> None:
        (app.parent / "bad.py").write_text("create_task(\n", encoding="utf-8")
        ran = check(app, "--fix")
        assert app.read_text("utf-8") == TRACKED
        assert (ran.status, ran.out.partition(":")[0]) == (1, "bad.py")
        assert "Found 2 findings (1 fixed, 1 remaining: 1 high).\n" in ran.out

    def test_a_file_that_cannot_be_written_is_named(self, app: Path) -> None:
        other = app.parent / "other.py"
        other.write_text(DROPPED, encoding="utf-8")
        app.chmod(0o444)
        ran = check(app, "--fix")
        assert (ran.status, ran.err) == (
            2,
            "taskleash: app.py: left as it is: read-only, make it writable\n",
        )
        assert (app.read_text("utf-8"), other.read_text("utf-8")) == (DROPPED, TRACKED)
        assert ran.out.startswith("app.py:9:5: TL001 high [*] ")
        assert "Found 2 findings (1 fixed, 1 remaining: 1 high).\n" in ran.out

    def test_keeps_the_report_of_a_program_clean(self, app: Path) -> None:
        ran = check(app, "--fix", "--format", "json")
        assert json.loads(ran.out)["sites"] == []
        assert "Fixed 1 finding in 1 file:\n" in ran.err

    def test_says_nothing_of_it_when_quiet(self, app: Path) -> None:
        assert check(app, "--fix", "--quiet") == Ran(0, "", "")

    def test_of_a_rule_that_is_not_selected_is_not_made(self, app: Path) -> None:
        check(app, "--fix", "--select", "TL002")
        assert app.read_text("utf-8") == DROPPED


class TestUnsafe:
    def test_fixes_are_offered(self, app: Path) -> None:
        app.write_text(UNAWAITED, encoding="utf-8")
        hint = "1 unsafe fix available with `--fix --unsafe-fixes`."
        assert check(app).out.splitlines()[1:] == ["Found 1 finding: 1 high.", hint]
        ran = check(app, "--fix")
        assert ran.out.splitlines()[1:] == [
            "Found 1 finding: 1 high.",
            hint,
            "",
            "Left 1 finding:",
            "  1 × await is unsafe: add --unsafe-fixes",
        ]
        assert app.read_text("utf-8") == UNAWAITED

    def test_fixes_are_made_on_demand(self, app: Path) -> None:
        app.write_text(UNAWAITED, encoding="utf-8")
        assert check(app, "--unsafe-fixes").out.splitlines()[1:] == [
            "Found 1 finding: 1 high.",
            "[*] 1 fixable with `--fix`.",
        ]
        assert check(app, "--fix", "--unsafe-fixes").status == 0
        assert "\n    await work()\n" in app.read_text("utf-8")

    def test_fixes_that_the_source_does_not_allow_are_not_announced(self, app: Path) -> None:
        app.write_text(REOPENED, encoding="utf-8")
        reason = "`reopen` calls `close` and goes on"
        assert "unsafe fix" not in check(app).out
        assert "[*]" not in check(app, "--unsafe-fixes").out
        assert reason in check(app, "--fix").out
        assert reason in check(app, "--fix", "--unsafe-fixes").out

    def test_fixes_that_it_allows_are_announced_and_made(self, app: Path) -> None:
        app.write_text(REOPENED.replace("        await self.close()\n", ""), encoding="utf-8")
        assert "1 unsafe fix available" in check(app).out
        assert "Fixed 1 finding " in check(app, "--fix", "--unsafe-fixes").out

    def test_fixes_await_what_the_caller_can_wait_for(self, app: Path) -> None:
        app.write_text(LOGGING, encoding="utf-8")
        check(app, "--fix", "--unsafe-fixes")
        assert app.read_text("utf-8") == AWAITED

    def test_fixes_await_by_themselves_only_what_the_author_shows_to_be_waited_for(
        self, app: Path
    ) -> None:
        app.write_text(SILENT, encoding="utf-8")
        check(app, "--fix", "--unsafe-fixes")
        assert "await send()" not in app.read_text("utf-8")
        assert "_background_tasks.add(task)" in app.read_text("utf-8")
        app.write_text(SILENT, encoding="utf-8")
        check(app, "--fix", "--unsafe-fixes", "--fix-style", "await")
        assert app.read_text("utf-8") == AWAITED.replace("log.info(", "print(")

    def test_fixes_of_which_none_is_shown_to_be_meant_are_announced_by_their_style_alone(
        self, app: Path
    ) -> None:
        app.write_text(GUESSED, encoding="utf-8")
        reason = (
            "whether `close` is to wait for `push` is not known: add --fix-style own --unsafe-fixes"
        )
        assert "unsafe fix" not in check(app).out
        assert "[*]" not in check(app, "--unsafe-fixes").out
        found = json.loads(check(app, "--format", "json", "--unsafe-fixes").out)["sites"]
        assert [site["fixes"] for site in found] == [[]]
        assert reason in check(app, "--fix", "--unsafe-fixes").out
        assert app.read_text("utf-8") == GUESSED
        asked = ("--unsafe-fixes", "--fix-style", "own")
        assert "[*] 1 fixable with `--fix`." in check(app, *asked).out
        assert "Fixed 1 finding " in check(app, "--fix", *asked).out
        assert "asyncio.wait([task], timeout=10)" in app.read_text("utf-8")

    def test_fixes_await_by_themselves_only_what_hands_something_over(self, app: Path) -> None:
        app.write_text(LOGGING.replace("send()", "index()"), encoding="utf-8")
        check(app, "--fix", "--unsafe-fixes")
        assert "await index()" not in app.read_text("utf-8")
        assert "_background_tasks.add(task)" in app.read_text("utf-8")

    def test_fixes_keep_beside_the_caller_what_was_meant_to_be_there(self, app: Path) -> None:
        app.write_text(
            DROPPED.replace("    asyncio.c", "    while True:\n        asyncio.c"), encoding="utf-8"
        )
        check(app, "--fix", "--unsafe-fixes")
        assert "_background_tasks.add(task)" in app.read_text("utf-8")


class TestStyle:
    @pytest.mark.parametrize(
        ("style", "line"),
        [
            ("track", "task.add_done_callback("),
            ("await", "            await self.work()\n"),
            ("own", "self._background_tasks - {asyncio.current_task()}"),
        ],
    )
    def test_chooses_among_the_possible(self, app: Path, style: str, line: str) -> None:
        app.write_text(OWNER, encoding="utf-8")
        ran = check(app, "--fix", "--unsafe-fixes", "--fix-style", style)
        assert line in app.read_text("utf-8")
        assert f"  {style} (line " in ran.out

    def test_that_is_not_possible_gives_way(self, app: Path) -> None:
        app.write_text(LOGGING, encoding="utf-8")
        check(app, "--fix", "--unsafe-fixes", "--fix-style", "own")
        assert app.read_text("utf-8") == AWAITED

    def test_that_is_not_allowed_is_replaced_by_no_other(self, app: Path) -> None:
        ran = check(app, "--fix", "--fix-style", "await")
        assert app.read_text("utf-8") == DROPPED
        assert "  1 × await is unsafe: add --unsafe-fixes\n" in ran.out
        assert "[*]" not in ran.out


class TestApplicability:
    def test_of_a_rule_is_raised(self, app: Path) -> None:
        app.write_text(UNAWAITED, encoding="utf-8")
        assert check(app, "--fix", "--extend-safe-fixes", "TL006").status == 0
        assert "await work()" in app.read_text("utf-8")

    def test_of_a_rule_is_lowered(self, app: Path) -> None:
        assert check(app, "--fix", "--extend-unsafe-fixes", "TL00").status == 1
        assert app.read_text("utf-8") == DROPPED

    @pytest.mark.parametrize(
        ("safe", "unsafe", "fixed"),
        [("TL001", "TL0", True), ("TL0", "TL001", False), ("TL001", "TL001", False)],
    )
    def test_is_that_of_the_closest_selector(
        self, app: Path, safe: str, unsafe: str, fixed: bool
    ) -> None:
        check(app, "--fix", "--extend-safe-fixes", safe, "--extend-unsafe-fixes", unsafe)
        assert (app.read_text("utf-8") != DROPPED) == fixed

    def test_is_in_the_json_report(self, app: Path) -> None:
        ran = check(app, "--format", "json", "--extend-unsafe-fixes", "ALL")
        (site,) = json.loads(ran.out)["sites"]
        assert {fix["applicability"] for fix in site["fixes"]} == {"unsafe"}

    def test_of_an_unknown_rule_is_one_line(self, app: Path) -> None:
        ran = check(app, "--extend-safe-fixes", "TL0001")
        assert ran.status == 2
        assert ran.err.startswith("taskleash: unknown rule `TL0001`, did you mean `TL001`?")


class TestDiff:
    def test_of_nothing_is_empty(self, app: Path) -> None:
        app.write_text(SOUND, encoding="utf-8")
        assert check(app, "--diff") == Ran(0, "", "")

    def test_shows_and_changes_nothing(self, app: Path) -> None:
        ran = check(app, "--diff")
        assert app.read_text("utf-8") == DROPPED
        assert (ran.status, ran.err) == (1, "Would fix 1 finding.\n")
        assert ran.out.startswith("--- app.py\n+++ app.py\n@@ -1,")
        assert "-    asyncio.create_task(work())\n" in ran.out

    def test_tells_what_else_there_would_be(self, app: Path) -> None:
        (app.parent / "b.py").write_text(UNAWAITED, encoding="utf-8")
        more = "(1 additional fix available with `--unsafe-fixes`)"
        assert check(app, "--diff").err == f"Would fix 1 finding {more}.\n"
        (app.parent / "app.py").unlink()
        ran = check(app, "--diff")
        assert ran == Ran(
            0, "", "No findings would be fixed (1 fix available with `--unsafe-fixes`).\n"
        )

    def test_names_a_file_that_is_broken(self, app: Path) -> None:
        app.write_text("create_task(\n", encoding="utf-8")
        ran = check(app, "--diff")
        assert (ran.status, ran.out) == (0, "")
        assert ran.err.startswith("app.py:")

    @pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
    @pytest.mark.parametrize("text", [DROPPED, DROPPED.rstrip("\n")], ids=["whole", "bare"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
    def test_is_a_patch_that_does_what_the_fix_does(
        self, app: Path, text: str, newline: str
    ) -> None:
        app.write_bytes(text.replace("\n", newline).encode())
        check(app, "--diff", "-o", "fix.patch")
        git = ["git", "apply", "-p0", "--whitespace=nowarn", "fix.patch"]
        subprocess.run(git, cwd=app.parent, check=True)
        patched = app.read_bytes()
        app.write_bytes(text.replace("\n", newline).encode())
        check(app, "--fix")
        assert patched == app.read_bytes()

    def test_is_coloured_on_demand(self, app: Path) -> None:
        lines = check(app, "--diff", "--color", "always").out.splitlines()
        assert lines[0] == "\x1b[31m--- app.py\x1b[0m"
        assert "\x1b[32m+    _background_tasks.add(task)\x1b[0m" in lines


class TestStandardInput:
    def test_comes_back_fixed(self, app: Path) -> None:
        ran = check(app, "--fix", "--stdin-filename", "new.py", "-q", text=DROPPED)
        assert ran == Ran(0, TRACKED, "")
        assert not (app.parent / "new.py").exists()

    def test_comes_back_as_it_was_where_nothing_is_fixed(self, app: Path) -> None:
        for text in (SOUND, LOW, "create_task(\n", "x = 1"):
            assert check(app, "--fix", "-", text=text).out == text

    def test_is_reported_beside(self, app: Path) -> None:
        ran = check(app, "--fix", "--fail-on", "low", "--stdin-filename", "new.py", text=LOW)
        assert (ran.status, ran.out) == (1, LOW)
        assert ran.err.startswith("new.py:5:5: TL005 low ")

    def test_no_advice_is_given_on_a_file_that_was_not_written(self, app: Path) -> None:
        (app.parent / ".git").mkdir()
        ran = check(app, "--fix", "--stdin-filename", "app.py", text=DROPPED)
        assert "Fixed 1 finding in 1 file" in ran.err
        assert "git" not in ran.err
        assert "Undo:" in check(app, "--fix").out

    def test_is_shown_as_a_diff(self, app: Path) -> None:
        ran = check(app, "--diff", "--stdin-filename", "new.py", text=DROPPED)
        assert (ran.status, ran.err) == (1, "")
        assert ran.out.startswith("--- new.py\n+++ new.py\n")

    def test_comes_back_where_its_name_is_excluded(self, app: Path) -> None:
        options = ("--fix", "--force-exclude", "--exclude", "new.py", "--stdin-filename", "new.py")
        assert check(app, *options, text=DROPPED).out == DROPPED


class TestFixOnly:
    def test_reports_nothing_else(self, app: Path) -> None:
        (app.parent / "low.py").write_text(LOW, encoding="utf-8")
        ran = check(app, "--fix-only")
        assert ran.out.splitlines()[:-1] == [
            "Fixed 1 finding in 1 file:",
            "  app.py +5 -1  track (line 11)",
            CHECKED,
        ]
        assert "low.py" not in ran.out

    def test_tells_what_it_did_not_do(self, app: Path) -> None:
        app.write_text(UNAWAITED, encoding="utf-8")
        line = "No findings fixed (1 fix available with `--unsafe-fixes`).\n"
        assert check(app, "--fix-only").out == line


class TestReport:
    def test_names_each_fix_on_demand(self, app: Path) -> None:
        (app.parent / "low.py").write_text(LOW, encoding="utf-8")
        lines = check(app, "--fix", "--show-fixes").out.splitlines()
        assert (
            "    11: TL001 `work` track: keep it in `_background_tasks` until it is done" in lines
        )
        assert "  low.py:5: TL005 `coro`: nothing can be awaited outside `async def`" in lines

    def test_tells_how_to_go_on_in_a_git_repository(self, app: Path) -> None:
        (app.parent / ".git").mkdir()
        lines = check(app, "--fix").out.splitlines()
        assert lines[-2] == "Review:  git diff -- app.py"

    @pytest.mark.skipif(sys.platform == "win32", reason="no such names")
    def test_quotes_names_for_a_shell(self, app: Path) -> None:
        (app.parent / ".git").mkdir()
        app.rename(app.parent / ":(top) it's.py")
        assert "Review:  git diff -- './:(top) it'\"'\"'s.py'\n" in check(app, "--fix").out

    def test_is_written_as_markdown(self, app: Path) -> None:
        (app.parent / ".git").mkdir()
        (app.parent / "low.py").write_text(LOW, encoding="utf-8")
        check(app, "--fix", "--no-cache", "--fix-report", "docs/fixes.md")
        assert (app.parent / "docs" / "fixes.md").read_text("utf-8") == (
            """# Fixes

1 finding fixed in 1 file (+5 -1 lines), 1 left.

| File | Fixes | Added | Removed |
| --- | --- | --- | --- |
| `app.py` | 1 | +5 | -1 |

## What was fixed

| Place | Call | Task | Rule | Fix | What was done |
| --- | --- | --- | --- | --- | --- |
| `app.py:11` | `asyncio.create_task` | `work` | TL001 | track | \
keep it in `_background_tasks` until it is done |

## Before and after

### `app.py`

- keep the task until it is done (line 11)

```diff
"""
            + "\n".join(unified("app.py", DROPPED, TRACKED))
            + """
```

## Checked

every changed file parses, a second scan reports none of what was fixed, and nothing new.

## Verify while it runs

Run the program as it is used, and look at the rows of these places:

```sh
taskleash trace --warn-alive 30 -- python app.py
```

- `app.py:11`: `lost` stays 0, and `Task was destroyed but it is pending!` is not in the log

## What was left

| Place | Call | Task | Rule | Why |
| --- | --- | --- | --- | --- |
| `low.py:5` | `asyncio.gather` | `coro` | TL005 | nothing can be awaited outside `async def` |

## Review and roll back

```sh
git diff -- app.py
```
"""
        )

    @pytest.mark.parametrize("options", [[], ["--diff"], ["--fix", "--diff"], ["--unsafe-fixes"]])
    def test_needs_fixes(self, app: Path, options: list[str]) -> None:
        ran = check(app, *options, "--fix-report", "r.md")
        assert (ran.status, ran.err) == (
            2,
            "taskleash: --fix-report needs --fix, and no --diff (see `taskleash check --help`)\n",
        )


class TestGate:
    def test_what_a_baseline_knows_is_not_mended(self, app: Path) -> None:
        app.write_text(DROPPED, encoding="utf-8")
        check(app, "--write-baseline", "known.txt")

        ran = check(app, "--baseline", "known.txt", "--fix")

        assert (ran.status, app.read_text("utf-8")) == (0, DROPPED)

    def test_what_is_new_is_mended_beside_what_a_baseline_knows(self, app: Path) -> None:
        app.write_text(DROPPED, encoding="utf-8")
        check(app, "--write-baseline", "known.txt")
        new = DROPPED.replace("go()", "gone()")
        (app.parent / "new.py").write_text(new, encoding="utf-8")

        check(app, "--baseline", "known.txt", "--fix")

        assert app.read_text("utf-8") == DROPPED
        assert (app.parent / "new.py").read_text("utf-8") == TRACKED.replace("go()", "gone()")

    def test_the_configuration_may_ask_for_fixes(self, app: Path) -> None:
        app.write_text(LOGGING, encoding="utf-8")
        settings = "fix = true\nunsafe-fixes = true\n"
        (app.parent / "taskleash.toml").write_text(settings, encoding="utf-8")

        assert check(app, "--no-fix").status == 1
        assert app.read_text("utf-8") == LOGGING
        assert check(app).status == 0
        assert app.read_text("utf-8") == AWAITED


def test_a_task_that_a_function_puts_into_its_container_is_left_with_a_reason(
    tmp_path: Path,
) -> None:
    text = (
        "import asyncio\n\nrunning = []\n\n\ndef keep(task):\n    running.append(task)\n\n\n"
        "async def go(send):\n    keep(asyncio.create_task(send()))\n"
    )
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    ran = taskleash("check", "--fix", "--show-fixes", "--isolated", "--no-cache", cwd=tmp_path)
    assert ran.status == 1
    assert "internal error" not in ran.out + ran.err
    assert "it is not added to its container where it starts" in ran.out
    assert (tmp_path / "app.py").read_text(encoding="utf-8") == text


def test_what_runs_before_the_imports_moves_nothing_above_them(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text(EARLY, encoding="utf-8")
    ran = check(app, "--fix", "--show-fixes")
    assert "it runs before its module has imported the rest" in ran.out
    text = app.read_text("utf-8")
    assert text.startswith(EARLY.partition("\nimport asyncio\n")[0])
    exec(compile(text.replace("import settings", "pass"), "app", "exec"), {"__name__": "app"})
    assert "_background_tasks.add(task)" in text
