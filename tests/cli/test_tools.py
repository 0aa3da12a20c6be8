"""`dynagent tools import` hands a file to a running server and says what became of each tool."""

from pathlib import Path

from tests.cli.processes import dynagent_says, serving
from tests.infrastructure.sandbox.test_toolsfile import FILE


def test_a_file_is_tried_imported_and_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    file = tmp_path / "tools.py"
    file.write_text(FILE)
    with serving(tmp_path) as server:
        tried = dynagent_says("tools", "import", str(file), "--url", server.url, "--dry-run")
        done = dynagent_says("tools", "import", str(file), "--url", server.url)
        again = dynagent_says("tools", "import", str(file), "--url", server.url)
        file.write_text("def broken(:\n    pass")
        broken = dynagent_says("tools", "import", str(file), "--url", server.url)

    assert (tried.returncode, done.returncode, again.returncode, broken.returncode) == (0, 0, 1, 1)
    assert f"{file}:18: price: valid\n" in tried.stdout
    assert f"{file}:18: price: registered\n" in done.stdout and "plain: skipped (LangChain" in done.stdout
    assert "price: taken (you have a tool of this name)" in again.stdout and "nothing was imported" in again.stdout
    assert f"{file}:1: syntax: " in broken.stdout


def test_no_server_and_no_file_are_one_line(tmp_path: Path) -> None:
    file = tmp_path / "tools.py"
    missing = dynagent_says("tools", "import", str(file), "--url", "http://127.0.0.1:1")
    file.write_text(FILE)
    away = dynagent_says("tools", "import", str(file), "--url", "http://127.0.0.1:1")

    assert (missing.returncode, away.returncode) == (1, 1)
    assert "cannot be read" in missing.stderr and "is the server up?" in away.stderr
