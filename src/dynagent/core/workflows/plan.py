"""What of a workflow's run comes next: a pure function of the definition, the inputs and the results so far.

A run that begins anew after a crash or a wait asks again and gets the same steps under the same keys, so nothing of it
has to be stored but what the steps returned. For that a step sees only what has ended before it in every order: the
steps that lead to it, and in a loop those of the round before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.runs import RunError
from dynagent.core.shared.errors import DynagentError
from dynagent.core.workflows.definition import Definition, Edge, Task
from dynagent.core.workflows.hierarchy import Delegation
from dynagent.core.workflows.nodes import AgentNode, AggregatorNode, DecisionNode, LoopNode, Node
from dynagent.core.workflows.results import Conditions, DueStep, Progress, StepResult
from dynagent.core.workflows.scopes import Scope, scopes_of
from dynagent.core.workflows.state import mapped, text_of, value_at
from dynagent.core.workflows.steps import Named, Results, Step, agent_step, plain_step

Seen = Mapping[str, StepResult]
"""What a step may see of others: results by the node's id and by its name."""


@dataclass(frozen=True, slots=True)
class Given:
    """What reaches a node over its edges: outputs with the names of their steps, and the values that they map."""

    outputs: Named = ()
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Plan:
    """The plan of one version of a workflow; `agents` are the names of its agents by their ids."""

    def __init__(self, definition: Definition, conditions: Conditions, agents: Mapping[str, str] | None = None) -> None:
        self.definition = definition
        self.conditions = conditions
        self.agents = agents or {}
        self.scopes = scopes_of(definition)

    def advance(self, inputs: Mapping[str, Any], results: Results) -> Progress:
        """Return how the run stands with these results by key."""
        return _Walk(self, dict(inputs), results).advance()


