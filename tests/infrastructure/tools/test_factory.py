"""The factory: its error, settings checked, services that no configuration can replace."""

import pytest

from dynagent.core.shared.errors import InvalidInput
from dynagent.core.tools import BaseTool, ToolNotFoundError
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.registry import ToolRegistry


class LookupTool(BaseTool):
    """Look something up."""

    needs = ("clock", "lookup", "missing_tool", "LOOKUP_KEY")

    def __init__(self, limit: int = 3, clock: object = None) -> None:
        self.limit = limit
        self.clock = clock

    async def _arun(self) -> str:
        return ""


class StrictTool(BaseTool):
    """Cannot be made without a setting."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def _arun(self) -> str:
        return self.path


def a_registry() -> ToolRegistry:
    registry = ToolRegistry()
    registry.register(LookupTool)
    registry.register(StrictTool)
    return registry


def test_an_unregistered_type_is_refused_in_the_seeds_words() -> None:
    with pytest.raises(ToolNotFoundError, match=r"^Tool type 'x' not registered$"):
        ConcreteToolFactory(a_registry()).create_tool("x", {})


def test_settings_reach_the_constructor_converted() -> None:
    tool = ConcreteToolFactory(a_registry()).create_tool("lookup", {"limit": "5"})
    assert isinstance(tool, LookupTool)
    assert tool.limit == 5


def test_defaults_stay_when_nothing_is_set() -> None:
    tool = ConcreteToolFactory(a_registry()).create_tool("lookup", {})
    assert isinstance(tool, LookupTool)
    assert tool.limit == 3


@pytest.mark.parametrize("config", [{"limit": "many"}, {"unknown": 1}, {"clock": "forged"}])
def test_settings_that_do_not_fit_are_named(config: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        ConcreteToolFactory(a_registry(), {"clock": object()}).create_tool("lookup", config)
    assert refusal.value.violations[0].pointer == f"/tools_config/config/{next(iter(config))}"


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(InvalidInput) as refusal:
        ConcreteToolFactory(a_registry()).create_tool("strict", {})
    assert refusal.value.violations[0].rule == "missing"


def test_services_are_given_by_name_and_are_no_settings() -> None:
    clock = object()
    factory = ConcreteToolFactory(a_registry(), {"clock": clock, "unused": 1})
    tool = factory.create_tool("lookup", {})
    assert isinstance(tool, LookupTool)
    assert tool.clock is clock
    assert factory.settings_of(LookupTool) == ("limit",)


def test_needs_are_tools_services_and_settings() -> None:
    nothing = ConcreteToolFactory(ToolRegistry(), has_setting=lambda name: False)
    assert nothing.missing_needs(LookupTool) == ("clock", "lookup", "missing_tool", "LOOKUP_KEY")
    most = ConcreteToolFactory(a_registry(), {"clock": object()}, has_setting=lambda name: name == "LOOKUP_KEY")
    assert most.missing_needs(LookupTool) == ("missing_tool",)


def test_a_setting_is_looked_for_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    factory = ConcreteToolFactory(a_registry(), {"clock": 1})
    monkeypatch.setenv("LOOKUP_KEY", "k")
    assert factory.missing_needs(LookupTool) == ("missing_tool",)
