"""Choosing a model by the task: how hard it is, what is needed, what counts more.

Small models for simple things, strong ones for hard ones; a model that lacks what is needed, has no key, or whose
circuit is open is passed over with a reason. Agents and runs that name a model override all of this.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from dynagent.core.language_models.providers import Capabilities

Complexity = Literal["simple", "medium", "high"]
Preference = Literal["balanced", "cost", "speed", "quality"]
AUTO = "auto"
"""The name under which a model is chosen for each call; `auto:simple`, `auto:medium` and `auto:high` say how hard."""

LEVELS: tuple[Complexity, ...] = ("simple", "medium", "high")
UNKNOWN_USD = Decimal(3)
"""What a model without a known price is taken to cost when costs are compared."""
_SMALL = re.compile(r"\bmini|nano|flash|lite|haiku|small|instant|tiny|gpt-3\.5|phi|gemma|demo|\b[1-9](\.\d)?b\b")
_STRONG = re.compile(r"opus|ultra|gpt-[5-9]|\bo[1-9]\b|reasoner|\br1\b|\b([2-9]\d{2}|1\d{3})b\b")
_OPEN_SOURCE = frozenset({"ollama", "huggingface", "modal"})
_HARD_WORDS = re.compile(
    r"\b(analy[sz]e|architect\w*|compare|contract|debug|derive|design|evaluate|legal|multi-step|optimi[sz]e|plan|prove|"
    r"refactor|research|strateg\w+|step by step|trade-?offs?)\b",
    re.IGNORECASE,
)


class Candidate(BaseModel):
    """A model that could be taken. Prices in US dollars per million tokens; `obstacle` says why it cannot be asked."""

    model_config = ConfigDict(frozen=True)

    name: str
    provider: str
    model_identifier: str
    capabilities: Capabilities = Field(default_factory=Capabilities)
    input_usd: Decimal | None = None
    output_usd: Decimal | None = None
    obstacle: str = ""

    @property
    def tier(self) -> Complexity:
        """For what it is made: told by its name, as the providers name their models."""
        name = self.model_identifier.lower()
        if _SMALL.search(name):
            return "simple"
        if _STRONG.search(name):
            return "high"
        return "simple" if self.provider in _OPEN_SOURCE else "medium"


class Wish(BaseModel):
    """What a model is wanted for."""

    model_config = ConfigDict(frozen=True)

    complexity: Complexity = "medium"
    prefer: Preference = "balanced"
    needs: Capabilities = Field(default_factory=Capabilities)


class Choice(BaseModel):
    """A candidate that fits, with what speaks for and against it."""

    model_config = ConfigDict(frozen=True)

    candidate: Candidate
    reasons: tuple[str, ...]


class Choices(BaseModel):
    """What fits, best first, and what was passed over and why."""

    model_config = ConfigDict(frozen=True)

    fitting: tuple[Choice, ...]
    passed_over: tuple[tuple[Candidate, str], ...]


def rank(candidates: Sequence[Candidate], wish: Wish) -> Choices:
    """Return the candidates that can do what is wanted, best first; equal ones keep their order."""
    obstacles = [(one, one.obstacle or "; ".join(one.capabilities.missing(wish.needs))) for one in candidates]
    fitting = sorted((one for one, why in obstacles if not why), key=lambda one: _distance(one, wish))
    choices = tuple(Choice(candidate=one, reasons=_reasons(one, wish)) for one in fitting)
    return Choices(fitting=choices, passed_over=tuple((one, why) for one, why in obstacles if why))


def complexity_of(task: str, *, tools: int = 0) -> Complexity:
    """Return a guess of how hard a task is: its length, words of hard work in it, how many tools it may need."""
    hard = len(set(_HARD_WORDS.findall(task.lower())))
    signs = (len(task) > 500) + 2 * (len(task) > 4000) + min(hard, 2) + (tools > 4)
    if signs >= 2:
        return "high"
    return "medium" if signs == 1 or len(task) > 160 or tools > 1 else "simple"


def _distance(one: Candidate, wish: Wish) -> tuple[float, Decimal]:
    strength, wanted, price = LEVELS.index(one.tier), LEVELS.index(wish.complexity), _price(one)
    # What is known to be able goes before what may be.
    off = 0.5 * len(_unknown(one, wish))
    off += 10.0 * (wanted - strength) if strength < wanted else 3.0 * (strength - wanted)
    if wish.prefer == "quality":
        off -= 8.0 * strength
    elif wish.prefer == "speed":
        off += 4.0 * strength
    elif wish.prefer == "cost":
        # A dollar a million tokens weighs as much as being a third of a level too strong.
        off += float(UNKNOWN_USD if price is None else price)
    return off, price or Decimal(0)


def _price(one: Candidate) -> Decimal | None:
    """Three parts of input to one of output, as runs of agents have."""
    if one.input_usd is None or one.output_usd is None:
        return None
    return (3 * one.input_usd + one.output_usd) / 4


def _reasons(one: Candidate, wish: Wish) -> tuple[str, ...]:
    strength, wanted = LEVELS.index(one.tier), LEVELS.index(wish.complexity)
    words = {-1: "weaker than the task asks for", 0: f"made for {wish.complexity} tasks", 1: "stronger than needed"}
    reasons = [words[(strength > wanted) - (strength < wanted)]]
    price = _price(one)
    reasons.append("price not known" if price is None else f"about ${price.normalize():f} per million tokens")
    unknown = _unknown(one, wish)
    if unknown:
        reasons.append(f"not known whether it can: {', '.join(unknown)}")
    return tuple(reasons)


def _unknown(one: Candidate, wish: Wish) -> list[str]:
    return [name for name, asked in wish.needs if asked and getattr(one.capabilities, name) is None]
