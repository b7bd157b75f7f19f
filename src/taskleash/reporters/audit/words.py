"""The words of the audit that several formats use; each is said in their language."""

from __future__ import annotations

from taskleash.audit.growth import Growth, Turn
from taskleash.audit.plan import Effort, PlanReason, Priority
from taskleash.verdict.model import Reach

PACKAGE_HEADINGS = (
    "Package",
    "Tasks",
    "Tracked",
    "On completion",
    "At teardown",
    "Score",
)
COMPONENT_HEADINGS = ("Component", "File", *PACKAGE_HEADINGS[1:])
LIFETIME_HEADINGS = ("Task", "Place", "Lives with", "Ended by", "Every", "Swallows", "Risk")
STEP_HEADINGS = ("#", "Harm", "Place", "Task", "Fix", "Effort", "Risk of the fix", "Instead")
OPTION_HEADINGS = ("Option", "For", "Against", "Effort")
UNCHANGED_HEADINGS = ("Place", "Task", "Why")

REACH = {Reach.PROCESS: "the process", Reach.INSTANCE: "an instance", Reach.CALL: "a call"}
NEVER = "nothing"

GROWTH = {
    (
        Growth.RUNS_ON,
        Turn.CALL,
    ): "each call that starts one leaves it running: 10 such calls, 10 tasks",
    (
        Growth.RUNS_ON,
        Turn.LOOP,
    ): "each turn that starts one leaves it running: 10 such turns, 10 tasks",
    (Growth.RUNS_ON, Turn.INSTANCE): "each instance leaves one running: 10 instances, 10 tasks",
    (Growth.RUNS_ON, Turn.KEY): "each key leaves one running: 10 keys, 10 tasks",
    (Growth.CAN_RUN_ON, Turn.CALL): "each call can leave the earlier one running",
    (Growth.CAN_RUN_ON, Turn.LOOP): "each turn can leave the earlier one running",
    (Growth.CAN_RUN_ON, Turn.INSTANCE): "each instance can leave the earlier one running",
    (Growth.CAN_RUN_ON, Turn.KEY): "each start under a key can leave the earlier one running",
    (
        Growth.STAYS_KEPT,
        Turn.CALL,
    ): "each call that starts one leaves it in its container, done or not",
    (
        Growth.STAYS_KEPT,
        Turn.LOOP,
    ): "each turn that starts one leaves it in its container, done or not",
    (Growth.STAYS_KEPT, Turn.INSTANCE): "each instance leaves one in its container, done or not",
    (Growth.STAYS_KEPT, Turn.KEY): "each key leaves one in its container, done or not",
    (Growth.AT_ONCE, Turn.CALL): "10 calls before the first is done: up to 10 tasks",
    (Growth.AT_ONCE, Turn.LOOP): "10 turns before the first is done: up to 10 tasks",
    (Growth.AT_ONCE, Turn.INSTANCE): "10 instances before the first is done: up to 10 tasks",
    (Growth.AT_ONCE, Turn.KEY): "10 keys before the first is done: up to 10 tasks",
}

PRIORITIES = {Priority.P0: "at once", Priority.P1: "next", Priority.P2: "when there is time"}

EFFORTS = {
    Effort.APPLY: "one command",
    Effort.REVIEW: "one command, then a review",
    Effort.HAND: "by hand",
}

#: what an unsafe fix changes
FIX_RISKS = {
    "await": "the caller waits",
    "own": "the teardown does more",
    "cancel-previous": "it ends what ran on",
    "taskgroup": "the function waits for its tasks, and a failure cancels them",
}
#: what speaks for each fix, and against it
FOR = {
    "await": "no task is left, and a failure is logged where it happens",
    "track": "the caller goes on, and a set holds the task until it is done",
    "own": "the caller goes on, and the task ends with what it belongs to",
    "cancel-previous": "there are never two of them",
    "taskgroup": "no task outlives the function that starts it",
    "log": "a failure is seen",
}
AGAINST = {
    "await": "the caller waits until the work is done",
    "track": "nothing stops the task or waits for it at a shutdown",
    "own": "the teardown cancels work that is not done",
    "cancel-previous": "the earlier one is cut off",
    "taskgroup": "the function waits, and one failure cancels the others",
    "log": "nothing else changes",
}
ANY_FIX_RISK = "it may change what the program does"
NO_FIX_RISK = "none"

#: what a person is to do where no fix fits, by the rule that reports it
REMEDIES = {
    "TL001": "keep the task and end it",
    "TL002": "keep the task and end it",
    "TL003": "keep the task that it returns and end it",
    "TL004": "keep the future and look at its result",
    "TL005": "await it",
    "TL006": "await the coroutine, or start a task of it",
    "TL010": "cancel and await it where its owner is taken down",
    "TL011": "end the earlier task before the next one starts, or start none while it runs",
    "TL012": "end it on every path",
    "TL013": "take each task out when it is done",
    "TL014": "cancel and await what is kept in the teardown",
    "TL015": "cancel what is still pending after the wait",
    "TL020": "look at the task's exception when it is done",
    "TL021": "look at the task's exception when it is done",
    "TL030": "await it before the resource is closed, or have it open its own",
}

REASONS = {
    PlanReason.SUPPRESSED: "silenced by a comment",
    PlanReason.KNOWN: "known to the baseline",
    PlanReason.UNREPORTED: "its rule is not selected",
}

NO_DIFFS = "Without diffs, which are too long for this format."
NO_EXCERPTS = "Without diffs and excerpts, which are too long for this format."
NO_FACTS = "Without diffs, excerpts and reasons, which are too long for this format."
