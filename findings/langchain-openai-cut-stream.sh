#!/bin/sh
# langchain-openai: a stream that is cut is a complete answer.
#
# Software:  langchain-openai 1.7.4, openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a streamed reply that ends without a finish_reason and without [DONE] raises, or is marked as
#            incomplete.
# Behaviour: invoke returns the half as a message; nothing but the absence of finish_reason in its metadata tells it
#            from a whole one.
# Why care:  half an instruction is acted upon, and no retry or fallback sees an error. Treat a reply without
#            finish_reason as a broken connection.
# Output:
#| whole: 'The transfer was refused.' finish_reason: stop
#| cut: 'The transfer was ' finish_reason: None
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 langchain-openai==1.7.4 openai==3.57.0
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from langchain_openai import ChatOpenAI


class Endpoint(BaseHTTPRequestHandler):
    body = ""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(Endpoint.body.encode())

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"


def event(delta, finish_reason=None):
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"


model = ChatOpenAI(model="m", base_url=url, api_key="none", max_retries=0, streaming=True)
half = event({"role": "assistant", "content": ""}) + event({"content": "The transfer was "})
for name, Endpoint.body in {
    "whole": half + event({"content": "refused."}) + event({}, "stop") + "data: [DONE]\n\n",
    "cut": half,
}.items():
    reply = model.invoke("Was it made?")
    print(f"{name}: {reply.content!r} finish_reason: {reply.response_metadata.get('finish_reason')}")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
