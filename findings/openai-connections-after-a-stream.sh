#!/bin/sh
# openai (Python): a streamed call costs the synchronous client its connection.
#
# Software:  openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a stream that was read to its end gives its connection back to the pool, as any other response does.
# Behaviour: the synchronous client opens a new connection for every streamed call. The asynchronous one reuses it
#            only when the body ends right behind `[DONE]`: a gateway that sends the last chunk 0.3 s later costs a
#            connection per call.
# Why care:  a TCP and TLS handshake before each first token, which measurements of calls that are not streamed do
#            not show.
# Output:
#| OpenAI, not streamed: 3 calls, 1 connections
#| OpenAI, streamed: 3 calls, 3 connections
#| AsyncOpenAI, streamed: 3 calls, 1 connections
#| AsyncOpenAI, streamed, the body ends 0.3 s after [DONE]: 3 calls, 3 connections
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 openai==3.57.0
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import asyncio
import json

from openai import AsyncOpenAI, OpenAI

choice = {"index": 0, "delta": {"content": "hi"}, "finish_reason": None}
chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
BODY = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
message = {"role": "assistant", "content": "hi"}
whole_choice = {"index": 0, "message": message, "finish_reason": "stop"}
completion = {**chunk, "object": "chat.completion", "choices": [whole_choice]}
WHOLE = json.dumps(completion).encode()
JSON_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
STREAM_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
connections, delay = 0, 0.0


async def serve(reader, writer):
    global connections
    connections += 1
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            asked = json.loads(await reader.readexactly(length))
            if not asked.get("stream"):
                writer.write(JSON_HEAD % len(WHOLE) + WHOLE)
                continue
            writer.write(STREAM_HEAD + b"%x\r\n%b\r\n" % (len(BODY), BODY))
            await writer.drain()
            await asyncio.sleep(delay)
            writer.write(b"0\r\n\r\n")
            await writer.drain()
    except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def sync_calls(url, stream):
    client = OpenAI(base_url=url, api_key="none", max_retries=0)
    for _ in range(3):
        answer = client.chat.completions.create(stream=stream, **QUESTION)
        if stream:
            list(answer)


async def async_calls(url, stream):
    client = AsyncOpenAI(base_url=url, api_key="none", max_retries=0)
    for _ in range(3):
        answer = await client.chat.completions.create(stream=stream, **QUESTION)
        if stream:
            [each async for each in answer]


async def main():
    global connections, delay
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    for name, stream, wait, calls in (
        ("OpenAI, not streamed", False, 0, sync_calls),
        ("OpenAI, streamed", True, 0, sync_calls),
        ("AsyncOpenAI, streamed", True, 0, async_calls),
        ("AsyncOpenAI, streamed, the body ends 0.3 s after [DONE]", True, 0.3, async_calls),
    ):
        connections, delay = 0, wait
        await (asyncio.to_thread(calls, url, stream) if calls is sync_calls else calls(url, stream))
        print(f"{name}: 3 calls, {connections} connections")


asyncio.run(main())
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
