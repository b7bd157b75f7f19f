"""Reports built by hand, for tests of what writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taskleash.fixes.choice import FixOffer
from taskleash.reporters.report import Entry, FileError, Report
from taskleash.verdict.model import (
    Cell,
    Ending,
    Handle,
    Lifetime,
    Multiplicity,
    Risk,
    Site,
    Span,
    State,
)

NO = Cell(State.NO, "none")
PARTIAL = Cell(State.PARTIAL, "partial")
TRACK = FixOffer("track", "safe", True)
AWAIT = FixOffer("await", "unsafe", False, tried=False)


def yes(how: str) -> Cell:
    """A cell of a sound site."""
    return Cell(State.YES, how)


def site(path: str = "app.py", line: int = 3, task: str = "send", **fields: Any) -> Site:
    """A discarded task of high risk, unless the fields say otherwise."""
    span = Span(line, 5, line, 32)
    defaults = {
        "span": span,
        "statement": span,
        "call": "asyncio.create_task",
        "scope": "main",
        "handle": Handle.DISCARDED,
        "ending": Ending.NONE,
        "lifetime": Lifetime.SHORT,
        "multiplicity": Multiplicity.PER_CALL,
        "risk": Risk.HIGH,
        "tracked": NO,
        "cleaned": NO,
    }
    return Site(path=path, task=task, **{**defaults, **fields})


def sound(path: str = "app.py", line: int = 3, task: str = "send", **fields: Any) -> Site:
    """A stored and cancelled task, unless the fields say otherwise."""
    defaults = {
        "handle": Handle.STORED,
        "ending": Ending.CANCELLED,
        "risk": Risk.NONE,
        "tracked": yes("tracked"),
        "cleaned": yes("cancelled"),
    }
    return site(path, line, task, **{**defaults, **fields})


def entry(of: Site, rule: str = "", message: str = "", **fields: Any) -> Entry:
    """The site as it is reported."""
    return Entry(of, "f" * 16, rule, message, **fields)


def report(
    entries: Sequence[Entry] = (), errors: Sequence[FileError] = (), files: int = 20
) -> Report:
    """A report over so many files, a tenth of a second long."""
    return Report(files, 4, tuple(entries), tuple(errors), 0.1)


def voice_assistant() -> Report:
    """A report of eleven sites in seven files, one row of each kind that the table knows."""
    dormant = {"risk": Risk.LOW, "dormant": True}
    partial = {"tracked": PARTIAL, "cleaned": PARTIAL, **dormant}
    agent = "agent/agents/basic_memory_agent.py"
    manager = "tts_manager.py"
    queue = "proxy_message_queue.py"
    gathered = {"cleaned": yes("gathered")}
    singleton = {"tracked": yes("singleton"), "cleaned": yes("self-managed")}
    return report(
        [
            entry(site(agent, 46, "_websocket_send_func"), "TL001", "dropped", fixes=(TRACK,)),
            entry(sound("conversation_handler.py", 38, "_run_single_turn")),
            entry(site("proxy_handler.py", 48, "_maintain_connection", **partial), "TL012"),
            entry(site("proxy_handler.py", 51, "_forward", **partial), "TL012"),
            entry(site(queue, 71, "_consume_loop", **dormant), "TL010"),
            entry(site(queue, 90, "_forward_message", **dormant), "TL001", fixes=(TRACK,)),
            entry(site("service_context.py", 90, "_finish_heavy_init"), "TL001",
                  fixes=(TRACK, AWAIT)),
            entry(sound(manager, 40, "_process_tts", **gathered)),
            entry(sound(manager, 55, "_send_payload", **gathered)),
            entry(sound(manager, 60, "_process_tts", **gathered)),
            entry(sound("websocket_handler.py", 66, "_sweep_stale", **singleton)),
        ]
    )  # fmt: skip
