"""Tool calls, however they are numbered, named and cut."""

import json
import random

import pytest

from dynagent.core.language_models import ModelReply
from tests.infrastructure.llm.byte_server import whole
from tests.infrastructure.llm.contract.sessions import ask, delta, fragment, replied
from tests.infrastructure.llm.lanes import LANES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.parametrize("lane", LANES)]
END = delta("tool_calls")
SUM, PRODUCT = '{"expression": "2+3"}', '{"expression": "40+4"}'


async def calls(lane: str, *chunks):
    reply = await replied(lane, *chunks, END)
    return [(call.name, (call.arguments or {}).get("expression")) for call in reply.tool_calls]


BOTH = [("calculator", "2+3"), ("calculator", "40+4")]


async def test_two_calls_with_one_index_in_fragments(lane):
    parts = [
        fragment("", id="call_a", name="calculator"),
        fragment(SUM[:9]),
        fragment(SUM[9:]),
        fragment("", id="call_b", name="calculator"),
        fragment(PRODUCT[:9]),
        fragment(PRODUCT[9:]),
    ]
    assert await calls(lane, *parts) == BOTH


@pytest.mark.parametrize("index", [0, None, "0"])
async def test_whole_calls_without_ids(lane, index):
    reply = await replied(
        lane, fragment(SUM, index=index, name="calculator"), fragment(PRODUCT, index=index, name="calculator"), END
    )
    assert [call.arguments for call in reply.tool_calls] == [json.loads(SUM), json.loads(PRODUCT)]
    assert len({call.id for call in reply.tool_calls}) == 2


async def test_whole_calls_without_ids_that_are_alike(lane):
    assert await calls(lane, *[fragment(SUM, name="calculator")] * 2) == [BOTH[0]] * 2


@pytest.mark.parametrize("name", [None, "", "calculator"])
async def test_an_id_that_changes_with_each_fragment(lane, name):
    first = fragment('{"expr', id="x1", name="calculator")
    assert await calls(
        lane, first, fragment('ession": "2', id="x2", name=name), fragment('+3"}', id="x3", name=name)
    ) == [BOTH[0]]


async def test_an_index_that_grows_with_each_fragment(lane):
    parts = [fragment(SUM[:9], id="a", name="calculator"), fragment(SUM[9:12], index=1), fragment(SUM[12:], index=2)]
    assert await calls(lane, *parts) == [BOTH[0]]
    parts = [fragment(SUM[:9], id="a", name="calculator"), fragment(SUM[9:], index=1, id="a")]
    assert await calls(lane, *parts) == [BOTH[0]]


async def test_fragments_told_apart_by_id_alone(lane):
    parts = [
        fragment(SUM[:9], index=None, id="a", name="calculator"),
        fragment(PRODUCT[:9], index=None, id="b", name="calculator"),
        fragment(SUM[9:], index=None, id="a"),
        fragment(PRODUCT[9:], index=None, id="b"),
    ]
    assert await calls(lane, *parts) == BOTH


async def test_a_name_in_pieces_and_a_name_with_each_piece(lane):
    assert await calls(lane, fragment(id="a", name="calc"), fragment(name="ulator"), fragment(SUM)) == [BOTH[0]]
    parts = [fragment(SUM[:9], id="a", name="calculator"), fragment(SUM[9:], id="a", name="calculator")]
    assert await calls(lane, *parts) == [BOTH[0]]


async def test_a_call_that_is_told_again_at_the_end_is_one_call(lane):
    parts = [fragment(SUM[:9], id="a", name="calculator"), fragment(SUM[9:]), fragment(SUM, id="a", name="calculator")]
    assert await calls(lane, *parts) == [BOTH[0]]
    assert await calls(lane, *parts[:2], fragment("", id="a", name="calculator")) == [BOTH[0]]


@pytest.mark.parametrize("id", ["a", 7, None])
async def test_arguments_as_an_object(lane, id):
    assert await calls(lane, fragment({"expression": "2+3"}, id=id, name="calculator")) == [BOTH[0]]
    message = {"tool_calls": [{"id": id, "function": {"name": "calculator", "arguments": {"expression": "2+3"}}}]}
    body = {"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    reply, _ = await ask(lane, *whole(200, json.dumps(body).encode()))
    assert isinstance(reply, ModelReply) and reply.tool_calls[0].arguments == {"expression": "2+3"}


@pytest.mark.parametrize("arguments", [None, "", "  ", {}, "{}"])
async def test_no_arguments(lane, arguments):
    reply = await replied(lane, fragment(arguments, id="a", name="calculator"), END)
    assert reply.tool_calls[0].arguments == {}


@pytest.mark.parametrize("arguments", ["{", "[1]", [1], 7, '{"a": NaN}', "x" * 100])
async def test_arguments_that_are_none_stay_as_words(lane, arguments):
    reply = await replied(lane, fragment(arguments, id="a", name="calculator"), END)
    assert reply.tool_calls[0].arguments is None
    assert reply.tool_calls[0].raw == (arguments if isinstance(arguments, str) else json.dumps(arguments))


@pytest.mark.parametrize("number", [2**63, 2**64, -(2**70), 12345678901234567890123, 1e300, 0.5])
async def test_numbers_of_any_size_arrive_as_they_were_sent(lane, number):
    reply = await replied(lane, fragment(json.dumps({"rows": [{"n": number}]}), id="a", name="calculator"), END)
    assert reply.tool_calls[0].arguments == {"rows": [{"n": number}]}


async def test_deep_arguments_are_cut_where_nobody_can_store_them(lane):
    reply = await replied(lane, fragment('{"a":' * 500 + "1" + "}" * 500, id="a", name="calculator"), END)
    assert json.dumps(reply.tool_calls[0].arguments).count("{") == 100


async def test_json_written_into_json(lane):
    assert await calls(lane, fragment(json.dumps(SUM), id="a", name="calculator")) == [BOTH[0]]


async def test_calls_in_the_old_form(lane):
    parts = [
        delta(function_call={"name": "calculator", "arguments": SUM[:9]}),
        delta(function_call={"arguments": SUM[9:]}),
    ]
    assert await calls(lane, *parts) == [BOTH[0]]


async def test_calls_that_are_null_or_nothing(lane):
    assert await calls(
        lane, delta(tool_calls=None), delta(tool_calls=[None]), fragment(SUM, id="a", name="calculator")
    ) == [BOTH[0]]


async def test_any_cut_of_the_arguments_gives_the_same(lane):
    rng = random.Random(7)
    nested = {"a": 'quote " and \\ and { ] ü', "b": [{"c": "}"}], "expression": "2+3"}
    text = json.dumps(nested)
    for _ in range(5):
        cuts = sorted(rng.sample(range(len(text)), 6))
        pieces = [text[i:j] for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        parts = [fragment(pieces[0], id="a", name="calculator"), *(fragment(piece) for piece in pieces[1:])]
        second = [fragment(text, id="b", name="calculator")]
        assert await calls(lane, *parts, *second) == [BOTH[0]] * 2
