"""Cycles: found exactly where there are any, told as paths."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dynagent.core.shared.cycles import find_cycle, find_cycle_through


def test_a_cycle_is_told_as_a_path() -> None:
    graph = {"me": ("x", "a"), "x": (), "a": ("b",), "b": ("me",)}
    assert find_cycle_through(graph, "me") == ["me", "a", "b", "me"]


def test_a_long_chain_and_a_dense_graph_are_walked_without_recursion() -> None:
    chain = {str(number): (str(number + 1),) for number in range(20_000)}
    assert find_cycle_through(chain, "0") == []
    dense = {str(number): tuple(str(other) for other in range(number + 1, 120)) for number in range(120)}
    assert find_cycle_through(dense, "0") == []
    assert find_cycle_through({**chain, "20000": ("0",)}, "0")[-2:] == ["20000", "0"]


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=4), max_size=8))
def test_a_cycle_is_found_exactly_when_the_start_reaches_itself(raw: dict[int, list[int]]) -> None:
    graph = {str(node): [str(other) for other in others] for node, others in raw.items()}
    reached: set[str] = set()
    frontier = list(graph.get("0", ()))
    while frontier:
        node = frontier.pop()
        if node not in reached:
            reached.add(node)
            frontier.extend(graph.get(node, ()))
    cycle = find_cycle_through(graph, "0")
    assert bool(cycle) == ("0" in reached)
    assert all(following in graph[node] for node, following in pairwise(cycle))


@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 9), max_size=4), max_size=8))
def test_a_cycle_anywhere_is_found_exactly_when_something_reaches_itself(raw: dict[int, list[int]]) -> None:
    graph = {str(node): [str(other) for other in others] for node, others in raw.items()}
    cycle = find_cycle(graph)
    assert bool(cycle) == any(find_cycle_through(graph, node) for node in graph)
    assert all(following in graph[node] for node, following in pairwise(cycle))
    assert not cycle or cycle[0] == cycle[-1]
