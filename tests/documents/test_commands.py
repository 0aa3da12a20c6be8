"""Every command block of README and user guide is run, in order, by one shell against one fresh server."""

import json
import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.source import ROOT
from tests.cli.processes import environment, serving
from tests.documents.blocks import Block, blocks_of

DOCUMENTS = (ROOT / "README.md", ROOT / "docs" / "user-guide.md")
PATIENCE_S = 180
# curl is to fail where the server refuses, and make does what its targets do, with this Python.
AROUND = """
set -euo pipefail
curl() {{ command curl --fail-with-body "$@"; }}
make() {{ [ "$1" = demo ] && DATA_DIR="$DEMO_DIR" {python} -m dynagent.cli demo; }}
"""


def script_of(blocks: list[Block], url: str) -> str:
    """Return a script that runs the blocks and says before each where it stands."""
    lines = [AROUND.format(python=shlex.quote(sys.executable))]
    for block in blocks:
        commands = block.commands.replace("http://127.0.0.1:8000", url)
        commands = commands.replace(".venv/bin/dynagent", f"{shlex.quote(sys.executable)} -m dynagent.cli")
        lines += [f"echo '== {block.document}:{block.line}'", commands]
    return "\n".join(lines)


def test_the_commands_of_the_documents_work(tmp_path: Path) -> None:
    blocks = [block for document in DOCUMENTS for block in blocks_of(document) if block.reason is None]
    assert len(blocks) >= 10, "the blocks are found"
    (tmp_path / "server").mkdir()
    (tmp_path / "demo").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    with serving(tmp_path / "server") as server:
        data = tmp_path / "server" / "data"
        run = subprocess.run(
            ["bash", "-c", script_of(blocks, server.url)],
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            cwd=tmp_path,
            env=environment(DATA_DIR=str(data), DEMO_DIR=str(tmp_path / "demo"), PORT=server.url.rpartition(":")[2]),
        )
    place = run.stdout.rpartition("\n== ")[2]
    assert run.returncode == 0, f"{place[-3000:]}\n{run.stderr[-2000:]}"
    assert '"result":3' in run.stdout.replace(" ", ""), "the tool of the guide has counted"
    assert "▶ calculator" in run.stdout and "437" in run.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_not_run_has_a_reason_and_names_targets_that_are_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for block in blocks_of(document):
        assert block.reason is None or len(block.reason) > 10, block
        assert set(re.findall(r"\bmake ([a-z-]+)", block.commands)) <= targets, block


def test_no_shell_block_escapes_the_search() -> None:
    for document in DOCUMENTS:
        opened = re.findall(r"^```(?:sh|bash|shell|console)$", document.read_text(), re.MULTILINE)
        assert len(opened) == len(blocks_of(document)), document.name


def test_the_first_start_with_sign_in_prints_an_address_and_commands_that_work(tmp_path: Path) -> None:
    with serving(tmp_path, AUTH_MODE="required", SECRET_KEY="s" * 40) as server:
        (setup,) = [line for line in server.said if "/setup" in line]
        token = re.search(r'(?:token=|"token": ")([^" ]+)', setup)
        assert token is not None and f"{server.url}/" in setup, setup
        account = {"token": token[1], "username": "root", "email": "root@example.org", "password": "a long sentence"}
        access = _post(f"{server.url}/api/v1/auth/setup", account, "")["access_token"]
        wanted = {"name": "shell", "scopes": ["agents:write", "executions:read", "executions:run"]}
        key = _post(f"{server.url}/api/v1/users/access-keys", wanted, access)["key"]
        make, watch = (server.next_command() for _ in range(2))
        made = _shell(make, ACCESS_KEY=key)
        told = _shell(watch.replace("AGENT_ID", json.loads(made)["id"]), ACCESS_KEY=key)
    assert '"result":437' in told.replace(" ", "")


def _post(url: str, body: dict[str, Any], token: str) -> Any:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def _shell(command: str, **variables: str) -> str:
    run = subprocess.run(
        ["bash", "-c", f'set -e\ncurl() {{ command curl --fail-with-body "$@"; }}\n{command}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment(**variables),
    )
    assert run.returncode == 0, f"{command}\n{run.stdout}\n{run.stderr}"
    return run.stdout
