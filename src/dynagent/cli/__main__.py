"""`python -m dynagent.cli` is `dynagent`."""

from dynagent.cli import app

app(prog_name="dynagent")
