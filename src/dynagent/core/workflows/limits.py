"""How large a workflow may be, and what a run of one may cost: what the operator allows."""

from collections.abc import Iterator
from dataclasses import dataclass

from dynagent.core.shared.errors import Violation
from dynagent.core.workflows.definition import MAX_EDGES, MAX_NODES, Definition
from dynagent.core.workflows.nodes import MAX_ROUNDS, LoopNode


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowLimits:
    """Nodes and edges of a definition, rounds of a loop, levels of workflows within each other, dollars of a run.

    `cost_usd` None: only the workflow's own limit counts.
    """

    nodes: int = MAX_NODES
    edges: int = MAX_EDGES
    rounds: int = MAX_ROUNDS
    depth: int = 5
    cost_usd: float | None = None

    def violations(self, definition: Definition) -> Iterator[Violation]:
        """Yield what of a definition is beyond them."""
        for name, items, most in (("nodes", definition.nodes, self.nodes), ("edges", definition.edges, self.edges)):
            if len(items) > most:
                yield Violation(f"/{name}", "limit", f"{len(items)} {name}; a workflow has at most {most} here")
        for place, node in enumerate(definition.nodes):
            if isinstance(node, LoopNode) and node.config.max_rounds > self.rounds:
                text = f"{node.config.max_rounds} rounds; a loop has at most {self.rounds} here"
                yield Violation(f"/nodes/{place}/config/max_rounds", "limit", text)
        own = definition.max_cost_usd
        if self.cost_usd is not None and own is not None and own > self.cost_usd:
            text = f"{own:g} US dollars; a run may cost at most {self.cost_usd:g} here"
            yield Violation("/max_cost_usd", "limit", text)

    def cost_of(self, definition: Definition) -> float | None:
        """Return what a run may cost in US dollars, None: it is not limited."""
        return min((most for most in (definition.max_cost_usd, self.cost_usd) if most is not None), default=None)
