"""A scripted OpenAI-compatible model server for tests and benchmarks; markers in the last user message direct it.

`python -m benchmarks.scripted_model --port 0` prints its URL; in tests: `async with ScriptedModel() as model: …`.

| marker | effect |
|---|---|
| `[[tools=2]]` | two rounds of tool calls, chosen in turn among the request's own tools, then the answer |
| `[[parallel=3]]` | three calls in each round (one round unless `tools` says more) |
| `[[tool=name]]` `[[call=name]]` | only this tool; a tool of this name, offered or not |
| `[[tokens=60]]` `[[long=100000]]` `[[say=some text]]` | the answer: so many tokens, so many characters, this text |
| `[[latency=2]]` `[[token_delay=0.01]]` | seconds before the first byte of each reply, between tokens |
| `[[fail=429:2]]` `[[fail=500:1]]` | this status for the first tries of this message (`429:2:7`: Retry-After: 7) |
| `[[code=insufficient_quota]]` | the code of these errors, in OpenAI's words (`context_length_exceeded`, too) |
| `[[cut=1]]` `[[silence=1]]` | the first tries stop in mid-stream: connection closed, or open without a further byte |
| `[[short=1]]` | the first tries end in mid-stream as if all had been said: without a finish reason and `[DONE]` |
| `[[badjson]]` | tool arguments that are no JSON |
| `[[loop]]` | tool calls without end |
| `[[nul]]` `[[surrogate]]` | NUL or a lone surrogate in the answer |
| `[[crlf]]` | lines end in CR LF |
| `[[nousage]]` | no usage is reported, whatever was asked |
"""

from benchmarks.scripted_model.server import ScriptedModel

__all__ = ["ScriptedModel"]
