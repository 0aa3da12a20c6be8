"""Cycles in what depends on what."""

from collections.abc import Iterable, Mapping

Graph = Mapping[str, Iterable[str]]
"""What each thing depends on, by name; names that are no keys depend on nothing."""


def find_cycle(graph: Graph) -> list[str]:
    """Return a cycle as a path that begins and ends with the same name, empty where there is none."""
    done: set[str] = set()
    for start in graph:
        found = [] if start in done else _found(graph, start, done)
        if found:
            return found[found.index(found[-1]) :]
    return []


def find_cycle_through(graph: Graph, start: str) -> list[str]:
    """Return a cycle through `start` as a path that begins and ends with it, empty where there is none."""
    return _found(graph, start, set(), end=start)


def _found(graph: Graph, start: str, done: set[str], end: str | None = None) -> list[str]:
    """Return a path that begins with `start` and comes back to a name on it, to `end` where one is given.

    `done` are names whose dependencies were looked at; those met are added.
    """
    path: dict[str, None] = {start: None}
    trail = [iter(graph.get(start, ()))]
    while trail:
        following = next(trail[-1], None)
        if following is None:
            trail.pop()
            done.add(path.popitem()[0])
        elif following in path and end in (None, following):
            return [*path, following]
        elif following not in path and following not in done:
            path[following] = None
            trail.append(iter(graph.get(following, ())))
    return []