class _Failed(Exception):
    def __init__(self, error: RunError, result: StepResult | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.result = result


class _Walk:
    """One pass over the definition with what is known by now."""

    def __init__(self, plan: Plan, inputs: Mapping[str, Any], results: Results) -> None:
        self._plan = plan
        self._inputs = inputs
        self._results = results
        self._due: list[DueStep] = []
        self._steps: dict[str, StepResult] = {}
        self._chosen: set[str] = set()
        self._ways: dict[str, Sequence[Edge]] = {}

    def advance(self) -> Progress:
        """Walk from the beginning as far as the results lead."""
        try:
            graph = self._plan.definition.process_type == "graph"
            ended = self._scope(None, "", {}) if graph else self._tasks()
        except DynagentError as error:
            return self._progress(over=True, error=RunError(code=error.code, message=error.detail))
        except _Failed as failed:
            return self._progress(over=True, error=failed.error, failed=failed.result)
        return self._progress(self._due) if ended is None else self._progress(over=True, output=ended.output)

    def _progress(self, due: Sequence[DueStep] = (), **fields: Any) -> Progress:
        return Progress(tuple(due), self._steps, frozenset(self._chosen), taken=self._ways, **fields)

    def _tasks(self) -> StepResult | None:
        """The tasks one after another; each sees the outputs of its context tasks, or of the one before it."""
        done: dict[str, tuple[str, StepResult]] = {}
        seen: dict[str, StepResult] = {}
        last = StepResult("completed")
        for place, (node, task) in enumerate(self._assigned()):
            key = f"task:{place + 1}"
            context = _context(task, done) or (list(_named(done))[-1:])
            state = self._state(seen, context)
            step = self._manage(key, task, state, context) or agent_step(key, node, task, state=state, context=context)
            ended = self._settle(key, step)
            if ended is None:
                return None
            done[(task and task.task_id) or key] = (node.name, ended)
            seen |= {node.id: ended, node.name: ended}
            last = ended
        return last

    def _assigned(self) -> list[tuple[AgentNode, Task | None]]:
        """The tasks with their agents; without tasks the placed agents themselves, along their edges."""
        nodes = {node.id: node for node in self._plan.definition.nodes if isinstance(node, AgentNode)}
        tasks = self._plan.definition.tasks
        if tasks:
            return [(nodes[task.node_id], task) for task in tasks]
        return [(nodes[id], None) for id in self._plan.scopes[None].ordered]

    def _manage(self, key: str, task: Task | None, state: Mapping[str, Any], context: Named) -> Delegation | None:
        definition = self._plan.definition
        if definition.process_type != "hierarchical" or task is None:
            return None
        return Delegation(
            key=key,
            task=task,
            team=[node for node in definition.nodes if isinstance(node, AgentNode)],
            names=self._plan.agents,
            state=state,
            context=context,
            model=definition.manager_llm,
        )

    def _scope(self, parent: str | None, prefix: str, outer: Seen) -> StepResult | None:
        """The nodes of one scope along their edges; None while any of them has not ended."""
        scope = self._plan.scopes[parent]
        ends: dict[str, StepResult] = {}
        ways: dict[str, Sequence[Edge]] = {}
        for id in scope.ordered:
            seen = dict(outer) | _seen(scope, ends, scope.before[id])
            ended = self._node(scope, scope.nodes[id], prefix, ends=ends, ways=ways, seen=seen)
            if ended is not None:
                ends[id] = self._steps[prefix + id] = ended
                ways[id] = self._ways[prefix + id] = self._taken(scope, scope.nodes[id], ended, seen)
        if len(ends) < len(scope.nodes):
            return None
        return StepResult("completed", _output(scope, ends))

    def _node(
        self,
        scope: Scope,
        node: Node,
        prefix: str,
        *,
        ends: Mapping[str, StepResult],
        ways: Mapping[str, Sequence[Edge]],
        seen: Seen,
    ) -> StepResult | None:
        """Wait for what leads to it, pass it over when nothing does, else have it done."""
        edges = scope.incoming[node.id]
        coming = [edge for edge in edges if edge in ways.get(edge.source, ())]
        hurried = isinstance(node, AggregatorNode) and node.config.wait == "any" and coming
        if not hurried and any(edge.source not in ways for edge in edges):
            return None
        if edges and not coming:
            return StepResult("skipped")
        values: dict[str, Any] = {}
        outputs: list[tuple[str, Any]] = []
        for edge in coming:
            result, name = ends[edge.source], scope.nodes[edge.source].name
            outputs.append((name, result.output if result.status == "completed" else result.seen()))
            if edge.mapping:
                values |= mapped(edge.mapping, self._state(seen, outputs[-1:]))
        return self._step(node, prefix, Given(outputs, values), seen)

    def _taken(self, scope: Scope, node: Node, result: StepResult, seen: Seen) -> Sequence[Edge]:
        """Return the edges out of a node along which the run goes on."""
        if result.status == "skipped":
            return ()
        edges = scope.outgoing[node.id]
        state: Mapping[str, Any] = {}
        if any(edge.condition is not None for edge in edges):
            state = self._state({**seen, node.id: result, node.name: result}, [(node.name, result.output)])
        first_only = isinstance(node, DecisionNode) and node.config.take == "first"
        found: list[Edge] = []
        for edge in edges:
            if edge.otherwise or (first_only and found):
                continue
            if edge.condition is None or self._plan.conditions.holds(edge.condition, state):
                found.append(edge)
        return found or [edge for edge in edges if edge.otherwise]

    def _step(self, node: Node, prefix: str, given: Given, seen: Seen) -> StepResult | None:
        key = prefix + node.id
        if isinstance(node, DecisionNode):
            outputs = given.outputs
            return StepResult("completed", outputs[0][1] if len(outputs) == 1 else dict(outputs))
        if isinstance(node, AggregatorNode):
            if node.config.wait == "any":
                self._chosen.add(key)
            # Which of several came first is nothing that a later pass could find out: it was recorded.
            return self._results.get(key) or StepResult("completed", _combined(node, given.outputs))
        if isinstance(node, LoopNode):
            return self._repeat(node, key, given, seen)
        if isinstance(node, AgentNode):
            return self._agent(node, key, given, seen)
        return self._settle(key, plain_step(key, node, self._state(seen, given.outputs, given.values)))

    def _agent(self, node: AgentNode, key: str, given: Given, seen: Seen) -> StepResult | None:
        """The node's tasks in their order, or what the node itself says."""
        tasks: list[Task | None] = [*self._plan.definition.tasks_of(node.id)] or [None]
        done: dict[str, tuple[str, StepResult]] = {}
        ended = StepResult("completed")
        for place, task in enumerate(tasks):
            own = key if len(tasks) == 1 else f"{key}:{place + 1}"
            context = [*given.outputs] if place == 0 else [(node.name, ended.output)]
            state = self._state(seen, context, given.values)
            step = agent_step(own, node, task, state=state, context=_context(task, done) or context)
            settled = self._settle(own, step)
            if settled is None:
                return None
            ended = settled
            if task is not None:
                done[task.task_id] = (node.name, ended)
        return ended

    def _repeat(self, node: LoopNode, key: str, given: Given, seen: Seen) -> StepResult | None:
        """Round after round until the condition holds; every round's steps have keys of their own."""
        scope = self._plan.scopes[node.id]
        outer = dict(seen) | {node.name: StepResult("completed", dict(given.outputs) | dict(given.values))}
        ended = StepResult("completed")
        for number in range(1, node.config.max_rounds + 1):
            prefix = f"{key}[{number}]/"
            round_ended = self._scope(node.id, prefix, outer)
            if round_ended is None:
                return None
            ended = round_ended
            ends = {id: self._steps[prefix + id] for id in scope.nodes}
            outer |= _seen(scope, ends, scope.nodes)
            state = self._state(outer, [(node.name, ended.output)]) | {"round": number}
            if node.config.output is not None:
                ended = StepResult("completed", value_at(state, node.config.output))
            if node.config.until is not None and self._plan.conditions.holds(node.config.until, state):
                return ended
        if node.config.until is not None and node.config.on_limit == "fail":
            text = f"loop {node.name!r} did not meet its condition within {node.config.max_rounds} rounds"
            raise _Failed(RunError(code="loop_limit", message=text))
        return ended

    def _settle(self, key: str, step: Step) -> StepResult | None:
        """Return how the step ended; a failure that nobody is to go on after ends the run."""
        ended = step.go(self._results)
        if isinstance(ended, DueStep):
            self._due.append(ended)
            return None
        self._steps[key] = ended
        if ended.status == "failed" and not step.goes_on:
            error = ended.error or RunError(code="step_failed", message="it gave no reason")
            raise _Failed(RunError(code=error.code, message=f"step {key!r} failed: {error.message}"), ended)
        return ended

    def _state(self, seen: Seen, outputs: Named, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return {
            "inputs": {**self._inputs, **(values or {})},
            "steps": {name: result.seen() for name, result in seen.items()},
            "last": outputs[-1][1] if outputs else None,
        }


def _context(task: Task | None, done: Mapping[str, tuple[str, StepResult]]) -> Named:
    wanted = task.context_task_ids if task is not None else ()
    return list(_named({id: done[id] for id in wanted if id in done}))


def _named(done: Mapping[str, tuple[str, StepResult]]) -> list[tuple[str, Any]]:
    return [(name, result.output) for name, result in done.values()]


def _seen(scope: Scope, ends: Mapping[str, StepResult], ids: Any) -> dict[str, StepResult]:
    found: dict[str, StepResult] = {}
    for id in scope.ordered:
        if id in ids and id in ends:
            found |= {id: ends[id], scope.nodes[id].name: ends[id]}
    return found


def _output(scope: Scope, ends: Mapping[str, StepResult]) -> Any:
    """The output of the last step; of several that nothing follows an object by their names."""
    last = {
        node.name: ends[id].output
        for id, node in scope.nodes.items()
        if not scope.outgoing[id] and ends[id].status != "skipped"
    }
    return next(iter(last.values())) if len(last) == 1 else last


def _combined(node: AggregatorNode, outputs: Named) -> Any:
    if node.config.combine == "list":
        return [output for _, output in outputs]
    if node.config.combine == "text":
        return node.config.separator.join(text_of(output) for _, output in outputs)
    return dict(outputs)
