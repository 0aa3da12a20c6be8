"""A run of a workflow on paper: made-up outputs instead of agents, tools and people; nothing is started or stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dynagent.core.runs import RunError
from dynagent.core.workflows.definition import Edge
from dynagent.core.workflows.mocks import Mock, mocked, name_among
from dynagent.core.workflows.plan import Plan
from dynagent.core.workflows.results import DueStep, Progress, StepResult

MAX_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Round:
    """One look at the plan: what has ended since the one before, by key, the edges taken, and what is due now."""

    ended: Mapping[str, StepResult]
    taken: tuple[Edge, ...]
    due: tuple[DueStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """How it went. `stopped`: at a breakpoint or after so many rounds; `waiting`: for the outputs of `missing` steps.

    `steps` is how every step stands at the end, by key.
    """

    status: Literal["completed", "failed", "waiting", "stopped"]
    rounds: tuple[Round, ...]
    steps: Mapping[str, StepResult]
    missing: tuple[str, ...] = ()
    output: Any = None
    error: RunError | None = None


@dataclass(slots=True)
class _Paper:
    """What is known by now."""

    results: dict[str, StepResult] = field(default_factory=dict[str, StepResult])
    rounds: list[Round] = field(default_factory=list[Round])
    seen: set[str] = field(default_factory=set[str])
    ways: set[str] = field(default_factory=set[str])

    def note(self, progress: Progress) -> None:
        ended = {key: result for key, result in progress.steps.items() if key not in self.seen}
        ways = {key: edges for key, edges in progress.taken.items() if key not in self.ways}
        self.seen |= ended.keys()
        self.ways |= ways.keys()
        taken = tuple(edge for edges in ways.values() for edge in edges)
        self.rounds.append(Round(ended, taken, progress.due))


def simulate(
    plan: Plan,
    inputs: Mapping[str, Any],
    mocks: Mapping[str, Mock],
    *,
    breakpoints: Collection[str] = (),
    stop_after: int = MAX_ROUNDS,
) -> Simulation:
    """Return how a run goes with these outputs by the steps' keys, nodes or names; all that is due ends at once.

    It stops before a step at a breakpoint is done, and after `stop_after` rounds.
    """
    paper = _Paper()
    while True:
        progress = plan.advance(inputs, paper.results)
        paper.note(progress)
        if progress.over:
            status = "completed" if progress.error is None else "failed"
            return _end(paper, progress, status, output=progress.output, error=progress.error)
        due = [step for step in progress.due if step.key not in paper.results]
        if len(paper.rounds) >= stop_after or any(name_among(breakpoints, step) for step in due):
            return _end(paper, progress, "stopped")
        found = {step.key: mocked(mocks, step) for step in due}
        missing = tuple(key for key, result in found.items() if result is None)
        if len(missing) == len(due):
            return _end(paper, progress, "waiting", missing=missing)
        paper.results |= {key: result for key, result in found.items() if result is not None}


def _end(
    paper: _Paper, progress: Progress, status: Literal["completed", "failed", "waiting", "stopped"], **fields: Any
) -> Simulation:
    return Simulation(status=status, rounds=tuple(paper.rounds), steps=progress.steps, **fields)
