"""The newest of OpenAI's own clients against the scripted model."""

import json
import subprocess
from pathlib import Path

import pytest
from benchmarks.scripted_model import ScriptedModel

from tests.infrastructure.llm.servers.environments import OPENAI, environment_with
from tests.infrastructure.llm.servers.openai_calls import EXPECTED

pytestmark = pytest.mark.real_server


def test_the_newest_client_reads_all_that_is_scripted(model: ScriptedModel) -> None:
    programs = environment_with("openai", OPENAI)
    command = [str(programs / "python"), str(Path(__file__).with_name("openai_calls.py")), model.url]
    answers = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout)
    assert answers == EXPECTED | {"version": OPENAI.partition("==")[2]}
