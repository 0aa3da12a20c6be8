"""Runs that wait for people, and runs that are run again, from the API to the table and back."""

import asyncio
from decimal import Decimal
from typing import Any

from benchmarks.scripted_model import ScriptedModel

from tests.main.people import Json, People, streamed, types
from tests.shows import shows

QUESTION = "What is 23*19?"
APPROVING: Json = {"model": "demo", "requires_approval": ["calculator"]}


def of_type(events: list[Json], kind: str) -> list[Json]:
    return [event for event in events if event["type"] == kind]


def total(execution: Json, events: list[Json]) -> tuple[Any, Any]:
    """Return (model calls, tokens) as the execution tells them, having seen that the log tells the same."""
    reports = of_type(events, "usage")
    told = (len(reports), sum(report["total_tokens"] for report in reports))
    assert (execution["usage"]["model_calls"], execution["usage"]["total_tokens"]) == told
    return told


async def test_a_call_that_is_approved_goes_on_in_the_same_log(people: People) -> None:
    id = await people.start(await people.agent("calculator", **APPROVING), QUESTION)
    watcher = people.watch(id)
    [asked] = await people.waiting(id)
    kept = (await people.send("GET", f"/executions/{id}/checkpoints"))["checkpoints"]
    assert kept[0]["state_data"]["progress"]["pending"][0]["name"] == "calculator"
    async with asyncio.timeout(10):
        while "interrupt" not in types(streamed(watcher)):
            await asyncio.sleep(0.01)
    shown = streamed(watcher)[-1]
    assert (shown["type"], shown["interrupt_id"], shown["reason"]) == ("interrupt", asked["id"], "approval")
    assert shown["value"]["arguments"] == {"expression": "23*19"}
    assert not of_type(streamed(watcher), "tool_start")
    answered = await people.answer(id, decision="approve")
    assert answered["status"] == "pending"
    execution = await people.ended(id)
    assert (execution["status"], "437" in execution["result"]) == ("completed", True)
    async with asyncio.timeout(10):
        await watcher.over()
    log = await people.log(id)
    assert streamed(watcher) == log
    assert watcher.seqs == list(range(1, len(watcher.seqs) + 1))
    after = types(log)[types(log).index("interrupt") :]
    assert after[:4] == ["interrupt", "resume", "retry", "tool_start"]
    assert after[-1] == "complete"
    keys = [event["call_key"] for event in of_type(log, "message")]
    assert len(keys) == len(set(keys))
    total(execution, log)


async def test_a_call_that_is_refused_is_never_made(people: People) -> None:
    id = await people.start(await people.agent("calculator", **APPROVING), QUESTION)
    await people.answer(id, decision="reject", reason="not today")
    execution = await people.ended(id)
    [end] = of_type(await people.log(id), "tool_end")
    assert (execution["status"], end["error"]["code"], "not today" in end["error"]["message"]) == (
        "completed",
        "rejected",
        True,
    )


async def test_a_call_is_made_with_the_arguments_a_person_gave(people: People) -> None:
    id = await people.start(await people.agent("calculator", **APPROVING), QUESTION)
    await people.answer(id, decision="edit", arguments={"expression": "2*4"})
    assert "8" in (await people.ended(id))["result"]
    log = await people.log(id)
    assert of_type(log, "tool_start")[0]["arguments"] == {"expression": "2*4"}
    assert str(of_type(log, "tool_end")[0]["result"]) == "8"


async def test_a_replay_does_all_of_it_again(people: People) -> None:
    id = await people.start(await people.agent("calculator", model="demo"), QUESTION)
    first = await people.ended(id)
    second = await people.ended(await people.again(id, "replay"))
    assert (second["status"], second["result"]) == ("completed", first["result"])
    assert types(await people.log(second["id"])) == types(await people.log(id))


@shows("ForkBody.after_seq", "ForkBody.edit")
async def test_a_fork_goes_on_from_an_edited_result(people: People) -> None:
    id = await people.start(await people.agent("calculator", model="demo"), QUESTION)
    first = await people.ended(id)
    [end] = of_type(await people.log(id), "tool_end")
    forked = await people.again(id, "fork", {"after_seq": end["seq"], "edit": {"result": 438}})
    second = await people.ended(forked)
    assert ("437" in first["result"], "438" in second["result"], "437" in second["result"]) == (True, True, False)
    log = await people.log(forked)
    assert [event["seq"] for event in log][:5] == [1, 2, 3, 4, 5]
    own = [event for event in log if event["attempt"] == 1]
    assert len(of_type(log, "message")) == len(of_type(await people.log(id), "message"))
    assert len(of_type(own, "message")) == len(of_type(log, "message")) - 1
    assert of_type(own, "tool_start") == []
    assert total(second, log)[0] == total(first, await people.log(id))[0] - 1
    assert second["usage"]["tool_calls"] == 0
    assert of_type(log, "tool_end")[0]["line"] == "✔ Result: 438"


