"""The names of a site as messages quote them; every one may be unknown."""

from __future__ import annotations

from taskleash.sentences import Said, Sentence, sentence
from taskleash.verdict.model import Handle, Lifetime, Site, Vanishings

_UNKNOWN = frozenset({"", "<unknown>"})


def quoted(name: str) -> str:
    """The name in backticks, on one line however it is laid out in the source."""
    return f"`{' '.join(name.split())}`"


def task(site: Site) -> Sentence:
    """The task as the subject of a message: ``task `send` ``, or ``a task`` without a name."""
    if site.task in _UNKNOWN:
        return sentence("a task")
    return sentence("task {name}", name=quoted(site.task))


def coroutine(site: Site) -> Sentence:
    """The coroutine as the subject of a message: ``coroutine `send` ``."""
    if site.task in _UNKNOWN:
        return sentence("a coroutine")
    return sentence("coroutine {name}", name=quoted(site.task))


def task_in_holder(site: Site) -> Sentence:
    """The task and the place that keeps it: ``task `send` in `self._task` ``."""
    if not site.holder or site.handle in (Handle.LOCAL, Handle.ESCAPES):
        return task(site)
    return sentence("{task} in {place}", task=task(site), place=quoted(site.holder))


def harm_of_a_drop(site: Site) -> Sentence:
    """What may come of it that nothing holds a task: only what is proven is claimed."""
    if site.in_one_step:
        return sentence("it is over in its first step, and nothing waits for it")
    known, harm = site.vanishing, _left_alone(site)
    if known.state is Vanishings.EXCLUDED:
        return harm
    if known.state is Vanishings.PROVEN:
        return sentence(
            "it can vanish at {line}, since nothing else holds {what}, and {harm}",
            line=_line(site),
            what=quoted(known.what) if known.what else sentence("the future"),
            harm=harm,
        )
    if known.state is Vanishings.OWNER:
        return sentence(
            "{harm}, and it cannot vanish at {line} as long as something else holds its {what}",
            harm=harm,
            line=_line(site),
            what=quoted(known.what),
        )
    if known.state is Vanishings.GIVEN:
        return sentence(
            "{harm}, and whether it can vanish at {line} hangs on {what}, which may come from"
            " other code",
            harm=harm,
            line=_line(site),
            what=quoted(known.what),
        )
    if not known.what:
        return sentence("{harm}, and whether it can vanish half-way is not known", harm=harm)
    return sentence(
        "{harm}, and whether it can vanish half-way is not known ({line} waits for {what})",
        harm=harm,
        line=_line(site),
        what=quoted(known.what),
    )


def _left_alone(site: Site) -> Sentence:
    """What holds of every dropped task; a loop that goes by a flag can be stopped by that."""
    if site.swept:
        return sentence("only what cancels all tasks of its loop can stop it")
    if site.lifetime is Lifetime.UNKNOWN:
        return sentence("nothing can cancel it or wait for it")
    return sentence("nothing can stop it or wait for it")


def _line(site: Site) -> Sentence:
    """The line of the await that decides, with its file where that is another."""
    known = site.vanishing
    if known.path == site.path:
        return sentence("line {line}", line=str(known.line))
    return sentence("line {line} of {path}", line=str(known.line), path=known.path)


def holder(site: Site, otherwise: Sentence) -> Said:
    """The place that keeps the task, in backticks, or the words given for a nameless one."""
    return quoted(site.holder) if site.holder else otherwise
