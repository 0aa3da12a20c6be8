"""The command line. Each command imports what it needs when it is called, so that `--help` answers in a moment."""

from pathlib import Path
from typing import Annotated

import typer

import dynagent

app = typer.Typer(
    name="dynagent",
    epilog="Settings come from the environment and from a .env file; .env.example lists them all.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
db = typer.Typer(
    help="Look after the database: its schema, its backups, and what has grown old in it.",
    short_help="Look after the database.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(db, name="db")
keys = typer.Typer(
    help="Look after the secret key that stored keys and other secrets are encrypted with.",
    short_help="Look after the secret key.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(keys, name="keys")

tools = typer.Typer(help="Look after registered tools.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(tools, name="tools")

models = typer.Typer(help="Look at language models.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(models, name="models")

users = typer.Typer(help="Look after people's accounts.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(users, name="users")

files = typer.Typer(help="Look after files that users upload.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(files, name="files")

Newer = Annotated[str, typer.Argument(help="A revision, or head for the newest.")]
Older = Annotated[str, typer.Argument(help="A revision, -1 for one step, base for nothing left.")]
Days = Annotated[int | None, typer.Option(min=1, help="Keep this many days; without it, what is configured.")]
Url = Annotated[str | None, typer.Option(help="A running server's address; without it one is started.")]
Host = Annotated[str | None, typer.Option(help="Address to listen on (HOST, 127.0.0.1).")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for any (PORT, 8000).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of lines for people.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dynagent {dynagent.__version__}")
        raise typer.Exit


@app.callback()
def main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Run AI agents that are made at run time, on your own machine, with a trace of every step."""


@app.command(short_help="Start the server.")
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


@app.command(short_help="Run executions, beside any number of servers.")
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


@app.command(short_help="Watch an agent answer a question with two tools.")
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


@app.command(short_help="Check the installation and say what to do.")
def doctor(json: AsJson = False) -> None:
    """Check the installation part by part and say what to do about what is wrong.

    Looks at the settings, the data directory, the secret key, the disk, the database with its schema, who works on it
    and what waits, the clocks, Redis, the broker, the model, the sandbox for tools and the port. Changes
    nothing. Ends with exit code 1 when a part fails that the server cannot do without.
    """
    from dynagent.cli.doctor import run_doctor

    raise typer.Exit(run_doctor(as_json=json))


@app.command(short_help="Print the version.")
def version() -> None:
    """Print the version."""
    typer.echo(f"dynagent {dynagent.__version__}")


@db.command(short_help="Move the schema up.")
def upgrade(revision: Newer = "head") -> None:
    """Move the schema up, all steps or none. `dynagent serve` does this by itself."""
    from dynagent.cli.database import run_upgrade

    raise typer.Exit(run_upgrade(revision))


@db.command(short_help="Move the schema down.")
def downgrade(revision: Older) -> None:
    """Move the schema down, all steps or none. What the later tables hold is lost."""
    from dynagent.cli.database import run_downgrade

    raise typer.Exit(run_downgrade(revision))


@db.command(short_help="Print the schema's revision, here and needed.")
def current() -> None:
    """Print the schema's revision in the database, and the one that this program needs."""
    from dynagent.cli.database import run_current

    raise typer.Exit(run_current())


@db.command(short_help="Remove what is older than the retention time.")
def prune(
    days: Days = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be removed.")] = False,
) -> None:
    """Remove events and checkpoints that are older than the retention time, and print how much that was."""
    from dynagent.cli.database import run_prune

    raise typer.Exit(run_prune(days, dry_run=dry_run))


@db.command(short_help="Empty the database, for development.")
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Yes, everything: agents, tools, runs, people.")] = False,
) -> None:
    """Empty the database: all tables are dropped and made anew. For development; refused while anything runs on it."""
    from dynagent.cli.database import run_reset

    raise typer.Exit(run_reset(sure=yes))


@app.command("tool-sandbox", short_help="Run the sandbox of tools as a process of its own.")
def tool_sandbox(socket: Annotated[Path, typer.Argument(help="The unix socket to serve at.")]) -> None:
    """Run the sandbox of registered tools as a process of its own, for servers with TOOL_SANDBOX_SOCKET set to it.

    It needs no network, no rights and no secrets: give it a container with none of these.
    """
    from dynagent.cli.sandbox import run_sandbox

    raise typer.Exit(run_sandbox(str(socket)))


@db.command(short_help="Write the database to a file.")
def backup(file: Annotated[Path, typer.Argument(help="A new file, for example dynagent.tar.gz.")]) -> None:
    """Write the whole database to a file, as it is at this moment; work may go on meanwhile."""
    from dynagent.cli.database import run_backup

    raise typer.Exit(run_backup(file))


@db.command(short_help="Fill an empty database from a backup.")
def restore(file: Annotated[Path, typer.Argument(help="What `dynagent db backup` wrote.")]) -> None:
    """Fill an empty database from a backup, all or nothing.

    One without tables may be given a backup of an earlier release: it is brought up to this one's schema afterwards.
    """
    from dynagent.cli.database import run_restore

    raise typer.Exit(run_restore(file))


@keys.command(short_help="Encrypt all stored secrets with a new secret key.")
def rotate() -> None:
    """Encrypt all stored secrets with a new secret key: keys of providers, secret settings of agents.

    Where SECRET_KEY is set: give it a new value, put the old one into SECRET_KEYS_OLD, then run this. Otherwise a new
    key is made in DATA_DIR, and running servers are to be restarted afterwards.
    """
    from dynagent.cli.keys import run_rotate

    raise typer.Exit(run_rotate())


@tools.command("import", short_help="Register the tools of a Python file.")
def import_tools(
    file: Annotated[Path, typer.Argument(help="A Python file with LangChain tools.")],
    *,
    url: Annotated[str, typer.Option(help="A running server's address.")] = "http://127.0.0.1:8000",
    key: Annotated[str | None, typer.Option(envvar="DYNAGENT_ACCESS_KEY", help="An access key (dyn_…).")] = None,
    dry_run: Annotated[bool, typer.Option(help="Only say what would become of each tool.")] = False,
    replace: Annotated[bool, typer.Option(help="Make new versions of tools that are there.")] = False,
) -> None:
    """Register the tools of a Python file (an agent's tools.py) with a running server, all of them or none.

    Functions under @tool, classes from BaseTool and StructuredTool.from_function are found; nothing is executed. Where
    people sign in, an access key with the scope tools:write says who you are.
    """
    from dynagent.cli.tools import run_import

    raise typer.Exit(run_import(file, url=url, key=key, dry_run=dry_run, replace=replace))


@models.command("try", short_help="Find out what a model can do.")
def try_model(
    name: Annotated[str | None, typer.Argument(help="Name or id of a stored model, or a name at the endpoint.")] = None,
    *,
    user: Annotated[str | None, typer.Option("--user", help="Whose models: a name or e-mail address.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask a model some questions that show what it can do: a stored one, or one at OPENAI_BASE_URL.

    Streaming, tools, parallel tools, structured output, long input, reported usage and reasoning are tried, and what
    the endpoint refuses is told. It costs a few short calls and one of about ten thousand tokens.
    """
    from dynagent.cli.models import run_try

    raise typer.Exit(run_try(name, as_json=as_json, login=user))


@files.callback()
def look_after_files() -> None:
    """Look after files that users upload."""


@users.command("password-link")
def password_link(login: Annotated[str, typer.Argument(help="The user's name or e-mail address.")]) -> None:
    """Print a link, good once, with which somebody sets a new password: the way back in for an administrator too.

    Needs the server's own settings (DATABASE_URL or DATA_DIR, SECRET_KEY). The old password works until it is used.
    """
    from dynagent.cli.users import run_password_link

    raise typer.Exit(run_password_link(login))


@files.command(short_help="Remove objects that nobody knows.")
def sweep(*, dry_run: Annotated[bool, typer.Option(help="Only say what would go.")] = False) -> None:
    """Remove what interrupted uploads and deletions left in the object store, as servers do every hour.

    Objects of the last hour stay: their rows may be on the way. Needs the server's own settings.
    """
    from dynagent.cli.files import run_sweep

    raise typer.Exit(run_sweep(dry_run=dry_run))
