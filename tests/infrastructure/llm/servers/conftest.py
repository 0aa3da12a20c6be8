"""Left out unless asked for; LiteLLM's proxy over the scripted model, llama.cpp's server over a model made here."""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.scripted_model import ScriptedModel

from tests.infrastructure.llm.servers.environments import GGUF, LITELLM, LLAMA_CPP, environment_with
from tests.infrastructure.llm.servers.running import running

LITELLM_KEY = "sk-for-the-test"
CONTEXT = 512
"""Tokens that the model made here holds; one token for each byte."""
BUILT = " ".join(
    f"-D{option}"
    for option in (
        *("LLAVA_BUILD=OFF", "LLAMA_BUILD_TOOLS=OFF", "LLAMA_BUILD_EXAMPLES=OFF", "LLAMA_BUILD_TESTS=OFF"),
        *("LLAMA_CURL=OFF", "GGML_NATIVE=OFF", "GGML_OPENMP=OFF"),
        *("CMAKE_C_FLAGS_RELEASE=-O1", "CMAKE_CXX_FLAGS_RELEASE=-O1"),
    )
)
"""For any processor, without pictures and programs, hardly optimised: nine minutes on two busy cores, once."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave them to those who ask for them with `-m`."""
    for item in items:
        if item.get_closest_marker("real_server") and "real_server" not in (config.getoption("-m") or ""):
            item.add_marker(pytest.mark.skip(reason="installs other people's software: make endpoints"))


@pytest.fixture(scope="session")
def model() -> Iterator[ScriptedModel]:
    """The scripted model, which the proxy hands everything on to."""
    with ScriptedModel() as server:
        yield server


@pytest.fixture(scope="session")
def litellm_url(model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of LiteLLM's proxy."""
    programs, folder, port = environment_with("litellm", LITELLM), tmp_path_factory.mktemp("litellm"), free_port()
    config = folder / "config.yaml"
    target = f"{{model: openai/scripted, api_base: '{model.url}', api_key: scripted, max_retries: 0}}"
    config.write_text(
        f"model_list: [{{model_name: scripted, litellm_params: {target}}}]\n"
        f"general_settings: {{master_key: {LITELLM_KEY}}}\nlitellm_settings: {{num_retries: 0}}\n"
        "router_settings: {num_retries: 0, disable_cooldowns: true}\n"
    )
    command = [str(programs / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    # Its list of prices would be fetched from the network at the start.
    with running(command, folder=folder, ready=f"{url}/health/liveliness", LITELLM_LOCAL_MODEL_COST_MAP="True"):
        yield f"{url}/v1"


@pytest.fixture(scope="session")
def llama_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of llama.cpp's server in Python, with a model of some ten thousand random numbers."""
    programs = environment_with("llama-cpp", LLAMA_CPP, GGUF, CMAKE_ARGS=BUILT, CMAKE_BUILD_PARALLEL_LEVEL="2")
    folder, port = tmp_path_factory.mktemp("llama"), free_port()
    maker, made = Path(__file__).with_name("tiny_model.py"), folder / "tiny.gguf"
    subprocess.run([str(programs / "python"), str(maker), str(made)], check=True, timeout=120)
    command = [str(programs / "python"), "-m", "llama_cpp.server", "--model", str(made), "--n_ctx", str(CONTEXT)]
    url = f"http://127.0.0.1:{port}/v1"
    with running([*command, "--port", str(port)], folder=folder, ready=f"{url}/models"):
        yield url


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]
