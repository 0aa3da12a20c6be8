"""Routes of examples: what there is, and importing one as agents, tools, handoffs and workflows of the caller's."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.agents import CreateAgent, DeleteAgent
from dynagent.application.commands.handoffs import AddHandoff
from dynagent.application.commands.tools import RegisterTool
from dynagent.application.commands.workflows.configure import CreateWorkflow
from dynagent.application.queries.examples import GetExample, ListExamples
from dynagent.core.examples import Example, ExampleTool
from dynagent.core.tools import ToolNameTaken
from dynagent.presentation.api.shared.dependencies import Ask, Asker
from dynagent.presentation.api.shared.paging import Envelope
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("examples", "Examples")

Kind = Literal["agent", "team", "workflow"]


class ExampleOut(BaseModel):
    """An example that can be imported. `parts` says who plays which part."""

    id: str
    name: str
    description: str
    kind: Kind
    parts: dict[str, str]
    tools: list[str]

    @classmethod
    def of(cls, example: Example) -> "ExampleOut":
        """Return the answer for an example."""
        return cls(
            id=example.id,
            name=example.name,
            description=example.description,
            kind=example.trial.kind,
            parts={item.part: item.configuration.shown_name for item in example.agents},
            tools=[tool.name for tool in example.tools],
        )


class ExampleList(Envelope):
    """All examples."""

    examples: list[ExampleOut]


class ImportExampleBody(BaseModel):
    """How an example is imported."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[str | None, Field(min_length=1, max_length=200)] = Field(
        default=None, description="The model of its agents; null: the default one, `demo` without any key."
    )


class TrialOut(BaseModel):
    """What to try: a query to the agent, the requirements of a team, or the inputs of the workflow.

    With `mocks` a workflow is run as its script says, and no model is asked.
    """

    kind: Kind
    agent_id: str | None
    workflow_id: str | None
    query: str
    inputs: dict[str, Any]
    mocks: dict[str, dict[str, Any]]


class ImportedExampleOut(BaseModel):
    """What was made of an example; tools that were there under their names already are used as they are."""

    example_id: str
    agents: dict[str, str] = Field(description="The agents' ids by the parts that they play.")
    tools: list[str]
    workflow_id: str | None
    trial: TrialOut


@router.get("", operation_id="list_examples", summary="List examples")
async def list_examples(ask: Ask) -> ExampleList:
    """Give the examples; all of them run without a key."""
    found = [ExampleOut.of(example) for example in await ask(ListExamples())]
    return ExampleList(examples=found, total=len(found), skip=0, limit=len(found))


@router.post("/{example_id}/import", status_code=201, operation_id="import_example", summary="Import an example")
async def import_example(
    example_id: str, response: Response, ask: Ask, body: ImportExampleBody | None = None
) -> ImportedExampleOut:
    """Make the agents, tools, handoffs and the workflow of an example yours, or nothing of it where one is refused."""
    example = await ask(GetExample(example_id))
    await _register(ask, example.tools)
    agents: dict[str, str] = {}
    try:
        workflow_id = await _make(ask, example, agents, model=body.model if body else None)
    except BaseException:
        for id in reversed(agents.values()):
            await ask(DeleteAgent(id, force=True))
        raise
    if workflow_id is not None:
        response.headers["Location"] = f"/api/v1/workflows/{workflow_id}"
    tools = [tool.name for tool in example.tools]
    trial = _trial(example, agents, workflow_id)
    return ImportedExampleOut(example_id=example.id, agents=agents, tools=tools, workflow_id=workflow_id, trial=trial)


async def _register(ask: Asker, tools: Sequence[ExampleTool]) -> None:
    for tool in tools:
        try:
            await ask(RegisterTool(name=tool.name, description=tool.description, code=tool.code))
        except ToolNameTaken:
            continue  # imported before, or the caller's own of that name


async def _make(ask: Asker, example: Example, agents: dict[str, str], *, model: str | None) -> str | None:
    """Make the agents, noting each in `agents`, and what connects them; return the workflow's id, if there is one."""
    for item in example.agents:
        configuration = item.configuration.model_copy(update={"model": model})
        agents[item.part] = (await ask(CreateAgent(configuration))).id
    for edge in example.handoffs:
        ends = {"agent_id": agents[edge.source], "target_agent_id": agents[edge.target]}
        await ask(AddHandoff(**ends, description=edge.description))
    definition = example.definition_for(agents)
    if definition is None:
        return None
    message = CreateWorkflow(name=example.name, description=example.description, definition=definition)
    return (await ask(message)).id


def _trial(example: Example, agents: dict[str, str], workflow_id: str | None) -> TrialOut:
    trial = example.trial
    return TrialOut(
        kind=trial.kind,
        agent_id=None if trial.part is None else agents[trial.part],
        workflow_id=workflow_id,
        query=trial.query,
        inputs=trial.inputs,
        mocks={step: {"output": output} for step, output in example.expectation.script.items()},
    )
