"""The runner of workflows, attempt after attempt, over children that a test ends."""

from collections.abc import Collection, Mapping
from typing import Any

from dynagent.core.agents import AgentConfiguration, AgentVersion
from dynagent.core.conversations import CommunicationPolicy, CommunicationRule
from dynagent.core.files import WorkflowFiles
from dynagent.core.runs import AwaitsChildren, ChildRuns, Claim, Journal, Outcome, Run, RunStatus
from dynagent.core.shared.clock import utc_now
from dynagent.core.workflows import Definition, WorkflowDefinitions, WorkflowPauses, WorkflowVersion
from dynagent.infrastructure.cron.timetable import CronTimetable
from dynagent.infrastructure.expressions.conditions import StateConditions
from dynagent.infrastructure.langgraph.run_messages import StepMessages
from dynagent.infrastructure.langgraph.workflow_runs import WorkflowRuns
from dynagent.infrastructure.tools.arguments import misfits, schema_fault
from tests.fakes.children import FakeChildren
from tests.fakes.teams import FakeConversationLog, FakeMembers, FakePolicies
from tests.fakes.trace import ListedTrace

ID = "01900000-0000-7000-8000-00000000000a"


class Agents(FakeMembers):
    """Knows every agent but `nobody`; keeps which were asked for together. Runs may take 90 seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    async def get(self, agent_id: str, version: int) -> AgentConfiguration:
        return AgentConfiguration(name=agent_id, model="its-own", run_timeout_s=90)

    async def latest_of(self, agent_ids: Collection[str], user_id: str) -> Mapping[str, AgentVersion]:
        self.asked += [sorted(agent_ids)] if agent_ids else []
        return await super().latest_of([id for id in agent_ids if id != "nobody"], user_id)


class Policies(FakePolicies):
    """Counts how often the policy is read."""

    read = 0

    async def current(self) -> CommunicationPolicy:
        self.read += 1
        return await super().current()


class Pauses(WorkflowPauses):
    """Pauses nothing."""

    async def pause(self, run: Run) -> None:
        """Leave it."""


class Definitions(WorkflowDefinitions):
    """One workflow."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition

    async def get(self, workflow_id: str, version: int) -> WorkflowVersion:
        about: dict[str, Any] = {"name": "W", "description": "", "created_at": utc_now(), "created_by": "u"}
        return WorkflowVersion(workflow_id=workflow_id, version=version, definition=self._definition, **about)

    async def latest(self, workflow_id: str, user_id: str) -> WorkflowVersion:
        return await self.get(workflow_id, 1)


class NoFiles(WorkflowFiles):
    """Workflows without files."""

    async def of_workflow(self, workflow_id: str, user_id: str) -> list[str]:
        return []


class Workflow:
    """A run of a workflow with all that its runner needs."""

    def __init__(self, nodes: list[dict[str, Any]], *edges: tuple[str, str]) -> None:
        body = {"nodes": nodes, "edges": [{"source": source, "target": target} for source, target in edges]}
        self.agents, self.policies, self.log = Agents(), Policies(), FakeConversationLog()
        self.store = FakeChildren()
        self.trace: list[Any] = []
        about: dict[str, Any] = {"subject_id": ID, "subject_version": 1, "subject_name": "W", "attempt": 1}
        self.run = Run(id=ID, user_id="u", kind="workflow", input={"inputs": {}}, created_at=utc_now(), **about)
        self.runner = WorkflowRuns(
            definitions=Definitions(Definition.model_validate({"process_type": "graph", **body})),
            agents=self.agents,
            conditions=StateConditions(misfits, schema_fault),
            timetable=CronTimetable(),
            messages=StepMessages(policies=self.policies, log=self.log),
            pauses=Pauses(),
            files=NoFiles(),
        )

    async def attempt(self) -> Outcome | None:
        """Run once, as a worker that knows nothing does; None while children are open."""
        recorder = ListedTrace()
        recorder.events = self.trace
        claim = Claim(self.run, len(self.trace), Journal(self.trace))
        try:
            return await self.runner.run(claim, recorder, ChildRuns(claim, recorder, self.store))
        except AwaitsChildren:
            return None

    async def ended(self) -> Outcome | None:
        """End what is open with its own name, and run once."""
        for key, run in self.store.stored.items():
            if not run.status.over:
                ended = {"status": RunStatus.COMPLETED, "result": run.subject_name}
                self.store.stored[key] = run.model_copy(update=ended)
        return await self.attempt()


def agent(name: str, **config: Any) -> dict[str, Any]:
    return {"id": name, "agent_id": name, "alias": name, "config": config}


async def test_agents_and_rules_are_read_once_for_all_steps_that_begin_together() -> None:
    names = [f"b{number}" for number in range(5)]
    workflow = Workflow([agent("a"), *map(agent, names)], *(("a", name) for name in names))
    await workflow.attempt()
    assert await workflow.ended() is None
    assert workflow.agents.asked == [["a"], names]
    assert workflow.policies.read == 1, "the first step is given nothing"
    assert sorted(workflow.log.messages) == [f"{name}<a" for name in names]
    outcome = await workflow.ended()
    assert outcome is not None and outcome.status is RunStatus.COMPLETED


async def test_an_agent_s_run_has_the_agent_s_limit_and_model_where_the_step_says_nothing() -> None:
    step = agent("own", timeout_s=30, model="the-step-s", output_schema={"type": "object"})
    workflow = Workflow([agent("plain"), step])
    await workflow.attempt()
    plain, own = (workflow.store.wanted[f"1:{name}"] for name in ("plain", "own"))
    assert (plain.timeout_s, plain.input["model"], plain.input["output_schema"]) == (90, "its-own", None)
    assert (own.timeout_s, own.input["model"], own.input["output_schema"]) == (30, "the-step-s", {"type": "object"})


async def test_a_tool_s_run_is_told_how_long_the_call_may_take() -> None:
    tool = {"id": "t", "type": "tool", "config": {"tool": "echo", "timeout_s": 600}}
    workflow = Workflow([tool])
    await workflow.attempt()
    assert workflow.store.wanted["1:t"].input["timeout_s"] == workflow.store.wanted["1:t"].timeout_s == 600


async def test_a_step_whose_agent_is_gone_or_may_not_have_what_it_is_given_fails_by_itself() -> None:
    workflow = Workflow([agent("a"), agent("b"), agent("nobody")], ("a", "b"))
    rule = CommunicationRule(from_agent="a", to_agent="b", allowed=False)
    workflow.policies.policy = CommunicationPolicy(rules=(rule,))
    outcome = await workflow.attempt()
    assert outcome is not None and outcome.error is not None and outcome.error.code == "agent_not_found"
    alone = Workflow([agent("a"), agent("b")], ("a", "b"))
    alone.policies.policy = workflow.policies.policy
    await alone.attempt()
    outcome = await alone.ended()
    assert outcome is not None and outcome.error is not None and outcome.error.code == "communication_not_allowed"
    assert alone.log.messages == {}