async def test_a_retry_of_a_failed_run_succeeds(people: People) -> None:
    id = await people.start(await people.agent("calculator"), "[[fail=400:1]] [[tools=1]] fails the first time")
    failed = await people.ended(id)
    assert failed["status"] == "failed"
    retried = await people.ended(await people.again(id, "retry"))
    assert retried["status"] == "completed"
    total(retried, await people.log(retried["id"]))


async def test_a_retry_takes_over_what_was_done(people: People, model: ScriptedModel) -> None:
    agent = await people.agent("calculator", "summarizer", requires_approval=["summarizer"])
    id = await people.start(agent, "[[tools=2]] taken over")
    await people.waiting(id)
    assert (await people.send("POST", f"/executions/{id}/cancel"))["status"] == "cancelled"
    asked = len(model.requests)
    retried = await people.again(id, "retry")
    await people.answer(retried, decision="approve")
    assert (await people.ended(retried))["status"] == "completed"
    assert len(model.requests) == asked + 1
    assert len(of_type(await people.log(retried), "tool_end")) == 2


async def test_what_tools_ask_of_models_is_counted(people: People) -> None:
    id = await people.start(await people.agent("chatbot"), "[[tools=1]] counted")
    execution = await people.ended(id)
    log = await people.log(id)
    assert total(execution, log)[0] == 3
    [call] = of_type(log, "tool_start")
    [inside] = [report for report in of_type(log, "usage") if report["span_id"] == call["call_key"]]
    assert (inside["parent_span_id"], inside["total_tokens"] > 0) == (call["parent_span_id"], True)
    assert execution["cost_usd"] is None or Decimal(execution["cost_usd"]) > 0


async def test_a_question_that_nobody_answers_expires_and_the_model_goes_on_without_the_call(people: People) -> None:
    agent = await people.agent("calculator", **APPROVING, approval_timeout_s=0.05)
    id = await people.start(agent, QUESTION)
    watcher = people.watch(id)
    execution = await people.ended(id)
    async with asyncio.timeout(10):
        await watcher.over()
    log = await people.log(id)
    assert streamed(watcher) == log
    [asked], [resumed], [end] = (of_type(log, kind) for kind in ("interrupt", "resume", "tool_end"))
    assert (asked["expires_after_s"], asked["on_expiry"], resumed["expired"]) == (0.05, "reject", True)
    assert (execution["status"], end["error"]["code"]) == ("completed", "approval_expired")


async def test_a_question_that_nobody_answers_fails_the_run_where_the_agent_says_so(people: People) -> None:
    agent = await people.agent("calculator", **APPROVING, approval_timeout_s=0.05, on_approval_timeout="fail")
    id = await people.start(agent, QUESTION)
    watcher = people.watch(id)
    execution = await people.ended(id)
    assert (execution["status"], execution["error"]["code"]) == ("failed", "interrupt_expired")
    async with asyncio.timeout(10):
        await watcher.over()
    assert types(streamed(watcher))[-1] == "error"
    retried = await people.again(id, "retry")
    assert (await people.ended(retried))["error"]["code"] == "interrupt_expired", "it is asked anew"


@shows("ChatChanges.title", "ChatChanges.archived")
async def test_a_chat_is_named_archived_and_comes_back(people: People) -> None:
    agent = await people.agent("calculator", model="demo")
    body = {"agent_id": agent, "query": QUESTION, "conversation_id": "tea"}
    await people.send("POST", "/executions", body)
    changed = await people.send("PATCH", "/chats/tea", {"title": "Sums", "archived": True})
    assert (changed["title"], changed["archived"], changed["turns"]) == ("Sums", True, 1)
    assert (await people.send("GET", "/chats"))["chats"] == []
    [archived] = (await people.send("GET", "/chats?archived=true"))["chats"]
    assert archived == changed
    await people.send("POST", "/executions", body)
    [back] = (await people.send("GET", "/chats?search=sums"))["chats"]
    assert (back["archived"], back["turns"]) == (False, 2)


async def test_the_metrics_say_how_the_database_is(people: People) -> None:
    async with asyncio.timeout(20):
        while not (found := await people.metrics())["dynagent_database_server_connections_most"]:
            await asyncio.sleep(0.05)
    # Of both pools together: those in use, those that lie idle, and the most there may be.
    assert found["dynagent_database_connections"] >= 8
    for name in ("server_connections", "longest_statement_seconds", "waiting_for_locks", "deadlocks", "cached_ratio"):
        assert f"dynagent_database_{name}" in found
