"""Guardrails within runs: what is let through, what ends a run, what a person decides, and what it costs."""

import json
from typing import Any

import pytest

from dynagent.core.runs import Answer, InterruptRaised, Resumed, RunStatus, Token
from dynagent.core.shared.guards import GuardRule
from dynagent.infrastructure.langgraph.guards import GuardrailBlocked
from tests.fakes.language_models import ScriptedChatModel
from tests.fakes.tools import FakeTool
from tests.fakes.trace import ListedTrace
from tests.infrastructure.langgraph.runs import call, claim, run


def rule(kind: Any, stage: Any, action: Any = "block", *, hold_back: bool = True, **config: Any) -> GuardRule:
    return GuardRule(
        id=f"{kind}-{stage}", name=kind, kind=kind, stage=stage, action=action, config=config, hold_back=hold_back
    )


def verdicts(trace: ListedTrace) -> list[tuple[str, bool]]:
    return [(event.stage, event.passed) for event in trace.events if event.type == "guardrail"]


def said(trace: ListedTrace) -> str:
    return "".join(event.content for event in trace.events if isinstance(event, Token))


async def test_a_blocked_input_ends_the_run_before_the_model_is_asked() -> None:
    model, trace = ScriptedChatModel(), ListedTrace()
    with pytest.raises(GuardrailBlocked) as error:
        await run(model, claimed=claim("much too long"), trace=trace, guards=[rule("max_length", "input", max_chars=4)])
    assert (error.value.code, model.requests) == ("guardrail_blocked", [])
    assert verdicts(trace) == [("input", False)]


async def test_the_model_is_shown_the_redacted_input() -> None:
    model = ScriptedChatModel()
    outcome, trace = await run(
        model,
        claimed=claim("I am a@b.example"),
        guards=[rule("pii", "input", "redact"), rule("max_length", "output", max_chars=99)],
    )
    assert model.requests[0].messages[-1].content == "I am [email]"
    assert outcome.result == "Done."
    assert verdicts(trace) == [("input", False), ("output", True)]


async def test_a_warning_only_says_so() -> None:
    outcome, trace = await run(ScriptedChatModel(), guards=[rule("max_length", "output", "warn", max_chars=1)])
    assert (outcome.result, verdicts(trace)) == ("Done.", [("output", False)])


async def test_an_answer_is_held_back_until_it_has_passed() -> None:
    trace = ListedTrace()
    with pytest.raises(GuardrailBlocked):
        await run(
            ScriptedChatModel(["the secret is 42"]),
            trace=trace,
            guards=[rule("regex_deny", "output", pattern="secret")],
        )
    assert said(trace) == ""
    assert [event for event in trace.events if event.type == "message"] == []
    outcome, trace = await run(ScriptedChatModel(["mail a@b.example please"]), guards=[rule("pii", "output", "redact")])
    assert outcome.result == said(trace) == "mail [email] please"


async def test_a_text_that_streams_out_is_cut_off_where_it_trips() -> None:
    model, trace = ScriptedChatModel(["word " * 2000]), ListedTrace()
    rules = [rule("max_length", "output", hold_back=False, max_chars=500)]
    with pytest.raises(GuardrailBlocked):
        await run(model, trace=trace, guards=rules)
    assert 0 < len(said(trace)) < 1000
    assert verdicts(trace) == [("output", False)]


async def test_a_model_judges_and_its_usage_counts() -> None:
    refused = ScriptedChatModel(["Rude.", '{"passes": false, "reason": "it is rude"}'])
    with pytest.raises(GuardrailBlocked, match="it is rude"):
        await run(refused, guards=[rule("llm_judge", "output", instructions="Be polite.")])
    outcome, _ = await run(
        ScriptedChatModel(["Polite.", '{"passes": true}']),
        guards=[rule("llm_judge", "output", instructions="Be polite.")],
    )
    assert (outcome.result, outcome.usage.model_calls) == ("Polite.", 2)
    with pytest.raises(GuardrailBlocked, match="could not be judged"):
        await run(ScriptedChatModel(["Polite.", "I like it"]), guards=[rule("llm_judge", "output", instructions="x")])


async def test_a_blocked_call_is_not_made_and_a_redacted_one_without_what_was_found() -> None:
    tool = FakeTool("post")
    guards = [rule("regex_deny", "tool_call", pattern="secret", tools=["post"])]
    with pytest.raises(GuardrailBlocked):
        await run(ScriptedChatModel([call("post", text="a secret"), "Done."]), tool, guards=guards)
    assert tool.calls == []
    await run(
        ScriptedChatModel([call("post", text="to a@b.example"), "Done."]),
        tool,
        guards=[rule("pii", "tool_call", "redact")],
    )
    assert [given for given, _ in tool.calls] == [{"text": "to [email]"}]


async def test_a_person_is_asked_about_a_call() -> None:
    tool = FakeTool("post")
    outcome, _ = await run(
        ScriptedChatModel([call("post", text="a secret"), "Done."]),
        tool,
        guards=[rule("regex_deny", "tool_call", "ask", pattern="secret")],
    )
    assert (outcome.status, len(outcome.interrupts), tool.calls) == (RunStatus.WAITING, 1, [])


@pytest.mark.parametrize(("decision", "result"), [("approve", "the secret"), ("edit", "nothing")])
async def test_a_person_decides_about_an_answer_and_the_model_is_not_asked_again(decision: Any, result: str) -> None:
    guards = [rule("regex_deny", "output", "ask", pattern="secret")]
    outcome, trace = await run(ScriptedChatModel(["the secret"]), guards=guards)
    assert (outcome.status, said(trace)) == (RunStatus.WAITING, "")
    [question] = outcome.interrupts
    asked = InterruptRaised(
        timestamp=1.0,
        interrupt_id=question.id,
        call_key=question.call_key,
        reason="approval",
        value=json.loads(json.dumps(question.value)),
        response_schema={},
    )
    answer = Answer(decision=decision, arguments={"text": "nothing"} if decision == "edit" else None)
    resumed = Resumed(
        timestamp=2.0,
        interrupt_id=question.id,
        call_key=question.call_key,
        reason="approval",
        answer=answer.model_dump(),
        answered_by="u",
    )
    model = ScriptedChatModel(["something else"])
    earlier = [*(event for event in trace.events if not isinstance(event, Token)), asked, resumed]
    outcome, again = await run(model, claimed=claim(earlier=earlier, attempt=2), guards=guards)
    assert (outcome.result, said(again), model.requests) == (result, result, [])
    assert verdicts(again) == [], "a verdict is told once"
    assert outcome.usage.model_calls == 1


async def test_a_refused_answer_ends_the_run() -> None:
    guards = [rule("regex_deny", "output", "ask", pattern="secret")]
    outcome, trace = await run(ScriptedChatModel(["the secret"]), guards=guards)
    [question] = outcome.interrupts
    resumed = Resumed(
        timestamp=2.0,
        interrupt_id=question.id,
        call_key=question.call_key,
        reason="approval",
        answer={"decision": "reject"},
        answered_by="u",
    )
    with pytest.raises(GuardrailBlocked, match="a person refused it"):
        await run(
            ScriptedChatModel(["the secret"]), claimed=claim(earlier=[*trace.events, resumed], attempt=2), guards=guards
        )


async def test_agents_without_guardrails_write_no_more_than_before() -> None:
    _, plain = await run(ScriptedChatModel())
    assert [event.type for event in plain.events if event.type != "token"] == [
        "node_start", "usage", "message", "node_end", "node_start", "node_end", "node_start", "node_end",
    ]  # fmt: skip
