"""A run of a workflow on paper: made-up outputs instead of agents, tools and people; nothing is started or stored."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dynagent.core.runs import RunError
from dynagent.core.workflows.definition import Edge
from dynagent.core.workflows.plan import Plan
from dynagent.core.workflows.results import DueStep, Progress, StepResult

MAX_ROUNDS = 1000
MOCK_FAILED = "mock_failed"
"""The code of a failure that was made up."""


@dataclass(frozen=True, slots=True)
class Mock:
    """What a step is to return: an output, or for an `error` that it fails with these words."""

    output: Any = None
    error: str | None = None

    def result(self) -> StepResult:
        """Return it as the result of a step."""
        if self.error is not None:
            return StepResult("failed", error=RunError(code=MOCK_FAILED, message=self.error))
        return StepResult("completed", self.output)


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
        if len(paper.rounds) >= stop_after or any(_named(step, breakpoints) for step in due):
            return _end(paper, progress, "stopped")
        found = {step.key: _named(step, mocks) for step in due}
        missing = tuple(key for key, name in found.items() if name is None)
        if len(missing) == len(due):
            return _end(paper, progress, "waiting", missing=missing)
        paper.results |= {key: mocks[name].result() for key, name in found.items() if name is not None}


def _end(
    paper: _Paper, progress: Progress, status: Literal["completed", "failed", "waiting", "stopped"], **fields: Any
) -> Simulation:
    return Simulation(status=status, rounds=tuple(paper.rounds), steps=progress.steps, **fields)


def _named(step: DueStep, names: Collection[str]) -> str | None:
    """Return the most exact of these names that means the step: its key, its node, its name."""
    return next((name for name in (step.key, step.step, step.name) if name in names), None)
