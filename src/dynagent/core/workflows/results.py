"""What came of steps, what is due next, and how a whole run stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, cast

from dynagent.core.runs import RunError
from dynagent.core.shared.errors import Conflict
from dynagent.core.workflows.definition import Edge
from dynagent.core.workflows.nodes import Condition

StepKind = Literal["agent", "prompt", "tool", "timer", "human_input", "workflow"]


class ConditionFailed(Conflict):
    """A condition could not be judged by the state as it is; the words say why."""

    code = "condition_failed"


class Conditions(Protocol):
    """Judges conditions: JSON Schemas and expressions."""

    def holds(self, condition: Condition, state: Mapping[str, Any]) -> bool:
        """Say whether it holds. Raises ConditionFailed when the state has not what it speaks of."""
        ...

    def fault(self, condition: Condition) -> str | None:
        """Return what keeps a condition from being used, None for one that can."""
        ...


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended: with an output (any JSON value), with an error, or passed over."""

    status: Literal["completed", "failed", "skipped"]
    output: Any = None
    error: RunError | None = None

    def seen(self) -> dict[str, Any]:
        """Return it as the state shows it."""
        error = self.error and {"code": self.error.code, "message": self.error.message}
        return {"status": self.status, "output": self.output, "error": error}


def part_of(output: Any, name: str) -> Any:
    """Return a field of an output, None when it has none: edited and made-up outputs may be anything."""
    return cast("Mapping[str, Any]", output).get(name) if isinstance(output, Mapping) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """A step to start as a run of its own; `key` tells it from all others of the run, repeated rounds included.

    `prompt` is what an agent or a person is asked, `values` are its inputs or arguments, `settings` what is peculiar to
    its kind. `agent_id` is the agent's, `subject` the tool's name or the workflow's id. `part` says which part of a
    step it is (a retry, a review); `timeout_s` bounds it. `given` are the outputs of others in the prompt, by step.
    """

    key: str
    step: str
    kind: StepKind
    name: str
    task_id: str | None = None
    prompt: str = ""
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    agent_id: str | None = None
    subject: str | None = None
    part: str = ""
    timeout_s: float | None = None
    given: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How a run stands: what is due, what has ended by step, and once all is over its output or its error.

    `chosen` are the keys of steps whose output depends on what came first: it must be recorded. `failed` is the
    result of the step whose failure has ended the run. `taken` are the edges along which it goes on, by the key of the
    step that they come from.
    """

    due: tuple[DueStep, ...]
    steps: Mapping[str, StepResult]
    chosen: frozenset[str] = frozenset()
    over: bool = False
    output: Any = None
    error: RunError | None = None
    failed: StepResult | None = None
    taken: Mapping[str, Sequence[Edge]] = field(default_factory=dict[str, Sequence[Edge]])
