"""How much work a reply is, counted instead of timed: nothing is looked at twice, however it is cut."""

import json
import random

import orjson
import pytest

from dynagent.core.language_models import ModelRefused
from dynagent.infrastructure.llm.completions import calls, response
from dynagent.infrastructure.llm.completions.response import ResponseReader
from dynagent.infrastructure.llm.completions.sse import SseReader
from tests.infrastructure.llm.contract.sessions import ASK, delta, fragment, stream

MB = 1024 * 1024


class Counted:
    """Stands in for orjson and counts what it is given."""

    JSONDecodeError = orjson.JSONDecodeError

    def __init__(self) -> None:
        self.calls = 0
        self.bytes = 0

    def loads(self, data: bytes) -> object:
        """Parse, counting."""
        self.calls, self.bytes = self.calls + 1, self.bytes + len(data)
        return orjson.loads(data)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    counted = Counted()
    monkeypatch.setattr(response, "orjson", counted)
    return counted


def read(*pieces: bytes) -> ResponseReader:
    reader = ResponseReader(ASK, lambda _: None)
    reader.on_head(200, {"content-type": "text/event-stream"})
    for piece in pieces:
        reader.on_body(piece)
    return reader


@pytest.mark.parametrize(("size", "count"), [(2 * MB, 8), (60_000, 2), (200_000, 10_000)])
def test_each_event_of_a_long_argument_is_parsed_once(counted: Counted, size: int, count: int) -> None:
    text = json.dumps({"text": "{x} " * (size // 4)})
    step = -(-len(text) // count)
    parts = [fragment(text[at : at + step]) for at in range(0, len(text), step)]
    body = stream(fragment("", id="a", name="calculator"), *parts, delta("tool_calls"))
    reply = read(body).reply("m")
    assert reply.tool_calls[0].arguments == json.loads(text)
    assert counted.calls == len(parts) + 2 and counted.bytes <= len(body)


@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_any_cut_costs_the_same_parsing(counted: Counted, size: int) -> None:
    body = stream(*[delta(content="word ")] * 300, delta("stop"))
    assert read(*(body[at : at + size] for at in range(0, len(body), size))).reply("m").content == "word " * 300
    assert counted.calls == 301 and counted.bytes <= len(body)


def test_fragments_are_looked_through_once_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned = 0
    scan = calls.GatheredCall._scan

    def counting(call: calls.GatheredCall, text: str) -> None:
        nonlocal scanned
        scanned += len(text)
        scan(call, text)

    monkeypatch.setattr(calls.GatheredCall, "_scan", counting)
    text = json.dumps({"text": "}" * 4_000})
    parts = [fragment(piece, id=f"x{number}", name="calculator") for number, piece in enumerate(text)]
    read(stream(*parts, delta("tool_calls")))
    assert scanned <= len(text)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_events_are_the_same_however_a_stream_is_cut(end: bytes) -> None:
    text = end.join(
        [b"data: {1}", b"", b"event: error", b"data: {2}", b"data: 3", b"", b": beat", b"", b"data: [DONE]", b""]
    )
    whole = [b"{1}", b"{2}\n3", b"[DONE]"]
    rng = random.Random(7)
    for _ in range(200):
        cuts = sorted(rng.sample(range(1, len(text)), rng.randint(0, 9)))
        reader = SseReader()
        events = [
            event for i, j in zip([0, *cuts], [*cuts, len(text)], strict=True) for event in reader.feed(text[i:j])
        ]
        assert [*events, *reader.finish()] == whole, cuts


def test_a_huge_delta_is_refused_near_its_bound(counted: Counted) -> None:
    reader, taken = read(b'data: {"choices":[{"index":0,"delta":{"content":"'), 0
    with pytest.raises(ModelRefused, match="MODEL_EVENT_MAX_BYTES"):
        for _ in range(1600):
            reader.on_body(b"x" * 65_536)
            taken += 65_536
    assert taken <= MB and counted.calls == 0
