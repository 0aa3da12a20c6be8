"""Dependencies are names or slugs; each must be one agent, there and active, and none may lead back."""

import pytest

from dynagent.core.agents import DependencyUnavailable, NamedAgent, check_available, check_dependencies, named

PLANNER = NamedAgent("1", "mission_planner_bbdeb3", "mission_planner")
TWINS = [NamedAgent("2", "twin_aaaaaa", "Twin"), NamedAgent("3", "twin_bbbbbb", "Twin", "disabled")]


def rules(references: list[str], *agents: NamedAgent) -> list[tuple[str, str]]:
    found = check_dependencies(references, slug="me_1", name="Me", agents=agents)
    return [(fault.pointer, fault.rule) for fault in found]


def test_an_agent_is_meant_by_its_name_or_its_slug() -> None:
    assert rules(["mission_planner", PLANNER.slug], PLANNER) == []
    assert named(PLANNER.slug, [PLANNER]) == named("mission_planner", [PLANNER]) == [PLANNER]


def test_a_slug_goes_before_a_name() -> None:
    impostor = NamedAgent("4", "other", PLANNER.slug)
    assert named(PLANNER.slug, [impostor, PLANNER]) == [PLANNER]


def test_a_name_of_two_agents_is_refused_with_their_slugs() -> None:
    [fault] = check_dependencies(["Twin"], slug="me_1", name="Me", agents=TWINS)
    assert (fault.pointer, fault.rule) == ("/dependencies/0", "one_agent")
    assert "twin_aaaaaa, twin_bbbbbb" in fault.detail
    assert rules(["twin_bbbbbb"], *TWINS) == []


def test_who_is_not_there_is_named_by_place() -> None:
    assert rules(["mission_planner", "nobody", ""], PLANNER) == [
        ("/dependencies/1", "known_agent"),
        ("/dependencies/2", "known_agent"),
    ]


def test_names_close_cycles_as_slugs_do() -> None:
    back = NamedAgent("5", "back_1", "Back", dependencies=("Me",))
    assert rules(["Back"], back) == [("/dependencies", "no_cycle")]
    assert rules(["Me"]) == [("/dependencies", "no_cycle")]


def test_every_dependency_must_take_runs() -> None:
    draft = NamedAgent("6", "draft_1", "Draft", "created")
    broken = NamedAgent("7", "broken_1", "Broken", "error")
    check_available(["mission_planner", "Broken", "Twin"], [PLANNER, broken, *TWINS])
    with pytest.raises(DependencyUnavailable) as refusal:
        check_available(["mission_planner", "nobody", "twin_bbbbbb", "Draft"], [PLANNER, *TWINS, draft])
    assert refusal.value.extra["dependencies"] == [
        {"agent": "nobody", "reason": "is not there"},
        {"agent": "twin_bbbbbb", "reason": "is disabled"},
        {"agent": "Draft", "reason": "is a draft"},
    ]
