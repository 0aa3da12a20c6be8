#!/bin/sh
# openai (Python): a lone retry line, or a heartbeat after an id, ends a stream with JSONDecodeError.
#
# Software:  openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  lines of server-sent events that carry no data (`retry: 3000`, or a comment as a heartbeat, with its
#            empty line) are skipped, as the standard says; if not, the error is an OpenAIError.
# Behaviour: an event without data is parsed as JSON when a retry line stands alone, or when a comment and an empty
#            line follow an event that had an id. What is raised is json.JSONDecodeError, which `except
#            openai.OpenAIError` does not catch.
# Why care:  an OpenAI-compatible endpoint must send retry inside the first event and heartbeats without ids, or as a
#            comment without an empty line behind it.
# Output:
#| data alone: hi
#| retry line in the first event: hi
#| retry line, empty line, data: json.decoder.JSONDecodeError, an OpenAIError: False
#| comment, empty line, data: hi
#| event with id, comment, empty line, [DONE]: json.decoder.JSONDecodeError, an OpenAIError: False
#| event with id, comment, [DONE]: hi
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
from http.server import BaseHTTPRequestHandler, HTTPServer

from openai import OpenAI, OpenAIError


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
client = OpenAI(base_url=url, api_key="none", max_retries=0)
choice = {"index": 0, "delta": {"content": "hi"}, "finish_reason": None}
chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
event, done = f"data: {json.dumps(chunk)}\n\n", "data: [DONE]\n\n"
bodies = {
    "data alone": event + done,
    "retry line in the first event": "retry: 3000\n" + event + done,
    "retry line, empty line, data": "retry: 3000\n\n" + event + done,
    "comment, empty line, data": ": heartbeat\n\n" + event + done,
    "event with id, comment, empty line, [DONE]": "id: 1\n" + event + ": heartbeat\n\n" + done,
    "event with id, comment, [DONE]": "id: 1\n" + event + ": heartbeat\n" + done,
}
for name, Endpoint.body in bodies.items():
    try:
        stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}], stream=True)
        print(f"{name}:", "".join(each.choices[0].delta.content for each in stream))
    except Exception as error:
        kind = type(error)
        print(f"{name}: {kind.__module__}.{kind.__name__}, an OpenAIError: {isinstance(error, OpenAIError)}")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
