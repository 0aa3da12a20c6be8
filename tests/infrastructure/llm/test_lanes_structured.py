"""An output schema through both lanes: sent as each API wants it, answered alike, refused recognisably."""

import json
from typing import Any

import pytest
from benchmarks.scripted_model import ScriptedModel

from dynagent.core.language_models import ModelRefused
from dynagent.infrastructure.llm.completions.refusals import refused_part
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.lanes import LANES, Told, ask, responses
from tests.infrastructure.llm.test_lanes import DONE, delta, event, question

pytestmark = pytest.mark.asyncio(loop_scope="module")  # langchain-openai shares its connections between clients


@pytest.fixture(scope="module")
def scripted():
    with ScriptedModel() as server:
        yield server


OPEN_SCHEMA = {"type": "object", "properties": {"category": {"type": "string"}}}
CLOSED_SCHEMA = OPEN_SCHEMA | {"required": ["category"], "additionalProperties": False}


@pytest.mark.parametrize(("schema", "strict"), [(OPEN_SCHEMA, None), (CLOSED_SCHEMA, True)])
async def test_both_lanes_send_a_schema_and_read_the_same_answer(schema: dict[str, Any], strict: bool | None):
    answer = b"".join(
        (event(delta(content='{"category": ')), event(delta(content='"math"}')), event(delta("stop")), DONE)
    )
    sent: list[Any] = []
    told: list[Told] = []
    for lane in LANES.values():
        async with ByteServer(chunked(answer)) as server, lane(server.url) as model:
            told.append(await ask(model, question("which?", output_schema=schema)))
            sent.append(json.loads(server.requests[-1]))
    assert told[0] == told[1] and told[0].streamed == '{"category": "math"}'
    for body in sent:
        assert body["stream"] is True and len(body["tools"]) == 2
        assert body["response_format"]["type"] == "json_schema"
        written = body["response_format"]["json_schema"]
        assert (written["name"], written["schema"], written.get("strict")) == ("answer", schema, strict)


async def test_the_responses_lane_sends_a_schema_in_its_own_form(scripted):
    async with responses(scripted.url) as model:
        told = await ask(model, question('[[say={"category": "math"}]]', output_schema=CLOSED_SCHEMA))
    assert told.streamed == '{"category": "math"}'


async def test_both_lanes_tell_that_an_endpoint_takes_no_schema():
    body = json.dumps({"error": {"message": "unknown type", "param": "response_format", "code": "x"}}).encode()
    for lane in LANES.values():
        async with (
            ByteServer(whole(400, body)) as server,
            lane(server.url) as model,
        ):
            asked = question("which?", output_schema=OPEN_SCHEMA)
            with pytest.raises(ModelRefused) as refusal:
                await model.reply(asked, lambda _: None)
            assert refused_part(refusal.value, asked) == "output_schema"
