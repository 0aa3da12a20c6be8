"""Bodies of records: executions of workflows that another engine runs and reports here."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, Tag

from dynagent.application.commands.workflows.record import RecordExecution
from dynagent.core.runs import RunError, Usage
from dynagent.core.workflows import RecordedStatus
from dynagent.presentation.api.executions.bodies import ExecutionBody

Count = Annotated[int, Field(ge=0, le=2**53, strict=True)]


class UsageBody(BaseModel):
    """What an execution used."""

    model_config = ConfigDict(extra="forbid")

    input_tokens: Count = 0
    output_tokens: Count = 0
    total_tokens: Count = 0
    model_calls: Count = 0
    tool_calls: Count = 0


class ReportedErrorBody(BaseModel):
    """Why an execution failed."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(default="reported_failure", min_length=1, max_length=100)
    message: str = Field(min_length=1, max_length=10_000)


class RecordChanges(BaseModel):
    """What its engine reports of an execution; what is left out stays. One that has ended stays as it is."""

    model_config = ConfigDict(extra="forbid")

    status: RecordedStatus | None = None
    start_time: AwareDatetime | None = None
    end_time: AwareDatetime | None = None
    final_output_json: Any = None
    usage_metrics_json: UsageBody | None = None
    cost_usd: Decimal | None = Field(default=None, ge=0, le=1_000_000)
    error: ReportedErrorBody | None = None

    def changes(self) -> dict[str, Any]:
        """Return what was given."""
        given: dict[str, Any] = {"status": self.status, "cost_usd": self.cost_usd}
        moments: dict[str, datetime | None] = {"started_at": self.start_time, "completed_at": self.end_time}
        given |= moments
        given["usage"] = self.usage_metrics_json and Usage(**self.usage_metrics_json.model_dump())
        given["error"] = self.error and RunError(code=self.error.code, message=self.error.message)
        found = {name: value for name, value in given.items() if value is not None}
        return found | ({"output": self.final_output_json} if "final_output_json" in self.model_fields_set else {})


class RecordBody(RecordChanges):
    """An execution of a workflow by another engine: with `workflow_id` a record is kept, and nothing is run here."""

    workflow_id: str = Field(min_length=1, max_length=100)
    inputs_json: dict[str, Any] = Field(default_factory=dict)

    def message(self) -> RecordExecution:
        """Return the command."""
        return RecordExecution(workflow_id=self.workflow_id, inputs=self.inputs_json, changes=self.changes())


def _form(body: Any) -> str:
    named = "workflow_id" in body if isinstance(body, dict) else isinstance(body, RecordBody)
    return "form:record" if named else "form:run"


AnyExecutionBody = Annotated[
    Annotated[ExecutionBody, Tag("form:run")] | Annotated[RecordBody, Tag("form:record")], Discriminator(_form)
]
"""A request to run an agent or, with a `workflow_id`, a record of what another engine runs."""
