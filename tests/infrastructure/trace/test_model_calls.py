"""Model calls are cut into parts: each once, bounded in bytes, without the endpoint's key."""

import json
from typing import Any

from dynagent.core.runs import SentCall
from dynagent.core.shared.secret_names import hidden_forms
from dynagent.infrastructure.trace.model_calls import DIGEST_BYTES, ModelCallLimits, ModelCallParts, StoredCall


def sent(*contents: str, key: str = "analyze.1/model.1", **more: Any) -> SentCall:
    messages = [{"role": "user", "content": content} for content in contents]
    return SentCall(call_key=key, tries=1, at=1.0, lane="wire", model="gpt", messages=messages, **more)


def head(stored: StoredCall) -> dict[str, Any]:
    return json.loads(stored.head)


def test_a_growing_conversation_stores_only_what_is_new() -> None:
    parts = ModelCallParts(ModelCallLimits())
    tools = [{"type": "function", "function": {"name": "echo"}}]
    first = parts.stored(sent("a", "b", tools=tools, parameters={"temperature": 0.2}))
    second = parts.stored(sent("a", "b", "c", tools=tools, parameters={"temperature": 0.2}))
    assert len(first.parts) == 4
    assert [json.loads(text) for text in second.parts.values()] == [{"role": "user", "content": "c"}]
    assert second.messages[: 2 * DIGEST_BYTES] == first.messages
    assert (second.tools, second.parameters) == (first.tools, first.parameters)
    assert head(second)["bytes"] == head(first)["bytes"] + len('{"role":"user","content":"c"}')
    assert head(second)["complete"] is True


def test_a_part_that_is_too_large_is_cut_in_bytes() -> None:
    parts = ModelCallParts(ModelCallLimits(part_max_bytes=1000))
    schema = {"type": "function", "function": {"parameters": {"enum": ["ü" * 900]}}}
    stored = parts.stored(sent("🐘" * 600, "short", tools=[schema]))
    texts = list(stored.parts.values())
    assert all(len(text.encode()) <= 1100 for text in texts)
    assert json.loads(texts[0])["content"].endswith("… [cut: 2428 bytes in all]")
    assert json.loads(texts[0])["role"] == "user"
    assert set(json.loads(texts[2])) == {"cut"}
    assert head(stored)["complete"] is False


def test_a_run_stores_no_more_than_its_bound() -> None:
    parts = ModelCallParts(ModelCallLimits(run_max_bytes=500))
    first = parts.stored(sent("x" * 400))
    later = parts.stored(sent("x" * 400, "y" * 400, key="analyze.1/model.2"))
    assert "x" * 400 in first.parts[first.messages]
    assert not later.parts
    assert len(later.messages) == 2 * DIGEST_BYTES
    assert head(later)["complete"] is False


def test_the_endpoints_key_is_masked_in_every_form() -> None:
    secret = 'sk-"quoted"\\ümlaut'
    call = sent(f"my key is {secret}", parameters={"user": {secret: secret}}, hidden=hidden_forms([secret]))
    stored = ModelCallParts(ModelCallLimits()).stored(call)
    said = "".join(stored.parts.values())
    assert said.count("***") == 3
    assert "quoted" not in said


def test_what_json_of_the_fast_sort_cannot_hold_is_stored_all_the_same() -> None:
    stored = ModelCallParts(ModelCallLimits()).stored(
        sent("half \ud800, nul \x00", parameters={"seed": 2**80, "own": object})
    )
    for text in (*stored.parts.values(), stored.head):
        assert "\x00" not in text
        json.loads(text.encode())
    assert json.loads(stored.parts[stored.parameters])["seed"] == 2**80


def test_the_key_is_masked_where_a_large_part_is_cut_too() -> None:
    """Only what is kept is looked through; a key in its midst and one that the cut goes through are both hidden."""
    key = "sk-0123456789abcdef"
    for before in range(225, 255):
        content = f"a {key} b{'x' * (before - 23)}{key}" + "y" * 5000
        call = sent(content, hidden=hidden_forms([key]))
        (text, _) = ModelCallParts(ModelCallLimits(part_max_bytes=1000)).stored(call).parts.values()
        assert "sk-012" not in text and text.count("***") >= 1, before
