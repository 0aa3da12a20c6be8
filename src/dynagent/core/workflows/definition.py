"""The definition of a workflow: nodes, edges, tasks and the process by which they are run; one version is one of these.

`sequential` runs the tasks in their order, `hierarchical` has a manager's model delegate and check each task, `graph`
runs the nodes along their edges. Loops are nodes that hold others (`parent`), so edges never make a cycle.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import Field

from dynagent.core.shared.ids import new_id
from dynagent.core.workflows.nodes import (
    MAX_DELAY_S,
    AgentNode,
    Condition,
    JsonSchema,
    Node,
    NodeId,
    Part,
    StepConfig,
    Template,
    ToolNode,
    Values,
    WorkflowNode,
)

ProcessType = Literal["sequential", "hierarchical", "graph"]

MAX_NODES = 500
MAX_EDGES = 2000
MAX_TASKS = 500


class Edge(Part):
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


class TaskConfig(StepConfig):
    """Parameters of one task."""

    output_schema: JsonSchema | None = None
    model: str | None = Field(default=None, max_length=200)


class Task(Part):
    """What the agent of a node is to do, with the outputs of other tasks as its context."""

    task_id: str = Field(default_factory=new_id, min_length=1, max_length=100)
    node_id: NodeId
    description: Template = Field(min_length=1)
    expected_output: Template = ""
    context_task_ids: tuple[str, ...] = Field(default=(), max_length=MAX_TASKS)
    human_input_required: bool = Field(default=False, strict=True)
    config_json: TaskConfig = TaskConfig()


class Definition(Part):
    """Everything about a workflow that its owner decides, but for its name and description."""

    process_type: ProcessType = "sequential"
    manager_llm: str | None = Field(default=None, min_length=1, max_length=200)
    nodes: tuple[Node, ...] = Field(default=(), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=MAX_EDGES)
    tasks: tuple[Task, ...] = Field(default=(), max_length=MAX_TASKS)
    run_timeout_s: float | None = Field(default=None, gt=0, le=MAX_DELAY_S, strict=True)
    max_cost_usd: float | None = Field(default=None, gt=0, le=1_000_000, strict=True)
    max_parallel: int | None = Field(
        default=None, ge=1, le=1000, strict=True, description="Steps at work at once; null: all that are due."
    )

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

    def played_by(self, agents: Mapping[str, str]) -> "Definition":
        """Return it with agents' ids in place of parts (`agent:<part>`); parts that nobody plays stay as they are."""
        nodes = [
            node.model_copy(update={"agent_id": agents.get(node.agent_id.removeprefix("agent:"), node.agent_id)})
            if isinstance(node, AgentNode)
            else node
            for node in self.nodes
        ]
        return self.model_copy(update={"nodes": tuple(nodes)})

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
        policies = [node.config.on_error for node in self.nodes if isinstance(node.config, StepConfig)]
        policies += [task.config_json.on_error for task in self.tasks]
        instead = [policy.fallback_agent_id for policy in policies if policy.fallback_agent_id]
        return list(dict.fromkeys([*placed, *instead]))

    def workflow_ids(self) -> list[str]:
        """Return the ids of the workflows that are steps of it, each once."""
        return list(dict.fromkeys(node.config.workflow_id for node in self.nodes if isinstance(node, WorkflowNode)))

    def tool_names(self) -> list[str]:
        """Return the names of the tools that are steps of it, each once."""
        return list(dict.fromkeys(node.config.tool for node in self.nodes if isinstance(node, ToolNode)))
