"""The nodes of a definition by the loop they are within, in the order of their edges."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from dynagent.core.workflows.definition import Definition, Edge
from dynagent.core.workflows.nodes import Node


@dataclass(frozen=True)
class Scope:
    """The nodes within one loop, or on the top level, and the edges among them."""

    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]

    @cached_property
    def incoming(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges into each node."""
        return {id: tuple(edge for edge in self.edges if edge.target == id) for id in self.nodes}

    @cached_property
    def outgoing(self) -> Mapping[str, tuple[Edge, ...]]:
        """The edges out of each node, in the owner's order."""
        found: dict[str, list[Edge]] = {id: [] for id in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
        return {id: tuple(edges) for id, edges in found.items()}

    @cached_property
    def ordered(self) -> tuple[str, ...]:
        """The ids of the nodes, each after all that lead to it; nodes of a cycle are left out."""
        missing = {id: len(edges) for id, edges in self.incoming.items()}
        free = [id for id in self.nodes if not missing[id]]
        found: list[str] = []
        for id in free:
            found.append(id)
            for edge in self.outgoing[id]:
                missing[edge.target] -= 1
                if not missing[edge.target]:
                    free.append(edge.target)
        return tuple(found)

    @cached_property
    def before(self) -> Mapping[str, frozenset[str]]:
        """The nodes from which edges lead to each node, over however many others."""
        found: dict[str, frozenset[str]] = {}
        for id in self.ordered:
            sources = {edge.source for edge in self.incoming[id]}
            found[id] = frozenset(sources).union(*(found[source] for source in sources))
        return found

    @property
    def in_cycles(self) -> list[str]:
        """The ids of nodes on a cycle or behind one."""
        return [id for id in self.nodes if id not in frozenset(self.ordered)]


def scopes_of(definition: Definition) -> Mapping[str | None, Scope]:
    """Return the scopes of a definition by the id of their loop, the top level under None.

    Edges that name no node, or lead from one scope into another, belong to none.
    """
    parents = {node.id: node.parent for node in definition.nodes}
    return {
        parent: Scope(
            {node.id: node for node in definition.nodes if node.parent == parent},
            tuple(edge for edge in definition.edges if _within(edge, parents, parent)),
        )
        for parent in _loops(definition.nodes)
    }


def _within(edge: Edge, parents: Mapping[str, str | None], parent: str | None) -> bool:
    nowhere = ""
    return parents.get(edge.source, nowhere) == parent == parents.get(edge.target, nowhere)


def _loops(nodes: Iterable[Node]) -> list[str | None]:
    return [None, *(node.id for node in nodes if node.type == "loop")]
