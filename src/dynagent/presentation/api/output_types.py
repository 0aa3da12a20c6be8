"""Routes of named output types."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.commands.output_types import AddOutputType, RemoveOutputType
from dynagent.application.queries.output_types import GetOutputType, ListOutputTypes
from dynagent.core.output_types import BUILT_IN, NAME, OutputType
from dynagent.core.shared.paging import Page
from dynagent.presentation.api.shared.contexts import Bounded
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.paging import Envelope, PageOf, link_next, page_fields
from dynagent.presentation.api.shared.router import noun_router

router = noun_router("agents/output-types", "Agents")

TypeName = Annotated[str, Path(min_length=1, max_length=63)]


class OutputTypeBody(BaseModel):
    """A JSON Schema to keep under a name."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME, examples=["classification"])
    description: str = Field(default="", max_length=1000)
    json_schema: Annotated[dict[str, Any], Bounded]


class OutputTypeOut(BaseModel):
    """A named output type; one that is `built_in` comes with the product and has no times."""

    name: str
    description: str
    json_schema: dict[str, Any]
    built_in: bool
    created_at: datetime | None
    updated_at: datetime | None

    @classmethod
    def of(cls, found: OutputType) -> "OutputTypeOut":
        """Return the answer for a type."""
        built_in = not found.user_id
        return cls.model_construct(
            name=found.name,
            description=found.description,
            json_schema=found.json_schema,
            built_in=built_in,
            created_at=None if built_in else found.created_at,
            updated_at=None if built_in else found.updated_at,
        )


class OutputTypeList(Envelope):
    """Your own output types, a page of them, newest first; and those that come with the product."""

    output_types: list[OutputTypeOut]
    built_in: list[OutputTypeOut]

    @classmethod
    def of(cls, page: Page[OutputType]) -> "OutputTypeList":
        """Return the answer for a page."""
        own = [OutputTypeOut.of(item) for item in page.items]
        return cls(output_types=own, built_in=[OutputTypeOut.of(item) for item in BUILT_IN], **page_fields(page))


@router.post("", status_code=201, operation_id="add_output_type", summary="Add an output type")
async def add_output_type(body: OutputTypeBody, response: Response, ask: Ask) -> OutputTypeOut:
    """Keep a JSON Schema under a name, for the `output_type` of agents."""
    added = await ask(AddOutputType(**dict(body)))
    response.headers["Location"] = f"/api/v1/agents/output-types/{added.name}"
    return OutputTypeOut.of(added)


@router.get("/available", operation_id="list_output_types", summary="List output types")
async def list_output_types(request: Request, response: Response, page: PageOf, ask: Ask) -> OutputTypeList:
    """Give the output types that an agent may have."""
    found = await ask(ListOutputTypes(page))
    link_next(request, response, found)
    return OutputTypeList.of(found)


@router.get("/{type_name}", operation_id="get_output_type", summary="Get an output type")
async def get_output_type(type_name: TypeName, ask: Ask) -> OutputTypeOut:
    """Give an output type with its JSON Schema."""
    return OutputTypeOut.of(await ask(GetOutputType(type_name)))


@router.delete("/{type_name}", status_code=204, operation_id="remove_output_type", summary="Remove an output type")
async def remove_output_type(type_name: TypeName, ask: Ask) -> None:
    """Remove an output type of yours; agents keep the schema that they took from it."""
    await ask(RemoveOutputType(type_name))
