"""`dynagent demo` prints the trace's lines, against a running server and all by itself."""

from pathlib import Path

from tests.cli.processes import dynagent_says, serving

LINES = [
    '▶ calculator(expression="23*19")',
    "✔ Result: 437",
    '▶ chatbot(query="Explain 437 in one sentence.")',
    "✔ 437 is the product of 23 and 19.",
]


def traced(output: str) -> list[str]:
    return [line for line in output.splitlines() if line.startswith(("▶", "✔"))]


def test_by_itself_and_again(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    for _ in range(2):
        run = dynagent_says("demo", DATA_DIR=str(tmp_path / "data"))

        assert run.returncode == 0, run.stderr
        assert traced(run.stdout) == LINES
        assert "by the model demo" in run.stdout


def test_against_a_running_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        run = dynagent_says("demo", "--url", server.url)

    assert run.returncode == 0, run.stderr
    assert traced(run.stdout) == LINES


def test_a_server_that_is_not_there_is_one_line() -> None:
    run = dynagent_says("demo", "--url", "http://127.0.0.1:1")

    assert run.returncode == 1
    assert run.stderr.startswith("dynagent: no answer from http://127.0.0.1:1")
    assert run.stderr.count("\n") == 1
