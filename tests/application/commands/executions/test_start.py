"""Submitting and cancelling executions."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from dynagent.application.commands.executions import (
    CancelExecution,
    CancelExecutionHandler,
    StartExecution,
    StartExecutionHandler,
    Submission,
    SubmitSettings,
)
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.application.shared.context_safe import ContextSafe
from dynagent.core.agents import Agent, AgentConfiguration, AgentDisabled, AgentNotFound
from dynagent.core.executions import ExecutionNotFound, ExecutionOver, IdempotencyKeyReused, TooManyExecutions
from dynagent.core.runs import Admission, RunStatus
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import new_id
from dynagent.infrastructure.tools.arguments import schema_fault
from tests.fakes.agents import FakeAgents
from tests.fakes.clock import FakeClock
from tests.fakes.executions import FakeCancelSignal, FakeExecutions, FakeNotifier, FakeSubmissions
from tests.fakes.files import FakeFiles
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel
from tests.fakes.secrets import FakeBox
from tests.fakes.unit_of_work import FakeUnitOfWork


@dataclass
class Door:
    """The ports of these handlers, with one agent."""

    executions: FakeExecutions = field(default_factory=FakeExecutions)
    uow: FakeUnitOfWork = field(default_factory=FakeUnitOfWork)
    notifier: FakeNotifier = field(default_factory=FakeNotifier)
    signal: FakeCancelSignal = field(default_factory=FakeCancelSignal)
    clock: FakeClock = field(default_factory=FakeClock)
    settings: SubmitSettings = field(default_factory=SubmitSettings.model_construct)
    files: FakeFiles = field(default_factory=FakeFiles)

    def __post_init__(self) -> None:
        configuration = AgentConfiguration(name="A", model="scripted")
        self.agent = Agent.create(
            id=new_id(), user_id=LOCAL_ADMIN.user_id, configuration=configuration, now=self.clock()
        )
        self.agents = FakeAgents(self.agent)
        self.submissions = FakeSubmissions(self.executions)

    async def start(self, **fields: Any) -> Submission:
        """Submit an execution."""
        handler = StartExecutionHandler(
            self.agents,
            self.executions,
            self.submissions,
            files=self.files,
            models=FakeChatModels(ScriptedChatModel(), ScriptedChatModel(name="other")),
            notifier=self.notifier,
            settings=self.settings,
            schema_fault=schema_fault,
            safe=ContextSafe(FakeBox()),
            clock=self.clock,
        )
        given: dict[str, Any] = {"agent_id": self.agent.id, "query": "q", **fields}
        message = StartExecution(**given)
        return await handler(message, LOCAL_ADMIN)

    async def cancel(self, execution_id: str) -> Any:
        """Cancel an execution."""
        handler = CancelExecutionHandler(self.executions, self.uow, self.signal, self.notifier)
        return await handler(CancelExecution(execution_id), LOCAL_ADMIN)


@pytest.fixture
def door() -> Door:
    """Fresh ports."""
    return Door()


async def test_an_execution_is_stored_committed_and_notified_in_that_order(door: Door) -> None:
    submission = await door.start(lane="batch", priority=2, chat_id="c", context={"a": 1})

    execution = submission.execution
    assert not submission.repeated
    assert execution.status is RunStatus.PENDING
    assert (execution.agent_version, execution.agent_name, execution.model) == (1, "A", "scripted")
    assert (execution.lane, execution.priority, execution.chat_id) == ("batch", 2, "c")
    assert execution.deadline is not None
    assert (execution.deadline - execution.created_at).total_seconds() == 3600
    assert [event.name for event in door.submissions.told] == ["execution.started"]
    assert door.notifier.notified == [(execution.id, "batch")]
    assert len(door.executions.trace.logs[execution.id]) == 1


async def test_the_agents_own_time_limit_and_the_asked_model_win(door: Door) -> None:
    limited = door.agent.configuration.model_copy(update={"run_timeout_s": 5.0})
    door.agents.stored[door.agent.id] = door.agent.model_copy(update={"configuration": limited})

    execution = (await door.start(model="other")).execution

    assert execution.model == "other"
    assert execution.deadline is not None
    assert (execution.deadline - execution.created_at).total_seconds() == 5


async def test_what_cannot_run_is_refused(door: Door) -> None:
    with pytest.raises(AgentNotFound):
        await door.start(agent_id=new_id())
    with pytest.raises(AgentNotFound):
        await door.start(agent_id="none")
    with pytest.raises(InvalidInput):
        await door.start(model="none")
    door.agents.stored[door.agent.id] = door.agent.with_status("disabled", now=door.clock())
    with pytest.raises(AgentDisabled):
        await door.start()
    assert door.notifier.notified == []
    assert door.submissions.told == []


async def test_the_same_key_and_request_give_the_same_execution(door: Door) -> None:
    request = {"idempotency_key": "k", "context": {"a": [1]}, "chat_id": "c"}
    first = await door.start(**request)

    again = await door.start(**request)

    assert again.repeated
    assert again.execution.id == first.execution.id
    assert len(door.notifier.notified) == 1


@pytest.mark.parametrize(
    "other", [{"query": "p"}, {"context": {"a": 2}}, {"chat_id": "c"}, {"model": "other"}, {"agent_id": "x"}]
)
async def test_the_same_key_for_another_request_is_refused(door: Door, other: dict[str, Any]) -> None:
    await door.start(idempotency_key="k")

    with pytest.raises(IdempotencyKeyReused):
        await door.start(idempotency_key="k", **other)


async def test_of_two_at_once_with_the_same_key_one_is_stored_and_both_get_it(door: Door) -> None:
    first = await door.start(idempotency_key="k")
    asked: list[str] = []

    async def not_yet(key: str) -> Any:
        """The first look comes before the other's commit."""
        asked.append(key)
        return None if len(asked) == 1 else door.executions.stored[first.execution.id]

    door.executions.by_idempotency_key = not_yet  # pyright: ignore[reportAttributeAccessIssue]
    door.submissions.submit = refused_as_taken  # pyright: ignore[reportAttributeAccessIssue]
    second = await door.start(idempotency_key="k")

    assert second.repeated
    assert second.execution.id == first.execution.id
    assert len(door.notifier.notified) == 1


