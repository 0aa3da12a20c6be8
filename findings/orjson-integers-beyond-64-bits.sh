#!/bin/sh
# orjson: an integer beyond 64 bits is read as a float without a word, and refused when it is written.
#
# Software:  orjson 3.13.0
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  loads and dumps agree: an integer that dumps refuses is refused by loads, or both keep it as json does.
# Behaviour: loads returns a float with other digits; dumps raises TypeError for the integer itself. What was read can
#            be written again, so a round trip changes a number and nothing fails.
# Why care:  ids and amounts that models and other programs write with twenty digits come out as 1e+19. Where numbers
#            come from others, look for floats of 2**63 and more, and read those texts with json.
# Output:
#| read by json:   int 184467440737095516161
#| read by orjson: float 1.844674407370955e+20
#| written again:  [1.844674407370955e+20]
#| the integer written by orjson: TypeError, Integer exceeds 64-bit range
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 orjson==3.13.0
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import json

import orjson

text = "[184467440737095516161]"
(exact,), (rounded,) = json.loads(text), orjson.loads(text)
print(f"read by json:   {type(exact).__name__} {exact}")
print(f"read by orjson: {type(rounded).__name__} {rounded}")
print(f"written again:  {orjson.dumps([rounded]).decode()}")
try:
    orjson.dumps([exact])
except orjson.JSONEncodeError as error:
    print(f"the integer written by orjson: {type(error).__name__}, {error}")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
