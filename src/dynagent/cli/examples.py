"""The commands about examples."""

from typing import Annotated

import typer

from dynagent.cli.options import AccessKey, ServerUrl

examples = typer.Typer(
    help="Look at the examples, and import them.",
    short_help="Look at the examples, and import them.",
    rich_markup_mode=None,
)


@examples.callback(invoke_without_command=True)
def list_examples(context: typer.Context, url: ServerUrl = "http://127.0.0.1:8000", key: AccessKey = None) -> None:
    """Print the examples that a running server has; `dynagent examples import NAME` makes one yours."""
    from dynagent.cli.examples_imported import run_list

    if context.invoked_subcommand is None:
        raise typer.Exit(run_list(url=url, key=key))


@examples.command("import", short_help="Make an example yours.")
def import_example(
    name: Annotated[str, typer.Argument(help="The example's id, for example reviewer_loop.")],
    *,
    url: ServerUrl = "http://127.0.0.1:8000",
    key: AccessKey = None,
    model: Annotated[str | None, typer.Option(help="The model of its agents; without it the default one.")] = None,
) -> None:
    """Make the agents, tools, handoffs and the workflow of an example yours, and print how it is tried.

    All of them run without a model key too. Where people sign in, an access key with the scopes agents:write,
    tools:write and workflows:write says who you are.
    """
    from dynagent.cli.examples_imported import run_import

    raise typer.Exit(run_import(name, url=url, key=key, model=model))
