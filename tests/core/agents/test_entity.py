"""Agents: versions, status, prompts, what a configuration may hold."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from dynagent.core.agents import (
    Agent,
    AgentChangedMeanwhile,
    AgentConfiguration,
    AgentDisabled,
    ToolAttachment,
)
from dynagent.core.shared.ids import new_id

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def an_agent(**fields: Any) -> Agent:
    configuration = AgentConfiguration.model_validate({"name": "Research Helper", **fields})
    return Agent.create(id=new_id(), user_id=new_id(), configuration=configuration, now=NOON)


def test_a_new_agent_is_active_at_version_1() -> None:
    agent = an_agent()
    assert (agent.status, agent.version, agent.kind) == ("active", 1, "configured")
    assert agent.created_at == agent.updated_at == NOON
    assert agent.slug == f"research_helper_{agent.id[-6:]}"


def test_a_change_makes_the_next_version_and_leaves_the_old_one_alone() -> None:
    agent = an_agent()
    changed = agent.changed(AgentConfiguration(name="Other"), expected_version=1, now=NOON + timedelta(minutes=1))
    assert (changed.version, changed.configuration.name, changed.slug) == (2, "Other", agent.slug)
    assert changed.updated_at > agent.updated_at
    assert agent.configuration.name == "Research Helper"


def test_a_change_is_later_even_when_clocks_disagree() -> None:
    agent = an_agent()
    changed = agent.changed(agent.configuration, expected_version=None, now=NOON - timedelta(hours=1))
    assert changed.updated_at > agent.updated_at


@pytest.mark.parametrize("expected", [0, 2, 99])
def test_a_change_of_another_version_is_refused(expected: int) -> None:
    with pytest.raises(AgentChangedMeanwhile) as refusal:
        an_agent().changed(AgentConfiguration(name="Other"), expected_version=expected, now=NOON)
    assert refusal.value.extra == {"current_version": 1}


def test_a_status_is_no_version() -> None:
    disabled = an_agent().with_status("disabled", now=NOON + timedelta(seconds=1))
    assert (disabled.version, disabled.status) == (1, "disabled")
    with pytest.raises(AgentDisabled, match="enable it"):
        disabled.check_runnable()
    with pytest.raises(AgentDisabled, match="a draft"):
        an_agent().with_status("created", now=NOON).check_runnable()
    for status in ("active", "error"):
        an_agent().with_status(status, now=NOON).check_runnable()


def test_tools_are_named_once_in_the_owners_order() -> None:
    attachment = ToolAttachment(name="search", type="duckduckgo", config={"x": 1})
    configuration = AgentConfiguration(
        name="x", tools=("calculator", "search", "calculator"), tools_config=(attachment,)
    )
    assert configuration.all_tools() == ("calculator", "search")


def test_the_prompt_holds_what_is_given() -> None:
    assert AgentConfiguration(name="x").system_prompt() == ""
    assert AgentConfiguration(name="x", goal="Win.").system_prompt() == "Goal: Win."
    full = AgentConfiguration(name="x", instructions="Be brief.", role="Poet", goal="Rhyme", backstory="Long ago")
    assert full.system_prompt() == "Be brief.\n\nRole: Poet\n\nGoal: Rhyme\n\nBackstory: Long ago"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"name": "x" * 256},
        {"temperature": 2.1},
        {"temperature": -0.1},
        {"max_iter": 0},
        {"max_iter": 101},
        {"max_rpm": -1},
        {"run_timeout_s": 0},
        {"run_timeout_s": 86_401},
        {"call_timeout_s": 3601},
        {"tools": ["x"] * 65},
        {"dependencies": ["x"] * 65},
        {"tools_config": [{"name": "", "type": "x"}]},
        {"tools_config": [{"name": "x", "type": "x", "other": 1}]},
        {"unknown": 1},
    ],
)
def test_what_a_configuration_may_not_hold(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AgentConfiguration.model_validate({"name": "x", **fields})


def test_an_agent_is_read_back_from_json() -> None:
    agent = an_agent(tools=["calculator"], tools_config=[{"name": "s", "type": "duckduckgo"}], config_data={"a": [1]})
    assert Agent.model_validate_json(agent.model_dump_json()) == agent
