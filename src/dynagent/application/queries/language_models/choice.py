"""Questions about which model to take: for a task, and whether one can do what is wanted of it."""

from dataclasses import dataclass, field

from dynagent.application.queries.language_models.models import OpenViews
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Query
from dynagent.core.language_models import (
    MAX_MODELS,
    Capabilities,
    Choices,
    Complexity,
    ModelRecord,
    ModelRecords,
    ModelsInStore,
    Preference,
    Wish,
    complexity_of,
    rank,
)
from dynagent.core.shared.paging import PageRequest


@dataclass(frozen=True, slots=True)
class Advice:
    """How hard the task seems, and the models for it."""

    complexity: Complexity
    choices: Choices


@dataclass(frozen=True, kw_only=True)
class ChooseModel(Query[Advice], needs="models:read"):
    """Which of the caller's models fit a task best; without `complexity` it is guessed from the task's text."""

    task: str = ""
    complexity: Complexity | None = None
    prefer: Preference = "balanced"
    needs: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True)
class CheckFit(Query[tuple[str, ...]], needs="models:read"):
    """What of that a model, by name or id, cannot do, in sentences; nothing is said about models that nobody knows."""

    model: str
    wanted: Capabilities


@dataclass(frozen=True, slots=True)
class ChooseModelHandler:
    """Handles ChooseModel."""

    models: ModelRecords
    store: ModelsInStore
    views: OpenViews

    async def __call__(self, message: ChooseModel, caller: Caller) -> Advice:
        """Return the models, best first."""
        records = [record for record in await all_models(self.models) if record.enabled]
        views = await self.views.open([record.id for record in records], caller)
        candidates = [*(views.candidate(record) for record in records), self.store.installed()]
        complexity = message.complexity or complexity_of(message.task)
        wish = Wish(complexity=complexity, prefer=message.prefer, needs=message.needs)
        return Advice(complexity, rank(candidates, wish))


@dataclass(frozen=True, slots=True)
class CheckFitHandler:
    """Handles CheckFit."""

    models: ModelRecords
    store: ModelsInStore
    views: OpenViews

    async def __call__(self, message: CheckFit, caller: Caller) -> tuple[str, ...]:
        """Return the warnings."""
        records = await all_models(self.models)
        record = next((one for one in records if message.model in (one.id, one.name)), None)
        if record is None:
            installed = self.store.installed()
            return tuple(installed.capabilities.missing(message.wanted)) if installed.name == message.model else ()
        views = await self.views.open([record.id], caller)
        return views.of(record, message.wanted).warnings


async def all_models(models: ModelRecords) -> list[ModelRecord]:
    """Return the caller's models and the global ones, own ones first, each name once."""
    page = await models.find(None, None, PageRequest(limit=2 * MAX_MODELS))
    own_first = sorted(page.items, key=lambda record: record.user_id is None)
    return list({record.name: record for record in reversed(own_first)}.values())[::-1]
