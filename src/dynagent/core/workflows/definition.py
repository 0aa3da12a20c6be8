"""The definition of a workflow: nodes, edges, tasks and the process by which they are run; one version is one of these.

`sequential` runs the tasks in their order, `hierarchical` has a manager's model delegate and check each task, `graph`
runs the nodes along their edges. Loops are nodes that hold others (`parent`), so edges never make a cycle.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from dynagent.core.shared.ids import new_id

ProcessType = Literal["sequential", "hierarchical", "graph"]
NodeType = Literal["agent", "tool", "decision", "aggregator", "loop", "timer", "human_input", "workflow"]

MAX_NODES = 500
MAX_EDGES = 2000
MAX_TASKS = 500
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


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Condition(_Part):
    """Whether something goes on: a JSON Schema for the value at `path` of the state, or an expression of the state."""

    path: str | None = Field(default=None, max_length=500, description="Value that the schema is for; absent: all.")
    json_schema: dict[str, Any] | None = Field(default=None, alias="schema")
    expression: str | None = Field(default=None, min_length=1, max_length=2000)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class ErrorPolicy(_Part):
    """What a step that fails means: the run fails, goes on without it, tries again, or has another agent do it."""

    policy: Literal["fail", "continue", "retry", "fallback"] = "fail"
    retries: int = Field(default=1, ge=1, le=10, strict=True, description="Further tries of the policy `retry`.")
    fallback_agent_id: str | None = Field(default=None, max_length=100)


class Position(_Part):
    """Where the canvas shows a node, in its own units."""

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class _Step(_Part):
    inputs: Values = Field(default_factory=dict, description="Values the step is given, by name.")
    on_error: ErrorPolicy = ErrorPolicy()
    timeout_s: float | None = Field(default=None, gt=0, le=86_400, strict=True)


class AgentConfig(_Step):
    """What an agent is asked where no task of the node says it."""

    description: Template = ""
    expected_output: Template = ""
    output_schema: JsonSchema | None = None
    model: str | None = Field(default=None, max_length=200)
    human_input_required: bool = Field(default=False, strict=True)


class ToolConfig(_Step):
    """A tool and its arguments; texts in them may be templates."""

    tool: str = Field(min_length=1, max_length=64)
    arguments: dict[str, Any] = Field(default_factory=dict)


class DecisionConfig(_Part):
    """Which of the edges that leave it are taken: the first whose condition holds, or all of them."""

    take: Literal["first", "all"] = "first"


class AggregatorConfig(_Part):
    """How results are combined: an object by alias, a list, or one text; `wait` for all that come, or for any."""

    combine: Literal["object", "list", "text"] = "object"
    separator: str = Field(default="\n\n", max_length=100)
    wait: Literal["all", "any"] = "all"


class LoopConfig(_Part):
    """How often the nodes within are repeated: until the condition holds, at most `max_rounds` times."""

    until: Condition | None = None
    max_rounds: int = Field(default=3, ge=1, le=MAX_ROUNDS, strict=True)
    on_limit: Literal["continue", "fail"] = "continue"
    output: str | None = Field(default=None, max_length=500, description="Path of its output; absent: the last step's.")


class TimerConfig(_Part):
    """How long it waits: seconds, until a moment, or until the next time of a cron expression. Exactly one."""

    delay_s: float | None = Field(default=None, ge=0, le=MAX_DELAY_S, strict=True)
    until: datetime | None = None
    cron: str | None = Field(default=None, min_length=1, max_length=200)
    time_zone: str = Field(default="UTC", min_length=1, max_length=64)


class HumanInputConfig(_Part):
    """What a person is asked, and the form of the answer as a JSON Schema."""

    prompt: Template = ""
    form: JsonSchema = Field(default_factory=lambda: {"type": "string"})
    timeout_s: float | None = Field(default=None, gt=0, le=MAX_DELAY_S, strict=True)


class SubWorkflowConfig(_Step):
    """Another workflow as one step; its inputs are those mapped here."""

    workflow_id: str = Field(min_length=1, max_length=100)


class _Node(_Part):
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
    return {"type": "agent", **given} if isinstance(given, dict) else given


Node = Annotated[
    Annotated[
        AgentNode | ToolNode | DecisionNode | AggregatorNode | LoopNode | TimerNode | HumanInputNode | WorkflowNode,
        Field(discriminator="type"),
    ],
    BeforeValidator(_an_agent_unless_said),
]


class Edge(_Part):
    """From one node to the next, if its condition holds; `otherwise`: if no other edge of the source is taken.

    `mapping` gives the target values by name, from paths in the state.
    """

    id: NodeId | None = None
    source: NodeId
    target: NodeId
    label: str = Field(default="", max_length=200)
    condition: Condition | None = None
    otherwise: bool = Field(default=False, strict=True)
    mapping: Values = Field(default_factory=dict)


class TaskConfig(_Step):
    """Parameters of one task."""

    output_schema: JsonSchema | None = None
    model: str | None = Field(default=None, max_length=200)


class Task(_Part):
    """What the agent of a node is to do, with the outputs of other tasks as its context."""

    task_id: str = Field(default_factory=new_id, min_length=1, max_length=100)
    node_id: NodeId
    description: Template = Field(min_length=1)
    expected_output: Template = ""
    context_task_ids: tuple[str, ...] = Field(default=(), max_length=MAX_TASKS)
    human_input_required: bool = Field(default=False, strict=True)
    config_json: TaskConfig = TaskConfig()


class Definition(_Part):
    """Everything about a workflow that its owner decides, but for its name and description."""

    process_type: ProcessType = "sequential"
    manager_llm: str | None = Field(default=None, min_length=1, max_length=200)
    nodes: tuple[Node, ...] = Field(default=(), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=MAX_EDGES)
    tasks: tuple[Task, ...] = Field(default=(), max_length=MAX_TASKS)
    run_timeout_s: float | None = Field(default=None, gt=0, le=MAX_DELAY_S, strict=True)
    max_cost_usd: float | None = Field(default=None, gt=0, le=1_000_000, strict=True)

    def stored(self) -> dict[str, Any]:
        """Return it as JSON that keeps the order of schemas, whatever it is stored in."""
        fields = self.model_dump(mode="json")
        for part in [node["config"] for node in fields["nodes"]] + [task["config_json"] for task in fields["tasks"]]:
            for name in ("output_schema", "form"):
                if part.get(name) is not None:
                    part[name] = json.dumps(part[name], ensure_ascii=False)
        return fields

    def with_ids(self, known: Collection[str]) -> "Definition":
        """Return it with an id of its own for every task that is not known under the one it has.

        Ids that others made up only say which task is the context of which.
        """
        ids = {task.task_id: task.task_id if task.task_id in known else new_id() for task in self.tasks}
        tasks = tuple(
            task.model_copy(
                update={
                    "task_id": ids[task.task_id],
                    "context_task_ids": tuple(ids.get(id, id) for id in task.context_task_ids),
                }
            )
            for task in self.tasks
        )
        return self.model_copy(update={"tasks": tasks})

    @property
    def task_ids(self) -> frozenset[str]:
        """The ids of its tasks."""
        return frozenset(task.task_id for task in self.tasks)

    def node(self, id: str) -> Node | None:
        """Return the node with this id, or None."""
        return next((node for node in self.nodes if node.id == id), None)

    def tasks_of(self, node_id: str) -> list[Task]:
        """Return the tasks of a node in their order."""
        return [task for task in self.tasks if task.node_id == node_id]

    def agent_ids(self) -> list[str]:
        """Return the ids of the agents it names, each once: placed ones and those that stand in after an error."""
        placed = [node.agent_id for node in self.nodes if isinstance(node, AgentNode)]
        policies = [node.config.on_error for node in self.nodes if isinstance(node.config, _Step)]
        policies += [task.config_json.on_error for task in self.tasks]
        instead = [policy.fallback_agent_id for policy in policies if policy.fallback_agent_id]
        return list(dict.fromkeys([*placed, *instead]))

    def workflow_ids(self) -> list[str]:
        """Return the ids of the workflows that are steps of it, each once."""
        return list(dict.fromkeys(node.config.workflow_id for node in self.nodes if isinstance(node, WorkflowNode)))

    def tool_names(self) -> list[str]:
        """Return the names of the tools that are steps of it, each once."""
        return list(dict.fromkeys(node.config.tool for node in self.nodes if isinstance(node, ToolNode)))
