"""Checks definitions against what their owner has: agents, tools, other workflows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.shared.errors import Violation
from dynagent.core.workflows.definition import Definition
from dynagent.core.workflows.limits import WorkflowLimits
from dynagent.core.workflows.ports import KnownTools, Workflows
from dynagent.core.workflows.results import Conditions
from dynagent.core.workflows.rules import KnownNames, check_definition


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowChecks:
    """Finds what keeps a definition from being run."""

    workflows: Workflows
    tools: KnownTools
    conditions: Conditions
    schema_fault: Callable[[dict[str, Any]], str | None]
    limits: WorkflowLimits = field(default_factory=WorkflowLimits)

    async def violations(self, definition: Definition, *, user_id: str, of: str | None = None) -> list[Violation]:
        """Return every broken rule of a definition; `of` is the workflow that it is to be the definition of."""
        names = definition.tool_names()
        unknown = await self.tools.unknown(names, user_id) if names else []
        known = KnownNames(
            agents=frozenset(await self.workflows.known_agents(definition.agent_ids())),
            workflows=frozenset(await self.workflows.known(definition.workflow_ids())),
            tools=frozenset(names) - frozenset(unknown),
        )
        found = check_definition(definition, known, self.conditions, self.schema_fault)
        return [*self.limits.violations(definition), *found, *await self._own_steps(definition, of)]

    async def _own_steps(self, definition: Definition, of: str | None) -> list[Violation]:
        """A workflow that has itself as a step, over however many others, would start runs without end."""
        open_ids, seen, level = definition.workflow_ids(), set[str](), 1
        while open_ids:
            level += 1
            if of in open_ids:
                return [Violation("/nodes", "no_recursion", "the workflow would have itself as a step")]
            if level > self.limits.depth:
                text = f"workflows are within each other at most {self.limits.depth} deep here"
                return [Violation("/nodes", "limit", text)]
            seen |= set(open_ids)
            steps = (await self.workflows.known(open_ids)).values()
            open_ids = [id for step in steps for id in step.definition.workflow_ids() if id not in seen]
        return []
