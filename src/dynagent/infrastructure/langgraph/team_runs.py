"""The runner of teams: iterations of a coordinator and all active agents, each turn a run of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dynagent.core.agents import AgentConfigurations
from dynagent.core.conversations import CommunicationPolicies, ConversationLog
from dynagent.core.runs import (
    AwaitsChildren,
    ChildRun,
    ChildRuns,
    Claim,
    Outcome,
    Run,
    RunError,
    Runner,
    RunStatus,
    TaskEnd,
    TraceRecorder,
)
from dynagent.core.shared.clock import utc_now
from dynagent.core.teams import (
    AGENT,
    COORDINATOR,
    COORDINATOR_INSTRUCTIONS,
    DECISION,
    KIND,
    PAUSE,
    Iteration,
    IterationNews,
    Member,
    TeamMembers,
    TeamPauses,
    TeamRun,
    coordinator_prompt,
    member_prompt,
    roster,
    turn_of,
    workflow_id_of,
)
from dynagent.core.workflows import Progress, json_text
from dynagent.infrastructure.langgraph.agent_child import agent_child
from dynagent.infrastructure.langgraph.run_messages import handed_over
from dynagent.infrastructure.langgraph.step_log import StepLog, key_of
from dynagent.infrastructure.langgraph.team_graph import Decision, TeamGraph, compile_team, iterate

PAUSE_S = 31_536_000.0
"""How long a pause lasts if nobody ends it: longer than any run may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRuns(Runner):
    """Runs teams. All that is known of a run is what its children returned: a lost worker costs nothing."""

    agents: AgentConfigurations
    members: TeamMembers
    pauses: TeamPauses
    news: IterationNews
    policies: CommunicationPolicies
    conversations: ConversationLog
    graph: TeamGraph = field(default_factory=compile_team)

    @property
    def kind(self) -> str:
        """The kind of run that a team's is."""
        return KIND

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Go on as far as the turns lead. Raises AwaitsChildren until all is over."""
        known = {child.id: child for child in await children.known()}
        attempt = TeamAttempt(self, claim, recorder, children=children, known=known)
        current = attempt.team.current
        most = attempt.team.configuration.max_iterations
        await iterate(self.graph, attempt, first=current.number if current else 1, most=most)
        return attempt.outcome()


class TeamAttempt:
    """One attempt at a run: what is known of its turns, and how the next ones are begun."""

    def __init__(
        self, ports: TeamRuns, claim: Claim, recorder: TraceRecorder, *, children: ChildRuns, known: dict[str, Run]
    ) -> None:
        self._ports = ports
        self._run = claim.run
        self._journal = claim.journal
        self._recorder = recorder
        self._children = children
        self._known = known
        self._log = StepLog(claim, recorder)
        self.team = self._read()

    async def coordinate(self, number: int) -> None:
        """Have the coordinator's turn of an iteration; with it the members are settled. Raises AwaitsChildren."""
        iteration = self._iteration(number)
        if iteration is None:
            await self._pause()
            policy = await self._ports.policies.current()
            members = roster(await self._ports.members.active(self._run.user_id), policy.allows)
            await self._start([self._coordinator(number, members)])
            iteration = self._iteration(number)
        if iteration is None or not iteration.coordinator.over:
            self._wait()

    async def aggregate(self, number: int) -> Decision:
        """Have the turns of all that are ready, at once; say whether there is another iteration.

        Raises AwaitsChildren while a turn is open: what it comes to may make others ready.
        """
        iteration = self.team.iterations[number - 1]
        if iteration.due:
            await self._pause()
            await self._hand_over(iteration)
            await self._start([await self._turn(iteration, member) for member in iteration.due])
        if not self.team.iterations[number - 1].over:
            self._wait()
        await self._note_end(self.team.iterations[number - 1])
        return "continue" if self.team.ending() is None else "end"

    def outcome(self) -> Outcome:
        """Return how the run ends: with the latest outputs of all, or as failed when nobody had any."""
        outputs = self.team.latest_outputs
        if not outputs:
            statuses = self.team.iterations[-1].statuses()
            reasons = "; ".join(f"{name}: {status}" for name, status in statuses.items()) or "no agent was active"
            error = RunError(code="team_without_output", message=f"no agent of the team had an output ({reasons})")
            return Outcome(status=RunStatus.FAILED, error=error)
        result = {"outputs": outputs, "iterations": len(self.team.iterations), "ended": self.team.ending()}
        return Outcome(status=RunStatus.COMPLETED, result=json_text(result))

    def _read(self) -> TeamRun:
        self._log.note_ends_of_pauses([child for child in self._known.values() if _part(child) == PAUSE])
        self._log.note_ends(Progress((), {}), self._by_key())
        return TeamRun(self._run, [turn_of(child) for child in self._known.values()])

    def _by_key(self) -> dict[str, Run]:
        turns = (child for child in self._known.values() if _part(child) != PAUSE)
        return {child.input["step"]["key"]: child for child in turns}

    def _iteration(self, number: int) -> Iteration | None:
        return self.team.iterations[number - 1] if number <= len(self.team.iterations) else None

    async def _start(self, wanted: Sequence[ChildRun]) -> None:
        for child in await self._children.start(wanted):
            self._known[child.id] = child
        self._log.note_runs(list(self._by_key().values()))
        self.team = self._read()

    def _wait(self) -> None:
        still = sum(not child.status.over for child in self._known.values())
        raise AwaitsChildren(f"{still} turns have not ended", open_allowed=still - 1)

    async def _pause(self) -> None:
        """Let the run rest while it is paused. Raises AwaitsChildren: for open turns first, then for the pause's end.

        A pause is a child too, one that lasts until whoever resumes the run cancels it.
        """
        if not await self._ports.pauses.is_paused(self._run.id):
            return
        if any(turn.part != PAUSE and not turn.over for turn in self.team.turns):
            self._wait()
        number = 1 + sum(turn.part == PAUSE and turn.over for turn in self.team.turns)
        pause = self._child(f"pause/{number}", PAUSE, "pause", iteration=0, kind="timer", delay_s=PAUSE_S)
        await self._start([pause])
        # Asked again: who resumed the run just before its pause began has found nothing to cancel.
        if await self._ports.pauses.is_paused(self._run.id):
            self._log.note_pause(next(child for child in self._known.values() if key_of(child) == pause.key))
            self._wait()

    def _coordinator(self, number: int, members: list[Member]) -> ChildRun:
        fields: dict[str, Any] = {
            "query": coordinator_prompt(self.team, number, members),
            "instructions": COORDINATOR_INSTRUCTIONS,
            "output_schema": DECISION,
            "roster": [member.stored() for member in members],
        }
        model = self.team.configuration.coordinator_model
        fields |= {} if model is None else {"model": model}
        key = f"{number}/{COORDINATOR}"
        return self._child(key, COORDINATOR, COORDINATOR, iteration=number, kind="prompt", fields=fields)

    async def _turn(self, iteration: Iteration, member: Member) -> ChildRun:
        configuration = await self._ports.agents.get(member.agent_id, member.version)
        key = f"{iteration.number}/{AGENT}/{member.agent_id}"
        step = _step(key, AGENT, member.name, iteration.number)
        asked = {"query": member_prompt(self.team, iteration, member), "step": step}
        about: dict[str, Any] = {"agent_id": member.agent_id, "version": member.version, "name": member.name}
        return agent_child(configuration, key=key, asked=asked, **about)

    def _child(
        self,
        key: str,
        part: str,
        name: str,
        *,
        iteration: int,
        kind: str,
        fields: dict[str, Any] | None = None,
        delay_s: float = 0.0,
    ) -> ChildRun:
        return ChildRun(
            key=key,
            kind=kind,
            subject_id=self._run.subject_id,
            subject_version=self._run.subject_version,
            subject_name=name,
            input={"query": "", **(fields or {}), "step": _step(key, part, name, iteration)},
            delay_s=delay_s,
        )

    async def _hand_over(self, iteration: Iteration) -> None:
        """Write down what those that are due are given by others."""
        now = utc_now()
        handed = self.team.handed(iteration, *(member.name for member in iteration.due), at=now)
        messages = [
            handed_over(
                place=f"{item.iteration}/{item.from_agent}>{item.to_agent}",
                sender=(item.from_agent, item.turn.run.id),
                receiver=item.to_agent,
                output=item.content,
                at=item.at,
                iteration=item.iteration,
            )
            for item in handed
        ]
        await self._ports.conversations.write(self._run.user_id, self._run.id, messages)

    async def _note_end(self, iteration: Iteration) -> None:
        """Tell that an iteration has ended, once, in the trace and to whoever watches all runs."""
        key = f"{iteration.number}/aggregator"
        if key in self._journal.task_ends:
            return
        now = utc_now()
        eta = self.team.next_iteration_eta(now)
        news = {
            "type": "iteration_complete",
            "workflow_id": workflow_id_of(self._run.id),
            "iteration": iteration.number,
            "agents_updated": self.team.updated_in(iteration.number),
            "next_iteration_eta": eta and eta.isoformat(),
        }
        end = TaskEnd(
            timestamp=now.timestamp(),
            span_id=key,
            key=key,
            step="aggregator",
            name=f"iteration {iteration.number}",
            status="completed",
            value=news,
        )
        self._recorder.record(end)
        await self._ports.news.publish(self._run, news)


def _part(child: Run) -> str:
    return child.input["step"]["part"]


def _step(key: str, part: str, name: str, iteration: int) -> dict[str, Any]:
    """Return what a turn's run keeps of the step that it is."""
    return {"key": key, "step": name, "name": name, "part": part, "task_id": None, "iteration": iteration}
