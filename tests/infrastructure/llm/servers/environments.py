"""Environments of their own for other people's packages, pinned; one that was made is used again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLACE = Path(__file__).resolve().parents[4] / "artifacts" / "environments"
"""`make clean` removes it."""
OPENAI = "openai==3.57.0"
LITELLM = "litellm[proxy]==1.108.7"
LLAMA_CPP = "llama-cpp-python[server]==0.3.36"
GGUF = "gguf==0.19.0"
INSTALL_TIMEOUT_S = 1800


def environment_with(name: str, *packages: str, **settings: str) -> Path:
    """Return the folder of programs of an environment that has these packages.

    Skips the test with a reason where they cannot be had: no network, no index, no compiler. `settings` are variables
    of the environment for what is built.
    """
    place = PLACE / name
    done, programs = place / "installed.txt", place / "bin"
    if done.exists() and done.read_text() == "\n".join(packages):
        return programs
    try:
        _run(sys.executable, "-m", "venv", "--clear", str(place))
        _run(str(programs / "pip"), "install", "-q", "--disable-pip-version-check", *packages, **settings)
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip().splitlines() or [""]
        pytest.skip(f"{', '.join(packages)} cannot be installed here: {said[-1][:300]}")
    done.write_text("\n".join(packages))
    return programs


def _run(*command: str, **settings: str) -> None:
    told = {**os.environ, **settings}
    subprocess.run(command, env=told, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)
