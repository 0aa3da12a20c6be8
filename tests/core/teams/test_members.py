"""Who takes part in an iteration, and teams that could not get anywhere."""

import pytest

from dynagent.core.teams import Member, NoActiveAgents, TeamAgent, TeamDependencyCycle, check_team, roster


def agent(name: str, *dependencies: str, slug: str = "") -> TeamAgent:
    slug = slug or f"{name.lower()}_1"
    return TeamAgent(id=f"id-{slug}", version=2, slug=slug, name=name, dependencies=dependencies)


def everybody(_one: str, _other: str) -> bool:
    return True


def test_dependencies_are_found_by_name_or_slug_and_named_as_members() -> None:
    members = roster([agent("Wing", "Aero", "hull_1"), agent("Aero"), agent("Hull")], everybody)
    assert [(member.name, member.dependencies) for member in members] == [
        ("Aero", ()),
        ("Hull", ()),
        ("Wing", ("Aero", "Hull")),
    ]
    assert (members[2].agent_id, members[2].version, members[2].obstacle) == ("id-wing_1", 2, "")


def test_agents_of_one_name_are_told_apart_by_their_slugs() -> None:
    members = roster([agent("A", slug="a_1"), agent("A", slug="a_2"), agent("B", "A")], everybody)
    assert [member.name for member in members] == ["B", "a_1", "a_2"]
    assert members[0].dependencies == ("a_1", "a_2")


def test_what_keeps_an_agent_from_its_turn_is_said() -> None:
    members = roster([agent("A"), agent("B", "A", "Gone")], lambda one, other: (one, other) != ("A", "B"))
    assert "'Gone', which is not active" in members[1].obstacle
    assert "'A' may not talk to 'B'" in members[1].obstacle


def test_members_are_read_as_they_were_stored() -> None:
    [member] = roster([agent("A", "A")], everybody)
    assert Member.read(member.stored()) == member


@pytest.mark.parametrize(
    ("agents", "cycle"),
    [
        ([agent("A", "A")], ["A", "A"]),
        ([agent("A", "B"), agent("B", "C"), agent("C", "B")], ["B", "C", "B"]),
    ],
)
def test_a_circle_is_refused_with_its_names(agents: list[TeamAgent], cycle: list[str]) -> None:
    with pytest.raises(TeamDependencyCycle) as refused:
        check_team(roster(agents, everybody))
    assert refused.value.extra["cycle"] == cycle
    assert " → ".join(cycle) in refused.value.detail


def test_a_diamond_is_no_circle_and_nobody_is_no_team() -> None:
    check_team(roster([agent("A"), agent("B", "A"), agent("C", "A"), agent("D", "B", "C")], everybody))
    with pytest.raises(NoActiveAgents):
        check_team([])
