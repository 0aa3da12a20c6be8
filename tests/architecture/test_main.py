"""The composition root composes and does nothing else."""

from tests.architecture.source import python_files

MAIN = 700


def test_main_is_small_enough_to_be_read_at_once() -> None:
    lines = sum(len(file.read_text().splitlines()) for file in python_files("src/dynagent/main"))

    assert lines <= MAIN
