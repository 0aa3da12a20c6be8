"""Commands about how models do: try one out, ask its endpoint in full again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from dynagent.application.commands.language_models.editor import ModelEditor
from dynagent.application.shared.caller import Caller
from dynagent.application.shared.messages import Command
from dynagent.core.language_models import ModelHealths, ModelNotFound, ModelsInStore, ModelTrials, Tried
from dynagent.core.shared.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class TryModel(Command[AsyncIterator[Tried]], needs="models:write", raises=(ModelNotFound,)):
    """Try a model out: some seven calls, one of them long. What it shows is stored. Raises ModelNotFound.

    The results come as they are there; the asking begins with the first that is awaited.
    """

    model_id: str


@dataclass(frozen=True)
class ForgetRefusedParts(Command[None], needs="models:write", raises=(ModelNotFound,)):
    """Ask a model in full again, with the parts that its endpoint has refused. Raises ModelNotFound."""

    model_id: str


@dataclass(frozen=True)
class ForgetInstalledRefusedParts(
    Command[None],
    needs="users:write",
    scope="none",
    unaudited="it stores nothing; the endpoint says at the next call whether it still refuses them",
):
    """Ask the installation's endpoint in full again, in the process that this reaches.

    Other processes have seen its refusals themselves and forget them within an hour, or when they are started anew.
    """


@dataclass(frozen=True, slots=True)
class TryModelHandler:
    """Handles TryModel."""

    editor: ModelEditor
    trials: ModelTrials

    async def __call__(self, message: TryModel, caller: Caller) -> AsyncIterator[Tried]:
        """Return the results to come."""
        record = await self.editor.load_writable(message.model_id, caller)
        return self.trials.run(record, caller.user_id)


@dataclass(frozen=True, slots=True)
class ForgetRefusedPartsHandler:
    """Handles ForgetRefusedParts."""

    editor: ModelEditor
    healths: ModelHealths
    store: ModelsInStore
    uow: UnitOfWork

    async def __call__(self, message: ForgetRefusedParts, caller: Caller) -> None:
        """Forget them, here at once and in other processes within seconds."""
        record = await self.editor.load_writable(message.model_id, caller)
        await self.healths.forget_refused(record.id)
        await self.uow.commit()
        self.store.forget_refused(record.id)
        self.store.forget(record.user_id)


@dataclass(frozen=True, slots=True)
class ForgetInstalledRefusedPartsHandler:
    """Handles ForgetInstalledRefusedParts."""

    store: ModelsInStore

    async def __call__(self, message: ForgetInstalledRefusedParts, caller: Caller) -> None:
        """Forget them."""
        self.store.forget_installed_refused()
