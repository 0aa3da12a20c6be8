"""What a run of a workflow would do: asked before it is run for real."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.workflows import Conditions, Mock, Plan, Simulation, WorkflowNotFound, Workflows, simulate

MOST_ROUNDS = 1000


@dataclass(frozen=True, kw_only=True)
class SimulateWorkflow(Query[Simulation], needs="workflows:read", raises=(WorkflowNotFound,)):
    """How a run of a workflow goes with made-up outputs by key, node or name; nothing is run. Raises WorkflowNotFound.

    It stops before the steps at `breakpoints`, and after `stop_after` rounds.
    """

    workflow_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    mocks: Mapping[str, Mock] = field(default_factory=dict[str, Mock])
    breakpoints: frozenset[str] = frozenset()
    stop_after: int = MOST_ROUNDS


@dataclass(frozen=True, slots=True)
class SimulateWorkflowHandler:
    """Handles SimulateWorkflow."""

    workflows: Workflows
    conditions: Conditions

    async def __call__(self, message: SimulateWorkflow, caller: Caller) -> Simulation:
        """Return how it goes."""
        workflow = await self.workflows.existing(message.workflow_id)
        definition = workflow.definition
        names = await self.workflows.known_agents(definition.agent_ids())
        plan = Plan(definition, self.conditions, names)
        return simulate(
            plan, message.inputs, message.mocks, breakpoints=message.breakpoints, stop_after=message.stop_after
        )