async def refused_as_taken(*_: Any, **__: Any) -> Admission:
    return Admission(stored=False, waiting=0)


async def test_the_queue_of_a_user_has_an_end(door: Door) -> None:
    door.settings = SubmitSettings.model_construct(max_waiting_per_user=2, queue_retry_after_s=3.0)
    await door.start()
    await door.start()

    with pytest.raises(TooManyExecutions) as refusal:
        await door.start()

    assert refusal.value.retry_after_s == 3


async def test_what_nobody_runs_is_cancelled_at_once(door: Door) -> None:
    execution = (await door.start()).execution

    cancelled = await door.cancel(execution.id)

    assert cancelled.status is RunStatus.CANCELLED
    assert door.signal.announced == [execution.id]
    assert door.executions.trace.logs[execution.id][-1].terminal
    with pytest.raises(ExecutionOver):
        await door.cancel(execution.id)


async def test_what_runs_is_marked(door: Door) -> None:
    execution = (await door.start()).execution
    await door.executions.update(execution.model_copy(update={"status": RunStatus.RUNNING}))

    marked = await door.cancel(execution.id)

    assert (marked.status, marked.cancel_requested) == (RunStatus.RUNNING, True)


async def test_the_parent_that_waited_for_a_cancelled_child_is_notified_of(door: Door) -> None:
    parent = (await door.start()).execution
    child = (await door.start()).execution
    waiting = parent.model_copy(update={"status": RunStatus.WAITING})
    door.executions.stored |= {
        parent.id: waiting,
        child.id: child.model_copy(update={"parent_run_id": parent.id}),
    }
    door.notifier.notified.clear()
    await door.cancel(child.id)
    assert door.notifier.notified == [(parent.id, parent.lane)]


@pytest.mark.parametrize("execution_id", ["none", "01900000-0000-7000-8000-000000000000"])
async def test_an_unknown_execution_cannot_be_cancelled(door: Door, execution_id: str) -> None:
    with pytest.raises(ExecutionNotFound):
        await door.cancel(execution_id)


def test_the_limits_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_WAITING_PER_USER", "3")

    assert SubmitSettings().max_waiting_per_user == 3


async def test_the_requests_schema_goes_before_the_agents(door: Door) -> None:
    own, asked = {"type": "object"}, {"type": "array"}
    door.agent = door.agent.model_copy(
        update={"configuration": door.agent.configuration.model_copy(update={"output_schema": own})}
    )
    door.agents.stored[door.agent.id] = door.agent

    assert (await door.start()).execution.output_schema == own
    assert (await door.start(output_schema=asked)).execution.output_schema == asked
    with pytest.raises(InvalidInput) as refusal:
        await door.start(output_schema={"type": "oddity"})
    assert [item.pointer for item in refusal.value.violations] == ["/output_schema"]


async def test_an_idempotency_key_stands_for_a_schema_too(door: Door) -> None:
    first = await door.start(idempotency_key="k", output_schema={"type": "object"})

    assert (await door.start(idempotency_key="k", output_schema={"type": "object"})).execution == first.execution
    with pytest.raises(IdempotencyKeyReused):
        await door.start(idempotency_key="k", output_schema={"type": "array"})


async def test_secrets_of_the_context_are_sealed_by_their_names(door: Door) -> None:
    context = {"db": {"password": ["p-4711", 3]}, "note": "password", "token": "", "ref": {"api_key": {"$secret": "k"}}}
    submission = await door.start(context=context, idempotency_key="once")
    stored = submission.execution.context
    assert "p-4711" not in str(stored)
    assert (stored["note"], stored["token"], stored["ref"]) == ("password", "", {"api_key": {"$secret": "k"}})
    owner = submission.execution.user_id
    assert ContextSafe(FakeBox()).opened(stored, owner=owner) == context

    again = await door.start(context=context, idempotency_key="once")
    assert (again.repeated, again.execution.id) == (True, submission.execution.id)
    with pytest.raises(IdempotencyKeyReused):
        await door.start(context={**context, "db": {"password": "other"}}, idempotency_key="once")


async def test_ciphertext_in_the_context_is_refused(door: Door) -> None:
    with pytest.raises(InvalidInput) as caught:
        await door.start(context={"login": {"password": {"$sealed": "v1.stolen"}}})
    (violation,) = caught.value.violations
    assert (violation.pointer, violation.rule) == ("/context/login/password", "sealed")
