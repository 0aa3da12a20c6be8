"""Tries are counted for whoever the work is done for; what cannot be stored is not lost."""

import asyncio
from decimal import Decimal

import pytest

from dynagent.core.language_models import ModelReply, ModelRequest, ModelUnavailable, OnText, Prices
from dynagent.core.shared.calls import TokenUsage
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from dynagent.infrastructure.llm.stored import FallbackModel
from dynagent.infrastructure.llm.usage import UsageMeter, working_for
from tests.fakes.language_models import ScriptedChatModel, user

ASKED = ModelRequest(messages=(user("hello"),))
GOOD = ModelReply(content="hi", usage=TokenUsage(input_tokens=10, output_tokens=2), model="m")


class Pennies(Prices):
    """A cent a token."""

    def cost_usd(self, model: str, usage: TokenUsage) -> Decimal | None:
        """Return the price."""
        return Decimal(usage.input_tokens + usage.output_tokens) / 100


async def _at_once(_: float) -> None:
    """Wait for nothing."""


async def test_each_try_counts_for_the_user_the_work_is_for() -> None:
    meter = UsageMeter(Pennies())
    shared = Persistence(Circuit(), sleep=_at_once, note=meter.noting("openai", "m"))
    model = PersistentModel(ScriptedChatModel([ModelUnavailable("away"), GOOD]), shared, lambda _: None)
    await model.reply(ASKED, lambda _: None)
    assert meter.take() == {}, "nobody's work is not counted"
    token = working_for.set("ada")
    await PersistentModel(ScriptedChatModel([ModelUnavailable("away"), GOOD]), shared, lambda _: None).reply(
        ASKED, lambda _: None
    )
    working_for.reset(token)
    counts = meter.take()
    count = counts["ada", "openai", "m"]
    assert (count.calls, count.failures, count.input_tokens, count.output_tokens) == (2, 1, 10, 2)
    assert count.cost_usd == Decimal("0.12")
    meter.put_back(counts)
    meter.put_back({("ada", "openai", "m"): count.__class__(calls=1)})
    assert meter.take()["ada", "openai", "m"].calls == 3


async def test_a_cancelled_call_is_none() -> None:
    meter = UsageMeter(Pennies())

    class Silent(ScriptedChatModel):
        async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
            await asyncio.Event().wait()
            raise AssertionError

    token = working_for.set("ada")
    asked = asyncio.create_task(
        PersistentModel(Silent(), Persistence(Circuit(), note=meter.noting("p", "m"))).reply(ASKED, lambda _: None)
    )
    working_for.reset(token)
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert meter.take() == {}


async def test_nobody_waits_for_a_open_circuit_while_another_model_can_be_asked() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    circuit = Circuit(failures=1)
    circuit.enter()
    circuit.leave(ModelUnavailable("away"))
    circuit_open = PersistentModel(ScriptedChatModel([GOOD], "first"), Persistence(circuit, sleep=sleep))
    told: list[str] = []
    chain = FallbackModel(
        [circuit_open, ScriptedChatModel([GOOD], "second")], lambda retry: told.append(retry.error.detail)
    )
    reply = await FallbackModel([chain, ScriptedChatModel([GOOD], "third")], None).reply(ASKED, lambda _: None)

    assert reply == GOOD and waits == []
    assert told == [
        "switched to second because first: the model endpoint has failed repeatedly and its circuit is open"
    ]


async def test_a_cost_that_is_not_known_is_not_nothing() -> None:
    class Unknown(Prices):
        def cost_usd(self, model: str, usage: TokenUsage) -> Decimal | None:
            return None

    meter = UsageMeter(Unknown())
    token = working_for.set("ada")
    meter.noting("p", "m")(GOOD, None)
    working_for.reset(token)
    counts = meter.take()
    assert counts["ada", "p", "m"].cost_usd is None
    meter.put_back(counts)
    meter.put_back({("ada", "p", "m"): counts["ada", "p", "m"].__class__(calls=1, cost_usd=Decimal(1))})
    assert meter.take()["ada", "p", "m"].cost_usd == 1
