"""Interrupts: a run stops and asks a person; the answers are kept with who gave them, then the run goes on.

An interrupt belongs to one tool call (its call key). Several may be open at once; the run continues when all are
answered. Side effects stand after the answers: no call of a step is made while one of them waits for approval.

A question may expire: then nobody can answer it any more, and the call counts as refused or the run has failed.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from dynagent.core.shared.errors import Conflict, NotFound
from dynagent.core.shared.ids import new_id

Reason = Literal["approval", "in_doubt", "input"]
OnExpiry = Literal["reject", "fail"]
Decision = Literal["approve", "edit", "respond", "reject", "happened", "did_not_happen", "submit"]

APPROVAL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Approve this tool call?",
    "properties": {
        "decision": {
            "enum": ["approve", "edit", "respond", "reject"],
            "description": "approve: call it; edit: call it with other arguments; respond: give the result yourself; "
            "reject: tell the model no",
        },
        "arguments": {"type": "object", "description": "The arguments to call it with (edit)."},
        "result": {"description": "The result to go on with (respond)."},
        "reason": {"type": "string", "maxLength": 2000, "description": "What the model is told (reject)."},
    },
    "required": ["decision"],
    "additionalProperties": False,
    "allOf": [
        {"if": {"properties": {"decision": {"const": "edit"}}}, "then": {"required": ["arguments"]}},
        {"if": {"properties": {"decision": {"const": "respond"}}}, "then": {"required": ["result"]}},
    ],
}
DOUBT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Did this tool call take place?",
    "properties": {
        "decision": {
            "enum": ["happened", "did_not_happen", "respond"],
            "description": "happened: go on without calling it again; did_not_happen: call it now; "
            "respond: it happened, and this was its result",
        },
        "result": {"description": "The result to go on with (respond)."},
    },
    "required": ["decision"],
    "additionalProperties": False,
    "allOf": [{"if": {"properties": {"decision": {"const": "respond"}}}, "then": {"required": ["result"]}}],
}


def input_schema(form: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an answer that fills in a form, itself a JSON Schema."""
    return {
        "type": "object",
        "title": "Your input is needed",
        "properties": {"decision": {"const": "submit"}, "result": form},
        "required": ["decision", "result"],
        "additionalProperties": False,
    }


SCHEMAS: dict[Reason, dict[str, Any]] = {"approval": APPROVAL_SCHEMA, "in_doubt": DOUBT_SCHEMA}


class InterruptNotFound(NotFound):
    """The execution has no interrupt with this id."""

    code = "interrupt_not_found"


class NothingToAnswer(Conflict):
    """The execution does not wait for anybody, or the interrupt is answered already."""

    code = "nothing_to_answer"


class InterruptExpired(Conflict):
    """Nobody answered the interrupt in time; `extra` carries `interrupt_id`, `expires_at` and `on_expiry`."""

    code = "interrupt_expired"


class Expiry(BaseModel):
    """How long people have for an answer, in seconds, and what happens then: the call is refused or the run fails.

    Only a person knows whether a call in doubt took place, or what to fill in: without that the run always fails.
    """

    model_config = ConfigDict(frozen=True)

    after_s: float
    then: OnExpiry = "reject"

    def of(self, reason: Reason) -> OnExpiry:
        """Return what happens when a question asked for this reason expires."""
        return self.then if reason == "approval" else "fail"


class Answer(BaseModel):
    """What a person decided; which fields count depends on the decision (see the schemas)."""

    model_config = ConfigDict(frozen=True)

    decision: Decision
    arguments: dict[str, Any] | None = None
    result: Any = None
    reason: str | None = None


class Interrupt(BaseModel):
    """A question to a person about one tool call, and the answer once there is one.

    The store sets `expires_at`, `expires_after_s` seconds after it has stored the question, and `expired` once that
    moment has passed without anybody's answer; both by its own clock. Rejected at its expiry, it has an answer of
    nobody's (`answered_by` is None).
    """

    model_config = ConfigDict(frozen=True)

    id: str
    execution_id: str
    call_key: str
    reason: Reason
    value: dict[str, Any]
    response_schema: dict[str, Any]
    answer: Answer | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    created_at: datetime
    expires_after_s: float | None = None
    expires_at: datetime | None = None
    on_expiry: OnExpiry | None = None
    expired: bool = False

    @classmethod
    def ask(
        cls,
        reason: Reason,
        *,
        execution_id: str,
        call_key: str,
        value: dict[str, Any],
        now: datetime,
        expiry: Expiry | None = None,
        form: dict[str, Any] | None = None,
    ) -> "Interrupt":
        """Return a new open interrupt; without an `expiry` it waits for ever. `form` is for a question of `input`."""
        return cls(
            id=new_id(),
            execution_id=execution_id,
            call_key=call_key,
            reason=reason,
            value=value,
            response_schema=SCHEMAS[reason] if form is None else input_schema(form),
            created_at=now,
            expires_after_s=expiry.after_s if expiry else None,
            on_expiry=expiry.of(reason) if expiry else None,
        )

    def answered(self, answer: Answer, *, by: str, now: datetime) -> "Interrupt":
        """Return it with its answer. Raises NothingToAnswer when it has one, InterruptExpired when it is too late."""
        self.check_in_time()
        if self.answer is not None:
            raise NothingToAnswer(f"interrupt {self.id} is answered already")
        return self.model_copy(update={"answer": answer, "answered_by": by, "answered_at": now})

    def check_in_time(self) -> None:
        """Refuse with InterruptExpired once nobody can answer it any more."""
        if not self.expired or self.expires_at is None:
            return
        outcome = "the run has failed" if self.on_expiry == "fail" else "the call counts as refused"
        raise InterruptExpired(
            f"interrupt {self.id} expired at {self.expires_at:%Y-%m-%dT%H:%M:%SZ} without an answer; {outcome}",
            extra={
                "interrupt_id": self.id,
                "expires_at": self.expires_at.isoformat(),
                "on_expiry": self.on_expiry,
            },
        )
