"""What a tool gets with its call: its key, its secrets, and the operator's hosts and key where they are open."""

from typing import Any

import pytest

from dynagent.core.tools import CallContext, ToolPolicy
from dynagent.infrastructure.sandbox.call_grants import beyond_default, grants_of
from dynagent.infrastructure.sandbox.sandbox import ZygoteSandbox
from dynagent.infrastructure.sandbox.settings import SandboxSettings
from tests.infrastructure.sandbox.toolbox import CHATBOT, register, settings, smuggle

TELLS = (
    "from dynagent.core.tools import current_call\n"
    "async def tells() -> list:\n"
    "    call = current_call()\n"
    "    return [call.idempotency_key, call.execution_id, dict(call.secrets)]"
)
PAYS = "async def pays() -> str:\n    return current_call().idempotency_key"


def a_tool(**policy: Any) -> Any:
    tool = smuggle(ZygoteSandbox(settings()), CHATBOT, entry="chatbot_fn", **policy)
    reflection = tool.reflection.model_copy(update={"imports": ("openai",)})
    return tool.model_copy(update={"reflection": reflection})


def with_key(**values: Any) -> SandboxSettings:
    return settings(OPENAI_API_KEY="k", OPENAI_BASE_URL="http://models.internal:9000/v1", **values)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_tool_knows_the_key_of_its_call(sandbox: ZygoteSandbox) -> None:
    context = CallContext(user_id="ana", timeout_s=5, idempotency_key="e1:execute_tools.1/tool.1", execution_id="e1")
    outcome = await sandbox.run(await register(sandbox, TELLS), {}, context)
    assert outcome.result == ["e1:execute_tools.1/tool.1", "e1", {}]
    # No import is needed, and a kept process tells the key of each call.
    tool = await register(sandbox, PAYS, name="pays", reuse=True)
    for key in ("e1:a", "e1:b"):
        context = CallContext(user_id="ana", timeout_s=5, idempotency_key=key)
        assert (await sandbox.run(tool, {}, context)).result == key


@pytest.mark.parametrize(
    ("values", "granted"),
    [
        ({}, True),
        ({"AUTH_MODE": "required"}, False),
        ({"AUTH_MODE": "required", "grant_openai": True}, True),
        ({"grant_openai": False}, False),
    ],
)
def test_the_servers_own_key_is_given_only_where_everybody_is_administrator(
    values: dict[str, Any], granted: bool
) -> None:
    call_grants = grants_of(a_tool(), with_key(**values))

    assert ("OPENAI_API_KEY" in call_grants.secrets) is granted
    assert call_grants.granted == (["models.internal:9000", "OPENAI_API_KEY", "OPENAI_BASE_URL"] if granted else [])


def test_elsewhere_an_administrator_grants_it_tool_by_tool() -> None:
    tool = a_tool(network=("models.internal:9000",), secrets=("OPENAI_API_KEY",))
    call_grants = grants_of(tool, with_key(AUTH_MODE="required"))

    assert call_grants.secrets == {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "http://models.internal:9000/v1"}


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        (ToolPolicy(), []),
        (ToolPolicy(network=("api.example.com:443", "a.open.org:443")), []),
        (ToolPolicy(network=("*.open.org:443",)), []),
        (ToolPolicy(network=("api.example.com:80", "*.example.com:443")), ["api.example.com:80", "*.example.com:443"]),
        (ToolPolicy(network=("open.org:443",)), ["open.org:443"]),
        (ToolPolicy(secrets=("WEATHER", "OTHER")), ["secret OTHER"]),
    ],
)
def test_what_the_operator_has_opened_is_everybodys(policy: ToolPolicy, beyond: list[str]) -> None:
    opened = settings(open_hosts="api.example.com:443, *.open.org:443", open_secrets="WEATHER")

    assert beyond_default(policy, opened) == beyond
