"""The command line. Each command imports what it needs when it is called, so that `--help` answers in a moment."""

from pathlib import Path
from typing import Annotated

import typer

import dynagent

app = typer.Typer(
    name="dynagent",
    help="Run AI agents that are made at run time, on your own machine, with a trace of every step.",
    epilog="Settings come from the environment and from a .env file; .env.example lists them all.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db = typer.Typer(
    help="Look after the database: its schema, and what has grown old in it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(db, name="db")
keys = typer.Typer(
    help="Look after the secret key that stored keys of providers are encrypted with.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(keys, name="keys")

Newer = Annotated[str, typer.Argument(help="A revision, or head for the newest.")]
Older = Annotated[str, typer.Argument(help="A revision, -1 for one step, base for nothing left.")]
Days = Annotated[int | None, typer.Option(min=1, help="Keep this many days; without it, what is configured.")]
Url = Annotated[str | None, typer.Option(help="A running server's address; without it one is started.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on (HOST, 127.0.0.1).")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for any (PORT, 8000).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines for people.")]


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    worker: Annotated[bool, typer.Option(help="Run executions in this process too.")] = True,
) -> None:
    """Start the server: the API, the user interface where it is built, and a worker, all in this one process.

    Without DATABASE_URL it brings its own PostgreSQL and keeps the data in DATA_DIR; the schema is brought up to date
    first. Without a model key the built-in model "demo" answers. Listens on http://127.0.0.1:8000 unless told
    otherwise; on other than loopback addresses only with AUTH_MODE=required. Ctrl-C stops everything.
    """
    from dynagent.cli.failures import leave
    from dynagent.cli.serve import run_server

    leave(run_server(host=host, port=port, takes_work=worker))


@app.command()
def worker(
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Executions at once (WORKER_CONCURRENCY, 1000).")
    ] = None,
) -> None:
    """Run executions and nothing else: no HTTP, any number of these beside any number of servers.

    All of them need the same DATABASE_URL, and the same REDIS_URL where there is a Redis; on one machine they may
    share an embedded PostgreSQL by DATA_DIR. SIGTERM or Ctrl-C: takes nothing new, lets runs finish for WORKER_DRAIN_S
    seconds and hands the rest to others.
    """
    from dynagent.cli.failures import leave
    from dynagent.cli.worker import run_worker

    leave(run_worker(concurrency=concurrency))


@app.command()
def demo(
    url: Url = None,
    query: Annotated[str | None, typer.Option(help="Another question than the demonstration's.")] = None,
) -> None:
    """Ask the Demo Agent something that needs two tools, and watch it work.

    Makes the agent when it is not there yet (calculator and chatbot), starts an execution, and prints each tool call
    and each result as they happen, then the answer. Everything it prints is read from the execution's event stream.
    """
    from dynagent.cli.demo import run_demo
    from dynagent.cli.failures import leave

    leave(run_demo(url=url, query=query))


@app.command()
def doctor(json: AsJson = False) -> None:
    """Check the installation part by part and say what to do about what is wrong.

    Looks at the data directory, the disk, the database and its schema, Redis, the model, the sandbox for tools and the
    port. Changes nothing. Ends with exit code 1 when a part fails that the server cannot do without.
    """
    from dynagent.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(as_json=json))


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"dynagent {dynagent.__version__}")


@db.command()
def upgrade(revision: Newer = "head") -> None:
    """Move the schema up, all steps or none. `dynagent serve` does this by itself."""
    from dynagent.cli.database import run_upgrade

    raise typer.Exit(run_upgrade(revision))


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="A revision, -1 for one step, base for nothing left.")],
) -> None:
    """Move the schema down, all steps or none. What the later tables hold is lost."""
    from dynagent.cli.database import run_downgrade

    raise typer.Exit(run_downgrade(revision))


@db.command()
def current() -> None:
    """Print the schema's revision in the database, and the one that this program needs."""
    from dynagent.cli.database import run_current

    raise typer.Exit(run_current())


@db.command()
def prune(
    days: Annotated[
        int | None, typer.Option(min=1, help="Keep this many days; without it, what is configured.")
    ] = None,
) -> None:
    """Remove events and checkpoints that are older than the retention time, and print how much that was."""
    from dynagent.cli.database import run_prune

    raise typer.Exit(run_prune(days))


@db.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Yes, everything: agents, tools, runs, people.")] = False,
) -> None:
    """Empty the database: all tables are dropped and made anew. For development; refused while anything runs on it."""
    from dynagent.cli.database import run_reset

    raise typer.Exit(run_reset(sure=yes))


@app.command("tool-sandbox")
def tool_sandbox(socket: Annotated[Path, typer.Argument(help="The unix socket to serve at.")]) -> None:
    """Run the sandbox of registered tools as a process of its own, for servers with TOOL_SANDBOX_SOCKET set to it.

    It needs no network, no rights and no secrets: give it a container with none of these.
    """
    from dynagent.cli.sandbox import run_sandbox

    raise typer.Exit(run_sandbox(str(socket)))


@db.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file, for example dynagent.tar.gz.")]) -> None:
    """Write the whole database to a file, as it is at this moment; work may go on meanwhile."""
    from dynagent.cli.database import run_backup

    raise typer.Exit(run_backup(file))


@db.command()
def restore(file: Annotated[Path, typer.Argument(help="What `dynagent db backup` wrote.")]) -> None:
    """Fill an empty database from a backup of the same schema version, all or nothing."""
    from dynagent.cli.database import run_restore

    raise typer.Exit(run_restore(file))


@keys.command()
def rotate() -> None:
    """Encrypt all stored keys of providers with a new secret key.

    Where SECRET_KEY is set: give it a new value, put the old one into SECRET_KEYS_OLD, then run this. Otherwise a new
    key is made in DATA_DIR, and running servers are to be restarted afterwards.
    """
    from dynagent.cli.keys import run_rotate

    raise typer.Exit(run_rotate())
