"""The names of a site as messages quote them; every one may be unknown."""

from __future__ import annotations

from taskleash.classify.model import Handle, Site, Vanishings

_UNKNOWN = frozenset({"", "<unknown>"})


def quoted(name: str) -> str:
    """The name in backticks, on one line however it is laid out in the source."""
    return f"`{' '.join(name.split())}`"


def task(site: Site) -> str:
    """The task as the subject of a message: ``task `send` ``, or ``a task`` without a name."""
    return "a task" if site.task in _UNKNOWN else f"task {quoted(site.task)}"


def coroutine(site: Site) -> str:
    """The coroutine as the subject of a message: ``coroutine `send` ``."""
    return "a coroutine" if site.task in _UNKNOWN else f"coroutine {quoted(site.task)}"


def task_in_holder(site: Site) -> str:
    """The task and the place that keeps it: ``task `send` in `self._task` ``."""
    if not site.holder or site.handle is Handle.LOCAL:
        return task(site)
    return f"{task(site)} in {quoted(site.holder)}"


def harm_of_a_drop(site: Site) -> str:
    """What may come of it that nothing holds a task: only what is proven is claimed."""
    if site.in_one_step:
        return "it is over in its first step, and nothing waits for it"
    known, harm = site.vanishing, "nothing can stop it or wait for it"
    if known.state is Vanishings.EXCLUDED:
        return harm
    if known.state is Vanishings.PROVEN:
        what = quoted(known.what) if "future" not in known.what else known.what
        return f"it can vanish at {_line(site)}, since nothing else holds {what}, and {harm}"
    said = f"{harm}, and whether it can vanish half-way is not known"
    return f"{said} ({_line(site)} waits for {quoted(known.what)})" if known.what else said


def _line(site: Site) -> str:
    """The line of the await that decides, with its file where that is another."""
    known = site.vanishing
    return f"line {known.line}" + (f" of {known.path}" if known.path != site.path else "")


def holder(site: Site, otherwise: str) -> str:
    """The place that keeps the task, in backticks, or the words given for a nameless one."""
    return quoted(site.holder) if site.holder else otherwise
