"""The route that tries a workflow out on paper, and its bodies."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.application.queries.workflows import MOST_ROUNDS, SimulateWorkflow
from dynagent.core.runs import RunError
from dynagent.core.workflows import DueStep, Mock, Round, Simulation, StepKind, StepResult
from dynagent.presentation.api.shared.dependencies import Ask
from dynagent.presentation.api.shared.router import noun_router
from dynagent.presentation.api.workflows.mocks import Mocks, StepName

router = noun_router("workflows", "Workflows")


class SimulationBody(BaseModel):
    """Made-up outputs by a step's key (`improve[2]/worker`), node or name, the most exact one first."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(default_factory=dict)
    mocks: Mocks = Field(default_factory=dict)
    breakpoints: list[StepName] = Field(
        default_factory=list, max_length=500, description="It stops before these steps are done."
    )
    stop_after: int = Field(default=MOST_ROUNDS, ge=1, le=MOST_ROUNDS, strict=True, description="Rounds at most.")


class SimulatedStep(BaseModel):
    """A step that is due, with what it would be started with."""

    key: str
    step: str
    name: str
    kind: StepKind
    part: str
    task_id: str | None
    agent_id: str | None
    prompt: str
    values: dict[str, Any]


class SimulatedResult(BaseModel):
    """How a step stands."""

    status: Literal["completed", "failed", "skipped"]
    output: Any
    error: RunError | None

    @classmethod
    def of(cls, results: Mapping[str, StepResult]) -> "dict[str, SimulatedResult]":
        """Return the answer for results by key."""
        return {
            key: cls.model_construct(status=result.status, output=result.output, error=result.error)
            for key, result in results.items()
        }


class TakenEdge(BaseModel):
    """An edge along which the run went on."""

    id: str | None
    source: str
    target: str


class SimulatedRound(BaseModel):
    """What has ended since the round before, the edges taken since then, and what is due now."""

    ended: dict[str, SimulatedResult]
    taken: list[TakenEdge]
    due: list[SimulatedStep]

    @classmethod
    def of(cls, item: Round) -> "SimulatedRound":
        """Return the answer for a round."""
        taken = [TakenEdge.model_construct(id=edge.id, source=edge.source, target=edge.target) for edge in item.taken]
        return cls.model_construct(ended=SimulatedResult.of(item.ended), taken=taken, due=[_due(x) for x in item.due])


class SimulationOut(BaseModel):
    """How it went: `waiting` for the outputs of the `missing` steps, `stopped` at a breakpoint or after the rounds.

    `steps` is the state at the end; that after a round is all that has ended until then.
    """

    status: Literal["completed", "failed", "waiting", "stopped"]
    rounds: list[SimulatedRound]
    steps: dict[str, SimulatedResult]
    missing: list[str]
    output: Any
    error: RunError | None

    @classmethod
    def of(cls, made: Simulation) -> "SimulationOut":
        """Return the answer for a simulation."""
        return cls.model_construct(
            status=made.status,
            rounds=[SimulatedRound.of(item) for item in made.rounds],
            steps=SimulatedResult.of(made.steps),
            missing=list(made.missing),
            output=made.output,
            error=made.error,
        )


@router.post("/{workflow_id}/simulate", operation_id="simulate_workflow", summary="Try a workflow out on paper")
async def simulate_workflow(workflow_id: str, ask: Ask, body: SimulationBody | None = None) -> SimulationOut:
    """Say which steps become due, what they would be asked and which edges are taken; nothing is run or stored."""
    wanted = body or SimulationBody()
    mocks = {name: Mock(mock.output, mock.error) for name, mock in wanted.mocks.items()}
    message = SimulateWorkflow(
        workflow_id=workflow_id,
        inputs=wanted.inputs,
        mocks=mocks,
        breakpoints=frozenset(wanted.breakpoints),
        stop_after=wanted.stop_after,
    )
    return SimulationOut.of(await ask(message))


def _due(step: DueStep) -> SimulatedStep:
    return SimulatedStep.model_construct(
        key=step.key,
        step=step.step,
        name=step.name,
        kind=step.kind,
        part=step.part,
        task_id=step.task_id,
        agent_id=step.agent_id,
        prompt=step.prompt,
        values=step.values,
    )
