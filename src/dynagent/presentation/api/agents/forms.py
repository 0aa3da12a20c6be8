"""What `POST /api/v1/agents` wants of an agent. `POST /api/agents` wants a name and takes all the rest, too.

On `/api/v1` two forms are told apart by what is in the body: with `instructions`, `model` or `tools` the agent is
described by its instructions; else by role, goal and backstory, and its model is one that is kept (`llm_model_id`).
"""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

import pydantic
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field

from dynagent.presentation.api.agents.bodies import AgentBody
from dynagent.presentation.api.shared.openapi import UNDER_CURRENT
from dynagent.presentation.api.shared.router import is_current


class InstructedAgentBody(AgentBody):
    """An agent that is told what to do."""

    instructions: str = Field(min_length=1, max_length=100_000)


class RoleAgentBody(AgentBody):
    """An agent that is given a part to play, and a model that is kept."""

    role: str = Field(min_length=1, max_length=10_000)
    goal: str = Field(min_length=1, max_length=10_000)
    backstory: str = Field(max_length=20_000)
    llm_model_id: UUID  # pyright: ignore[reportIncompatibleVariableOverride, reportGeneralTypeIssues]


FORMS: tuple[type[AgentBody], ...] = (InstructedAgentBody, RoleAgentBody)


def described_forms() -> dict[str, Any]:
    """Return what the OpenAPI document says of this operation under `/api/v1` (see `shared/openapi.py`)."""
    schemas = {form.__name__: form.model_json_schema(ref_template="#/components/schemas/{model}") for form in FORMS}
    for schema in schemas.values():
        schema.pop("$defs")
    return {
        UNDER_CURRENT: {
            "operationId": "create_platform_agent",
            "summary": "Create an agent by instructions or by role",
            "description": "Make an agent. With `instructions`, `model` or `tools` the body needs `name` and "
            "`instructions`; else `name`, `role`, `goal`, `backstory` and `llm_model_id`.",
            "schemas": schemas,
        }
    }


async def check_form(request: Request) -> None:
    """Raise RequestValidationError for a body sent to `/api/v1` that has not what its form needs."""
    body: Any = await request.json() if is_current(request.scope) and await request.body() else None
    if not isinstance(body, dict):
        return
    try:
        form_of(cast("dict[str, Any]", body)).model_validate(body)
    except pydantic.ValidationError as error:
        errors = [{**item, "loc": ("body", *item["loc"])} for item in error.errors(include_url=False)]
        raise RequestValidationError(errors, body=body) from None


def form_of(body: Mapping[str, Any]) -> type[AgentBody]:
    """Return the form that a body is in."""
    instructed = body.keys() & {"instructions", "model", "tools"}
    return InstructedAgentBody if instructed else RoleAgentBody
