"""Hostile bytes from a child: frames are read whole, typed, or refused; nothing else happens."""

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from dynagent.infrastructure.sandbox.inside.frames import encode
from dynagent.infrastructure.sandbox.protocol import FrameReader, ProtocolError, read_answer, read_object

LIMIT = 10_000
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@effort(deadline=None)
@given(st.lists(st.binary(max_size=300), max_size=8))
def test_any_bytes_are_frames_or_a_protocol_error(chunks: list[bytes]) -> None:
    reader = FrameReader(LIMIT)
    try:
        for chunk in chunks:
            for message, raw in reader.feed(chunk):
                assert isinstance(message, dict)
                assert isinstance(raw, bytes)
    except ProtocolError:
        pass
    assert len(reader._buffer) <= LIMIT + 8 + 300


@effort(deadline=None)
@given(
    st.lists(st.tuples(st.dictionaries(st.text(max_size=5), JSON, max_size=4), st.binary(max_size=50)), max_size=4),
    st.data(),
)
def test_frames_survive_any_cutting(frames: list[tuple[dict[str, Any], bytes]], data: st.DataObject) -> None:
    stream = b"".join(encode(message, raw) for message, raw in frames)
    reader, found, at = FrameReader(1 << 20), list[tuple[dict[str, Any], bytes]](), 0
    while at < len(stream):
        step = data.draw(st.integers(1, 64))
        found += reader.feed(stream[at : at + step])
        at += step
    expected = [(json.loads(encode(message)[8:]), raw) for message, raw in frames]
    assert found == expected


@effort(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["kind", "value", "message", "name", "frames", "logs", "cpu_ms", "peak_kb", "left"]), JSON
    )
)
def test_any_object_is_an_answer_or_a_protocol_error(message: dict[str, Any]) -> None:
    try:
        answer = read_answer(message, logs_limit=100)
    except ProtocolError:
        return
    assert isinstance(answer.message, str)
    assert len(answer.logs) <= 140
    assert answer.cpu_ms >= 0
    assert all(isinstance(line, int) and isinstance(name, str) for line, name in answer.frames)
    assert "\x00" not in json.dumps(answer.value, ensure_ascii=False)


@pytest.mark.parametrize(
    "kind", ["timeout", "cpu_limit", "policy_violation", "crashed", "sandbox_busy", "", None, 3, []]
)
def test_a_child_cannot_choose_the_parents_verdicts(kind: Any) -> None:
    with pytest.raises(ProtocolError):
        read_answer({"kind": kind}, logs_limit=100)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b'"x"',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b"{",
        b"\xff",
        b"[" * 5000,
        b'{"a":' * 900,
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object_of_json(text: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_object(text)


def test_a_result_nested_too_deeply() -> None:
    value: Any = 1
    for _ in range(300):
        value = [value]
    with pytest.raises(ProtocolError, match="deeply"):
        read_answer({"kind": "result", "value": value}, logs_limit=100)


def test_a_length_over_the_limit_is_refused_by_its_header_alone() -> None:
    reader = FrameReader(LIMIT)
    with pytest.raises(ProtocolError) as caught:
        reader.feed(struct.pack("!II", LIMIT, LIMIT))
    assert caught.value.kind == "output_too_large"


def test_texts_are_made_storable() -> None:
    answer = read_answer(
        read_object(b'{"kind":"result","value":["a\\u0000b","\\ud800"],"logs":"\\u0000"}'), logs_limit=9
    )
    assert answer.value == ["a\ufffdb", "\ufffd"]
    assert answer.logs == "\ufffd"
