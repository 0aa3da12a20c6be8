"""`GET /api/v1/agent-templates`: what new agents can begin with."""

from typing import Any

from pydantic import BaseModel, Field

from dynagent.application.queries.agents import ListAgentTemplates
from dynagent.core.agents import AgentTemplate
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agent-templates", "Agents")


class AgentTemplateOut(BaseModel):
    """A pattern; `body` can be sent to `POST /api/agents` as it is, or changed before."""

    name: str
    summary: str
    body: dict[str, Any] = Field(description="The fields of an agent that it sets.")

    @classmethod
    def of(cls, template: AgentTemplate) -> "AgentTemplateOut":
        """Return the answer for a template."""
        body = template.configuration.model_dump(mode="json", exclude_unset=True)
        return cls(name=template.name, summary=template.summary, body=body)


class AgentTemplateList(BaseModel):
    """All templates."""

    templates: list[AgentTemplateOut]


@router.get("", operation_id="list_agent_templates", summary="List templates of agents")
async def list_agent_templates(ask: Ask) -> AgentTemplateList:
    """Give common patterns to begin an agent with."""
    return AgentTemplateList(templates=[AgentTemplateOut.of(item) for item in await ask(ListAgentTemplates())])
