"""Retries, the circuit breaker, and what they do together; time is told, never waited for."""

import asyncio

import pytest

from dynagent.core.language_models import (
    ModelCircuitOpen,
    ModelError,
    ModelRateLimited,
    ModelRefused,
    ModelReply,
    ModelRequest,
    ModelRetry,
    ModelTimeout,
    ModelUnavailable,
    OnText,
)
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from tests.fakes.language_models import Answer, ScriptedChatModel, user


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


REQUEST = ModelRequest(messages=(user("hi"),), temperature=0.2, max_tokens=9)


def persistent(answers: list[Answer], clock: Clock, circuit: Circuit | None = None):
    inner = ScriptedChatModel(answers)
    shared = Persistence(circuit or Circuit(clock=clock), sleep=clock.sleep, jitter=lambda: 0.0)
    told: list[ModelRetry] = []
    return PersistentModel(inner, shared, told.append), inner, told


async def test_what_may_pass_is_tried_again_twice_with_growing_waits():
    clock = Clock()
    model, inner, told = persistent([ModelUnavailable("down"), ModelTimeout("slow"), "Hello."], clock)
    reply = await model.reply(REQUEST, lambda _: None)
    assert (reply.content, clock.slept, len(inner.requests)) == ("Hello.", [2.0, 4.0], 3)
    assert [(retry.error.code, retry.delay_s, retry.try_number) for retry in told] == [
        ("model_unavailable", 2.0, 2),
        ("model_timeout", 4.0, 3),
    ]


async def test_after_three_tries_the_last_error_is_raised():
    clock = Clock()
    model, inner, _ = persistent([ModelUnavailable("down")], clock)
    with pytest.raises(ModelUnavailable):
        await model.reply(REQUEST, lambda _: None)
    assert len(inner.requests) == 3


async def test_a_refusal_is_final():
    clock = Clock()
    model, inner, _ = persistent([ModelRefused("no such model")], clock)
    with pytest.raises(ModelRefused):
        await model.reply(REQUEST, lambda _: None)
    assert (len(inner.requests), clock.slept) == (1, [])


async def test_the_endpoints_wish_is_honoured_up_to_a_minute():
    clock = Clock()
    model, _, _ = persistent([ModelRateLimited("busy", retry_after_s=7.0), "Hello."], clock)
    await model.reply(REQUEST, lambda _: None)
    assert clock.slept == [7.0]
    model, inner, _ = persistent([ModelRateLimited("busy", retry_after_s=3600.0)], clock)
    with pytest.raises(ModelRateLimited):
        await model.reply(REQUEST, lambda _: None)
    assert len(inner.requests) == 1


class CutThenWhole(ScriptedChatModel):
    async def reply(self, request: ModelRequest, on_text: OnText) -> ModelReply:
        self.requests.append(request)
        on_text("half")
        if len(self.requests) == 1:
            raise ModelUnavailable("cut")
        return ModelReply(content="half", model=self.name)


async def test_streamed_text_is_taken_back_only_before_witnesses():
    clock = Clock()
    told: list[ModelRetry] = []
    shared = Persistence(Circuit(clock=clock), sleep=clock.sleep)
    await PersistentModel(CutThenWhole(), shared, told.append).reply(REQUEST, lambda _: None)
    assert len(told) == 1
    with pytest.raises(ModelUnavailable):
        await PersistentModel(CutThenWhole(), shared).reply(REQUEST, lambda _: None)


async def test_parameters_a_model_does_not_know_are_left_out_from_then_on():
    clock = Clock()
    odd = ModelRefused("unsupported", extra={"param": "temperature"})
    model, inner, told = persistent([odd, "Hello."], clock)
    await model.reply(REQUEST, lambda _: None)
    await model.reply(REQUEST, lambda _: None)
    assert [request.temperature for request in inner.requests] == [0.2, None, None]
    assert [request.max_tokens for request in inner.requests] == [9, 9, 9]
    assert told == []
    model, inner, _ = persistent([odd], clock)
    with pytest.raises(ModelRefused):
        await model.reply(REQUEST, lambda _: None)
    assert len(inner.requests) == 2


