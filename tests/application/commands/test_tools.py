"""Commands about tools."""

from dataclasses import dataclass, field

import pytest

from dynagent.application.commands.tools import (
    ExecuteTool,
    ExecuteToolHandler,
    RegisterTool,
    RegisterToolHandler,
    RemoveTool,
    RemoveToolHandler,
    UpdateTool,
    UpdateToolHandler,
)
from dynagent.application.shared.caller import LOCAL_ADMIN, Caller
from dynagent.core.shared.errors import InvalidInput, StaleVersion
from dynagent.core.tools import (
    CustomTool,
    Finding,
    ToolGrantForbidden,
    ToolIsPrebuilt,
    ToolNameTaken,
    ToolNotFound,
    ToolPolicy,
    ToolRejected,
)
from tests.fakes.catalogue import FakeCatalogue, FakeCustomTools, FakeSandbox
from tests.fakes.clock import FakeClock
from tests.fakes.unit_of_work import FakeUnitOfWork
from tests.fakes.uses import FakeUses

CODE = "async def shout(text: str) -> str:\n    return text.upper()"


@dataclass
class Workshop:
    """The ports of these handlers."""

    tools: FakeCustomTools = field(default_factory=FakeCustomTools)
    uow: FakeUnitOfWork = field(default_factory=FakeUnitOfWork)
    sandbox: FakeSandbox = field(default_factory=FakeSandbox)
    clock: FakeClock = field(default_factory=FakeClock)
    uses: FakeUses = field(default_factory=FakeUses)

    def __post_init__(self) -> None:
        self.catalogue = FakeCatalogue(self.tools)

    async def register(
        self, name: str = "shout", *, policy: ToolPolicy | None = None, caller: Caller = LOCAL_ADMIN
    ) -> CustomTool:
        """Register a tool."""
        handler = RegisterToolHandler(self.tools, self.uow, self.catalogue, self.sandbox, clock=self.clock)
        message = RegisterTool(name=name, description="Shouts.", code=CODE, policy=policy or ToolPolicy())
        return await handler(message, caller)

    async def update(self, message: UpdateTool, caller: Caller = LOCAL_ADMIN) -> CustomTool:
        """Change a tool."""
        handler = UpdateToolHandler(self.tools, self.uow, self.catalogue, self.sandbox, clock=self.clock)
        return await handler(message, caller)

    async def remove(self, name: str, *, force: bool = False) -> None:
        """Remove a tool."""
        handler = RemoveToolHandler(self.tools, self.uow, self.catalogue, self.uses, clock=self.clock)
        await handler(RemoveTool(name, force), LOCAL_ADMIN)


@pytest.fixture
def workshop() -> Workshop:
    """Fresh ports."""
    return Workshop()


async def test_a_tool_is_stored_with_what_was_read_from_its_source(workshop: Workshop) -> None:
    tool = await workshop.register()

    assert (tool.user_id, tool.version, tool.code) == (LOCAL_ADMIN.user_id, 1, CODE)
    assert tool.reflection.parameters["required"] == ["expression"]
    assert workshop.sandbox.screened == [("shout", CODE)]
    assert [event.name for event in workshop.uow.committed] == ["tool.registered"]


@pytest.mark.parametrize(("name", "error"), [("ab", InvalidInput), ("Calculator", ToolNameTaken)])
async def test_names_are_checked_before_the_source(workshop: Workshop, name: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        await workshop.register(name)

    assert workshop.sandbox.screened == []


async def test_a_name_is_given_once(workshop: Workshop) -> None:
    await workshop.register()

    with pytest.raises(ToolNameTaken):
        await workshop.register()


async def test_findings_refuse_the_source(workshop: Workshop) -> None:
    finding = Finding(rule="import", line=3, column=4, message="no os")
    workshop.sandbox.findings = (finding,)

    with pytest.raises(ToolRejected, match="line 3: no os") as refusal:
        await workshop.register()

    assert refusal.value.extra == {"findings": [finding.model_dump()]}
    assert workshop.uow.commits == 0


async def test_a_change_screens_again_and_makes_the_next_version(workshop: Workshop) -> None:
    await workshop.register()

    changed = await workshop.update(
        UpdateTool(name="shout", code=CODE + "\n", policy=ToolPolicy(timeout_s=9), tags=("a",), expected_version=1)
    )
    described = await workshop.update(UpdateTool(name="shout", description="Louder."))

    assert (changed.version, changed.policy.timeout_s, changed.tags, changed.description) == (2, 9, ("a",), "Shouts.")
    assert (described.version, described.code, described.tags) == (3, CODE + "\n", ("a",))
    assert len(workshop.sandbox.screened) == 3
    with pytest.raises(StaleVersion):
        await workshop.update(UpdateTool(name="shout", tags=(), expected_version=1))


async def test_prebuilt_and_unknown_tools_stay_as_they_are(workshop: Workshop) -> None:
    with pytest.raises(ToolIsPrebuilt):
        await workshop.remove("calculator")
    with pytest.raises(ToolNotFound):
        await workshop.remove("nothing")
    with pytest.raises(ToolNotFound):
        await workshop.update(UpdateTool(name="nothing"))


async def test_removing_tells(workshop: Workshop) -> None:
    await workshop.register()

    await workshop.remove("shout")

    assert workshop.tools.stored == {}
    assert [event.name for event in workshop.uow.committed] == ["tool.registered", "tool.removed"]


async def test_a_call_is_the_callers_and_bounded(workshop: Workshop) -> None:
    run = await ExecuteToolHandler(workshop.catalogue, timeout_s=3)(
        ExecuteTool("calculator", {"expression": "1"}), LOCAL_ADMIN
    )

    ((arguments, context),) = workshop.catalogue.prebuilt["calculator"].calls
    assert (run.name, run.outcome.result, arguments) == ("calculator", "437", {"expression": "1"})
    assert (context.user_id, context.timeout_s) == (LOCAL_ADMIN.user_id, 3)
    assert run.duration_ms >= 0


USER = Caller("ana", frozenset({"user"}))


@pytest.mark.parametrize("policy", [ToolPolicy(network=("example.com:443",)), ToolPolicy(secrets=("KEY",))])
async def test_a_grant_beyond_the_default_is_an_administrators_act(workshop: Workshop, policy: ToolPolicy) -> None:
    with pytest.raises(ToolGrantForbidden, match=r"example\.com:443|KEY"):
        await workshop.register(policy=policy, caller=USER)
    assert workshop.sandbox.screened == []

    assert (await workshop.register(policy=policy)).policy == policy
    with pytest.raises(ToolGrantForbidden):  # the grants stay, but another source would use them
        await workshop.update(UpdateTool(name="shout", code=CODE + "\n"), USER)
    assert (await workshop.update(UpdateTool(name="shout", policy=ToolPolicy()), USER)).version == 2


async def test_limits_and_reuse_are_everybodys_to_choose(workshop: Workshop) -> None:
    policy = ToolPolicy(timeout_s=30, reuse=True, repeatable=True)

    assert (await workshop.register(policy=policy, caller=USER)).policy == policy
