"""Whether a tool call may be made: what people answered about it, and what to ask them first."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from dynagent.core.runs import Answer, CallError, Expiry, Interrupt, Journal, Reason, ToolCallInDoubt, call_line
from dynagent.core.shared.calls import ToolCall
from dynagent.core.tools import RunnableTool, ToolOutcome

InDoubt = Literal["ask", "fail", "retry"]
TOOK_PLACE = "The call took place; its result is not known."


class RunWaits(Exception):
    """The run cannot go on before people have answered; the attempt ends and its memory is freed."""

    def __init__(self, interrupts: tuple[Interrupt, ...]) -> None:
        super().__init__("the run waits for answers")
        self.interrupts = interrupts


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a call goes on: made with `arguments`, settled by an `outcome` or `error`, or after a `question`."""

    arguments: dict[str, Any] | None = None
    outcome: ToolOutcome | None = None
    error: CallError | None = None
    question: Reason | None = None


def judge(tool: RunnableTool, call: ToolCall, key: str, journal: Journal, *, asks: bool, in_doubt: InDoubt) -> Verdict:
    """Return how a call goes on; `asks` says that a person must approve it. Raises ToolCallInDoubt for `fail`."""
    verdict = Verdict(arguments=call.arguments)
    if asks:
        verdict = _approved(journal.answer(key, "approval"), call, expired=journal.expired(key, "approval"))
    if verdict.arguments is None or tool.repeatable or not journal.in_doubt(key) or in_doubt == "retry":
        return verdict
    if in_doubt == "fail":
        raise ToolCallInDoubt(
            f"{call.name} was being called when the run was interrupted; it must not be called twice, and whether it "
            "took place is not known",
            extra={"tool": call.name, "call_key": key, "arguments": call.arguments},
        )
    return _cleared(journal.answer(key, "in_doubt"), verdict)


def question_about(
    reason: Reason, call: ToolCall, *, key: str, execution_id: str, expiry: Expiry | None = None
) -> Interrupt:
    """Return the open interrupt that asks about a call."""
    arguments = call.arguments or {}
    value = {"tool": call.name, "arguments": arguments, "call_id": call.id, "line": call_line(call.name, arguments)}
    return Interrupt.ask(
        reason, execution_id=execution_id, call_key=key, value=value, now=datetime.now(UTC), expiry=expiry
    )


def _approved(answer: Answer | None, call: ToolCall, *, expired: bool) -> Verdict:
    if answer is None:
        return Verdict(question="approval")
    if expired:
        return Verdict(error=CallError(code="approval_expired", message="nobody approved this call in time"))
    if answer.decision == "reject":
        message = f"a person refused this call{': ' + answer.reason if answer.reason else ''}"
        return Verdict(error=CallError(code="rejected", message=message))
    if answer.decision == "respond":
        return Verdict(outcome=ToolOutcome(answer.result))
    return Verdict(arguments=answer.arguments if answer.decision == "edit" else call.arguments)


def _cleared(answer: Answer | None, verdict: Verdict) -> Verdict:
    if answer is None:
        return Verdict(question="in_doubt")
    if answer.decision == "did_not_happen":
        return verdict
    return Verdict(outcome=ToolOutcome(answer.result if answer.decision == "respond" else TOOK_PLACE))
