"""`GET /api/v1/agents/{agent_id}/details`: an agent as its runs see it."""

from typing import Any

from pydantic import BaseModel, Field

from dynagent.application.queries.agents import AgentDetails, GetAgentDetails
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents", "Agents")


class ToolOfAgent(BaseModel):
    """A tool of the agent: the name that its model calls it by."""

    name: str
    description: str
    type: str = Field(description="The tool behind the name.")
    missing: bool = Field(description="It is not there any more.")


class DependencyOut(BaseModel):
    """An agent that must be there and active for a run to start."""

    name: str = Field(description="As the agent names it: a name or a slug.")
    id: str | None = Field(description="Null: there is none.")
    status: str | None


class Prompts(BaseModel):
    """What the model is told. `system` is the whole text of a run without data of its own."""

    system: str
    instructions: str
    role: str
    goal: str
    backstory: str


class DetailsOfAgent(BaseModel):
    """An agent with its prompts, its output schema, its tools and what it depends on."""

    id: str
    name: str
    prompts: Prompts
    output_schema: dict[str, Any]
    tools: list[ToolOfAgent]
    dependencies: list[str]
    dependency_states: list[DependencyOut]
    problems: list[str] = Field(description="What it names and is not there; empty for an agent that is well.")


class AgentDetailsOut(BaseModel):
    """One agent in detail."""

    agent: DetailsOfAgent

    @classmethod
    def of(cls, details: AgentDetails) -> "AgentDetailsOut":
        """Return the answer."""
        agent = details.agent
        configuration = agent.configuration
        texts = {name: getattr(configuration, name) for name in ("instructions", "role", "goal", "backstory")}
        return cls(
            agent=DetailsOfAgent(
                id=agent.id,
                name=configuration.name,
                prompts=Prompts(system=details.prompt, **texts),
                output_schema=configuration.output_schema or ANY_TEXT,
                tools=[ToolOfAgent.model_validate(vars(tool)) for tool in details.tools],
                dependencies=list(configuration.dependencies),
                dependency_states=[DependencyOut.model_validate(vars(item)) for item in details.dependencies],
                problems=list(details.problems),
            )
        )


ANY_TEXT: dict[str, Any] = {"type": "string"}
"""The schema of an agent that answers as it likes."""


@router.get("/{agent_id}/details", operation_id="get_agent_details", summary="Get an agent in detail")
async def get_agent_details(agent_id: str, ask: Ask) -> AgentDetailsOut:
    """Give an agent's prompts as a run sends them, its output schema, tools with descriptions and dependencies."""
    return AgentDetailsOut.of(await ask(GetAgentDetails(agent_id)))
