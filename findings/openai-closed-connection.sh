#!/bin/sh
# openai (Python): a kept connection that the server closes as it is used again fails the call.
#
# Software:  openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  with max_retries=0 a call is made once, on a connection that works: one that was kept and turns out to be
#            closed, with nothing answered, is replaced.
# Behaviour: APIConnectionError ("Connection error."). Only max_retries hides it, with its pause and its other uses.
# Why care:  who retries by a policy of their own switches the client's off, and then every server that closes idle or
#            broken-off connections (llama-cpp-python after a stream that it could not begin) costs one try of it. Ask
#            again at once when the cause is RemoteProtocolError: nothing had been answered.
# Output:
#| max_retries=0: answer, APIConnectionError caused by RemoteProtocolError, answer
#| max_retries=1: answer, answer, answer
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

from openai import APIConnectionError, AsyncOpenAI

message = {"role": "assistant", "content": "hi"}
choice = {"index": 0, "message": message, "finish_reason": "stop"}
BODY = json.dumps({"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(BODY)


async def serve(reader, writer):
    """Answer the first request of a connection, and close as the second one comes."""
    for number in range(2):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            break
        if number == 0:
            writer.write(HEAD + BODY)
            await writer.drain()
    writer.close()


async def call(client):
    try:
        await client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
    except APIConnectionError as error:
        return f"{type(error).__name__} caused by {type(error.__cause__).__name__}"
    return "answer"


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    for tries in (0, 1):
        async with AsyncOpenAI(base_url=url, api_key="none", max_retries=tries) as client:
            print(f"max_retries={tries}: {', '.join([await call(client) for _ in range(3)])}")
    server.close()


asyncio.run(main())
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
