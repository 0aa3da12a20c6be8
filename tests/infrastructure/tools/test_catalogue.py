"""The catalogue: shipped and registered tools as one, configured ones by type, reserved names."""

from collections.abc import Sequence

import pytest

from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.paging import PageRequest
from dynagent.core.tools import (
    CallContext,
    CustomTool,
    ToolFailed,
    ToolFilter,
    ToolKind,
    ToolListing,
    ToolNotFound,
    ToolUnconfigured,
)
from dynagent.infrastructure.tools.catalogue import InstalledTools
from dynagent.infrastructure.tools.configured import ConfiguredTools
from dynagent.infrastructure.tools.factory import ConcreteToolFactory
from dynagent.infrastructure.tools.prebuilt import prebuilt_registry
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel
from tests.fakes.secrets import FakeBox, FakeKeys
from tests.fakes.tools import FakeSandbox, a_custom_tool

CONTEXT = CallContext(user_id="ada", timeout_s=5.0)


class Stored:
    """Registered tools of one user, and how often they were read."""

    def __init__(self, *tools: CustomTool) -> None:
        self.tools = tools
        self.reads: list[Sequence[str] | None] = []

    async def __call__(self, user_id: str, names: Sequence[str] | None) -> Sequence[CustomTool]:
        self.reads.append(names)
        return [tool for tool in self.tools if user_id == "ada" and (names is None or tool.name in names)]

    async def find(
        self, user_id: str, wanted: ToolFilter, *, after: str | None, skip: int, limit: int
    ) -> tuple[Sequence[CustomTool], tuple[int, bool]]:
        own = sorted((tool for tool in self.tools if user_id == "ada"), key=lambda tool: tool.name)
        fitting = [tool for tool in own if wanted.matches(ToolListing.of_custom(tool))]
        found = [tool for tool in fitting if after is None or tool.name > after][skip : skip + limit]
        return found, (len(fitting), True)


def catalogue(*tools: CustomTool, **services: object) -> tuple[InstalledTools, Stored]:
    registry = prebuilt_registry()
    stored = Stored(*tools)
    services = {"models": FakeChatModels(ScriptedChatModel(["42"])), "search": None, **services}
    factory = ConcreteToolFactory(registry, services)
    configured = ConfiguredTools(registry, factory, box=FakeBox(), load_keys=FakeKeys())
    installed = InstalledTools(
        registry=registry, factory=factory, sandbox=FakeSandbox(), load_custom=stored, configured=configured
    )
    return installed, stored


async def test_all_tools_are_listed_by_name() -> None:
    tools, _ = catalogue(a_custom_tool("dice_roller"), a_custom_tool("zoo_finder"))
    listings = (await tools.find("ada", ToolFilter(), PageRequest())).items
    assert [listing.name for listing in listings] == [
        "answer_with_context", "calculator", "chatbot", "code_interpreter", "computer", "dice_roller", "duckduckgo",
        "file_search", "index_documents", "knowledge_base_search_tool", "retrieve_context", "retriever", "summarizer",
        "web_search", "zoo_finder",
    ]  # fmt: skip
    assert {listing.kind for listing in listings} == {"prebuilt", "custom"}
    assert (await tools.find("bob", ToolFilter(), PageRequest())).total == 13


