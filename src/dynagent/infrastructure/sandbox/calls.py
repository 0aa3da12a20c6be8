"""One call of one tool: a child is taken (or kept from the last call), asked, judged, audited."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dynagent.core.shared.errors import DynagentError
from dynagent.core.shared.secret_names import without_secrets
from dynagent.core.shared.tasks import end_tasks
from dynagent.core.tools import CallContext, CustomTool, SandboxUnavailable, ToolOutcome
from dynagent.infrastructure.sandbox import verdicts
from dynagent.infrastructure.sandbox.audit import Audit
from dynagent.infrastructure.sandbox.broker import CONNECTIONS_PER_CALL, Broker, Passage, asked_for
from dynagent.infrastructure.sandbox.call_grants import CallGrants
from dynagent.infrastructure.sandbox.children import CallTimedOut, Child, ChildDied
from dynagent.infrastructure.sandbox.pool import Pool
from dynagent.infrastructure.sandbox.pooled import PooledChildren
from dynagent.infrastructure.sandbox.protocol import Answer, ProtocolError, read_answer, without_granted
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from dynagent.infrastructure.sandbox.zygotes import Ended, Kind

_REPORT_WAIT_S = 0.3


@dataclass(slots=True)
class _Call:
    """What is going on for one call; `outcome` is a code for the audit."""

    tool: CustomTool
    context: CallContext
    call_grants: CallGrants
    timeout_s: float
    started: float
    shape: str
    connections: int = 0
    ended: float = 0.0
    outcome: str = "cancelled"


class Calls:
    """Runs calls on the pools' children and tells the audit of every one."""

    def __init__(self, pools: dict[Kind, Pool], settings: SandboxSettings, *, audit: Audit, broker: Broker) -> None:
        self._pools, self._settings, self._audit, self._broker = pools, settings, audit, broker
        self._pooled = PooledChildren(settings.reused)
        self._connecting: set[asyncio.Task[None]] = set()

    async def run(
        self,
        tool: CustomTool,
        program: bytes,
        arguments: dict[str, Any],
        *,
        context: CallContext,
        call_grants: CallGrants,
    ) -> ToolOutcome:
        """Return the outcome; without a program, the entry is one of ours.

        Raises ToolFailed and its kin, SandboxUnavailable, SandboxBusy.
        """
        timeout_s = min(context.timeout_s, tool.policy.timeout_s)
        shape = tool.reflection.shape if program else "shipped"
        call = _Call(tool, context, call_grants, timeout_s, asyncio.get_running_loop().time(), shape)
        key = (context.user_id, tool.source_hash, *call_grants.granted) if tool.policy.reuse else None
        child = self._pooled.take(key) if key else None
        fresh = child is None
        if child is None:
            child = await self._pools[call_grants.kind].take(self._settings.queue_s)
        try:
            answer = await self._ask(child, call, arguments, program if fresh else b"", keep=key is not None)
            answer = without_granted(answer, call_grants.hidden)
            call.outcome = answer.kind
            if answer.kind != "result":
                raise verdicts.of_answer(answer, without_secrets(tool.code, call_grants.hidden))
        except DynagentError as error:
            call.outcome = error.code
            self._dismiss(child, call)
            raise
        except BaseException:
            self._dismiss(child, call)
            raise
        # The answer goes first, in the caller's turn of the loop; what is left to do takes the next one.
        loop = asyncio.get_running_loop()
        call.ended = loop.time()
        if key and self._pooled.put(key, child, left=answer.left, cpu_ms=answer.cpu_ms):
            reported = Ended(0, answer.cpu_ms, answer.peak_kb)
            loop.call_soon(lambda: self._report_called(call, reported, measured=False))
        else:
            loop.call_soon(self._dismiss, child, call)
        return ToolOutcome(answer.value, answer.logs, round(answer.cpu_ms, 3), answer.peak_kb or None)

    async def stop(self) -> None:
        """Let kept children go and give up connections that are being opened."""
        self._pooled.clear()
        await end_tasks(self._connecting)

    async def _ask(self, child: Child, call: _Call, arguments: dict[str, Any], program: bytes, *, keep: bool) -> Answer:
        message = {
            "op": "call",
            "entry": call.tool.reflection.entry,
            "shape": call.shape,
            "arguments": arguments,
            "secrets": call.call_grants.secrets,
            "idempotency_key": call.context.idempotency_key,
            "execution_id": call.context.execution_id,
            "output_limit": self._settings.output_kb << 10,
            "logs_limit": self._settings.logs_kb << 10,
            "keep": keep,
        }
        try:
            reported, _ = await child.call(
                message, program, timeout_s=call.timeout_s, requests=self._requests(child, call)
            )
            return read_answer(reported, logs_limit=self._settings.logs_kb << 10)
        except CallTimedOut:
            raise verdicts.of_timeout(call.timeout_s, await child.end(_REPORT_WAIT_S)) from None
        except ProtocolError as error:
            child.kill()
            raise verdicts.of_protocol(str(error), error.kind) from None
        except ChildDied as error:
            if error.ended.status is None:
                raise SandboxUnavailable("the sandbox ended during the call", retry_after_s=1.0) from None
            raise verdicts.of_end(error.ended, cpu_s=self._settings.cpu_s) from None

    def _requests(self, child: Child, call: _Call) -> Callable[[dict[str, Any]], None]:
        """Return what answers the child's requests for connections, one task each."""

        def on_request(message: dict[str, Any]) -> None:
            task = asyncio.get_running_loop().create_task(self._connect(child, call, message))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)

        return on_request

    async def _connect(self, child: Child, call: _Call, message: dict[str, Any]) -> None:
        wanted = asked_for(message)
        call.connections += 1
        if wanted is None:
            passage = Passage("malformed", detail="the request is not of the protocol")
        elif call.connections > CONNECTIONS_PER_CALL:
            passage = Passage("too_many", detail=f"a call may open {CONNECTIONS_PER_CALL} connections")
        else:
            passage = await self._broker.connect(*wanted, call.call_grants.grants)
        host, port = wanted or ("", 0)
        self._audit.report(
            "sandbox.net",
            user_id=call.context.user_id,
            tool=call.tool.name,
            host=host,
            port=port,
            address=passage.address,
            verdict=passage.verdict,
        )
        with contextlib.closing(passage.connected) if passage.connected else contextlib.nullcontext():
            child.pass_socket({"verdict": passage.verdict, "detail": passage.detail}, passage.connected)

    def _dismiss(self, child: Child, call: _Call) -> None:
        """Let the child go and audit the call with what `wait4` says of it."""
        child.release()
        child.ended.add_done_callback(lambda ended: self._report_called(call, ended.result(), measured=True))

    def _report_called(self, call: _Call, ended: Ended, *, measured: bool) -> None:
        who = {"user_id": call.context.user_id, "tool": call.tool.name}
        self._audit.report(
            "tool.called",
            **who,
            hash=call.tool.source_hash,
            execution_id=call.context.execution_id,
            grants=call.call_grants.granted,
            outcome=call.outcome,
            wall_ms=round(((call.ended or asyncio.get_running_loop().time()) - call.started) * 1000, 3),
            cpu_ms=round(ended.cpu_ms, 3),
            peak_memory_kb=ended.peak_kb,
            measured=measured,
        )
        status = ended.status or 0
        killed_by_filter = measured and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGSYS
        if call.outcome in ("policy_violation", "protocol") or killed_by_filter:
            self._audit.report(
                "sandbox.violation",
                **who,
                tool_id=call.tool.id,
                execution_id=call.context.execution_id,
                kind=call.outcome,
                version=call.tool.version,
            )
        elif call.outcome in ("timeout", "cpu_limit", "memory_limit", "output_too_large"):
            self._audit.report("sandbox.limit", **who, kind=call.outcome)
        elif call.outcome == "crashed":
            self._audit.report("sandbox.crashed", **who, status=status)
