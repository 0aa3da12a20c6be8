"""Options that several commands have."""

from typing import Annotated

import typer

ServerUrl = Annotated[str, typer.Option(help="A running server's address.")]
AccessKey = Annotated[str | None, typer.Option(envvar="DYNAGENT_ACCESS_KEY", help="An access key (dyn_…).")]
