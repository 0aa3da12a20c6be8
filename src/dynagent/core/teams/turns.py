"""What was done in a team's run: turns of agents and of the coordinator, put together to iterations.

A turn is a child run; nothing else is needed to know how a team stands, so a lost worker costs nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from dynagent.core.runs import Run, RunStatus
from dynagent.core.teams.members import Member, waiting_circle

COORDINATOR = "coordinator"
AGENT = "agent"
PAUSE = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A child run of a team: what came of it (any JSON value), or the text of its error."""

    iteration: int
    part: str
    name: str
    run: Run
    output: Any = None
    error: str | None = None

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.run.status.over

    @property
    def done(self) -> bool:
        """Whether it has ended with an output."""
        return self.run.status is RunStatus.COMPLETED

    @property
    def status(self) -> str:
        """How it stands, in a word; an error with its text."""
        return f"error: {self.error}" if self.error is not None else self.run.status.value


def turn_of(run: Run) -> Turn:
    """Return the turn that a child run of a team is."""
    step: Mapping[str, Any] = run.input["step"]
    error = None
    if run.status.over and run.status is not RunStatus.COMPLETED:
        error = run.error.message if run.error is not None else f"the turn was {run.status.value}"
    return Turn(
        iteration=step["iteration"],
        part=step["part"],
        name=step["name"],
        run=run,
        output=run.value if run.status is RunStatus.COMPLETED else None,
        error=error,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Iteration:
    """One round of a team: the coordinator's turn, then each member's, at most one each."""

    number: int
    members: tuple[Member, ...]
    coordinator: Turn
    turns: Mapping[str, Turn] = field(default_factory=dict[str, Turn])

    @property
    def says_complete(self) -> bool:
        """Whether the coordinator said that the project is complete."""
        return self._decision.get("project_complete") is True

    @property
    def directions(self) -> Mapping[str, str]:
        """What the coordinator wants of members, by name."""
        given: Any = self._decision.get("directions")
        found: Mapping[str, Any] = cast("Mapping[str, Any]", given) if isinstance(given, Mapping) else {}
        return {name: text for name, text in found.items() if isinstance(text, str) and text.strip()}

    @property
    def outputs(self) -> dict[str, Any]:
        """What members have come to in this iteration, by name."""
        return {name: turn.output for name, turn in self.turns.items() if turn.done}

    @property
    def open(self) -> list[str]:
        """The names of members whose turn has not ended."""
        return [name for name, turn in self.turns.items() if not turn.over]

    @property
    def due(self) -> list[Member]:
        """The members that are ready and have not had their turn: the next wave."""
        if not self.coordinator.over or self.says_complete_after_work:
            return []
        outputs = self.outputs
        return [
            member
            for member in self.members
            if member.name not in self.turns and not member.obstacle and all(n in outputs for n in member.dependencies)
        ]

    @property
    def says_complete_after_work(self) -> bool:
        """Whether the project is complete; before anybody has done anything it cannot be."""
        return self.says_complete and self.number > 1

    @property
    def over(self) -> bool:
        """Whether nobody is at work and nobody can begin."""
        return self.coordinator.over and not self.open and not self.due

    @property
    def ended_at(self) -> datetime | None:
        """When the last turn ended, None while one is open."""
        ends = [turn.run.completed_at for turn in (self.coordinator, *self.turns.values())]
        known = [end for end in ends if end is not None]
        return max(known) if self.over and len(known) == len(ends) else None

    def statuses(self) -> dict[str, str]:
        """Return how each member stands."""
        cycle = waiting_circle(self.members)
        return {member.name: self._status(member, cycle) for member in self.members}

    @property
    def _decision(self) -> Mapping[str, Any]:
        output = self.coordinator.output
        return cast("Mapping[str, Any]", output) if isinstance(output, Mapping) else {}

    def _status(self, member: Member, cycle: Sequence[str]) -> str:
        turn = self.turns.get(member.name)
        if turn is not None:
            return turn.status
        if member.obstacle:
            return f"error: {member.obstacle}"
        if member.name in cycle:
            return "error: these agents wait for each other: " + " → ".join(cycle)
        if self.over:
            missing = [name for name in member.dependencies if name not in self.outputs]
            return f"skipped: no output of {', '.join(missing)}" if missing else "skipped"
        return "waiting"


def iterations_of(turns: Iterable[Turn]) -> list[Iteration]:
    """Return the iterations that turns make up, in their order."""
    coordinators: dict[int, Turn] = {}
    others: dict[int, dict[str, Turn]] = {}
    for turn in turns:
        if turn.part == COORDINATOR:
            coordinators[turn.iteration] = turn
        elif turn.part == AGENT:
            others.setdefault(turn.iteration, {})[turn.name] = turn
    return [
        Iteration(
            number=number,
            members=tuple(Member.read(stored) for stored in turn.run.input["roster"]),
            coordinator=turn,
            turns=others.get(number, {}),
        )
        for number, turn in sorted(coordinators.items())
    ]