@pytest.mark.parametrize("kind", [None, "custom", "prebuilt"])
async def test_pages_of_shipped_and_registered_tools_are_parts_of_one_list(kind: ToolKind | None) -> None:
    names = ["apple", "beetle", "chess", "dice", "eel", "sum_up", "vase", "whale", "yak", "zoo"]
    tools, _ = catalogue(*(a_custom_tool(name) for name in names))
    whole = await tools.find("ada", ToolFilter(kind=kind), PageRequest())
    listed = [tool.name for tool in whole.items]
    assert listed == sorted(listed) and len(listed) == {None: 23, "custom": 10, "prebuilt": 13}[kind]
    for skip in range(len(listed) + 3):
        for limit in (1, 2, 5):
            page = await tools.find("ada", ToolFilter(kind=kind), PageRequest(skip=skip, limit=limit))
            assert [tool.name for tool in page.items] == listed[skip : skip + limit], (skip, limit)
            assert (page.total, page.total_is_exact) == (len(listed), True)
            assert (page.next_cursor is None) == (skip + limit >= len(listed))
    walked, cursor = list[str](), None
    while True:
        page = await tools.find("ada", ToolFilter(kind=kind), PageRequest(limit=3, cursor=cursor))
        walked += [tool.name for tool in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert walked == listed


async def test_a_listing_says_all_about_a_shipped_tool() -> None:
    tools, _ = catalogue()
    listing = await tools.get("text_summarizer", "ada")
    assert (listing.name, listing.tool_class, listing.aliases) == (
        "summarizer",
        "TextSummarizerTool",
        ("text_summarizer",),
    )
    assert listing.parameters["properties"]["max_length"]["default"] == 150
    assert listing.settings == ("model",)
    assert listing.needs == ()
    assert (await tools.get("web_search", "ada")).needs == ("search",)


async def test_details_of_a_registered_tool_only_when_asked_for_it() -> None:
    tools, _ = catalogue(a_custom_tool(tags=("text",), version=3))
    detailed = await tools.get("reverse_string", "ada")
    assert (detailed.kind, detailed.version, detailed.tags) == ("custom", 3, ("text",))
    assert detailed.source is not None
    assert detailed.policy is not None
    assert detailed.source_hash == a_custom_tool().source_hash
    (listed,) = (await tools.find("ada", ToolFilter(search="reverse_string"), PageRequest())).items
    assert listed.source is None
    assert listed.policy is None


async def test_another_users_tool_is_not_there() -> None:
    tools, _ = catalogue(a_custom_tool())
    with pytest.raises(ToolNotFound):
        await tools.get("reverse_string", "bob")
    assert await tools.unknown(["reverse_string"], "bob") == ["reverse_string"]
    with pytest.raises(ToolNotFound):
        await tools.resolve(["reverse_string"], "bob")


async def test_unknown_names_keep_their_order_and_cost_one_read() -> None:
    tools, stored = catalogue(a_custom_tool())
    names = ["zzz", "calculator", "reverse_string", "text_summarizer", "aaa"]
    assert await tools.unknown(names, "ada") == ["zzz", "aaa"]
    assert await tools.unknown(["calculator"], "ada") == []
    assert len(stored.reads) == 1


async def test_resolved_tools_answer() -> None:
    tools, stored = catalogue(a_custom_tool())
    calculator, registered, alias = await tools.resolve(["calculator", "reverse_string", "text_summarizer"], "ada")
    assert (await calculator.call({"expression": "23*19"}, CONTEXT)).result == 437
    assert (await registered.call({"text": "abc"}, CONTEXT)).result == "ran"
    assert alias.name == "text_summarizer"
    assert stored.reads == [["reverse_string"]]


async def test_shipped_tools_are_made_once_and_read_nothing() -> None:
    tools, stored = catalogue()
    first, second = await tools.resolve(["calculator"], "ada"), await tools.resolve(["calculator"], "bob")
    assert first[0] is second[0]
    assert stored.reads == []


async def test_a_configured_tool_has_its_own_name_and_settings() -> None:
    models = FakeChatModels(
        ScriptedChatModel(["I am terse"], name="small"), ScriptedChatModel(["I am large"], name="large")
    )
    tools, _ = catalogue(a_custom_tool(), models=models)
    settings = {"expert": ("chatbot", {"model": "large"}), "flip": ("reverse_string", {}), "sums": ("calculator", {})}
    expert, flip, sums = await tools.resolve(["expert", "flip", "sums"], "ada", settings)
    assert (expert.name, flip.name, sums.name) == ("expert", "flip", "sums")
    assert (await expert.call({"query": "Who?"}, CONTEXT)).result == "I am large"
    assert (await sums.call({"expression": "1+1"}, CONTEXT)).result == 2


@pytest.mark.parametrize("settings", [{"it": ("chatbot", {"colour": 1})}, {"it": ("reverse_string", {"x": 1})}])
async def test_settings_that_do_not_fit_are_refused(settings: dict[str, tuple[str, dict[str, object]]]) -> None:
    tools, _ = catalogue(a_custom_tool())
    with pytest.raises(InvalidInput):
        await tools.resolve(["it"], "ada", settings)


async def test_a_missing_type_is_named() -> None:
    tools, _ = catalogue()
    with pytest.raises(ToolNotFound, match="'carrier_pigeon'"):
        await tools.resolve(["post"], "ada", {"post": ("carrier_pigeon", {})})


async def test_a_tool_without_what_it_needs_is_listed_and_fails_clearly() -> None:
    tools, _ = catalogue(models=None)
    assert (await tools.get("chatbot", "ada")).needs == ("models",)
    chatbot, search = await tools.resolve(["chatbot", "web_search"], "ada")
    for tool in (chatbot, search):
        with pytest.raises(ToolUnconfigured, match="needs"):
            await tool.call({"query": "Who?"}, CONTEXT)


async def test_a_disabled_tool_is_listed_and_fails_with_the_reason() -> None:
    tools, _ = catalogue(a_custom_tool(disabled=True, disabled_reason="too curious"))
    (listing,) = (await tools.find("ada", ToolFilter(kind="custom"), PageRequest())).items
    assert (listing.disabled, listing.disabled_reason) == (True, "too curious")
    (tool,) = await tools.resolve(["reverse_string"], "ada")
    with pytest.raises(ToolFailed, match="too curious"):
        await tool.call({"text": "x"}, CONTEXT)


@pytest.mark.parametrize(
    "name",
    [
        "calculator",
        "Calculator",
        "calculator_tool",
        "ca1culat0r",
        "CaIculator",
        "text_summarizer",
        "textsummarizer",
        "websearch",
        "web__search",
        "WebSearchTool",
        "duckduckg0",
        "chat_bot",
    ],
)
def test_look_alikes_are_reserved(name: str) -> None:
    assert catalogue()[0].reserved(name)


@pytest.mark.parametrize("name", ["reverse_string", "calculators", "my_calculator", "chatbot_fn", "search"])
def test_other_names_are_free(name: str) -> None:
    assert not catalogue()[0].reserved(name)
