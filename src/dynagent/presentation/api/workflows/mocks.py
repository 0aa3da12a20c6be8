"""Steps that are made up, as clients send them."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

StepName = Annotated[str, Field(min_length=1, max_length=500)]


class MockBody(BaseModel):
    """What a step is to return; with `error` it fails with these words."""

    model_config = ConfigDict(extra="forbid")

    output: Any = None
    error: str | None = Field(default=None, min_length=1, max_length=1000)


Mocks = Annotated[dict[StepName, MockBody], Field(max_length=2000)]
"""Made-up outputs by a step's key (`improve[2]/worker`), node or name, the most exact one first."""
