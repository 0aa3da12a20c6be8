"""The guard rules of one run: looked at in order, each verdict told once in the trace, in whatever attempt."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from dynagent.core.language_models import ModelReply, OnText
from dynagent.core.runs import Answer, Expiry, GuardrailVerdict, Interrupt
from dynagent.core.shared.calls import ToolCall
from dynagent.core.shared.errors import DynagentError, ErrorKind
from dynagent.core.shared.guards import GuardRule, Stage
from dynagent.core.shared.tasks import end_tasks
from dynagent.infrastructure.langgraph.guard_checks import Finding, find, is_judge
from dynagent.infrastructure.langgraph.trace_events import RunTrace, Span
from dynagent.infrastructure.langgraph.verdicts import RunWaits

FIRST_LOOK, GROWTH = 200, 1.25
"""A text that streams out is looked at after so many characters, and whenever it has grown by a quarter: that is linear
in all."""

T = TypeVar("T")
AskJudge = Callable[[GuardRule, str, str, Span], Awaitable[Finding | None]]
"""Asks a model about a text, under a key: rule, text, key, span. Returns what it objects to."""


class GuardrailBlocked(DynagentError):
    """A guardrail of the agent has ended the run; `extra` has `guardrail_id` and `stage`."""

    kind = ErrorKind.INVALID
    code = "guardrail_blocked"


class Streaming(Protocol):
    """A model call whose text streams out; `on_restart` is called when it is made again, its text from the start."""

    on_restart: Callable[[], None] | None

    @property
    def key(self) -> str:
        """The call's key."""
        ...

    def on_text(self, text: str) -> None:
        """Pass a piece of text on."""
        ...


class Guards:
    """Judges what a run is asked, says and calls. Made only for agents that have guardrails."""

    def __init__(self, rules: Sequence[GuardRule], trace: RunTrace, *, judge: AskJudge, expiry: Expiry | None) -> None:
        self._rules = rules
        self._trace = trace
        self._judge = judge
        self._expiry = expiry
        self._to_approve: set[str] = set()

    def has(self, stage: Stage) -> bool:
        """Say whether any rule is about this stage."""
        return any(rule.stage == stage for rule in self._rules)

    @property
    def holds_back(self) -> bool:
        """Whether text must not be streamed before it has passed. What a person is asked about never is."""
        return any(rule.stage == "output" and (rule.hold_back or rule.action == "ask") for rule in self._rules)

    async def passed(self, stage: Stage, text: str, key: str, span: Span, *, final: bool = True) -> str:
        """Return the text as it may go on, redacted or as a person has changed it.

        Text beside tool calls (not `final`) is looked at for what it must not hold. Raises GuardrailBlocked, RunWaits.
        """
        for rule in self._rules:
            if rule.stage == stage and (final or rule.kind not in ("regex_allow", "json_schema", "llm_judge")):
                text = await self._through(rule, text, f"{key}/guard.{rule.id}", span)
        return text

    async def passed_call(self, call: ToolCall, key: str, span: Span) -> ToolCall:
        """Return a call as it may be made; `to_approve` says if a person is asked first. Raises GuardrailBlocked."""
        for rule in self._rules:
            wanted = rule.config.get("tools") or ()
            if rule.stage != "tool_call" or call.arguments is None or (wanted and call.name not in wanted):
                continue
            text = json.dumps(call.arguments, ensure_ascii=False)
            finding = await self._finding(rule, text, f"{key}/guard.{rule.id}", span, tool=call.name)
            if finding is None:
                continue
            if rule.action == "block":
                raise _blocked(rule, finding)
            if rule.action == "ask":
                self._to_approve.add(key)
            elif rule.action == "redact":
                call = call.model_copy(update={"arguments": _redacted(rule, call.arguments)})
        return call

    def to_approve(self, key: str) -> bool:
        """Say whether a rule wants a person to approve the call with this key."""
        return key in self._to_approve

    def asked_before(self, key: str) -> ModelReply | None:
        """Return the reply that an earlier attempt asked a person about, so that the model is not asked again."""
        for rule in self._rules:
            value = self._trace.claim.journal.question(f"{key}/guard.{rule.id}")
            if value is not None and "reply" in value:
                return ModelReply.model_validate(value["reply"])
        return None

    async def watched(self, reply: Callable[[OnText], Awaitable[T]], call: Streaming, span: Span) -> T:
        """Await a reply whose text streams out; end it at once when a blocking rule finds something in it.

        `reply` is given what it is to call with each piece. Raises GuardrailBlocked.
        """
        rules = [r for r in self._rules if r.stage == "output" and r.action == "block" and r.kind in _WATCHED]
        if not rules:
            return await reply(call.on_text)
        watch = _Watch(rules, call.on_text)
        call.on_restart = watch.restart
        made = asyncio.ensure_future(reply(watch.on_text))
        try:
            await asyncio.wait({made, watch.tripped}, return_when=asyncio.FIRST_COMPLETED)
            if not watch.tripped.done():
                return await made
        finally:
            await end_tasks([made])
        rule, finding = watch.tripped.result()
        self._record(rule, finding, f"{call.key}/guard.{rule.id}", span)
        raise _blocked(rule, finding)

    def used_before(self, key: str) -> None:
        """Add up what judges of a text used that passed in an earlier attempt."""
        for rule in self._rules:
            self._trace.used_before(f"{key}/guard.{rule.id}")

    def withhold(self, error: RunWaits, reply: ModelReply) -> RunWaits:
        """Return the question with the reply that it is about, for the attempt that goes on with the answer."""
        whole = reply.model_dump(mode="json")
        return RunWaits(
            tuple(one.model_copy(update={"value": {**one.value, "reply": whole}}) for one in error.interrupts)
        )

    async def _through(self, rule: GuardRule, text: str, key: str, span: Span) -> str:
        finding = await self._finding(rule, text, key, span)
        if finding is None or rule.action == "warn":
            return text
        if rule.action == "redact":
            return finding.without
        if rule.action == "block":
            raise _blocked(rule, finding)
        answer = self._trace.claim.journal.answer(key, "approval")
        if answer is None:
            raise RunWaits((self._question(rule, finding, text, key),))
        return _decided(answer, rule, finding, text)

    async def _finding(
        self, rule: GuardRule, text: str, key: str, span: Span, *, tool: str | None = None
    ) -> Finding | None:
        earlier = self._trace.claim.journal.guardrail(key)
        if earlier is not None:
            self._trace.used_before(key)
        if not is_judge(rule):
            finding = find(rule, text)
        elif earlier is not None:
            finding = None if earlier.passed else Finding(earlier.reason)
        else:
            finding = await self._judge(rule, text, key, span)
        if earlier is None:
            self._record(rule, finding, key, span, tool=tool)
        return finding

    def _record(
        self, rule: GuardRule, finding: Finding | None, key: str, span: Span, *, tool: str | None = None
    ) -> None:
        self._trace.recorder.record(
            GuardrailVerdict(
                timestamp=time.time(),
                span_id=key,
                parent_span_id=span.id,
                key=key,
                guardrail_id=rule.id,
                name=rule.name,
                kind=rule.kind,
                stage=rule.stage,
                action=rule.action,
                passed=finding is None,
                reason="" if finding is None else finding.reason,
                tool=tool,
            )
        )

    def _question(self, rule: GuardRule, finding: Finding, text: str, key: str) -> Interrupt:
        line = f"guardrail {rule.name!r}: the {rule.stage} {finding.reason}"
        value: dict[str, Any] = {"tool": f"guardrail {rule.name}", "arguments": {"text": text}, "line": line}
        return Interrupt.ask(
            "approval",
            execution_id=self._trace.claim.run.id,
            call_key=key,
            value=value,
            now=datetime.now(UTC),
            expiry=self._expiry,
        )


