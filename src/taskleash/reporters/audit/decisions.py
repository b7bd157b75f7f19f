"""What a plan comes to, in one sentence, and the questions that decide about it, as a tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from taskleash.audit.plan import FlagDecision, Plan, Priority, Step
from taskleash.audit.watch import COMMAND
from taskleash.reporters.audit import phrases
from taskleash.reporters.language import Language
from taskleash.reporters.report import Entry
from taskleash.reporters.series import series
from taskleash.verdict.model import Risk

_CALLED_OFTEN = 2


def conclusion(made: Plan[Entry], say: Language) -> str:
    """How many findings to mend when, the most urgent first; that there is none, otherwise."""
    said = []
    for priority, words in (
        (Priority.P0, say("{count} to mend today")),
        (Priority.P1, say("{count} to mend next")),
        (Priority.P2, say("{count} when there is time")),
    ):
        if found := sum(step.priority is priority for step in made.steps):
            said.append(words.format(count=found))
    for decision in made.decisions:
        urgent = sum(step.priority is Priority.P0 for step in decision.steps)
        said.append(_after_asking(urgent or len(decision.steps), decision, say))
    if not said:
        said.append(say("nothing to mend"))
    sound = len(made.unchanged)
    if sound:
        said.append(say("{count} that need no change", count=sound))
    return say("In short: {findings}.", findings=say(", ").join(said))


def _after_asking(count: int, decision: FlagDecision[Entry], say: Language) -> str:
    if not decision.flag:
        return say("{count} after asking whether the code ever runs", count=count)
    flag = f"`{decision.flag}`"
    return say("{count} after asking whether {flag} is on", count=count, flag=flag)


def tree(made: Plan[Entry], say: Language) -> list[str]:
    """The questions with what follows from each answer, as lines of text; none for no finding.

    Is the code in use, how often does it run, and is anything left when that is mended?
    """
    questions = list(_questions(made, say))
    if not questions:
        return []
    lines = [say("Tasks pile up, or end half-way")]
    for number, (question, answers) in enumerate(questions, start=1):
        last = number == len(questions)
        lines.append(f"{'└' if last else '├'}─ {number}. {question}")
        bar = " " if last else "│"
        for index, (answer, follows) in enumerate(answers):
            corner = "└" if index == len(answers) - 1 else "├"
            lines.append(f"{bar}   {corner}─ {answer} → {follows}")
    return lines


def _questions(made: Plan[Entry], say: Language) -> Iterator[tuple[str, Sequence[tuple[str, str]]]]:
    steps = made.steps
    for decision in made.decisions:
        question = phrases.question(decision, say).replace("`", "")
        names = _tasks([*steps, *decision.steps], say)
        without = say("mend {tasks}", tasks=_tasks(steps, say)) if steps else say("nothing to do")
        yield question, ((say("yes"), say("mend {tasks}", tasks=names)), (say("no"), without))
    if often := _most_called(steps):
        site = often.entry.site
        yield (
            say("Does {name} run often?", name=site.scope),
            (
                (say("yes"), say("{task} is {priority}", task=site.task, priority=Priority.P0)),
                (say("no"), say("{task} is {priority}", task=site.task, priority=Priority.P1)),
            ),
        )
    if steps or made.decisions:
        yield (
            say("Are tasks still left alive after that?"),
            (
                (say("yes"), say("see where they start: {command}", command=COMMAND)),
                (say("no"), say("done")),
            ),
        )


def _most_called(steps: Sequence[Step[Entry]]) -> Step[Entry] | None:
    """The most urgent step of high risk that hangs on how often its function is called."""
    for step in steps:
        if step.entry.site.risk is Risk.HIGH and step.harm.often >= _CALLED_OFTEN:
            return step
    return None


def _tasks(steps: Sequence[Step[Entry]], say: Language) -> str:
    """The distinct tasks of some steps, at most three of them by name."""
    names = list(dict.fromkeys(step.entry.site.task for step in steps))
    more = [say("{count} more", count=len(names) - 3)] if len(names) > 3 else []
    return say(", ").join([series(names[:3], say), *more])
