#!/bin/sh
# LiteLLM (Python): a stream that its provider never finished ends with finish_reason "stop", as a whole answer does.
#
# Software:  litellm 1.108.7
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a stream without finish_reason and [DONE] raises, or ends without a finish_reason.
# Behaviour: the connection's end is the end of the answer. A chunk with finish_reason "stop" is made up, behind half a
#            tool call as well, whose arguments are no JSON. Only a connection that breaks inside a chunk of HTTP raises.
# Why care:  behind LiteLLM, its proxy too, nobody can tell half an answer from a whole one. Parse the arguments of
#            tools before believing in them, and do not take "stop" for a promise.
# Output:
#| text, ended early: 'half an ans', finish_reason 'stop'
#| tool call, ended early: '{"city": "Par', finish_reason 'stop'
#| text, broken inside a chunk: MidStreamFallbackError
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1 LITELLM_LOCAL_MODEL_COST_MAP=True LITELLM_LOG=CRITICAL
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 litellm==1.108.7
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import litellm

litellm.suppress_debug_info = True


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    deltas, broken = [], False

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        for delta in self.deltas:
            choice = {"index": 0, "delta": delta, "finish_reason": None}
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
            data = f"data: {json.dumps(chunk)}\n\n".encode()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"ff\r\nda" if self.broken else b"0\r\n\r\n")
        self.close_connection = True

    def log_message(self, *args):
        pass


def ask(name, deltas, broken=False):
    Endpoint.deltas, Endpoint.broken = deltas, broken
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}
    text, finish = "", None
    try:
        for chunk in litellm.completion(
            model="openai/m", api_base=url, api_key="none", messages=[{"role": "user", "content": "?"}],
            tools=[tool], stream=True, num_retries=0, max_retries=0,
        ):
            choice = chunk.choices[0]
            text += choice.delta.content or ""
            text += "".join(call.function.arguments or "" for call in choice.delta.tool_calls or ())
            finish = choice.finish_reason or finish
        print(f"{name}: {text!r}, finish_reason {finish!r}")
    except Exception as error:
        print(f"{name}: {type(error).__name__}")


server = HTTPServer(("127.0.0.1", 0), Endpoint)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/v1"
half = [{"role": "assistant", "content": "half "}, {"content": "an ans"}]
call = {"index": 0, "id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Par'}}
ask("text, ended early", half)
ask("tool call, ended early", [{"role": "assistant", "content": None, "tool_calls": [call]}])
ask("text, broken inside a chunk", half, broken=True)
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
