"""Every way out of a run leaves the execution ended, requeued, or with its successor; nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dynagent.application.commands.executions.run import RunControl, RunExecution, RunExecutionHandler
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.agents import AgentConfiguration
from dynagent.core.executions import Execution, RunPlan
from dynagent.core.files import GiveFiles
from dynagent.core.language_models import ModelUnavailable
from dynagent.core.runs import MAX_ATTEMPTS, Claim, Outcome, RunLost, Runners, RunStatus, TraceRecorder, UsageReport
from dynagent.core.shared.errors import StorageAway
from dynagent.core.tools import ToolNotFound
from dynagent.infrastructure.expressions.conditions import StateConditions
from dynagent.infrastructure.files.texts import PlainTexts
from dynagent.infrastructure.langgraph.agent_runs import AgentRuns
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from tests.fakes.agent_runs import FakeSurroundings, FakeTurns, FakeVersions
from tests.fakes.children import FakeChildren
from tests.fakes.dispatch import FakeDispatch, FakeTraceLog
from tests.fakes.executions import FakeNotifier
from tests.fakes.files import FakeFiles, FakeObjects

ID = "01a1fbd1-034f-79b1-bf7b-77098bbc65ab"
FALLBACK = "01a1fbd1-034f-79b1-bf7b-77098bbc65ac"
DONE = Outcome(status=RunStatus.COMPLETED, result="42", model="demo")

Behaviour = Callable[[Claim, RunPlan, TraceRecorder], Awaitable[Outcome]]


def execution(**changes: Any) -> Execution:
    return Execution.start(
        timeout_s=changes.pop("timeout_s", 60),
        now=datetime.now(UTC),
        id=ID,
        user_id="u",
        agent_id="a",
        agent_version=3,
        agent_name="A",
        query="q",
        **changes,
    )


class Runner:
    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.plans: list[RunPlan] = []

    async def run(self, claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        self.plans.append(plan)
        return await self.behaviour(claim, plan, trace)


class House:
    """The handler with everything around it."""

    def __init__(
        self, behaviour: Behaviour, *, stored: Execution | None = None, agent: AgentConfiguration | None = None
    ) -> None:
        self.dispatch = FakeDispatch(stored or execution())
        self.trace = FakeTraceLog()
        self.runner = Runner(behaviour)
        self.agents = FakeVersions(
            agent or AgentConfiguration(name="A", tools=("calculator",), instructions="Be short.")
        )
        self.contexts = FakeSurroundings()
        self.crashes: list[Exception] = []
        self.control = RunControl()
        self.notifier = FakeNotifier()
        self.files, self.objects = FakeFiles(), FakeObjects()
        runs = AgentRuns(
            graphs=self.runner,
            agents=self.agents,
            chats=FakeTurns(),
            surroundings=self.contexts,
            conditions=StateConditions(misfits, schema_fault),
            give_files=GiveFiles(files=self.files, objects=self.objects, texts=PlainTexts(self.objects)),
            call_timeout_s=30,
        )
        self.handler = RunExecutionHandler(
            dispatch=self.dispatch,
            trace=self.trace,
            runners=Runners([runs]),
            children=FakeChildren(),
            notifier=self.notifier,
            on_crash=lambda _, error: self.crashes.append(error),
        )

    async def run(self) -> RunStatus | None:
        return await self.handler(RunExecution(ID, "w", self.control), LOCAL_ADMIN)

    @property
    def recorder(self) -> Any:
        return self.trace.recorders[ID]


async def answer(claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
    return DONE


def failing(error: BaseException) -> Behaviour:
    async def fail(claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        raise error

    return fail


async def hang(claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
    await asyncio.sleep(3600)
    return DONE


async def test_a_child_run_cannot_run_somebody_elses_agent() -> None:
    child = execution(parent_run_id="p").model_copy(update={"subject_id": "somebody else's"})
    house = House(answer, stored=child)
    assert await house.run() is RunStatus.FAILED
    assert house.recorder.outcome.error.code == "agent_not_found"
    assert house.runner.plans == []


async def test_a_run_ends_with_complete_and_runs_the_recorded_version() -> None:
    house = House(answer)
    assert await house.run() is RunStatus.COMPLETED
    assert house.agents.asked == [("a", 3)]
    assert house.recorder.types() == ["complete"]
    assert house.recorder.outcome == DONE
    plan = house.runner.plans[0]
    assert (plan.system_prompt, plan.tools, plan.call_timeout_s) == ("Be short.", ("calculator",), 30)


async def test_what_is_not_pending_is_not_run() -> None:
    house = House(answer, stored=execution(status=RunStatus.COMPLETED))
    assert await house.run() is None
    assert not house.runner.plans


async def test_a_chat_brings_its_earlier_turns() -> None:
    house = House(answer, stored=execution(chat_id="c"))
    await house.run()
    assert house.runner.plans[0].history == [("before", "answer")]


@pytest.mark.parametrize(
    ("error", "code"),
    [(ModelUnavailable("down"), "model_unavailable"), (ToolNotFound("no x"), "tool_not_found")],
)
async def test_a_domain_error_ends_the_run_readably(error: Exception, code: str) -> None:
    house = House(failing(error))
    assert await house.run() is RunStatus.FAILED
    assert house.recorder.outcome.error.code == code
    assert house.recorder.events[-1].message == str(error)
    assert not house.crashes


async def test_an_unforeseen_error_ends_the_run_without_its_secrets() -> None:
    house = House(failing(KeyError("password=1")))
    assert await house.run() is RunStatus.FAILED
    assert "password" not in house.recorder.events[-1].message
    assert isinstance(house.crashes[0], KeyError)


async def test_a_run_past_its_deadline_is_timed_out() -> None:
    house = House(hang, stored=execution(timeout_s=0.05))
    assert await house.run() is RunStatus.TIMED_OUT
    assert house.recorder.events[-1].error_code == "run_timeout"


async def test_a_cancelled_run_is_stored_as_cancelled() -> None:
    house = House(hang)
    task = asyncio.create_task(house.run())
    await asyncio.sleep(0.01)
    house.control.stop = "cancelled"
    task.cancel()
    assert await task is RunStatus.CANCELLED
    assert house.recorder.types() == ["cancelled"]


async def test_a_run_cancelled_before_it_was_claimed_never_starts() -> None:
    house = House(answer, stored=execution(cancel_requested=True))
    assert await house.run() is RunStatus.CANCELLED
    assert not house.runner.plans


async def test_a_stopping_worker_requeues_what_it_runs() -> None:
    house = House(hang)
    task = asyncio.create_task(house.run())
    await asyncio.sleep(0.01)
    house.control.stop = "shutdown"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert house.dispatch.requeued == [(ID, 1, False)]
    assert house.recorder.outcome is None


async def test_a_worker_that_lost_its_lease_writes_nothing_more() -> None:
    house = House(hang)
    task = asyncio.create_task(house.run())
    await asyncio.sleep(0.01)
    house.control.stop = "lost"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert house.dispatch.requeued == []
    assert house.recorder.events == []


async def test_an_attempt_that_was_replaced_ends_silently() -> None:
    house = House(failing(RunLost("replaced")))
    assert await house.run() is None
    assert house.recorder.outcome is None


async def test_a_later_attempt_tells_that_it_is_one() -> None:
    house = House(answer, stored=execution(attempt=1, crashes=1))
    await house.run()
    retry = house.recorder.events[0]
    assert (retry.type, retry.what, retry.try_number, retry.attempt) == ("retry", "execution", 2, 2)


async def test_an_execution_that_killed_too_many_workers_fails() -> None:
    house = House(answer, stored=execution(crashes=MAX_ATTEMPTS))
    assert await house.run() is RunStatus.FAILED
    assert house.recorder.events[-1].error_code == "worker_crashed"
    assert not house.runner.plans


async def test_a_run_in_quarantine_says_so() -> None:
    house = House(answer, stored=execution(attempt=2, crashes=2, lane="quarantine"))
    await house.run()
    assert "2 workers died with it: in quarantine" in house.recorder.events[0].reason


async def test_the_fallback_agent_takes_over_when_the_model_fails() -> None:
    async def first_fails(claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        if plan.model != "small":
            raise ModelUnavailable("down")
        return DONE

    house = House(first_fails, agent=AgentConfiguration(name="A", fallback_agent_id=FALLBACK))
    assert await house.run() is RunStatus.COMPLETED
    assert [plan.model for plan in house.runner.plans] == [None, "small"]
    assert house.recorder.events[0].what == "fallback"


async def test_a_failed_run_still_says_what_it_used() -> None:
    async def spend_and_fail(claim: Claim, plan: RunPlan, trace: TraceRecorder) -> Outcome:
        for _ in range(2):
            trace.record(
                UsageReport(
                    timestamp=0, model="m", input_tokens=10, output_tokens=5, total_tokens=15, duration_ms=1,
                    cost_usd="0.25",
                )
            )  # fmt: skip
        raise ModelUnavailable("down")

    house = House(spend_and_fail)
    await house.run()
    outcome = house.recorder.outcome
    assert (outcome.usage.total_tokens, outcome.usage.model_calls, str(outcome.cost_usd)) == (30, 2, "0.50")


async def test_an_execution_without_a_deadline_may_take_its_time() -> None:
    house = House(answer, stored=execution().model_copy(update={"deadline": None}))
    assert await house.run() is RunStatus.COMPLETED


def test_the_deadline_follows_from_the_limit() -> None:
    started = execution(timeout_s=90)
    assert started.deadline == started.created_at + timedelta(seconds=90)


async def test_a_run_that_is_requeued_is_notified_for_at_once() -> None:
    house = House(hang)
    task = asyncio.create_task(house.run())
    await asyncio.sleep(0.01)
    house.control.stop = "shutdown"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert house.notifier.notified == [(ID, "interactive")]


async def test_a_run_whose_store_is_away_goes_back_without_a_crash() -> None:
    house = House(failing(StorageAway("away")))
    assert await house.run() is None
    assert house.dispatch.requeued == [(ID, 1, False)]
    assert house.recorder.types() == []
