"""Commands about agents."""

from dataclasses import dataclass, field

import pytest

from dynagent.application.commands.agents import (
    AgentRules,
    AgentWriter,
    CloneAgent,
    CloneAgentHandler,
    CreateAgent,
    CreateAgentHandler,
    DeleteAgent,
    DeleteAgentHandler,
    RestoreAgentVersion,
    RestoreAgentVersionHandler,
    SetAgentStatus,
    SetAgentStatusHandler,
    SettingsSafe,
    UpdateAgent,
    UpdateAgentHandler,
)
from dynagent.application.commands.agents.output_types import AgentOutputTypes
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentNotFound,
    AgentVersionNotFound,
    ToolAttachment,
)
from dynagent.core.shared.errors import InvalidInput
from tests.fakes.agents import FakeAgentKnowledgeBases, FakeAgents
from tests.fakes.catalogue import FakeCatalogue
from tests.fakes.clock import FakeClock
from tests.fakes.language_models import FakeChatModels
from tests.fakes.output_types import FakeOutputTypes
from tests.fakes.secrets import FakeBox
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.fakes.uses import FakeUses

UNKNOWN = "01900000-0000-7000-8000-000000000000"


@dataclass
class Office:
    """The ports of these handlers."""

    agents: FakeAgents = field(default_factory=FakeAgents)
    uow: FakeUnitOfWork = field(default_factory=FakeUnitOfWork)
    clock: FakeClock = field(default_factory=FakeClock)
    uses: FakeUses = field(default_factory=FakeUses)

    def __post_init__(self) -> None:
        self.rules = AgentRules(self.agents, FakeCatalogue(), FakeChatModels(), lambda _: None)
        self.box = FakeBox()
        self.writer = AgentWriter(
            agents=self.agents,
            uow=self.uow,
            rules=self.rules,
            safe=SettingsSafe(self.box),
            types=AgentOutputTypes(FakeOutputTypes()),
            knowledge=FakeAgentKnowledgeBases(),
            clock=self.clock,
        )

    async def make(self, **fields: object) -> Agent:
        """Create an agent."""
        configuration = AgentConfiguration.model_validate({"name": "A", **fields})
        return await CreateAgentHandler(writer=self.writer)(CreateAgent(configuration), LOCAL_ADMIN)

    async def change(self, agent: Agent, expected: int | None = None, **changes: object) -> Agent:
        """Update an agent."""
        return await UpdateAgentHandler(agents=self.agents, writer=self.writer)(
            UpdateAgent(agent.id, changes, expected), LOCAL_ADMIN
        )

    def told(self) -> list[str]:
        """The names of the committed events."""
        return [event.name for event in self.uow.committed]


@pytest.fixture
def office() -> Office:
    """Fresh ports."""
    return Office()


async def test_a_new_agent_is_the_callers_at_version_one(office: Office) -> None:
    agent = await office.make(name="Ünïcode Helper", model="scripted", tools=["calculator"])

    assert (agent.user_id, agent.version, agent.status) == (LOCAL_ADMIN.user_id, 1, "active")
    assert agent.slug.startswith("unicode_helper_")
    assert office.agents.stored[agent.id] == agent
    assert (office.told(), office.uow.commits) == (["agent.created"], 1)


async def test_what_an_agent_names_must_be_there_and_all_misfits_are_told(office: Office) -> None:
    with pytest.raises(InvalidInput) as refusal:
        await office.make(
            tools=["none", "calculator"],
            tools_config=[ToolAttachment(name="mine", type="nothing")],
            model="none",
            dependencies=["nobody"],
        )

    assert {violation.pointer for violation in refusal.value.violations} == {
        "/tools",
        "/tools_config",
        "/model",
        "/dependencies/0",
    }
    assert office.agents.stored == {}
    assert office.uow.commits == 0


async def test_a_dependency_cycle_is_refused(office: Office) -> None:
    first = await office.make()
    second = await office.make(dependencies=[first.slug])

    with pytest.raises(InvalidInput) as refusal:
        await office.change(first, dependencies=(second.slug,))

    assert [violation.rule for violation in refusal.value.violations] == ["no_cycle"]
    assert first.slug in refusal.value.violations[0].detail