_WATCHED = frozenset({"max_length", "regex_deny", "pii", "prompt_injection"})
"""The kinds whose findings more text cannot undo."""


class _Watch:
    """Looks at a text while it streams; once something is found, nothing more is passed on."""

    def __init__(self, rules: Sequence[GuardRule], pass_on: OnText) -> None:
        self._rules = rules
        self._pass_on = pass_on
        self._parts: list[str] = []
        self._length = 0
        self._next_look = FIRST_LOOK
        self.tripped: asyncio.Future[tuple[GuardRule, Finding]] = asyncio.get_running_loop().create_future()

    def restart(self) -> None:
        """Begin anew: the reply does."""
        self._parts, self._length, self._next_look = [], 0, FIRST_LOOK

    def on_text(self, piece: str) -> None:
        """Take a piece, pass it on unless it trips a rule."""
        if self.tripped.done():
            return
        self._parts.append(piece)
        self._length += len(piece)
        if self._length >= self._next_look:
            self._next_look = int(max(self._length * GROWTH, self._length + FIRST_LOOK))
            self._parts = [text := "".join(self._parts)]
            for rule in self._rules:
                finding = find(rule, text)
                if finding is not None:
                    self.tripped.set_result((rule, finding))
                    return
        self._pass_on(piece)


def _decided(answer: Answer, rule: GuardRule, finding: Finding, text: str) -> str:
    if answer.decision == "reject":
        raise _blocked(rule, finding, by="a person refused it")
    if answer.decision == "edit":
        return str((answer.arguments or {}).get("text", text))
    if answer.decision == "respond":
        return answer.result if isinstance(answer.result, str) else json.dumps(answer.result, ensure_ascii=False)
    return text


def _blocked(rule: GuardRule, finding: Finding, *, by: str = "") -> GuardrailBlocked:
    where = {"input": "the input", "output": "the answer", "tool_call": "a tool call"}[rule.stage]
    words = f"guardrail {rule.name!r} has stopped the run: {where} {finding.reason}"
    return GuardrailBlocked(f"{words}; {by}" if by else words, extra={"guardrail_id": rule.id, "stage": rule.stage})


def _redacted(rule: GuardRule, value: Any) -> Any:
    """Return JSON with what the rule finds taken out of its texts."""
    if isinstance(value, str):
        finding = find(rule, value)
        return value if finding is None else finding.without
    if isinstance(value, list):
        return [_redacted(rule, item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, dict):
        return {name: _redacted(rule, item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return value
