"""What one agent's turn, step or call gives to another, as a message between the two."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from dynagent.core.conversations import CommunicationPolicies, CommunicationPolicy, ConversationLog, NewMessage
from dynagent.core.executions import AGENT
from dynagent.core.runs import ChildRun, Run, RunStatus
from dynagent.core.shared.clock import utc_now
from dynagent.core.workflows import DueStep, text_of

Known = Mapping[str, Run]
"""The runs of a workflow's steps by key, in the order in which they were started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMessages:
    """Messages between the agents of a workflow: what one agent's step gives to another's."""

    policies: CommunicationPolicies
    log: ConversationLog

    async def of(self, steps: Sequence[DueStep], known: Known) -> "BatchMessages":
        """Return the messages to the agents of steps that begin together; the rules are read once, if at all.

        What an agent is given by others comes from the last run of a step of that name.
        """
        said = {run.input["step"]["name"]: run for run in known.values() if _has_said(run)}
        of_agents = [step for step in steps if step.kind == "agent"]
        given = {step.key: [(said[name], out) for name, out in step.given if name in said] for step in of_agents}
        policy = await self.policies.current() if any(given.values()) else None
        return BatchMessages(self.log, given, policy)


@dataclass(frozen=True, slots=True)
class BatchMessages:
    """What the agents of some steps are `given` by others, by the key of the step: runs with their outputs."""

    log: ConversationLog
    given: Mapping[str, Sequence[tuple[Run, Any]]]
    policy: CommunicationPolicy | None = None

    def check(self, step: DueStep, receiver: str) -> None:
        """Refuse a step whose agent may not have what it is given. Raises CommunicationNotAllowed."""
        if self.policy is not None:
            for sender, _ in self.given[step.key]:
                self.policy.check(sender.subject_name, receiver)

    async def write(self, run: Run, wanted: Sequence[tuple[DueStep, ChildRun]]) -> None:
        """Write down what the agents of those steps that are about to be started are given."""
        now = utc_now()
        messages = [
            handed_over(
                place=f"{step.key}<{sender.input['step']['key']}",
                sender=(sender.subject_name, sender.id),
                receiver=child.subject_name,
                output=output,
                at=now,
            )
            for step, child in wanted
            for sender, output in self.given.get(step.key, ())
        ]
        await self.log.write(run.user_id, run.id, messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMessages:
    """Messages between an agent and those that it calls or hands over to."""

    policies: CommunicationPolicies
    log: ConversationLog

    async def check(self, sender: str, receiver: str) -> None:
        """Refuse a call that the rules do not allow. Raises CommunicationNotAllowed."""
        (await self.policies.current()).check(sender, receiver)

    async def write(self, run: Run, messages: Sequence[NewMessage]) -> None:
        """Write down what they say to each other in a run."""
        await self.log.write(run.user_id, run.id, messages)


def handed_over(
    *, place: str, sender: tuple[str, str], receiver: str, output: Any, at: datetime, iteration: int = 0
) -> NewMessage:
    """Return the message that an output (any JSON value) is; `sender` is its agent's name and its run's id."""
    name, run_id = sender
    return NewMessage(
        place=place,
        from_agent=name,
        to_agent=receiver,
        content=text_of(output),
        at=at,
        iteration=iteration,
        confidence=confidence_of(output),
        sender_run_id=run_id,
    )


def confidence_of(output: Any) -> float | None:
    """Return how sure an agent says it is: the number `confidence` of a JSON object, None without one."""
    found = cast("Mapping[str, Any]", output).get("confidence") if isinstance(output, Mapping) else None
    if not isinstance(found, (int, float)) or isinstance(found, bool) or not math.isfinite(found):
        return None
    return float(found)


def _has_said(run: Run) -> bool:
    return run.kind == AGENT and run.status is RunStatus.COMPLETED
