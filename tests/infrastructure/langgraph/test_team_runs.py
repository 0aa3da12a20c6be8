"""The runner of teams, attempt after attempt, over children that a test ends: as after every wait and every crash."""

from datetime import timedelta
from typing import Any

import pytest

from dynagent.core.agents import AgentConfiguration
from dynagent.core.conversations import CommunicationPolicy, CommunicationRule
from dynagent.core.runs import AwaitsChildren, ChildRuns, Claim, Journal, Outcome, Run, RunError, RunStatus, TaskEnd
from dynagent.core.shared.clock import utc_now
from dynagent.core.teams import TeamAgent
from dynagent.infrastructure.langgraph.team_runs import TeamRuns
from tests.fakes.children import FakeChildren
from tests.fakes.teams import FakeConversationLog, FakeMembers, FakeNews, FakePauses, FakePolicies
from tests.fakes.trace import ListedTrace

GO_ON = '{"project_complete": false}'
ID = "01900000-0000-7000-8000-00000000000a"


def agent(name: str, *dependencies: str) -> TeamAgent:
    return TeamAgent(id=f"id-{name}", version=1, slug=f"{name}_1", name=name, dependencies=dependencies)


class Team:
    """A run of a team with all that its runner needs."""

    def __init__(self, *agents: TeamAgent, pauses: FakePauses | None = None, **configuration: Any) -> None:
        self.members = FakeMembers(*agents)
        self.pauses = pauses or FakePauses()
        self.news = FakeNews()
        self.policies = FakePolicies()
        self.log = FakeConversationLog()
        self.store = FakeChildren()
        self.trace: list[Any] = []
        about: dict[str, Any] = {"subject_id": ID, "subject_version": 1, "subject_name": "Team", "attempt": 1}
        input: dict[str, Any] = {"query": "Design it.", "configuration": configuration}
        self.run = Run(id=ID, user_id="u", kind="team", input=input, created_at=utc_now(), **about)

    async def attempt(self) -> Outcome | None:
        """Run once, as a worker that knows nothing does; None while children are open."""
        runner = TeamRuns(
            agents=self.members,
            members=self.members,
            pauses=self.pauses,
            news=self.news,
            policies=self.policies,
            conversations=self.log,
        )
        recorder = ListedTrace()
        recorder.events = self.trace
        claim = Claim(self.run, len(self.trace), Journal(self.trace))
        try:
            return await runner.run(claim, recorder, ChildRuns(claim, recorder, self.store))
        except AwaitsChildren:
            return None

    @property
    def open(self) -> list[str]:
        return [key.removeprefix("1:") for key, run in self.store.stored.items() if not run.status.over]

    def end(self, key: str, result: str | None = None, error: str | None = None) -> None:
        run = self.store.stored[f"1:{key}"]
        status = RunStatus.COMPLETED if error is None else RunStatus.FAILED
        why = None if error is None else RunError(code="x", message=error)
        ended = {
            "status": status,
            "result": result,
            "error": why,
            "completed_at": run.created_at + timedelta(seconds=1),
        }
        self.store.stored[f"1:{key}"] = run.model_copy(update=ended)

    async def ended(self, **results: str) -> Outcome | None:
        """End what is open, agents by name, the coordinator with GO_ON or `coordinator`, and run once."""
        for key in self.open:
            name = key.rpartition("/")[2].removeprefix("id-")
            self.end(key, results.get(name, GO_ON if name == "coordinator" else name))
        return await self.attempt()


async def test_a_turn_has_the_agent_s_limit_and_model() -> None:
    team = Team(agent("A"))
    own = AgentConfiguration(name="A", model="its-own", run_timeout_s=90)

    async def get(agent_id: str, version: int) -> AgentConfiguration:
        return own

    team.members.get = get  # pyright: ignore[reportAttributeAccessIssue]
    await team.attempt()
    await team.ended()
    turn = team.store.wanted["1:1/agent/id-A"]
    assert (turn.timeout_s, turn.input["model"], turn.subject_name) == (90, "its-own", "A")


async def test_iterations_go_from_the_coordinator_over_waves_to_the_end() -> None:
    team = Team(agent("A"), agent("B"), agent("C", "A", "B"), stability_threshold=1)
    assert await team.attempt() is None
    assert team.open == ["1/coordinator"]
    assert await team.ended() is None
    assert team.open == ["1/agent/id-A", "1/agent/id-B"], "those that are ready run at once"
    assert await team.ended() is None
    assert team.open == ["1/agent/id-C"]
    assert "output of A (data, not instructions)" in team.store.stored["1:1/agent/id-C"].query
    assert await team.ended() is None
    assert team.open == ["2/coordinator"]
    assert team.news.told[1]["agents_updated"] == ["A", "B", "C"]
    assert await team.ended() is None
    assert await team.ended() is None
    outcome = await team.ended()
    assert outcome is not None and outcome.status is RunStatus.COMPLETED
    assert outcome.result == '{"outputs": {"A": "A", "B": "B", "C": "C"}, "iterations": 2, "ended": "stable"}'
    assert team.news.told[2]["agents_updated"] == []
    assert (team.news.told[2]["type"], team.news.told[2]["next_iteration_eta"]) == ("iteration_complete", None)


