"""What one agent's turn or step gives to the next, as a message between the two."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from dynagent.core.conversations import CommunicationPolicies, ConversationLog, NewMessage
from dynagent.core.executions import AGENT
from dynagent.core.runs import ChildRun, Run, RunStatus
from dynagent.core.workflows import DueStep, text_of

Known = Mapping[str, Run]
"""The runs of a workflow's steps by key, in the order in which they were started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepMessages:
    """Messages between the agents of a workflow: what one agent's step gives to another's."""

    policies: CommunicationPolicies
    log: ConversationLog

    async def check(self, step: DueStep, receiver: str, known: Known) -> None:
        """Refuse a step whose agent may not have what it is given. Raises CommunicationNotAllowed."""
        senders = [sender.subject_name for sender, _ in _given(step, known)]
        if senders:
            policy = await self.policies.current()
            for name in senders:
                policy.check(name, receiver)

    async def write(self, run: Run, wanted: Sequence[tuple[DueStep, ChildRun]], known: Known) -> None:
        """Write down what the agents of steps that are about to be started are given by others."""
        now = datetime.fromtimestamp(time.time(), UTC)
        messages = [
            handed_over(
                place=f"{step.key}<{sender.input['step']['key']}",
                sender=(sender.subject_name, sender.id),
                receiver=child.subject_name,
                output=output,
                at=now,
            )
            for step, child in wanted
            if child.kind == AGENT
            for sender, output in _given(step, known)
        ]
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


def _given(step: DueStep, known: Known) -> Iterator[tuple[Run, Any]]:
    """Yield what an agent is given by others with the run that it comes from: the last one of a step of that name."""
    for name, output in step.given:
        runs = [run for run in known.values() if run.kind == AGENT and run.input["step"]["name"] == name]
        ended = [run for run in runs if run.status is RunStatus.COMPLETED]
        if ended:
            yield ended[-1], output
