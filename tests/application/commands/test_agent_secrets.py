"""Secret settings are sealed before they are stored, kept as they are when nothing changes, and never taken back."""

from typing import Any

import pytest

from dynagent.application.commands.agents import (
    CloneAgent,
    CloneAgentHandler,
    RestoreAgentVersion,
    RestoreAgentVersionHandler,
)
from dynagent.application.shared.caller import LOCAL_ADMIN
from dynagent.core.agents import Agent
from dynagent.core.shared.errors import InvalidInput
from tests.application.commands.test_agents import Office
from tests.fakes.secrets import FakeBox

OWNER = LOCAL_ADMIN.user_id


def with_key(key: Any, **more: Any) -> dict[str, Any]:
    """The fields of an agent whose tool has this key."""
    return {"tools_config": [{"name": "sums", "type": "calculator", "config": {"api_key": key, **more}}]}


def key_of(agent: Agent) -> Any:
    """What is stored as the key."""
    return agent.configuration.tools_config[0].config["api_key"]


async def test_a_secret_is_stored_sealed_in_the_agent_and_its_version() -> None:
    office = Office()

    agent = await office.make(**with_key("k-1", region="de"), config_data={"db": {"password": "p-1"}, "n": 1})

    assert key_of(agent) == {"$sealed": office.box.seal('"k-1"', row=OWNER)}
    assert agent.configuration.config_data == {
        "db": {"password": {"$sealed": office.box.seal('"p-1"', row=OWNER)}},
        "n": 1,
    }
    assert [key_of_version.configuration for key_of_version in office.agents.stored_versions[agent.id]] == [
        agent.configuration
    ]
    assert agent.configuration.shown().config_data == {"db": {"password": "***"}, "n": 1}


async def test_what_says_the_same_makes_no_version() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1", a=1, b=2), goal="g")

    unchanged: list[dict[str, Any]] = [{}, {"goal": "g"}, with_key("***", b=2, a=1), with_key("k-1", a=1, b=2)]
    for same in unchanged:
        assert await office.change(agent, **same) == agent
    changed = await office.change(agent, **with_key("***", a=True, b=2))
    assert (await office.change(changed, output_schema={"type": "object", "title": "T"})).version == 3
    assert (await office.change(changed, output_schema={"title": "T", "type": "object"})).version == 4

    assert (changed.version, key_of(changed)) == (2, key_of(agent))
    assert office.told() == ["agent.created"] + ["agent.updated"] * 3
    assert office.uow.commits == 4


async def test_a_new_value_replaces_the_old_one() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1"))

    changed = await office.change(agent, **with_key("k-2"))

    assert key_of(changed) == {"$sealed": office.box.seal('"k-2"', row=OWNER)}


async def test_copies_and_earlier_versions_bring_their_secrets_along() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1"))
    await office.change(agent, tools_config=[])

    restored = await RestoreAgentVersionHandler(agents=office.agents, writer=office.writer)(
        RestoreAgentVersion(agent.id, 1), LOCAL_ADMIN
    )
    copy = await CloneAgentHandler(agents=office.agents, writer=office.writer)(CloneAgent(agent.id), LOCAL_ADMIN)

    assert key_of(restored) == key_of(copy) == key_of(agent)


@pytest.mark.parametrize("value", ["***", {"$sealed": "fake.now.someone.x"}])
async def test_a_mask_that_stands_for_nothing_and_foreign_ciphertext_are_refused(value: Any) -> None:
    office = Office()
    agent = await office.make()

    for attempt in (office.make(**with_key(value)), office.change(agent, **with_key(value))):
        with pytest.raises(InvalidInput) as refusal:
            await attempt
        assert [item.pointer for item in refusal.value.violations] == ["/tools_config/0/config/api_key"]


async def test_ciphertext_of_another_place_is_refused_too() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1"))

    with pytest.raises(InvalidInput, match="does not fit"):
        await office.change(agent, config_data={"token": key_of(agent)})


async def test_a_reference_stays_a_reference() -> None:
    office = Office()
    agent = await office.make(**with_key({"$secret": "bing"}))

    assert key_of(agent) == {"$secret": "bing"}
    assert agent.configuration.shown() == agent.configuration


async def test_what_stays_is_sealed_with_the_newest_key() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1"))
    office.box.key = "next"

    changed = await office.change(agent, goal="new")

    assert key_of(changed) == {"$sealed": FakeBox("next").seal('"k-1"', row=OWNER)}


async def test_a_secret_that_cannot_be_read_any_more_stays_and_can_be_replaced() -> None:
    office = Office()
    agent = await office.make(**with_key("k-1"))
    lost = {"$sealed": "fake.gone.another-row.x"}
    stored = agent.configuration.with_secrets(lambda _value, _kept, _place: lost)
    office.agents.stored[agent.id] = agent = agent.model_copy(update={"configuration": stored})

    assert key_of(await office.change(agent, goal="new")) == lost
    assert key_of(await office.change(agent, **with_key("k-2"))) == {"$sealed": office.box.seal('"k-2"', row=OWNER)}
