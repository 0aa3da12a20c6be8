"""Which definitions can be run: every broken rule with a pointer to where it is broken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from dynagent.core.shared.errors import Violation
from dynagent.core.workflows.definition import Definition, Task
from dynagent.core.workflows.nodes import MAX_DEPTH, AgentNode, Condition, HumanInputNode, LoopNode, Node, TimerNode
from dynagent.core.workflows.results import Conditions
from dynagent.core.workflows.scopes import Scope, scopes_of
from dynagent.core.workflows.state import paths_in


class SchemaFault(Protocol):
    """The port: what keeps a JSON Schema from being used, None for one that can."""

    def __call__(self, schema: dict[str, object], /) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What exists of what a definition names: ids of agents and workflows, names of tools."""

    agents: frozenset[str] = frozenset()
    workflows: frozenset[str] = frozenset()
    tools: frozenset[str] = frozenset()


def check_definition(
    definition: Definition, known: KnownNames, conditions: Conditions, schema_fault: SchemaFault
) -> list[Violation]:
    """Return every broken rule, in the order of the document."""
    rules = _Rules(definition, known, conditions, schema_fault)
    return [*rules.nodes(), *rules.edges(), *rules.tasks(), *rules.whole()]


class _Rules:
    def __init__(
        self, definition: Definition, known: KnownNames, conditions: Conditions, schema_fault: SchemaFault
    ) -> None:
        self._definition = definition
        self._known = known
        self._conditions = conditions
        self._schema_fault = schema_fault
        self._by_id = {node.id: node for node in definition.nodes}
        self._scopes = scopes_of(definition)

    def nodes(self) -> Iterator[Violation]:
        """Ids, names, parents, and what each kind of node refers to."""
        names: dict[str, str] = {}
        for place, node in enumerate(self._definition.nodes):
            at = f"/nodes/{place}"
            for name in {node.id, node.name}:
                if names.setdefault(name, at) != at:
                    yield Violation(at, "unique_name", f"{name!r} is the id or alias of another node as well")
            yield from self._parent(at, node)
            yield from self._refers(at, node)
            if self._definition.process_type != "graph" and not isinstance(node, AgentNode):
                text = f"a {self._definition.process_type} workflow has agents only; {node.type!r} needs a graph"
                yield Violation(f"{at}/type", "process_type", text)

    def _parent(self, at: str, node: Node) -> Iterator[Violation]:
        if node.parent is None:
            return
        trail = [node.id]
        parent: str | None = node.parent
        while parent is not None and parent not in trail and isinstance(self._by_id.get(parent), LoopNode):
            trail.append(parent)
            parent = self._by_id[parent].parent
        if parent is not None:
            text = f"{node.parent!r} is no loop" if parent not in trail else "the loop is within itself"
            yield Violation(f"{at}/parent", "loop", text)
        elif len(trail) > MAX_DEPTH:
            yield Violation(f"{at}/parent", "max_depth", f"loops are within each other at most {MAX_DEPTH} deep")

    def _refers(self, at: str, node: Node) -> Iterator[Violation]:
        if isinstance(node, AgentNode):
            if node.agent_id not in self._known.agents:
                yield Violation(f"{at}/agent_id", "known_agent", f"there is no agent {node.agent_id!r}")
            yield from self._schema(f"{at}/config/output_schema", node.config.output_schema)
        elif node.type == "tool" and node.config.tool not in self._known.tools:
            yield Violation(f"{at}/config/tool", "known_tool", f"there is no tool named {node.config.tool!r}")
        elif node.type == "workflow" and node.config.workflow_id not in self._known.workflows:
            text = f"there is no workflow {node.config.workflow_id!r}"
            yield Violation(f"{at}/config/workflow_id", "known_workflow", text)
        elif isinstance(node, TimerNode):
            given = [node.config.delay_s, node.config.until, node.config.cron]
            if sum(value is not None for value in given) != 1:
                yield Violation(f"{at}/config", "one_of", "exactly one of delay_s, until and cron")
            if node.config.until is not None and node.config.until.tzinfo is None:
                yield Violation(f"{at}/config/until", "time_zone", "the moment needs a time zone")
        elif isinstance(node, HumanInputNode):
            yield from self._schema(f"{at}/config/form", node.config.form)
        elif isinstance(node, LoopNode):
            if not self._scopes[node.id].nodes:
                yield Violation(at, "empty_loop", "no node names this loop as its parent")
            yield from self._condition(f"{at}/config/until", node.config.until)
        policy = getattr(node.config, "on_error", None)
        if policy is not None:
            yield from self._policy(f"{at}/config/on_error", policy.policy, policy.fallback_agent_id)

    def edges(self) -> Iterator[Violation]:
        """Ends, scopes, conditions, and mappings from steps that lead there."""
        taken: dict[tuple[str, str], int] = {}
        for place, edge in enumerate(self._definition.edges):
            at = f"/edges/{place}"
            for end, id in (("source", edge.source), ("target", edge.target)):
                if id not in self._by_id:
                    yield Violation(f"{at}/{end}", "known_node", f"there is no node {id!r}")
            if edge.source in self._by_id and edge.target in self._by_id:
                if self._by_id[edge.source].parent != self._by_id[edge.target].parent:
                    yield Violation(
                        at, "same_loop", "an edge leads from one loop into another; connect the loop itself"
                    )
                if taken.setdefault((edge.source, edge.target), place) != place:
                    yield Violation(at, "unique_edge", "there is an edge from this node to that one already")
            if edge.otherwise and edge.condition is not None:
                yield Violation(at, "one_of", "an edge has a condition or is taken otherwise, not both")
            yield from self._condition(f"{at}/condition", edge.condition)
            yield from self._paths(f"{at}/mapping", edge.mapping, edge.source, and_itself=True)

    def tasks(self) -> Iterator[Violation]:
        """Agents, order and context of tasks."""
        ids = [task.task_id for task in self._definition.tasks]
        for place, task in enumerate(self._definition.tasks):
            at = f"/tasks/{place}"
            if not isinstance(self._by_id.get(task.node_id), AgentNode):
                yield Violation(f"{at}/node_id", "known_node", f"there is no agent's node {task.node_id!r}")
            if ids.index(task.task_id) != place:
                yield Violation(f"{at}/task_id", "unique_id", f"{task.task_id!r} is the id of another task")
            yield from self._context(at, place, task, ids)
            yield from self._schema(f"{at}/config_json/output_schema", task.config_json.output_schema)
            policy = task.config_json.on_error
            yield from self._policy(f"{at}/config_json/on_error", policy.policy, policy.fallback_agent_id)

    def _context(self, at: str, place: int, task: Task, ids: list[str]) -> Iterator[Violation]:
        for number, id in enumerate(task.context_task_ids):
            pointer = f"{at}/context_task_ids/{number}"
            if id not in ids:
                yield Violation(pointer, "known_task", f"there is no task {id!r}")
            elif self._definition.process_type == "graph":
                other = self._definition.tasks[ids.index(id)]
                if other.node_id != task.node_id:
                    yield Violation(pointer, "same_node", "tasks of other nodes give their output over an edge")
            if id in ids and ids.index(id) >= place:
                yield Violation(pointer, "earlier_task", f"task {id!r} comes later or is this one")

    def whole(self) -> Iterator[Violation]:
        """Cycles, nodes that nothing leads to, and what a process needs."""
        if not self._definition.nodes:
            yield Violation("/nodes", "not_empty", "a workflow has at least one node")
        if self._definition.process_type == "hierarchical" and not self._definition.tasks:
            yield Violation("/tasks", "not_empty", "a manager delegates tasks; there is none")
        places = {node.id: place for place, node in enumerate(self._definition.nodes)}
        for scope in self._scopes.values():
            for id in scope.in_cycles:
                text = "it is on a cycle or behind one; repetition is a loop node with the repeated nodes within"
                yield Violation(f"/nodes/{places[id]}", "no_cycle", text)
            yield from self._unreached(scope, places)

    def _unreached(self, scope: Scope, places: Mapping[str, int]) -> Iterator[Violation]:
        """A node that stands alone among others is forgotten, not meant."""
        if self._definition.process_type != "graph" or len(scope.nodes) < 2 or not scope.edges:
            return
        for id in scope.nodes:
            if not scope.incoming[id] and not scope.outgoing[id]:
                yield Violation(f"/nodes/{places[id]}", "reachable", "no edge leads to this node or away from it")

    def _paths(self, at: str, mapping: Mapping[str, str], source: str, *, and_itself: bool) -> Iterator[Violation]:
        for name, path in mapping.items():
            fault = self._path_fault(path, source if and_itself else None)
            if fault:
                yield Violation(f"{at}/{name.replace('~', '~0').replace('/', '~1')}", "known_value", fault)

    def _path_fault(self, path: str, source: str | None) -> str | None:
        first, _, rest = path.partition(".")
        if first in ("inputs", "last"):
            return None
        if first != "steps":
            return f"a path begins with inputs, steps or last, not with {first!r}"
        step = rest.partition(".")[0]
        names = {name for node in self._definition.nodes for name in (node.id, node.name)}
        return None if step in names else f"there is no step {step!r}"

    def _condition(self, at: str, condition: Condition | None) -> Iterator[Violation]:
        fault = None if condition is None else self._conditions.fault(condition)
        if fault:
            yield Violation(at, "condition", fault)

    def _schema(self, at: str, schema: dict[str, object] | None) -> Iterator[Violation]:
        fault = None if schema is None else self._schema_fault(schema)
        if fault:
            yield Violation(at, "json_schema", fault)

    def _policy(self, at: str, policy: str, agent_id: str | None) -> Iterator[Violation]:
        if policy == "fallback" and agent_id is None:
            yield Violation(f"{at}/fallback_agent_id", "required", "the policy fallback needs an agent")
        elif agent_id is not None and agent_id not in self._known.agents:
            yield Violation(f"{at}/fallback_agent_id", "known_agent", f"there is no agent {agent_id!r}")


def templates_in(definition: Definition) -> Iterable[tuple[str, str]]:
    """Return (pointer, path) of every place in the templates of a definition."""
    for place, node in enumerate(definition.nodes):
        for field in ("description", "expected_output", "prompt"):
            for path in paths_in(getattr(node.config, field, "")):
                yield f"/nodes/{place}/config/{field}", path
    for place, task in enumerate(definition.tasks):
        for field in ("description", "expected_output"):
            for path in paths_in(getattr(task, field)):
                yield f"/tasks/{place}/{field}", path
