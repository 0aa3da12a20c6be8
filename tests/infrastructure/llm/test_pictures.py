"""Pictures beside a question, in both lanes: shown to models that see, named to those that do not."""

import json

import pytest

from dynagent.core.language_models import ChatMessage, ModelRequest
from dynagent.core.shared.pictures import Picture
from dynagent.infrastructure.llm.circuit import Circuit
from dynagent.infrastructure.llm.completions.responses_request import responses_body
from dynagent.infrastructure.llm.retries import Persistence, PersistentModel
from tests.infrastructure.llm.byte_server import ByteServer, chunked, whole
from tests.infrastructure.llm.contract.sessions import delta, stream
from tests.infrastructure.llm.lanes import LANES

FINE = chunked(stream(delta("stop", content="fine")))
CAT = Picture(name="cat.png", media_type="image/png", data="QUJD")
ASKED = ModelRequest(messages=(ChatMessage(role="user", content="What is it?", pictures=(CAT,)),))
SHOWN = [
    {"type": "text", "text": "What is it?"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}},
]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("lane", LANES)
async def test_a_picture_is_shown_beside_the_question(lane: str) -> None:
    async with ByteServer(FINE) as server, LANES[lane](server.url) as model:
        assert (await model.reply(ASKED, lambda _: None)).content == "fine"
        [sent] = [json.loads(body) for body in server.requests]

    assert sent["messages"] == [{"role": "user", "content": SHOWN}]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "This model does not support image inputs"),
        (404, "No endpoints found that support image input"),
        (400, "Invalid content type. image_url is only supported by certain models."),
        (500, "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj"),
        (400, "scripted is not a multimodal model"),
    ],
)
async def test_a_model_that_sees_nothing_is_told_what_it_is_not_shown(lane: str, status: int, words: str) -> None:
    refusal = whole(status, json.dumps({"error": {"message": words}}).encode())
    async with ByteServer(refusal, FINE) as server, LANES[lane](server.url) as inner:
        shared = Persistence(Circuit())
        model = PersistentModel(inner, shared)
        for _ in range(2):
            assert (await model.reply(ASKED, lambda _: None)).content == "fine"
        first, *later = [json.loads(body) for body in server.requests]

    assert first["messages"][0]["content"] == SHOWN
    assert shared.left_out == {"pictures"}
    assert len(later) == 2, "asked with pictures once"
    for sent in later:
        assert sent["messages"][0]["content"].startswith("What is it?")
        assert "cat.png" in sent["messages"][0]["content"]


def test_the_responses_api_is_shown_pictures_in_its_own_words() -> None:
    [item] = responses_body("scripted", ASKED)["input"]

    assert item["content"] == [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": "data:image/png;base64,QUJD"},
    ]