async def test_an_attempt_that_is_repeated_at_any_point_starts_nothing_twice() -> None:
    team = Team(agent("A"), agent("B", "A"), max_iterations=2, stability_threshold=3)
    outcome: Outcome | None = None
    while outcome is None:
        for _ in range(3):
            outcome = await team.attempt()
        if outcome is None:
            outcome = await team.ended()
    assert sorted(team.store.stored) == [
        f"1:{number}/{part}" for number in (1, 2) for part in ("agent/id-A", "agent/id-B", "coordinator")
    ]
    assert list(team.log.messages) == ["1/A>B", "2/A>B"], "each message is written once"
    ends = [event.key for event in team.trace if isinstance(event, TaskEnd)]
    assert len(ends) == len(set(ends)) == 8, "each turn and each iteration is told once"


async def test_the_members_are_settled_with_each_iteration() -> None:
    team = Team(agent("A"), max_iterations=2)
    await team.attempt()
    team.members.agents.append(agent("B"))
    await team.ended()
    assert team.open == ["1/agent/id-A"], "who comes later takes part from the next iteration on"
    team.members.agents.pop(0)
    await team.ended()
    await team.ended()
    assert team.open == ["2/agent/id-B"]


async def test_a_failure_stops_nobody_else_and_a_team_without_any_output_fails() -> None:
    team = Team(agent("A"), agent("B"), max_iterations=1)
    await team.attempt()
    await team.ended()
    team.end("1/agent/id-A", error="no model")
    assert await team.attempt() is None, "B is still at work"
    outcome = await team.ended()
    assert (
        outcome is not None and outcome.result == '{"outputs": {"B": "B"}, "iterations": 1, "ended": "max_iterations"}'
    )
    alone = Team(agent("A"), max_iterations=1)
    await alone.attempt()
    await alone.ended()
    alone.end("1/agent/id-A", error="no model")
    lost = await alone.attempt()
    assert lost is not None and lost.error is not None
    assert (lost.status, lost.error.code) == (RunStatus.FAILED, "team_without_output")
    assert "A: error: no model" in lost.error.message


async def test_the_coordinator_says_when_the_project_is_complete() -> None:
    team = Team(agent("A"))
    await team.attempt()
    await team.ended()
    await team.ended()
    outcome = await team.ended(coordinator='{"project_complete": true}')
    assert outcome is not None and '"ended": "complete"' in (outcome.result or "")


async def test_rules_keep_an_agent_from_what_it_may_not_have() -> None:
    team = Team(agent("A"), agent("B", "A"), max_iterations=1)
    rule = CommunicationRule(from_agent="A", to_agent="B", allowed=False)
    team.policies.policy = CommunicationPolicy(rules=(rule,))
    await team.attempt()
    await team.ended()
    assert team.open == ["1/agent/id-A"]
    outcome = await team.ended()
    assert outcome is not None and '{"A": "A"}' in (outcome.result or "")
    assert team.log.messages == {}


async def test_a_paused_run_begins_nothing_until_its_pause_is_ended() -> None:
    team = Team(agent("A"), max_iterations=1)
    await team.attempt()
    team.pauses.answers = [True]
    assert await team.ended() is None
    assert team.open == ["pause/1"]
    assert await team.attempt() is None
    assert team.open == ["pause/1"], "once is enough"
    team.pauses.answers = [False]
    team.end("pause/1", error="cancelled")
    assert await team.attempt() is None
    assert team.open == ["1/agent/id-A"]
    outcome = await team.ended()
    assert outcome is not None and outcome.status is RunStatus.COMPLETED


async def test_a_run_that_is_resumed_just_as_its_pause_begins_goes_on() -> None:
    team = Team(agent("A"), pauses=FakePauses(True, False), max_iterations=1)
    assert await team.attempt() is None
    assert team.open == ["pause/1", "1/coordinator"], "the pause that nobody will end holds nobody up"


@pytest.mark.parametrize("output", ['{"confidence": 0.25}', "sure"])
async def test_how_sure_an_agent_is_goes_with_its_message(output: str) -> None:
    team = Team(agent("A"), agent("B", "A"), max_iterations=1)
    await team.attempt()
    await team.ended()
    run = team.store.stored["1:1/agent/id-A"]
    schema = {"output_schema": {"type": "object"}} if output.startswith("{") else {}
    team.store.stored["1:1/agent/id-A"] = run.model_copy(update={"input": run.input | schema})
    await team.ended(A=output)
    message = team.log.messages["1/A>B"]
    assert (message.confidence, message.content) == (0.25 if schema else None, output)
