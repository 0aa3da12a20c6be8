"""Failures that nobody waits for, logged: of runs, and of reactions to events."""

import structlog

from dynagent.core.runs import Claim
from dynagent.core.shared.events import DomainEvent

log = structlog.get_logger()


def log_crash(claim: Claim, error: Exception) -> None:
    """Log what ended an attempt that should not have."""
    log.error("execution_crashed", execution_id=claim.run.id, attempt=claim.run.attempt, exc_info=error)


def log_reaction(event: DomainEvent, error: BaseException) -> None:
    """Log why an event was not answered."""
    log.error("reaction_failed", event_name=event.name, event_id=event.event_id, exc_info=error)
