"""Which model to take, as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from dynagent.application.queries.language_models import Advice, ChooseModel
from dynagent.core.language_models import Candidate, Capabilities, Choice, Complexity, Preference


class ChoiceBody(BaseModel):
    """What a model is wanted for."""

    model_config = ConfigDict(extra="forbid")

    task: Annotated[str, StringConstraints(max_length=100_000)] = Field(default="", examples=["Compare two contracts"])
    complexity: Complexity | None = Field(default=None, description="Unset: guessed from the task.")
    prefer: Preference = "balanced"
    needs: Capabilities = Field(default_factory=Capabilities)

    def message(self) -> ChooseModel:
        """Return the query."""
        return ChooseModel(task=self.task, complexity=self.complexity, prefer=self.prefer, needs=self.needs)


class CandidateOut(BaseModel):
    """A model; `tier` is what tasks it is made for, prices are in US dollars per million tokens."""

    model: str
    provider: str
    model_identifier: str
    tier: Complexity
    input_usd_per_million: Decimal | None
    output_usd_per_million: Decimal | None
    reasons: tuple[str, ...]

    @classmethod
    def of(cls, candidate: Candidate, *reasons: str) -> "CandidateOut":
        """Return the answer for a candidate."""
        return cls(
            model=candidate.name,
            provider=candidate.provider,
            model_identifier=candidate.model_identifier,
            tier=candidate.tier,
            input_usd_per_million=candidate.input_usd,
            output_usd_per_million=candidate.output_usd,
            reasons=reasons,
        )

    @classmethod
    def of_choice(cls, choice: Choice) -> "CandidateOut":
        """Return the answer for one that fits."""
        return cls.of(choice.candidate, *choice.reasons)


class ChoiceOut(BaseModel):
    """How hard the task seems, the models for it, best first, and those that do not fit, with the reasons."""

    complexity: Complexity
    choices: list[CandidateOut]
    passed_over: list[CandidateOut]

    @classmethod
    def of(cls, advice: Advice) -> "ChoiceOut":
        """Return the answer for advice."""
        return cls(
            complexity=advice.complexity,
            choices=[CandidateOut.of_choice(choice) for choice in advice.choices.fitting],
            passed_over=[CandidateOut.of(one, why) for one, why in advice.choices.passed_over],
        )


class FitOut(BaseModel):
    """What a model cannot do of what is wanted; empty: nothing is known against it."""

    model: str
    warnings: tuple[str, ...]
