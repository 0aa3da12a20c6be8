"""Recovery: what the log says was done."""

from dynagent.core.runs import (
    InterruptRaised,
    Journal,
    Message,
    NodeEnd,
    NodeStart,
    Reason,
    Resumed,
    Token,
    ToolEnd,
    ToolStart,
)


def start(key: str) -> ToolStart:
    return ToolStart(timestamp=0, tool="t", arguments={}, call_id="c", call_key=key, line="")


def end(key: str, result: object = 1) -> ToolEnd:
    return ToolEnd(timestamp=0, tool="t", call_id="c", call_key=key, result=result, duration_ms=1, line="")


def message(key: str, content: str) -> Message:
    return Message(timestamp=0, message_id="m", content=content, model="demo", call_key=key)


def test_an_empty_log_knows_nothing() -> None:
    journal = Journal()
    assert journal.reply("a") is None
    assert journal.tool_end("a") is None
    assert not journal.in_doubt("a")
    assert not journal.node_started("s")
    assert not journal.node_ended("s")


def test_finished_calls_are_found_by_key() -> None:
    journal = Journal(
        [message("m1", "hello"), start("t1"), end("t1", 437), Token(timestamp=0, message_id="m", content="", offset=0)]
    )
    reply, ended = journal.reply("m1"), journal.tool_end("t1")
    assert reply is not None
    assert reply.content == "hello"
    assert ended is not None
    assert ended.result == 437
    assert journal.reply("t1") is None


def test_a_call_that_was_started_only_is_in_doubt() -> None:
    journal = Journal([start("t1"), start("t2"), end("t2")])
    assert journal.in_doubt("t1")
    assert not journal.in_doubt("t2")
    assert not journal.in_doubt("t3")


def test_the_first_record_of_a_key_counts() -> None:
    journal = Journal([message("m", "first"), message("m", "second"), end("t", 1), end("t", 2)])
    reply, ended = journal.reply("m"), journal.tool_end("t")
    assert (reply and reply.content, ended and ended.result) == ("first", 1)


def test_nodes_are_known_by_their_spans() -> None:
    nodes = [
        NodeStart(timestamp=0, node="a", span_id="s1"),
        NodeEnd(timestamp=0, node="a", span_id="s2", duration_ms=1),
    ]
    journal = Journal(nodes)
    assert (journal.node_started("s1"), journal.node_ended("s1")) == (True, False)
    assert (journal.node_started("s2"), journal.node_ended("s2")) == (False, True)


def asked(key: str, reason: Reason) -> InterruptRaised:
    return InterruptRaised(timestamp=0, interrupt_id="i", call_key=key, reason=reason, value={}, response_schema={})


def answered(key: str, reason: Reason, **answer: object) -> Resumed:
    return Resumed(timestamp=0, interrupt_id="i", call_key=key, reason=reason, answer={**answer}, answered_by="ada")


def test_a_node_that_failed_begins_anew() -> None:
    failed = NodeEnd(timestamp=0, node="a", span_id="s", duration_ms=1, error="ModelTimeout")
    journal = Journal([NodeStart(timestamp=0, node="a", span_id="s"), failed])
    assert not journal.node_started("s")
    assert not journal.node_ended("s")


def test_questions_and_answers_are_found_by_call_and_reason() -> None:
    journal = Journal([asked("t", "approval"), answered("t", "approval", decision="edit", arguments={"a": 1})])
    assert journal.asked("t", "approval")
    assert not journal.asked("t", "in_doubt")
    answer = journal.answer("t", "approval")
    assert answer is not None
    assert (answer.decision, answer.arguments) == ("edit", {"a": 1})
    assert journal.answer("t", "in_doubt") is None
    assert Journal([asked("t", "approval")]).answer("t", "approval") is None


def test_an_answer_about_a_call_in_doubt_is_used_up_by_the_next_call() -> None:
    told = [start("t"), asked("t", "in_doubt"), answered("t", "in_doubt", decision="did_not_happen")]
    assert Journal(told).answer("t", "in_doubt") is not None
    again = Journal([*told, start("t")])
    assert again.answer("t", "in_doubt") is None
    assert not again.asked("t", "in_doubt")
    assert again.in_doubt("t")
