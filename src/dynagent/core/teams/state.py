"""The state of a team's run as a whole: a pure function of its turns, and the rule for when it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.runs import Run
from dynagent.core.teams.turns import Iteration, Turn, iterations_of

KIND = "team"
"""The kind of run that a team's is."""
MAX_ITERATIONS = 100
Ending = Literal["complete", "stable", "max_iterations"]


class TeamConfiguration(BaseModel):
    """How long a team goes on. `coordinator_model` is the model of its coordinator, None for the default one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_iterations: int = Field(default=10, ge=1, le=MAX_ITERATIONS, strict=True)
    stability_threshold: int = Field(
        default=3,
        ge=1,
        le=MAX_ITERATIONS,
        strict=True,
        description="The run ends when no agent's output changed for so many iterations.",
    )
    coordinator_model: str | None = Field(default=None, min_length=1, max_length=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """An output that was given to an agent: what one said to the other. `turn` is whose output it is."""

    from_agent: str
    to_agent: str
    content: Any
    iteration: int
    at: datetime
    turn: Turn

    @property
    def id(self) -> str:
        """The id of the message: `<from>_<to>_<time>`."""
        return f"{self.from_agent}_{self.to_agent}_{self.at.timestamp():.6f}"


class TeamState(BaseModel):
    """The global state of a run. Iterations count from 1, 0 before the first."""

    model_config = ConfigDict(frozen=True)

    agent_outputs: dict[str, dict[int, Any]] = Field(default_factory=dict)
    conversations: dict[str, dict[str, Any]] = Field(default_factory=dict)
    active_agents: list[str] = Field(default_factory=list)
    current_iteration: int = 0
    max_iterations: int = 10
    stability_threshold: int = 3
    project_complete: bool = False
    last_update_iteration: dict[str, int] = Field(default_factory=dict)
    agent_execution_status: dict[str, str] = Field(default_factory=dict)
    user_requirements: str = ""
    thread_id: str = ""
    checkpoint_id: str | None = None


class TeamRun:
    """A team's run as its turns show it."""

    def __init__(self, run: Run, turns: Sequence[Turn]) -> None:
        self.run = run
        self.configuration = TeamConfiguration.model_validate(run.input["configuration"])
        self.turns = turns
        self.iterations = iterations_of(turns)
        self._changed = _changes(self.iterations)

    @property
    def current(self) -> Iteration | None:
        """The iteration that is under way, or was the last."""
        return self.iterations[-1] if self.iterations else None

    @property
    def latest_outputs(self) -> dict[str, Any]:
        """The latest output of each agent that ever had one."""
        return {name: output for iteration in self.iterations for name, output in iteration.outputs.items()}

    @property
    def last_update_iteration(self) -> dict[str, int]:
        """In which iteration each agent's output was last another than before."""
        return {name: number for number, names in self._changed.items() for name in names}

    def updated_in(self, number: int) -> list[str]:
        """Return the names of the agents whose output changed in an iteration."""
        return self._changed.get(number, [])

    def ending(self) -> Ending | None:
        """Say why the run ends once its current iteration is over; None when it goes on."""
        current = self.current
        if current is None or not current.over:
            return None
        if current.says_complete_after_work:
            return "complete"
        unchanged = current.number - max(self.last_update_iteration.values(), default=0)
        if unchanged >= self.configuration.stability_threshold:
            return "stable"
        return "max_iterations" if current.number >= self.configuration.max_iterations else None

    def handed(self, iteration: Iteration, *names: str, at: datetime | None = None) -> list[Handed]:
        """Return what members with these names (all that have had a turn for none) were given by others.

        `at` is the time for those whose turn has not been stored yet.
        """
        found: list[Handed] = []
        for member in iteration.members:
            turn = iteration.turns.get(member.name)
            moment = turn.run.created_at if turn is not None else at
            if moment is None or (names and member.name not in names):
                continue
            found += [
                Handed(
                    from_agent=name,
                    to_agent=member.name,
                    content=iteration.turns[name].output,
                    iteration=iteration.number,
                    at=moment,
                    turn=iteration.turns[name],
                )
                for name in member.dependencies
                if name in iteration.outputs
            ]
        return found

    def state(self, *, thread_id: str) -> TeamState:
        """Return the global state."""
        outputs: dict[str, dict[int, Any]] = {}
        for iteration in self.iterations:
            for name, output in iteration.outputs.items():
                outputs.setdefault(name, {})[iteration.number] = output
        current = self.current
        return TeamState(
            agent_outputs=outputs,
            conversations=self._conversations(),
            active_agents=[member.name for member in current.members] if current else [],
            current_iteration=current.number if current else 0,
            max_iterations=self.configuration.max_iterations,
            stability_threshold=self.configuration.stability_threshold,
            project_complete=self.ending() == "complete",
            last_update_iteration=self.last_update_iteration,
            agent_execution_status=current.statuses() if current else {},
            user_requirements=self.run.query,
            thread_id=thread_id,
            checkpoint_id=max((turn.run.id for turn in self.turns if turn.over), default=None),
        )

    def seconds_per_iteration(self) -> float | None:
        """Return how long an iteration takes on average, None before the first has ended."""
        spans = [
            (iteration.ended_at - iteration.coordinator.run.created_at).total_seconds()
            for iteration in self.iterations
            if iteration.ended_at is not None
        ]
        return sum(spans) / len(spans) if spans else None

    def estimated_completion(self, now: datetime) -> datetime | None:
        """Return when the run ends at the latest if it goes on as so far; None when over, or nothing is known."""
        each = self.seconds_per_iteration()
        if self.run.status.over or each is None:
            return None
        finished = sum(iteration.over for iteration in self.iterations)
        return now + timedelta(seconds=each * max(0, self.configuration.max_iterations - finished))

    def next_iteration_eta(self, now: datetime) -> datetime | None:
        """Return when the iteration after the one that has just ended will have ended; None when there is none."""
        each = self.seconds_per_iteration()
        return None if each is None or self.ending() is not None else now + timedelta(seconds=each)

    def _conversations(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for iteration in self.iterations:
            for handed in self.handed(iteration):
                participants = sorted((handed.from_agent, handed.to_agent))
                empty: dict[str, Any] = {"participants": participants, "messages": [], "last_activity": 0.0}
                conversation = found.setdefault("_".join(participants), empty)
                conversation["messages"].append(_in_state(handed))
                conversation["last_activity"] = max(conversation["last_activity"], handed.at.timestamp())
        return found


def _in_state(handed: Handed) -> Mapping[str, Any]:
    return {
        "id": handed.id,
        "from_agent": handed.from_agent,
        "to_agent": handed.to_agent,
        "content": handed.content,
        "timestamp": handed.at.timestamp(),
        "iteration": handed.iteration,
        "metadata": {},
    }


def _changes(iterations: Sequence[Iteration]) -> dict[int, list[str]]:
    """Return for each iteration the agents whose output is another than their last one before."""
    latest: dict[str, Any] = {}
    changed: dict[int, list[str]] = {}
    for iteration in iterations:
        outputs = iteration.outputs
        changed[iteration.number] = [name for name in outputs if name not in latest or latest[name] != outputs[name]]
        latest |= outputs
    return changed
