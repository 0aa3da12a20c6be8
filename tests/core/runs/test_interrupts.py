"""Questions to a person: asked with a schema, answered once."""

from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import pytest
from pydantic import ValidationError

from dynagent.core.runs import APPROVAL_SCHEMA, DOUBT_SCHEMA, Answer, Interrupt, NothingToAnswer, Reason

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def a_question(reason: Reason = "approval") -> Interrupt:
    return Interrupt.ask(reason, execution_id="e", call_key="k", value={"tool": "t"}, now=NOON)


def test_a_question_has_the_schema_of_its_reason() -> None:
    assert a_question().response_schema == APPROVAL_SCHEMA
    assert a_question("in_doubt").response_schema == DOUBT_SCHEMA
    assert a_question().id != a_question().id
    assert a_question().answer is None


def test_it_is_answered_once() -> None:
    answer = Answer(decision="reject", reason="too dear")
    answered = a_question().answered(answer, by="ada", now=NOON)
    assert (answered.answer, answered.answered_by, answered.answered_at) == (answer, "ada", NOON)
    with pytest.raises(NothingToAnswer):
        answered.answered(answer, by="bob", now=NOON)


def test_it_is_read_back_from_json() -> None:
    answered = a_question().answered(Answer(decision="respond", result=[1, None]), by="ada", now=NOON)
    assert Interrupt.model_validate_json(answered.model_dump_json()) == answered
    with pytest.raises(ValidationError):
        Answer.model_validate({"decision": "perhaps"})


@pytest.mark.parametrize(
    ("schema", "answer", "fits"),
    [
        (APPROVAL_SCHEMA, {"decision": "approve"}, True),
        (APPROVAL_SCHEMA, {"decision": "edit", "arguments": {"a": 1}}, True),
        (APPROVAL_SCHEMA, {"decision": "edit"}, False),
        (APPROVAL_SCHEMA, {"decision": "respond", "result": None}, True),
        (APPROVAL_SCHEMA, {"decision": "respond"}, False),
        (APPROVAL_SCHEMA, {"decision": "happened"}, False),
        (APPROVAL_SCHEMA, {"decision": "reject", "reason": "x" * 2001}, False),
        (APPROVAL_SCHEMA, {}, False),
        (DOUBT_SCHEMA, {"decision": "happened"}, True),
        (DOUBT_SCHEMA, {"decision": "respond", "result": 1}, True),
        (DOUBT_SCHEMA, {"decision": "respond"}, False),
        (DOUBT_SCHEMA, {"decision": "approve"}, False),
        (DOUBT_SCHEMA, {"decision": "happened", "other": 1}, False),
    ],
)
def test_which_answers_fit_the_schemas(schema: dict[str, Any], answer: dict[str, Any], fits: bool) -> None:
    assert jsonschema_rs.validator_for(schema).is_valid(answer) is fits
    if fits:
        Answer.model_validate(answer)