@pytest.mark.parametrize(
    "refusal",
    [
        ModelRefused("the model endpoint answered 400: no", extra={"param": "response_format"}),
        ModelRefused("the model endpoint answered 400: no", extra={"param": "text.format.schema"}),
        ModelRefused("the model endpoint answered 400: This response_format type is unavailable now"),
        ModelRefused("the model endpoint answered 422: 'json_schema' is not supported by this model"),
    ],
)
async def test_an_endpoint_that_takes_no_schema_is_asked_without_from_then_on(refusal: ModelRefused):
    clock, schema = Clock(), {"type": "object"}
    model, inner, told = persistent([refusal, "{}", "{}"], clock)
    request = REQUEST.model_copy(update={"output_schema": schema})
    await model.reply(request, lambda _: None)
    await model.reply(request, lambda _: None)
    assert [request.output_schema for request in inner.requests] == [schema, None, None]
    assert (told, clock.slept) == ([], [])


async def test_two_parameters_that_a_model_does_not_know_are_both_left_out():
    odd = [ModelRefused("no", extra={"param": name}) for name in ("response_format", "temperature")]
    model, inner, _ = persistent([*odd, "Hello."], Clock())
    await model.reply(REQUEST.model_copy(update={"output_schema": {}}), lambda _: None)
    assert [(r.output_schema, r.temperature) for r in inner.requests] == [({}, 0.2), (None, 0.2), (None, None)]


def fail(circuit: Circuit, error: BaseException | None) -> None:
    circuit.enter()
    circuit.leave(error)


def test_the_circuit_opens_rests_and_is_probed():
    clock = Clock()
    circuit = Circuit(failures=3, open_s=10, clock=clock)
    for _ in range(3):
        assert circuit.state == "closed"
        fail(circuit, ModelUnavailable("down"))
    assert circuit.state == "open"
    with pytest.raises(ModelCircuitOpen) as caught:
        circuit.enter()
    assert caught.value.retry_after_s == 10
    clock.now = 10
    assert circuit.state == "half_open"
    circuit.enter()
    with pytest.raises(ModelCircuitOpen):
        circuit.enter()
    circuit.leave(ModelTimeout("still"))
    assert circuit.state == "open"
    clock.now = 20
    fail(circuit, None)
    assert circuit.state == "closed"


@pytest.mark.parametrize("error", [ModelRefused("no"), ModelRateLimited("busy"), None])
def test_an_endpoint_that_answers_at_all_is_up(error):
    circuit = Circuit(failures=2, clock=Clock())
    for _ in range(3):
        fail(circuit, ModelUnavailable("down"))
        fail(circuit, error)
    assert circuit.state == "closed"


def test_a_cancelled_probe_gives_the_place_free():
    clock = Clock()
    circuit = Circuit(failures=1, open_s=5, clock=clock)
    fail(circuit, ModelUnavailable("down"))
    clock.now = 5
    fail(circuit, asyncio.CancelledError())
    assert circuit.state == "half_open"
    fail(circuit, None)
    assert circuit.state == "closed"


async def test_a_open_circuit_is_waited_for_within_a_minute():
    clock = Clock()
    circuit = Circuit(failures=1, open_s=10, clock=clock)
    fail(circuit, ModelUnavailable("down"))
    model, inner, told = persistent(["Hello."], clock, circuit)
    await model.reply(REQUEST, lambda _: None)
    assert (clock.slept, len(inner.requests), told[0].try_number) == ([10.0], 1, 1)
    circuit = Circuit(failures=1, open_s=100, clock=clock)
    fail(circuit, ModelUnavailable("down"))
    model, inner, _ = persistent(["Hello."], clock, circuit)
    with pytest.raises(ModelCircuitOpen):
        await model.reply(REQUEST, lambda _: None)
    assert inner.requests == []


def test_every_model_error_says_whether_it_may_pass():
    assert {cls.__name__: cls.retryable for cls in (ModelError, ModelRefused, ModelRateLimited, ModelCircuitOpen)} == {
        "ModelError": False,
        "ModelRefused": False,
        "ModelRateLimited": True,
        "ModelCircuitOpen": True,
    }