async def test_a_fallback_is_another_agent_that_is_there(office: Office) -> None:
    first = await office.make()
    second = await office.make(fallback_agent_id=first.id)

    for fallback in (second.id, UNKNOWN, "none"):
        with pytest.raises(InvalidInput):
            await office.change(second, fallback_agent_id=fallback)


async def test_a_change_keeps_the_rest_and_makes_a_version(office: Office) -> None:
    agent = await office.make(tools=["calculator"], temperature=1)

    changed = await office.change(agent, expected=1, goal="new")

    assert (changed.version, changed.configuration.goal, changed.configuration.temperature) == (2, "new", 1)
    assert changed.updated_at > agent.updated_at
    assert [version.version for version in office.agents.stored_versions[agent.id]] == [1, 2]
    assert office.told() == ["agent.created", "agent.updated"]


async def test_a_change_of_an_older_version_is_refused(office: Office) -> None:
    agent = await office.make()
    await office.change(agent, goal="new")

    with pytest.raises(AgentChangedMeanwhile) as refusal:
        await office.change(agent, expected=1, goal="other")

    assert refusal.value.extra == {"current_version": 2}


async def test_a_change_of_what_is_no_field_is_refused(office: Office) -> None:
    agent = await office.make()

    with pytest.raises(InvalidInput) as refusal:
        await office.change(agent, max_iter=0, colour="red")

    assert {violation.pointer for violation in refusal.value.violations} == {"/max_iter", "/colour"}


async def test_a_copy_has_a_name_that_fits(office: Office) -> None:
    agent = await office.make(name="x" * 255)

    copy = await CloneAgentHandler(agents=office.agents, writer=office.writer)(CloneAgent(agent.id), LOCAL_ADMIN)

    assert copy.configuration.name == "x" * 248 + " (copy)"
    assert copy.id != agent.id


async def test_restoring_makes_a_new_version_of_the_old_configuration(office: Office) -> None:
    agent = await office.make(goal="first")
    await office.change(agent, goal="second")
    restore = RestoreAgentVersionHandler(agents=office.agents, writer=office.writer)

    restored = await restore(RestoreAgentVersion(agent.id, 1), LOCAL_ADMIN)

    assert (restored.version, restored.configuration.goal) == (3, "first")
    with pytest.raises(AgentVersionNotFound):
        await restore(RestoreAgentVersion(agent.id, 7), LOCAL_ADMIN)
    with pytest.raises(AgentChangedMeanwhile):
        await restore(RestoreAgentVersion(agent.id, 1, expected_version=1), LOCAL_ADMIN)


async def test_deleting_tells_and_removes(office: Office) -> None:
    agent = await office.make()
    delete = DeleteAgentHandler(office.agents, office.uses, office.uow, clock=office.clock)

    with pytest.raises(AgentChangedMeanwhile):
        await delete(DeleteAgent(agent.id, expected_version=2), LOCAL_ADMIN)
    assert await delete(DeleteAgent(agent.id), LOCAL_ADMIN) == agent
    with pytest.raises(AgentNotFound):
        await delete(DeleteAgent(agent.id), LOCAL_ADMIN)
    assert office.told() == ["agent.created", "agent.deleted"]


async def test_status_changes_are_one_transaction_and_keep_the_version(office: Office) -> None:
    first, second = await office.make(), await office.make()
    switch = SetAgentStatusHandler(office.agents, office.uow, clock=office.clock)

    change = await switch(SetAgentStatus([first.id, "x", second.id, UNKNOWN, first.id], "disabled"), LOCAL_ADMIN)
    again = await switch(SetAgentStatus([first.id], "disabled"), LOCAL_ADMIN)

    assert [(agent.status, agent.version) for agent in change.agents] == [("disabled", 1)] * 2
    assert change.not_found == ("x", UNKNOWN)
    assert [agent.status for agent in again.agents] == ["disabled"]
    assert office.told() == ["agent.created"] * 2 + ["agent.updated"] * 2
