"""Starting a workflow: the run and its opening event in one transaction, then the notification."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from dynagent.application.commands.workflows.configure import WorkflowRules
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.executions import Executions, IdempotencyKeyReused, TooManyExecutions
from dynagent.core.files import FileNotFound, Files
from dynagent.core.runs import Lane, Notifier, Run, Submissions
from dynagent.core.shared.clock import Clock, utc_now
from dynagent.core.shared.errors import InvalidInput
from dynagent.core.shared.ids import NewId, new_id
from dynagent.core.workflows import (
    KIND,
    MAX_EDGES,
    MAX_NODES,
    MAX_ROUNDS,
    Workflow,
    WorkflowLimits,
    WorkflowNotFound,
    Workflows,
    WorkflowStarted,
    summary_of,
)


class WorkflowSettings(BaseSettings):
    """What runs of workflows may take where the workflow does not say."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    max_waiting_per_user: int = Field(default=10_000, ge=1)
    workflow_timeout_s: float = Field(
        default=86_400.0, gt=0, le=31_536_000, description="Seconds for a whole run of a workflow."
    )
    max_workflow_nodes: int = Field(default=MAX_NODES, ge=1, le=MAX_NODES)
    max_workflow_edges: int = Field(default=MAX_EDGES, ge=0, le=MAX_EDGES)
    max_workflow_depth: int = Field(default=5, ge=1, le=50)
    max_loop_rounds: int = Field(default=MAX_ROUNDS, ge=1, le=MAX_ROUNDS)
    max_workflow_cost_usd: float | None = Field(default=None, gt=0)

    @property
    def limits(self) -> WorkflowLimits:
        """The last five together."""
        return WorkflowLimits(
            nodes=self.max_workflow_nodes,
            edges=self.max_workflow_edges,
            depth=self.max_workflow_depth,
            rounds=self.max_loop_rounds,
            cost_usd=self.max_workflow_cost_usd,
        )


@dataclass(frozen=True, kw_only=True)
class StartWorkflow(
    Command[Run],
    needs="executions:run",
    raises=(WorkflowNotFound, FileNotFound, InvalidInput, TooManyExecutions, IdempotencyKeyReused),
    unaudited="an execution is its own record: who started it and when, its workflow and inputs stand in it",
):
    """Accept a run of a workflow with these inputs; workers take it from there.

    Its agents are given these files. The same `idempotency_key`, inputs and files give the same run again. Raises
    WorkflowNotFound, FileNotFound, InvalidInput when the definition cannot run any more, TooManyExecutions,
    IdempotencyKeyReused.
    """

    workflow_id: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    lane: Lane = "interactive"
    priority: int = 0
    idempotency_key: str | None = None
    file_ids: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartWorkflowHandler:
    """Handles StartWorkflow."""

    workflows: Workflows
    executions: Executions
    files: Files
    rules: WorkflowRules
    submissions: Submissions
    notifier: Notifier
    settings: WorkflowSettings
    clock: Clock = utc_now
    new_id: NewId = new_id

    async def __call__(self, message: StartWorkflow, caller: Caller) -> Run:
        """Return the pending run, or the one that this key had started."""
        earlier = await self._submitted_before(message)
        if earlier is not None:
            return earlier
        workflow = await self.workflows.existing(message.workflow_id)
        # What it names may have been deleted since it was saved: better said now than in the middle of the run.
        await self.rules.check(workflow.definition, caller, of=workflow.id)
        if message.file_ids:
            await self.files.all_existing(message.file_ids)
        run = self._run(message, workflow, caller)
        event = WorkflowStarted(
            occurred_at=run.created_at, user_id=caller.user_id, workflow_id=workflow.id, execution_id=run.id
        )
        most = self.settings.max_waiting_per_user
        admission = await self.submissions.submit(run, event, most_waiting=most)
        if not admission.stored and admission.waiting >= most:
            raise TooManyExecutions(f"{admission.waiting} of your executions are waiting; at most {most} may")
        if not admission.stored:
            # Somebody else was first with the same key.
            earlier = await self._submitted_before(message)
            if earlier is None:
                raise IdempotencyKeyReused("this Idempotency-Key was used before, for a request that is gone by now")
            return earlier
        await self.notifier.notify(run.id, run.lane)
        return run

    async def _submitted_before(self, message: StartWorkflow) -> Run | None:
        if message.idempotency_key is None:
            return None
        earlier = await self.executions.by_idempotency_key(message.idempotency_key)
        if earlier is not None and not _same_request(earlier, message):
            raise IdempotencyKeyReused("this Idempotency-Key was used before, for another request")
        return earlier

    def _run(self, message: StartWorkflow, workflow: Workflow, caller: Caller) -> Run:
        inputs = dict(message.inputs)
        files = {"file_ids": list(dict.fromkeys(message.file_ids))} if message.file_ids else {}
        return Run.start(
            timeout_s=workflow.definition.run_timeout_s or self.settings.workflow_timeout_s,
            now=self.clock(),
            id=self.new_id(),
            user_id=caller.user_id,
            kind=KIND,
            subject_id=workflow.id,
            subject_version=workflow.version,
            subject_name=workflow.name,
            input={"query": summary_of(inputs), "inputs": inputs, **files},
            lane=message.lane,
            priority=message.priority,
            idempotency_key=message.idempotency_key,
        )


def _same_request(earlier: Run, message: StartWorkflow) -> bool:
    if earlier.kind != KIND or earlier.subject_id != message.workflow_id:
        return False
    files: list[str] = earlier.input.get("file_ids") or []
    return earlier.input.get("inputs") == dict(message.inputs) and files == list(dict.fromkeys(message.file_ids))
