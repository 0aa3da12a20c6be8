"""Letting an execution go on or run again, over HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from dynagent.application.commands.executions import SubmitSettings
from dynagent.core.runs import Interrupt, RunStatus
from tests.presentation.api.house import House
from tests.shows import shows

UNKNOWN = "01900000-0000-7000-8000-000000000000"
APPROVE = {"decision": "approve"}


@pytest.fixture
async def done(api: httpx2.AsyncClient, agent_id: str) -> str:
    """An execution that was completed: seq 1 to 6, the end of a tool call is 4."""
    return (await api.post("/api/executions", json={"agent_id": agent_id, "query": "23*19"})).json()["id"]


@pytest.fixture
def waiting(house: House, done: str) -> list[Interrupt]:
    """The same as one that waits for two answers."""
    stored = house.executions.stored[done]
    house.executions.stored[done] = stored.model_copy(update={"status": RunStatus.WAITING, "result": None})
    now = datetime.now(UTC)
    asked = [
        Interrupt.ask("approval", execution_id=done, call_key=key, value={"tool": "t"}, now=now) for key in ("a", "b")
    ]
    house.executions.questions = {item.id: item for item in asked}
    return asked


async def post(api: httpx2.AsyncClient, id: str, what: str, body: Any = None) -> httpx2.Response:
    return await api.post(f"/api/v1/executions/{id}/{what}", json=body)


@shows("AnswersBody.answers")
async def test_questions_are_listed_and_answered(
    api: httpx2.AsyncClient, house: House, waiting: list[Interrupt]
) -> None:
    id = waiting[0].execution_id
    listed = (await api.get(f"/api/executions/{id}/interrupts")).json()["interrupts"]
    assert [item["id"] for item in listed] == [item.id for item in waiting]
    assert (listed[0]["answer"], listed[0]["response_schema"]) == (None, waiting[0].response_schema)
    first = await post(api, id, "resume", {"answers": {waiting[0].id: APPROVE}})
    assert (first.status_code, first.json()["status"]) == (200, "waiting")
    notified = len(house.notifier.notified)
    second = await post(api, id, "resume", {"answers": {waiting[1].id: {"decision": "reject", "reason": "no"}}})
    assert (second.json()["status"], len(house.notifier.notified)) == ("pending", notified + 1)
    listed = (await api.get(f"/api/executions/{id}/interrupts")).json()["interrupts"]
    assert listed[1]["answer"]["decision"] == "reject"
    assert listed[1]["answered_at"] is not None


async def test_the_inbox_shows_what_is_open_over_all_runs(api: httpx2.AsyncClient, waiting: list[Interrupt]) -> None:
    inbox = (await api.get("/api/v1/interrupts")).json()
    assert {item["id"] for item in inbox["interrupts"]} == {item.id for item in waiting}
    assert (inbox["total"], inbox["interrupts"][0]["query"]) == (2, "23*19")
    assert inbox["interrupts"][0]["agent_name"] != ""
    await post(api, waiting[0].execution_id, "resume", {"answers": {waiting[0].id: APPROVE}})
    assert [item["id"] for item in (await api.get("/api/v1/interrupts")).json()["interrupts"]] == [waiting[1].id]


async def test_an_answer_that_does_not_fit_says_where(api: httpx2.AsyncClient, waiting: list[Interrupt]) -> None:
    id, item = waiting[0].execution_id, waiting[0].id
    answer = await post(api, id, "resume", {"answers": {item: {"decision": "edit"}}})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/answers/{item}/arguments"]
    answer = await post(api, id, "resume", {"answers": {item: {"decision": "perhaps"}}})
    assert answer.json()["errors"][0]["pointer"] == f"/answers/{item}/decision"


@pytest.mark.parametrize("body", [None, {}, {"answers": {}}, {"answers": []}, {"answers": {"a": 1}, "more": 1}])
async def test_a_body_without_answers_is_refused(api: httpx2.AsyncClient, waiting: list[Interrupt], body: Any) -> None:
    assert (await post(api, waiting[0].execution_id, "resume", body)).status_code == 422


async def test_what_nobody_asked_cannot_be_answered(
    api: httpx2.AsyncClient, waiting: list[Interrupt], house: House
) -> None:
    id = waiting[0].execution_id
    unknown = await post(api, id, "resume", {"answers": {UNKNOWN: APPROVE}})
    assert (unknown.status_code, unknown.json()["error_code"]) == (404, "interrupt_not_found")
    nobody = await post(api, UNKNOWN, "resume", {"answers": {waiting[0].id: APPROVE}})
    assert (nobody.status_code, nobody.json()["error_code"]) == (404, "execution_not_found")
    house.executions.stored[id] = house.executions.stored[id].model_copy(update={"status": RunStatus.CANCELLED})
    over = await post(api, id, "resume", {"answers": {waiting[0].id: APPROVE}})
    assert (over.status_code, over.json()["error_code"]) == (409, "nothing_to_answer")
    early = await post(api, id, "replay")
    assert early.status_code == 202


async def test_running_again_is_accepted_at_a_place_of_its_own(
    api: httpx2.AsyncClient, done: str, house: House
) -> None:
    failed = house.executions.stored[done].model_copy(update={"status": RunStatus.FAILED})
    house.executions.stored[done] = failed
    for what, body in (("replay", None), ("retry", None), ("fork", {"after_seq": 4, "edit": {"result": "438"}})):
        answer = await post(api, done, what, body)
        assert (answer.status_code, answer.json()["status"]) == (202, "pending"), what
        assert answer.headers["location"] == f"/api/executions/{answer.json()['id']}"
        assert answer.json()["id"] != done
        assert (await api.get(answer.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"after_seq": 99}, "/after_seq"),
        ({"after_seq": 0}, "/after_seq"),
        ({"after_seq": 2**31}, "/after_seq"),
        ({}, "/after_seq"),
        ({"after_seq": 4, "more": 1}, "/more"),
        ({"after_seq": 1, "edit": {"query": "x"}}, "/edit"),
        ({"after_seq": 4, "edit": {"content": "x"}}, "/edit"),
        ({"after_seq": 4, "edit": [1]}, "/edit"),
    ],
)
async def test_what_cannot_be_forked(api: httpx2.AsyncClient, done: str, body: Any, pointer: str) -> None:
    answer = await post(api, done, "fork", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_what_cannot_be_run_again(api: httpx2.AsyncClient, done: str, house: House) -> None:
    completed = await post(api, done, "retry")
    assert (completed.status_code, completed.json()["error_code"]) == (409, "nothing_to_retry")
    for what, body in (("replay", None), ("retry", None), ("fork", {"after_seq": 1})):
        assert (await post(api, UNKNOWN, what, body)).json()["error_code"] == "execution_not_found"
    running = house.executions.stored[done].model_copy(update={"status": RunStatus.RUNNING})
    house.executions.stored[done] = running
    early = await post(api, done, "replay")
    assert (early.status_code, early.json()["error_code"]) == (409, "execution_not_over")
    house.executions.stored[done] = running.model_copy(update={"status": RunStatus.COMPLETED})


async def test_an_answer_that_comes_too_late_is_told_precisely(
    api: httpx2.AsyncClient, waiting: list[Interrupt], house: House
) -> None:
    first, second = waiting
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    house.executions.questions[first.id] = first.model_copy(
        update={"expires_at": at, "on_expiry": "reject", "expired": True}
    )
    house.executions.questions[second.id] = second.model_copy(update={"expires_at": at, "on_expiry": "fail"})
    listed = (await api.get(f"/api/executions/{first.execution_id}/interrupts")).json()["interrupts"]
    assert [(item["expires_at"], item["on_expiry"], item["expired"]) for item in listed] == [
        ("2026-01-01T12:00:00Z", "reject", True),
        ("2026-01-01T12:00:00Z", "fail", False),
    ]
    inbox = (await api.get("/api/v1/interrupts")).json()["interrupts"]
    assert {item["expires_at"] for item in inbox} == {"2026-01-01T12:00:00Z"}
    late = await post(api, first.execution_id, "resume", {"answers": {first.id: APPROVE}})
    assert (late.status_code, late.headers["content-type"]) == (409, "application/problem+json")
    problem = late.json()
    assert (problem["error_code"], problem["interrupt_id"]) == ("interrupt_expired", first.id)
    assert problem["expires_at"].startswith("2026-01-01T12:00:00")
    assert "without an answer; the call counts as refused" in problem["detail"]


@pytest.mark.parametrize(("what", "body"), [("replay", None), ("fork", {"after_seq": 4})])
async def test_running_again_is_bounded_like_running(
    api: httpx2.AsyncClient, done: str, house: House, what: str, body: Any
) -> None:
    house.submitting = SubmitSettings(max_waiting_per_user=1, queue_retry_after_s=9)
    house.executions.stored[UNKNOWN] = house.executions.stored[done].model_copy(
        update={"id": UNKNOWN, "status": RunStatus.PENDING}
    )
    full = await post(api, done, what, body)
    assert (full.status_code, full.json()["error_code"]) == (429, "too_many_executions")
    assert full.headers["retry-after"] == "9"
