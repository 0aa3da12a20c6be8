"""Registered tools: names, versions, switching off, policy bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dynagent.core.shared.errors import InvalidInput
from dynagent.core.tools import (
    MAX_TOOL_TIMEOUT_S,
    CustomTool,
    ToolListing,
    ToolPolicy,
    ToolReflection,
    ToolSwitchedOff,
    check_tool_name,
    same_looking,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
REFLECTION = ToolReflection(entry="it", shape="async", description="It.", parameters={"type": "object"})


def a_tool(**fields: Any) -> CustomTool:
    values = {
        "id": "1",
        "user_id": "ada",
        "name": "it_works",
        "description": "It works.",
        "code": "async def it(): ...",
        "reflection": REFLECTION,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return CustomTool.model_validate({**values, **fields})


@pytest.mark.parametrize("name", ["abc", "_ab", "A_1", "x" * 31, "reverse_string"])
def test_names_that_fit(name: str) -> None:
    check_tool_name(name)


@pytest.mark.parametrize("name", ["", "ab", "1abc", "x" * 32, "a-b", "a b", "äbc", "abc\n", "abc\x00", "ａｂｃ", "a.b"])
def test_names_that_do_not(name: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_tool_name(name)
    assert refusal.value.violations[0].pointer == "/name"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("calculator", "Calculator"),
        ("calculator", "ca1culator"),
        ("calculator", "caIculator"),
        ("web_search", "websearch"),
        ("web_search", "WebSearchTool"),
        ("summarizer", "5ummarizer"),
        ("chatbot", "chatb0t"),
    ],
)
def test_look_alikes(one: str, other: str) -> None:
    assert same_looking(one) == same_looking(other)


def test_different_names_look_different() -> None:
    assert same_looking("calculator") != same_looking("calculators")
    assert same_looking("tool") == "tool"


@given(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]{2,30}", fullmatch=True))
def test_looks_do_not_depend_on_case_or_underscores(name: str) -> None:
    assert same_looking(name) == same_looking(name.upper()) == same_looking("_" + name)


def test_a_change_is_the_next_version_enabled_again() -> None:
    disabled = a_tool().disable("curious", now=NOON)
    assert (disabled.disabled, disabled.disabled_reason, disabled.version) == (True, "curious", 1)
    changed = disabled.changed(
        description="New.",
        code="async def it(): return 1",
        reflection=REFLECTION,
        policy=ToolPolicy(repeatable=True),
        tags=("a",),
        now=NOON + timedelta(minutes=1),
    )
    assert (changed.version, changed.disabled, changed.disabled_reason) == (2, False, None)
    assert (changed.description, changed.tags, changed.policy.repeatable) == ("New.", ("a",), True)
    assert changed.updated_at > disabled.updated_at
    assert changed.source_hash != disabled.source_hash


def _with(tool: CustomTool, **fields: Any) -> CustomTool:
    same: dict[str, Any] = {
        name: getattr(tool, name) for name in ("description", "code", "policy", "tags", "reflection")
    }
    return tool.changed(**(same | fields), now=NOON + timedelta(minutes=1))


def test_what_changes_nothing_is_no_version() -> None:
    tool = a_tool()
    assert _with(tool) is tool
    assert _with(tool.disable("curious", now=NOON)).disabled
    assert (_with(tool, tags=("a",)).version, _with(tool, policy=ToolPolicy(reuse=True)).version) == (2, 2)


def test_what_the_sandbox_switched_off_needs_a_new_source_or_an_administrator() -> None:
    off = a_tool().model_copy(update={"disabled": True, "disabled_reason": "switched off", "disabled_by": "sandbox"})
    with pytest.raises(ToolSwitchedOff, match="administrator"):
        off.enable(now=NOON)
    assert off.enable(now=NOON, by_administrator=True).disabled_by is None
    still = _with(off, description="Another text.", policy=ToolPolicy(timeout_s=9))
    assert (still.version, still.disabled, still.disabled_by) == (2, True, "sandbox")
    mended = _with(off, code="async def it(): return 2")
    assert (mended.version, mended.disabled, mended.disabled_by, mended.disabled_reason) == (2, False, None, None)


def test_the_same_source_has_the_same_hash() -> None:
    assert a_tool().source_hash == a_tool(id="2", user_id="bob").source_hash
    assert len(a_tool().source_hash) == 64


@pytest.mark.parametrize(
    "fields",
    [
        {"timeout_s": 0},
        {"timeout_s": MAX_TOOL_TIMEOUT_S + 1},
        {"network": ["h:1"] * 21},
        {"secrets": ["S"] * 21},
        {"root": True},
    ],
)
def test_what_a_policy_may_not_grant(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ToolPolicy.model_validate(fields)


def test_tools_and_listings_are_read_back_from_json() -> None:
    tool = a_tool(tags=["x"], policy={"network": ["api.example:443"], "timeout_s": 10})
    assert CustomTool.model_validate_json(tool.model_dump_json()) == tool
    listing = ToolListing(
        name="it",
        description="It.",
        parameters={},
        tool_class="It",
        kind="custom",
        policy=tool.policy,
        needs=("models",),
    )
    assert ToolListing.model_validate_json(listing.model_dump_json()) == listing
