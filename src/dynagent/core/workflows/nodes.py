"""The nodes of a workflow: what each kind of them is told."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_DEPTH = 5
MAX_ROUNDS = 100
MAX_DELAY_S = 31_536_000

NodeId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Template = Annotated[str, Field(max_length=100_000)]
"""Text in which `{{ path }}` stands for a value of the state, and `{name}` for an input of that name."""
JsonSchema = Annotated[
    dict[str, Any], BeforeValidator(lambda given: json.loads(given) if isinstance(given, str) else given)
]
"""May be given as JSON text: that is how it is stored, because models and forms follow the schema's own order."""
Values = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], Annotated[str, Field(min_length=1, max_length=500)]],
    Field(max_length=100),
]
"""Name → path of a value in the state, such as `inputs.topic` or `steps.research.output.title`."""


class Part(BaseModel):
    """A part of a definition: frozen, and without fields that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(Part):
    """Whether something goes on: a JSON Schema for the value at `path` of the state, or an expression of the state."""

    path: str | None = Field(default=None, max_length=500, description="Value that the schema is for; absent: all.")
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    expression: str | None = Field(default=None, min_length=1, max_length=2000)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class ErrorPolicy(Part):
    """What a step that fails means: the run fails, goes on without it, tries again, or has another agent do it."""

    policy: Literal["fail", "continue", "retry", "fallback"] = "fail"
    retries: int = Field(default=1, ge=1, le=10, strict=True, description="Further tries of the policy `retry`.")
    fallback_agent_id: str | None = Field(default=None, max_length=100)


class Position(Part):
    """Where the canvas shows a node, in its own units."""

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class StepConfig(Part):
    """What every step that takes a run may be told."""

    inputs: Values = Field(default_factory=dict, description="Values the step is given, by name.")
    on_error: ErrorPolicy = ErrorPolicy()
    timeout_s: float | None = Field(default=None, gt=0, le=86_400, strict=True)


class AgentConfig(StepConfig):
    """What an agent is asked where no task of the node says it."""

    description: Template = ""
    expected_output: Template = ""
    output_schema: JsonSchema | None = None
    model: str | None = Field(default=None, max_length=200)
    human_input_required: bool = Field(default=False, strict=True)


class ToolConfig(StepConfig):
    """A tool and its arguments; texts in them may be templates."""

    tool: str = Field(min_length=1, max_length=64)
    arguments: dict[str, Any] = Field(default_factory=dict)


class DecisionConfig(Part):
    """Which of the edges that leave it are taken: the first whose condition holds, or all of them."""

    take: Literal["first", "all"] = "first"


class AggregatorConfig(Part):
    """How results are combined: an object by alias, a list, or one text; `wait` for all that come, or for any."""

    combine: Literal["object", "list", "text"] = "object"
    separator: str = Field(default="\n\n", max_length=100)
    wait: Literal["all", "any"] = "all"


class LoopConfig(Part):
    """How often the nodes within are repeated: until the condition holds, at most `max_rounds` times."""

    until: Condition | None = None
    max_rounds: int = Field(default=3, ge=1, le=MAX_ROUNDS, strict=True)
    on_limit: Literal["continue", "fail"] = "continue"
    output: str | None = Field(default=None, max_length=500, description="Path of its output; absent: the last step's.")


class TimerConfig(Part):
    """How long it waits: seconds, until a moment, or until the next time of a cron expression. Exactly one."""

    delay_s: float | None = Field(default=None, ge=0, le=MAX_DELAY_S, strict=True)
    until: datetime | None = None
    cron: str | None = Field(default=None, min_length=1, max_length=200)
    time_zone: str = Field(default="UTC", min_length=1, max_length=64)


class HumanInputConfig(Part):
    """What a person is asked, and the form of the answer as a JSON Schema."""

    prompt: Template = ""
    form: JsonSchema = Field(default_factory=lambda: {"type": "string"})
    timeout_s: float | None = Field(default=None, gt=0, le=MAX_DELAY_S, strict=True)


class SubWorkflowConfig(StepConfig):
    """Another workflow as one step; its inputs are those mapped here."""

    workflow_id: str = Field(min_length=1, max_length=100)


class _Node(Part):
    id: NodeId
    alias: str | None = Field(default=None, min_length=1, max_length=255)
    position: Position | None = None
    parent: NodeId | None = Field(default=None, description="The loop that this node is within.")

    @property
    def name(self) -> str:
        """What people and templates call it."""
        return self.alias or self.id


class AgentNode(_Node):
    """An agent in a place of its own; one agent may have several."""

    type: Literal["agent"] = "agent"
    agent_id: str = Field(min_length=1, max_length=100)
    config: AgentConfig = AgentConfig()


class ToolNode(_Node):
    """A tool called without a model."""

    type: Literal["tool"]
    config: ToolConfig


class DecisionNode(_Node):
    """A branching; the conditions stand on its edges."""

    type: Literal["decision"]
    config: DecisionConfig = DecisionConfig()


class AggregatorNode(_Node):
    """Results of several steps as one."""

    type: Literal["aggregator"]
    config: AggregatorConfig = AggregatorConfig()


class LoopNode(_Node):
    """A repetition of the nodes that name it as their parent."""

    type: Literal["loop"]
    config: LoopConfig = LoopConfig()


class TimerNode(_Node):
    """A pause that holds nothing and survives restarts."""

    type: Literal["timer"]
    config: TimerConfig


class HumanInputNode(_Node):
    """A question to a person."""

    type: Literal["human_input"]
    config: HumanInputConfig = HumanInputConfig()


class WorkflowNode(_Node):
    """Another workflow as one step."""

    type: Literal["workflow"]
    config: SubWorkflowConfig


def _an_agent_unless_said(given: Any) -> Any:
    return {"type": "agent", **cast("dict[str, Any]", given)} if isinstance(given, dict) else given


Node = Annotated[
    Annotated[
        AgentNode | ToolNode | DecisionNode | AggregatorNode | LoopNode | TimerNode | HumanInputNode | WorkflowNode,
        Field(discriminator="type"),
    ],
    BeforeValidator(_an_agent_unless_said),
]
