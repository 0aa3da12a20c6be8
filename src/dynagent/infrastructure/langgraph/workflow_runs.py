"""The runner of workflows: plans, starts what is due as child runs, waits for the next to end, and plans again."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dynagent.core.agents import AgentConfigurations, AgentNotFound, AgentVersion
from dynagent.core.files import WorkflowFiles
from dynagent.core.runs import (
    AwaitsChildren,
    ChildRun,
    ChildRuns,
    Claim,
    Outcome,
    Run,
    RunError,
    Runner,
    RunPaused,
    RunStatus,
    TraceRecorder,
)
from dynagent.core.schedules import Timetable
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.lately_used import LatelyUsed
from dynagent.core.workflows import (
    KIND,
    AgentNode,
    Conditions,
    Definition,
    DueStep,
    Plan,
    Progress,
    StepResult,
    WorkflowDefinitions,
    WorkflowLimits,
    WorkflowPauses,
    WorkflowVersion,
    json_text,
    seconds_until,
    summary_of,
)
from dynagent.infrastructure.langgraph.agent_child import agent_child
from dynagent.infrastructure.langgraph.run_messages import BatchMessages, StepMessages
from dynagent.infrastructure.langgraph.step_log import StepLog, key_of, step_fields
from dynagent.infrastructure.langgraph.workflow_graphs import Graph, compile_workflow, prepare_steps

CACHED_GRAPHS = 500


@dataclass(frozen=True, slots=True)
class _Batch:
    """What steps that begin together are made of: their agents as they are now, and what those are given by others."""

    run: Run
    agents: Mapping[str, AgentVersion]
    messages: BatchMessages
    file_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRuns(Runner):
    """Runs workflows. Everything it knows of a run is what its children returned: a lost worker costs nothing."""

    definitions: WorkflowDefinitions
    agents: AgentConfigurations
    conditions: Conditions
    timetable: Timetable
    messages: StepMessages
    pauses: WorkflowPauses
    files: WorkflowFiles
    limits: WorkflowLimits = field(default_factory=WorkflowLimits)
    clock: Clock = utc_now
    graphs: LatelyUsed[tuple[str, int], Graph] = field(default_factory=lambda: LatelyUsed(CACHED_GRAPHS))

    @property
    def kind(self) -> str:
        """The kind of run that a workflow's executions are."""
        return KIND

    async def run(self, claim: Claim, recorder: TraceRecorder, children: ChildRuns) -> Outcome:
        """Go on as far as the results lead. Raises AwaitsChildren until all is over."""
        run = claim.run
        version = await self.definitions.get(run.subject_id, run.subject_version)
        plan = Plan(version.definition, self.conditions, await self._roles(version.definition, run))
        log = StepLog(claim, recorder)
        known = {key_of(child): child for child in await children.known()}
        while True:
            results = log.results() | {key: _result(child) for key, child in known.items() if child.status.over}
            progress = plan.advance(run.input.get("inputs") or {}, results)
            log.note_ends(progress, known)
            spent = _over_budget(self.limits.cost_of(version.definition), known)
            if progress.over or spent is not None:
                return _outcome(progress, spent)
            fresh = [step for step in progress.due if step.key not in known]
            log.note_starts([step for step in progress.due if step.key in known], known)
            await self._stop_at_breakpoints(log.stops(fresh), claim, recorder, known)
            real = [step for step in fresh if not log.note_mock(step)]
            begun = _within(version.definition.max_parallel, real, known)
            if not await self._start(begun, version, run, log=log, known=known, children=children) and real == fresh:
                still = sum(not child.status.over for child in known.values())
                raise AwaitsChildren(f"{still} steps have not ended", open_allowed=still - 1)

    async def _stop_at_breakpoints(
        self, stops: tuple[str, ...], claim: Claim, recorder: TraceRecorder, known: Mapping[str, Run]
    ) -> None:
        """Pause the run where a test wants to look at it. Raises AwaitsChildren then."""
        if not stops:
            return
        await self.pauses.pause(claim.run)
        recorder.record(RunPaused(timestamp=time.time(), reason="breakpoint", steps=stops))
        # Of what still runs it need not wait: it begins anew with the end of the pause.
        still = sum(not child.status.over for child in known.values())
        raise AwaitsChildren("the run has come to a breakpoint", open_allowed=still)

    async def _start(
        self,
        fresh: list[DueStep],
        version: WorkflowVersion,
        run: Run,
        *,
        log: StepLog,
        known: dict[str, Run],
        children: ChildRuns,
    ) -> bool:
        """Start what is new; return whether some of it has ended at once, because it cannot be done."""
        if not fresh:
            return False

        ids = {step.agent_id for step in fresh if step.kind == "agent" and step.agent_id}
        agents = await self.agents.latest_of(ids, run.user_id)
        batch = _Batch(run, agents, await self.messages.of(fresh, known), await self._files(run))

        async def prepare(step: DueStep) -> ChildRun:
            return await self._child(step, batch)

        made = await prepare_steps(self._graph(version), fresh, prepare)
        wanted = [(step, found) for step, found in made if isinstance(found, ChildRun)]
        await batch.messages.write(run, wanted)
        started = await children.start([child for _, child in wanted])
        known |= {step.key: child for (step, _), child in zip(wanted, started, strict=True)}
        log.note_starts([step for step, _ in wanted], known)
        refused = [(step, found) for step, found in made if isinstance(found, RunError)]
        for step, error in refused:
            log.note_refusal(step, error)
        return bool(refused)

    async def _child(self, step: DueStep, batch: _Batch) -> ChildRun:
        """Return the run that does a step.

        Raises AgentNotFound, WorkflowNotFound, BadTimetable, CommunicationNotAllowed.
        """
        run = batch.run
        fields: dict[str, Any] = {"query": step.prompt, "step": step_fields(step)}
        if step.kind == "agent":
            return _of_agent(step, batch, fields)
        common: dict[str, Any] = {"key": step.key, "timeout_s": step.timeout_s}
        if step.kind == "workflow":
            inner = await self.definitions.latest(step.subject or "", run.user_id)
            fields |= {
                "query": summary_of(step.values),
                "inputs": step.values,
                "file_ids": list(run.input.get("file_ids") or ()),
                **_taken_within(run, step, inner.version),
            }
            about = {"subject_id": inner.workflow_id, "subject_version": inner.version, "subject_name": inner.name}
            return ChildRun(kind=KIND, input=fields, **about, **common)
        fields |= step.settings
        about = {"subject_id": run.subject_id, "subject_version": run.subject_version, "subject_name": step.name}
        if step.kind == "tool":
            # The run's limit bounds the waiting as well; how long the call itself may take, its runner is told.
            fields |= {"tool": step.subject, "arguments": step.values, "timeout_s": step.timeout_s}
        if step.kind == "timer":
            common["delay_s"] = seconds_until(step.settings, self.timetable.after, self.clock())
        if step.kind == "human_input":
            # People have their own time limit, that of the question.
            fields["expires_after_s"] = common.pop("timeout_s")
        return ChildRun(kind=step.kind, input=fields, **about, **common)

    async def _files(self, run: Run) -> list[str]:
        """Return the files that the run was started with, then those of the workflow."""
        attached = await self.files.of_workflow(run.subject_id, run.user_id)
        return list(dict.fromkeys([*(run.input.get("file_ids") or ()), *attached]))

    async def _roles(self, definition: Definition, run: Run) -> dict[str, str]:
        """Return what a manager is told about its team: each agent's name, role and goal by its id."""
        if definition.process_type != "hierarchical":
            return {}
        placed = dict.fromkeys(node.agent_id for node in definition.nodes if isinstance(node, AgentNode))
        latest = await self.agents.latest_of(placed, run.user_id)
        found = {id: _latest(latest, id).configuration for id in placed}
        return {
            id: ". ".join(filter(None, (one.name, one.role, one.goal, one.description))) for id, one in found.items()
        }

    def _graph(self, version: WorkflowVersion) -> Graph:
        key = (version.workflow_id, version.version)
        return self.graphs.get(key) or self.graphs.put(key, compile_workflow(version.definition, name="workflow"))


