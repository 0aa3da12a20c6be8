"""The command line as a person meets it: help, version, refusals on one line, starting fast."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import dynagent
from dynagent.cli import app
from tests.cli.processes import dynagent_says

HEAVY = ("sqlalchemy", "fastapi", "uvicorn", "langgraph", "langchain_core", "asyncpg", "pydantic", "redis", "alembic")


@pytest.mark.parametrize("command", [[], ["serve"], ["demo"], ["doctor"], ["version"], ["db"], ["db", "upgrade"]])
def test_every_command_explains_itself(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])

    assert result.exit_code == 0
    assert "Usage:" in result.output


@pytest.mark.parametrize("asked", ["version", "--version"])
def test_version(asked: str) -> None:
    result = CliRunner().invoke(app, [asked])

    assert result.output == f"dynagent {dynagent.__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    code = "import sys, dynagent.cli; print(*sorted({name.partition('.')[0] for name in sys.modules}))"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(HEAVY) & set(run.stdout.split()) == set()


def test_a_foreign_address_is_one_line_on_standard_error() -> None:
    run = dynagent_says("serve", "--host", "0.0.0.0")

    assert run.returncode == 1
    assert run.stdout == ""
    assert run.stderr.startswith("dynagent: refusing to listen on 0.0.0.0 with AUTH_MODE=local")
    assert run.stderr.count("\n") == 1


def test_a_wrong_setting_is_one_line_without_its_value() -> None:
    run = dynagent_says("serve", PORT="s3cret")

    assert run.returncode == 1
    assert run.stderr.startswith("dynagent: a setting is wrong: PORT: ")
    assert "s3cret" not in run.stderr
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["WORKER_CONCURRENCY", "TOOL_SANDBOX_SECRETS"])
def test_a_wrong_setting_is_called_by_its_name_in_the_environment(name: str) -> None:
    run = dynagent_says("serve", PORT="0", **{name: "s3cret"})

    assert run.returncode == 1
    assert run.stderr.startswith(f"dynagent: a setting is wrong: {name}: ")
    assert "s3cret" not in run.stderr
    assert run.stderr.count("\n") == 1
