"""Settings of shipped tools: opened once, for their owner only, and never told by what the tool says."""

from collections.abc import Callable
from typing import Any

import pytest

from dynagent.core.shared.errors import DynagentError
from dynagent.core.tools import BaseTool, CallContext, ToolFailed, ToolTimeout, ToolUnconfigured
from dynagent.infrastructure.tools.configured import ConfiguredTools
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.registry import ToolRegistry
from tests.fakes.secrets import FakeBox, FakeKeys

CONTEXT = CallContext(user_id="ada", timeout_s=5.0)
SECRET = "k-secret-4711"


class EchoTool(BaseTool):
    """Says what it was given."""

    name = "echo"
    made = 0

    def __init__(self, api_key: str = "", login: dict[str, Any] | None = None) -> None:
        type(self).made += 1
        self._key = api_key or str(login)

    async def _arun(self, how: str) -> Any:
        """Say it.

        how: In which way.
        """
        ways: dict[str, Callable[[], Any]] = {
            "result": lambda: {"header": [f"Bearer {self._key}"]},
            "failure": lambda: _raise(ToolTimeout(f"no answer from https://x/?key={self._key}")),
            "crash": lambda: _raise(RuntimeError(f"wrong key {self._key}")),
            "refusal": lambda: _raise(DynagentError(f"wrong key {self._key}")),
        }
        return ways[how]()


def _raise(error: Exception) -> None:
    raise error


def tools(keys: FakeKeys | None = None) -> tuple[ConfiguredTools, FakeBox]:
    EchoTool.made = 0
    registry, box = ToolRegistry(), FakeBox()
    registry.register(EchoTool)
    return ConfiguredTools(registry, ConcreteToolFactory(registry), box=box, load_keys=keys or FakeKeys()), box


def sealed(text: str, row: str = "ada") -> dict[str, str]:
    return {"$sealed": FakeBox().seal(text, row=row)}


async def test_a_tool_is_made_and_its_secret_opened_once() -> None:
    made, box = tools()
    settings = {"api_key": sealed(f'"{SECRET}"')}

    first, second = [await made.get("mine", "echo", dict(settings), "ada") for _ in range(2)]
    other = await made.get("mine", "echo", {"api_key": sealed('"another"')}, "ada")

    assert first is second is not other
    assert (EchoTool.made, box.opened) == (2, 2)


@pytest.mark.parametrize("how", ["failure", "crash", "refusal"])
async def test_a_failure_does_not_tell_the_secret(how: str, capfd: pytest.CaptureFixture[str]) -> None:
    made, _ = tools()
    tool = await made.get("mine", "echo", {"login": {"user": "u", "password": sealed(f'"{SECRET}"')}}, "ada")

    with pytest.raises(ToolFailed, match=r"\*\*\*") as failure:
        await tool.call({"how": how}, CONTEXT)

    assert SECRET not in str(failure.value) and isinstance(failure.value, ToolTimeout) == (how == "failure")
    assert SECRET not in "".join(capfd.readouterr())


async def test_a_result_does_not_tell_the_secret() -> None:
    made, _ = tools()
    tool = await made.get("mine", "echo", {"api_key": sealed(f'"{SECRET}"')}, "ada")

    assert (await tool.call({"how": "result"}, CONTEXT)).result == {"header": ["Bearer ***"]}


async def test_another_owners_ciphertext_is_void() -> None:
    made, _ = tools()

    with pytest.raises(DynagentError, match="another row"):
        await made.get("mine", "echo", {"api_key": sealed(f'"{SECRET}"', row="bob")}, "ada")


async def test_a_reference_is_looked_up_at_every_use() -> None:
    box = FakeBox()
    keys = FakeKeys({"bing": ("row-1", box.seal(SECRET, row="row-1"))})
    made, _ = tools(keys)
    settings = {"api_key": {"$secret": "bing"}}

    first = await made.get("mine", "echo", settings, "ada")
    assert await made.get("mine", "echo", settings, "ada") is first
    keys.keys["bing"] = ("row-2", box.seal("changed", row="row-2"))
    assert await made.get("mine", "echo", settings, "ada") is not first

    with pytest.raises(ToolUnconfigured, match="'bing'"):
        await made.get("mine", "echo", settings, "bob")