def _of_agent(step: DueStep, batch: _Batch, fields: Mapping[str, Any]) -> ChildRun:
    """Return an agent's run. Raises AgentNotFound, CommunicationNotAllowed."""
    latest = _latest(batch.agents, step.agent_id or "")
    own = latest.configuration
    batch.messages.check(step, own.name)
    asked = {
        **fields,
        "file_ids": list(batch.file_ids),
        "model": step.settings.get("model"),
        "output_schema": step.settings.get("output_schema"),
    }
    about: dict[str, Any] = {"key": step.key, "name": own.name, "timeout_s": step.timeout_s}
    return agent_child(own, agent_id=latest.agent_id, version=latest.version, asked=asked, **about)


def _latest(found: Mapping[str, AgentVersion], agent_id: str) -> AgentVersion:
    if agent_id not in found:
        raise AgentNotFound(f"there is no agent {agent_id!r}")
    return found[agent_id]


def _taken_within(run: Run, step: DueStep, version: int) -> dict[str, Any]:
    """Return what a workflow that is a step takes over, if it is to do just what it did in the earlier run."""
    within: dict[str, dict[str, Any]] = run.input.get("within") or {}
    stored = within.get(step.key) or {}
    same = stored and stored["version"] == version and stored["inputs"] == step.values
    return {"done": stored["done"], "within": stored["within"]} if same else {}


def _within(most: int | None, fresh: list[DueStep], known: Mapping[str, Run]) -> list[DueStep]:
    """Return the steps that may begin beside those at work; the others are due again when one has ended."""
    if most is None:
        return fresh
    return fresh[: max(0, most - sum(not child.status.over for child in known.values()))]


def _outcome(progress: Progress, spent: RunError | None) -> Outcome:
    """Return how the run ends; what still runs of it is cancelled by the store, as with every run that ends."""
    error = progress.error or spent
    if error is not None:
        return Outcome(status=RunStatus.FAILED, error=error)
    return Outcome(status=RunStatus.COMPLETED, result=json_text(progress.output))


def _result(child: Run) -> StepResult:
    if child.status is RunStatus.COMPLETED:
        return StepResult("completed", child.value)
    error = child.error or RunError(code=child.status.value, message=f"the step was {child.status.value}")
    return StepResult("failed", error=error)


def _over_budget(most: float | None, known: Mapping[str, Run]) -> RunError | None:
    if most is None:
        return None
    cost = sum((child.cost_usd for child in known.values() if child.cost_usd is not None), Decimal(0))
    if cost <= Decimal(str(most)):
        return None
    return RunError(code="cost_limit", message=f"the run has cost {cost:f} US dollars; its limit is {most:g}")
