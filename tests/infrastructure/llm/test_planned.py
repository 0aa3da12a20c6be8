"""A run's models as its agent wants them: fallbacks in order, a pace that is kept and told."""

import pytest

from dynagent.core.identity import Throttle, TooManyRequests
from dynagent.core.language_models import ModelRequest, ModelRetry, ModelUnavailable
from dynagent.infrastructure.llm.planned import PlannedModels
from tests.fakes.language_models import FakeChatModels, ScriptedChatModel, user
from tests.shows import shows

ASKED = ModelRequest(messages=(user("hello"),))


class OneAtATime(Throttle):
    """Admits every second request."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    async def admit(self, subject: str, per_minute: int) -> None:
        """Refuse every second time."""
        self.subjects.append(subject)
        if len(self.subjects) % 2 == 0:
            raise TooManyRequests("too many", retry_after_s=7.0)

    async def admit_login(self, account: str, address: str) -> None:
        """Nobody signs in here."""

    async def admit_anonymous(self, purpose: str, address: str) -> None:
        """Nobody signs in here."""

    async def forgive_login(self, account: str, address: str) -> None:
        """Nobody signs in here."""


def planned(
    *models: ScriptedChatModel, fallbacks: tuple[str, ...] = (), max_rpm: int = 0, waits: list[float] | None = None
) -> PlannedModels:
    """Return the models of a run of an agent that wants the first."""

    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    return PlannedModels(
        FakeChatModels(*models),
        model=None,
        fallbacks=fallbacks,
        agent_id="a",
        max_rpm=max_rpm,
        rates=OneAtATime(),
        sleep=sleep,
    )


async def test_fallbacks_are_asked_in_order_and_each_change_is_told() -> None:
    broken = [ScriptedChatModel([ModelUnavailable(f"{name} is away")], name) for name in ("one", "two")]
    models = planned(*broken, ScriptedChatModel(["Rescued."], "three"), fallbacks=("two", "unknown", "three"))
    told: list[ModelRetry] = []

    reply = await models.get(None, told.append).reply(ASKED, lambda _: None)
    assert reply.content == "Rescued."
    assert [retry.error.detail for retry in told] == [
        "switched to two because one: one is away",
        "switched to three because two: two is away",
    ]
    assert {retry.error.code for retry in told} == {"model_switched"}


async def test_when_all_fail_the_last_ones_error_is_raised() -> None:
    one, two = (ScriptedChatModel([ModelUnavailable(f"{name} is away")], name) for name in ("one", "two"))
    with pytest.raises(ModelUnavailable, match="two is away"):
        await planned(one, two, fallbacks=("two",)).get("one").reply(ASKED, lambda _: None)


async def test_other_models_of_the_run_have_no_fallbacks() -> None:
    one, two = ScriptedChatModel(["1"], "one"), ScriptedChatModel(["2"], "two")
    models = planned(one, two, fallbacks=("one",), max_rpm=1)
    assert models.get("two") is two
    assert models.knows("two") and not models.knows("three")


@shows("AgentFields.max_rpm")
async def test_the_pace_is_kept_and_every_wait_is_told() -> None:
    waits: list[float] = []
    told: list[ModelRetry] = []
    models = planned(ScriptedChatModel(["1"], "one"), max_rpm=5, waits=waits)
    for _ in range(2):
        await models.get("one", told.append).reply(ASKED, lambda _: None)
    assert waits == [7.0]
    assert [(retry.error.detail, retry.delay_s) for retry in told] == [
        ("the limit of 5 model calls a minute of this agent is reached", 7.0)
    ]
