"""The rules of a configuration: known parts, no cycles; slugs."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.agents import (
    AgentConfiguration,
    NamedAgent,
    ToolAttachment,
    faults_of,
    make_slug,
    refuse_faults,
)
from dynagent.core.shared.errors import InvalidInput, Violation
from dynagent.core.shared.ids import new_id


class Parts:
    """Knows the calculator, DuckDuckGo and one model."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    async def unknown_tools(self, names: Sequence[str]) -> list[str]:
        self.asked.append(names)
        return [name for name in names if name not in ("calculator", "duckduckgo")]

    async def settings_faults(self, tools: Sequence[ToolAttachment]) -> list[Violation]:
        return [
            Violation(f"/tools_config/{at}/config/nope", "extra_forbidden", "no")
            for at, tool in enumerate(tools)
            if "nope" in tool.config
        ]

    def schema_fault(self, schema: dict[str, Any]) -> str | None:
        return "it is odd" if schema.get("odd") else None

    async def unknown_model(self, model: str | None) -> bool:
        return model not in (None, "gpt")


async def problems(
    configuration: AgentConfiguration, graph: Mapping[str, tuple[str, ...]] | None = None
) -> set[tuple[str, str]]:
    agents = [NamedAgent(slug, slug, f"Agent {slug}", dependencies=needed) for slug, needed in (graph or {}).items()]
    faults = await faults_of(configuration, slug="me", parts=Parts(), agents=agents)
    return {(fault.pointer, fault.rule) for fault in faults}


async def test_known_parts_pass() -> None:
    attachment = ToolAttachment(name="my_search", type="duckduckgo")
    configuration = AgentConfiguration(name="x", model="gpt", tools=("calculator",), tools_config=(attachment,))
    assert await problems(configuration) == set()


async def test_every_unknown_part_is_named() -> None:
    configuration = AgentConfiguration(
        name="x",
        model="gone",
        tools=("calculator", "teleporter"),
        tools_config=(ToolAttachment(name="calculator", type="pigeon"),),
        dependencies=("nobody",),
    )
    assert await problems(configuration) == {
        ("/model", "known_model"),
        ("/tools", "known_tool"),
        ("/tools_config", "known_tool"),
        ("/dependencies/0", "known_agent"),
    }


async def test_tools_are_asked_for_once_by_their_types() -> None:
    parts = Parts()
    attachments = (ToolAttachment(name="a", type="duckduckgo"), ToolAttachment(name="b", type="duckduckgo"))
    configuration = AgentConfiguration(name="x", tools=("calculator",), tools_config=attachments)
    await faults_of(configuration, slug="me", parts=parts, agents=[])
    assert parts.asked == [("calculator", "duckduckgo")]


@pytest.mark.parametrize(
    ("graph", "dependencies", "cyclic"),
    [
        ({"a": ()}, ("a",), False),
        ({}, ("me",), True),
        ({"a": ("me",)}, ("a",), True),
        ({"a": ("b",), "b": ("c",), "c": ("me",)}, ("a",), True),
        ({"a": ("b",), "b": ("a",)}, ("a",), False),
        ({"a": ("c",), "b": ("c",), "c": ()}, ("a", "b"), False),
        ({"me": ("a",), "a": ("me",)}, (), False),
    ],
)
async def test_cycles_through_this_agent(
    graph: dict[str, tuple[str, ...]], dependencies: tuple[str, ...], cyclic: bool
) -> None:
    found = await problems(AgentConfiguration(name="x", dependencies=dependencies), graph)
    assert (("/dependencies", "no_cycle") in found) is cyclic


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Research Helper", "research_helper"),
        ("Größe & Äpfel!", "groe_apfel"),
        ("日本語", "agent"),
        ("__a--b__", "a_b"),
    ],
)
def test_slugs(name: str, slug: str) -> None:
    assert make_slug(name, "0" * 30 + "abc123") == f"{slug}_abc123"


@given(st.text())
def test_any_name_has_a_slug_of_plain_letters(name: str) -> None:
    id = new_id()
    slug = make_slug(name, id)
    assert slug.isascii()
    assert slug.replace("_", "").isalnum()
    assert len(slug) <= 55


async def test_an_output_schema_must_be_one() -> None:
    assert await problems(AgentConfiguration(name="x", output_schema={"type": "object"})) == set()
    assert await problems(AgentConfiguration(name="x", output_schema={"odd": True})) == {
        ("/output_schema", "json_schema")
    }


async def test_settings_that_do_not_fit_are_named_where_they_stand() -> None:
    attachments = (ToolAttachment(name="a", type="duckduckgo"), ToolAttachment(name="b", type="duckduckgo"))
    wrong = attachments[1].model_copy(update={"config": {"nope": 1}})
    assert await problems(AgentConfiguration(name="x", tools_config=attachments)) == set()
    assert await problems(AgentConfiguration(name="x", tools_config=(attachments[0], wrong))) == {
        ("/tools_config/1/config/nope", "extra_forbidden")
    }


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"description": "d"}, []),
        ({"model": "gone too"}, ["/model"]),
        ({"requires_approval": ("calculator",)}, ["/requires_approval/0"]),
        ({"tools": ("none",)}, ["/tools", "/requires_approval/0"]),
        (None, ["/model", "/tools", "/requires_approval/0"]),
    ],
)
def test_a_change_is_judged_by_the_fields_that_it_changes(changes: dict[str, Any] | None, pointers: list[str]) -> None:
    before = AgentConfiguration(name="x", model="gone", tools=("gone_tool",), requires_approval=("other",))
    changed = before.model_copy(update=changes or {})
    faults = [Violation(pointer, "r", "d") for pointer in ("/model", "/tools", "/requires_approval/0")]
    refused: list[str] = []
    try:
        refuse_faults(faults, changed, before=None if changes is None else before)
    except InvalidInput as refusal:
        refused = [fault.pointer for fault in refusal.violations]
    assert refused == pointers
