"""Health: every part of the installation is asked at the same time, each within its own time limit."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from dynagent.core.shared.errors import DynagentError


class Condition(StrEnum):
    """How a part is: `ok`, `warn` (works, but somebody should look), `fail`."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: the condition, a sentence, and what to do about it where there is something to do."""

    condition: Condition
    detail: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Something to ask. A failing part that is not `required` lowers the whole to `warn` only."""

    name: str
    check: Callable[[], Awaitable[Finding]]
    required: bool = True
    timeout_s: float = 2.0


@dataclass(frozen=True, slots=True)
class PartReport:
    """A part's finding and how long the answer took, in milliseconds."""

    name: str
    condition: Condition
    detail: str
    advice: str
    latency_ms: float


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All findings in the order of the parts, and the condition of the whole."""

    condition: Condition
    parts: tuple[PartReport, ...]


class Health:
    """Asks the parts it was given."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = tuple(parts)

    async def report(self) -> HealthReport:
        """Ask all parts concurrently; never raises, a check that does so counts as failed."""
        found = tuple(await asyncio.gather(*(_ask(part) for part in self._parts)))
        worst = Condition.OK
        for part, report in zip(self._parts, found, strict=True):
            if report.condition is Condition.FAIL and part.required:
                return HealthReport(Condition.FAIL, found)
            if report.condition is not Condition.OK:
                worst = Condition.WARN
        return HealthReport(worst, found)


async def _ask(part: Part) -> PartReport:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(part.timeout_s):
            finding = await part.check()
    except TimeoutError:
        finding = Finding(Condition.FAIL, f"no answer within {part.timeout_s:g} s")
    except DynagentError as error:
        finding = Finding(Condition.FAIL, error.detail)
    except Exception as error:
        finding = Finding(Condition.FAIL, f"{type(error).__name__}: {error}".strip().removesuffix(":"))
    latency_ms = round((time.perf_counter() - began) * 1000, 2)
    return PartReport(part.name, finding.condition, finding.detail, finding.advice, latency_ms)
