#!/bin/sh
# openai (Python): Retry-After is slept inside the call, beyond its timeout; above two minutes nothing is retried.
#
# Software:  openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  timeout=0.5 bounds how long create() takes; max_retries=5 means five more tries.
# Behaviour: the timeout counts for each request alone: a refusal with Retry-After: 1 is waited out inside the call (the
#            source says: up to 120 seconds each time). With 121 the same refusal is raised at once, whatever
#            max_retries says, and x-should-retry: true does not change that.
# Why care:  a worker may hang for minutes in a call that was given half a second, and fail at once a second later. Set
#            max_retries=0 and wait yourself.
# Output:
#| Retry-After: 1, timeout=0.5: answered after 2 requests, took longer than its timeout: True
#| Retry-After: 121, max_retries=5: RateLimitError after 1 requests
#| Retry-After: 121, x-should-retry: true: RateLimitError after 1 requests
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 openai==3.57.0
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from openai import OpenAI


class Busy(BaseHTTPRequestHandler):
    headers_sent, requests = {}, 0

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Busy.requests += 1
        choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
        answer = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
        body = json.dumps({"error": {"message": "busy"}} if Busy.requests == 1 else answer).encode()
        self.send_response(429 if Busy.requests == 1 else 200)
        for name, value in (Busy.headers_sent if Busy.requests == 1 else {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def ask(name, headers, **options):
    Busy.headers_sent, Busy.requests = headers, 0
    client = OpenAI(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key="none", **options)
    began = time.monotonic()
    try:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}])
        late = time.monotonic() - began > options["timeout"]
        print(f"{name}: answered after {Busy.requests} requests, took longer than its timeout: {late}")
    except Exception as error:
        print(f"{name}: {type(error).__name__} after {Busy.requests} requests")


server = HTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()
ask("Retry-After: 1, timeout=0.5", {"Retry-After": "1"}, timeout=0.5)
ask("Retry-After: 121, max_retries=5", {"Retry-After": "121"}, max_retries=5)
ask("Retry-After: 121, x-should-retry: true", {"Retry-After": "121", "x-should-retry": "true"}, max_retries=5)
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
