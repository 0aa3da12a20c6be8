"""The runner of workflows: plans, starts what is due as child runs, waits for the next to end, and plans again."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dynagent.core.agents import AgentConfigurations
from dynagent.core.executions import AGENT
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
    RunStatus,
    TraceRecorder,
)
from dynagent.core.schedules import Timetable
from dynagent.core.shared.clock import Clock, utc_now
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
    WorkflowVersion,
    json_text,
    output_of,
    seconds_until,
    summary_of,
)
from dynagent.infrastructure.langgraph.run_messages import StepMessages
from dynagent.infrastructure.langgraph.step_log import StepLog, key_of, step_fields
from dynagent.infrastructure.langgraph.workflow_graphs import Graph, compile_workflow, prepare_steps

CACHED_GRAPHS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowRuns(Runner):
    """Runs workflows. Everything it knows of a run is what its children returned: a lost worker costs nothing."""

    definitions: WorkflowDefinitions
    agents: AgentConfigurations
    conditions: Conditions
    timetable: Timetable
    messages: StepMessages
    files: WorkflowFiles
    limits: WorkflowLimits = field(default_factory=WorkflowLimits)
    clock: Clock = utc_now
    graphs: "OrderedDict[tuple[str, int], Graph]" = field(default_factory=OrderedDict[tuple[str, int], Graph])

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
            if not await self._start(fresh, version, run, log=log, known=known, children=children):
                still = sum(not child.status.over for child in known.values())
                raise AwaitsChildren(f"{still} steps have not ended", open_allowed=still - 1)

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

        async def prepare(step: DueStep) -> ChildRun:
            return await self._child(step, run, known)

        made = await prepare_steps(self._graph(version), fresh, prepare)
        wanted = [(step, found) for step, found in made if isinstance(found, ChildRun)]
        await self.messages.write(run, wanted, known)
        started = await children.start([child for _, child in wanted])
        known |= {step.key: child for (step, _), child in zip(wanted, started, strict=True)}
        log.note_starts([step for step, _ in wanted], known)
        refused = [(step, found) for step, found in made if isinstance(found, RunError)]
        for step, error in refused:
            log.note_refusal(step, error)
        return bool(refused)

    async def _child(self, step: DueStep, run: Run, known: Mapping[str, Run]) -> ChildRun:
        """Return the run that does a step.

        Raises AgentNotFound, WorkflowNotFound, BadTimetable, CommunicationNotAllowed.
        """
        fields: dict[str, Any] = {"query": step.prompt, "step": step_fields(step)}
        common: dict[str, Any] = {"key": step.key, "timeout_s": step.timeout_s}
        if step.kind == "agent":
            version = await self.agents.latest(step.agent_id or "", run.user_id)
            own = version.configuration
            await self.messages.check(step, own.name, known)
            fields |= {
                "model": step.settings.get("model") or own.model,
                "context": {},
                "file_ids": await self._files(run),
                "output_schema": step.settings.get("output_schema") or own.output_schema,
            }
            about = {"subject_id": version.agent_id, "subject_version": version.version, "subject_name": own.name}
            return ChildRun(kind=AGENT, input=fields, **about, **common)
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
            fields |= {"tool": step.subject, "arguments": step.values}
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
        found = [(await self.agents.latest(id, run.user_id)).configuration for id in placed]
        texts = [". ".join(filter(None, (one.name, one.role, one.goal, one.description))) for one in found]
        return dict(zip(placed, texts, strict=True))

    def _graph(self, version: WorkflowVersion) -> Graph:
        key = (version.workflow_id, version.version)
        found = self.graphs.get(key)
        if found is None:
            found = self.graphs[key] = compile_workflow(version.definition, name="workflow")
            if len(self.graphs) > CACHED_GRAPHS:
                self.graphs.popitem(last=False)
        self.graphs.move_to_end(key)
        return found


def _taken_within(run: Run, step: DueStep, version: int) -> dict[str, Any]:
    """Return what a workflow that is a step takes over, if it is to do just what it did in the earlier run."""
    within: dict[str, dict[str, Any]] = run.input.get("within") or {}
    stored = within.get(step.key) or {}
    same = stored and stored["version"] == version and stored["inputs"] == step.values
    return {"done": stored["done"], "within": stored["within"]} if same else {}


def _outcome(progress: Progress, spent: RunError | None) -> Outcome:
    """Return how the run ends; what still runs of it is cancelled by the store, as with every run that ends."""
    error = progress.error or spent
    if error is not None:
        return Outcome(status=RunStatus.FAILED, error=error)
    return Outcome(status=RunStatus.COMPLETED, result=json_text(progress.output))


def _result(child: Run) -> StepResult:
    if child.status is RunStatus.COMPLETED:
        return StepResult("completed", output_of(child))
    error = child.error or RunError(code=child.status.value, message=f"the step was {child.status.value}")
    return StepResult("failed", error=error)


def _over_budget(most: float | None, known: Mapping[str, Run]) -> RunError | None:
    if most is None:
        return None
    cost = sum((child.cost_usd for child in known.values() if child.cost_usd is not None), Decimal(0))
    if cost <= Decimal(str(most)):
        return None
    return RunError(code="cost_limit", message=f"the run has cost {cost:f} US dollars; its limit is {most:g}")
