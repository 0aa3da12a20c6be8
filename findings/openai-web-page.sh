#!/bin/sh
# openai (Python): a web page with status 200 is an answer, a str where a completion should be; streamed, no answer.
#
# Software:  openai 3.57.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a base URL that leads to a web page (without its /v1, a sign-in page of a proxy) ends in an OpenAIError.
# Behaviour: create() returns the page as a str; the first attribute read from it fails far away, with AttributeError.
#            A stream of it has no chunks and ends normally.
# Why care:  the loop over a stream is no proof that anything was asked: no text may mean no endpoint. Look at the
#            content type, or count the chunks.
# Output:
#| completion: str, '<html><body>Sign in'
#| completion.choices: AttributeError, an OpenAIError: False
#| streamed completion: 0 chunks
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 openai==3.57.0
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from openai import OpenAI, OpenAIError


class Page(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"<html><body>Sign in</body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *args):
        pass


server = HTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = OpenAI(base_url=f"http://127.0.0.1:{server.server_port}", api_key="none", max_retries=0)
asked = {"model": "m", "messages": [{"role": "user", "content": "?"}]}
completion = client.chat.completions.create(**asked)
print(f"completion: {type(completion).__name__}, {str(completion)[:19]!r}")
try:
    print(completion.choices)
except Exception as error:
    print(f"completion.choices: {type(error).__name__}, an OpenAIError: {isinstance(error, OpenAIError)}")
print(f"streamed completion: {len(list(client.chat.completions.create(**asked, stream=True)))} chunks")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
