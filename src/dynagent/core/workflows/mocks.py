"""Steps that a test makes up, and those that it stops before."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from dynagent.core.runs import RunError
from dynagent.core.workflows.results import DueStep, StepResult

MOCK_FAILED = "mock_failed"
"""The code of a failure that was made up."""
EVERY_STEP = "*"
"""Among breakpoints: a test stops before every step."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Debugging:
    """How a run is tested: made-up outputs instead of steps, and the steps before which it is paused.

    Both name steps by key, node or name; nothing is asked of a model, a tool or a person for a step that is made up.
    """

    mocks: Mapping[str, Mock] = field(default_factory=dict[str, Mock])
    breakpoints: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.mocks or self.breakpoints)

    def stops_before(self, step: DueStep) -> bool:
        """Say whether the run is paused before this step."""
        return EVERY_STEP in self.breakpoints or name_among(self.breakpoints, step) is not None

    def result_of(self, step: DueStep) -> StepResult | None:
        """Return what a step is made to return, None for one that is really done."""
        return mocked(self.mocks, step)

    def stored(self) -> dict[str, Any]:
        """Return it as a run's input keeps it (`of_stored`)."""
        mocks = {name: {"output": mock.output, "error": mock.error} for name, mock in self.mocks.items()}
        return {"mocks": mocks, "breakpoints": sorted(self.breakpoints)}

    @classmethod
    def of_stored(cls, stored: Mapping[str, Any] | None) -> "Debugging":
        """Return what a run's input keeps; nothing for a run that is no test."""
        if not stored:
            return cls()
        mocks = cast("Mapping[str, Mapping[str, Any]]", stored["mocks"])
        return cls(
            mocks={name: Mock(mock["output"], mock["error"]) for name, mock in mocks.items()},
            breakpoints=frozenset(stored["breakpoints"]),
        )


def mocked(mocks: Mapping[str, Mock], step: DueStep) -> StepResult | None:
    """Return what a step is made to return, None when nothing is.

    A node's own output is made up under its name; who would review it or check it accepts that, unless their part has
    an output under its key.
    """
    name = name_among(mocks, step)
    if name is None:
        return None
    accepted = None if name == step.key else _accepted(step)
    return mocks[name].result() if accepted is None else StepResult("completed", accepted)


def name_among(names: Collection[str], step: DueStep) -> str | None:
    """Return the most exact of these names that means the step: its key, its node, its name."""
    return next((name for name in (step.key, step.step, step.name) if name in names), None)


def _accepted(step: DueStep) -> dict[str, Any] | None:
    """Return what lets a step pass that judges others, None for one that does not."""
    if step.part == "review":
        return {"decision": "accept"}
    if step.kind == "prompt":
        return dict(step.values) if step.part == "delegate" else {"verdict": "accept"}
    return None
