"""A team switches taskleash on in an old repository on a Monday, and keeps it on."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.command import Ran, taskleash
from support.git import Repository

OLD = """\
import asyncio


class Inbox:
    async def on_message(self, message):
        asyncio.create_task(self.store(message))
        asyncio.create_task(self.store(message))

    async def store(self, message):
        await asyncio.sleep(1)
"""
NEW = """\


async def on_start(inbox):
    asyncio.create_task(inbox.store("hello"))
"""
REFORMATTED = OLD.replace(
    "        asyncio.create_task(self.store(message))\n",
    "        asyncio.create_task(\n            self.store( message, )  # keep\n        )\n",
)
SETTINGS = '[tool.taskleash]\nbaseline = ".taskleash-baseline"\n'
STALE = "taskleash: .taskleash-baseline: 1 stale entry: remove with --prune-baseline\n"
PASSED = "All checks passed!\n"
KNOWN = "known findings in .taskleash-baseline"


@pytest.fixture
def team(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "shop")
    made.commit({"shop/inbox.py": OLD, "pyproject.toml": SETTINGS})
    return made


def check(team: Repository, *arguments: str) -> Ran:
    return taskleash("check", "--format", "concise", *arguments, cwd=team.folder)


def test_a_week(team: Repository) -> None:
    # Monday: what is there is known from now on.
    monday = check(team)
    assert (monday.status, monday.out) == (2, "")
    assert "--write-baseline .taskleash-baseline" in monday.err
    written = check(team, "--write-baseline", ".taskleash-baseline")
    assert (written.status, written.out) == (0, PASSED)
    assert written.err == "taskleash: .taskleash-baseline: 2 findings written\n"
    team.commit(message="Taskleash on")
    assert (check(team).status, check(team).err) == (0, "")

    # Tuesday: a pull request brings a new one, and a reformatting that moves the old ones.
    team.git("checkout", "--quiet", "-b", "topic")
    team.commit({"shop/inbox.py": "# Licence: MIT\n" + REFORMATTED + NEW})
    tuesday = check(team)
    assert (tuesday.status, tuesday.err) == (1, "")
    assert tuesday.out == (
        "shop/inbox.py:19:5: TL001 high [*] task `store` is dropped: nothing can stop it "
        "or wait for it\n"
        f"Found 1 finding: 1 high (2 {KNOWN}).\n[*] 1 fixable with `--fix`.\n"
    )
    # Without the baseline, the reformatted lines count as changed.
    assert check(team, "--isolated", "--diff-base", "main").out.count("TL001") == 3
    assert check(team, "--diff-base", "main").out == tuesday.out

    # Wednesday: it is mended, the pull request merged.
    awaited = NEW.replace("asyncio", "await asyncio")
    team.commit({"shop/inbox.py": "# Licence: MIT\n" + REFORMATTED + awaited})
    wednesday = check(team)
    assert (wednesday.status, wednesday.err) == (0, "")
    assert wednesday.out == f"All checks passed! (2 {KNOWN})\n"
    team.git("checkout", "--quiet", "main")
    team.git("merge", "--quiet", "topic")

    # Thursday: somebody mends one of the old twins.
    text = (team.folder / "shop/inbox.py").read_text(encoding="utf-8")
    team.commit({"shop/inbox.py": text.replace("asyncio.create_task", "await asyncio.wait_for", 1)})
    thursday = check(team)
    one_left = f"All checks passed! (1 {KNOWN.replace('findings', 'finding')})\n"
    assert (thursday.status, thursday.out, thursday.err) == (0, one_left, STALE)
    pruned = check(team, "--prune-baseline")
    assert (pruned.status, pruned.err) == (
        0,
        "taskleash: .taskleash-baseline: 1 stale entry removed\n",
    )
    assert team.git("diff", "--numstat").split() == ["0", "1", ".taskleash-baseline"]

    # Friday: the file gets another name; the week ends with nothing new.
    team.git("mv", "shop/inbox.py", "shop/mail.py")
    friday = check(team)
    assert (friday.status, friday.out, friday.err) == (0, one_left, "")


def test_two_branches_that_mend_different_findings_merge(team: Repository) -> None:
    functions = [NEW.replace("on_start", f"on_{name}") for name in "abcdefgh"]
    team.commit({f"shop/{n}.py": f"import asyncio\n{text}" for n, text in enumerate(functions)})
    check(team, "--write-baseline", ".taskleash-baseline")
    team.commit(message="baseline")
    for branch, mended in (("one", 1), ("two", 6)):
        team.git("checkout", "--quiet", "-b", branch, "main")
        mended_text = functions[mended].replace("asyncio", "await asyncio")
        team.write({f"shop/{mended}.py": f"import asyncio\n{mended_text}"})
        assert "1 stale entry removed" in check(team, "--prune-baseline").err
        team.commit(message=branch)
    team.git("merge", "--quiet", "-m", "both", "one")
    assert (check(team).status, check(team).err) == (0, "")
