"""Tell whether the lock files hold what pyproject.toml asks for, and nothing but names, versions and hashes.

Works without network. Exit code 1 and one line per finding when something is off.
"""

import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
_LINE = re.compile(
    r"#.*"
    r"|[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+(?: ; [^\\]+?)?(?: \\)?"
    r"|    --hash=sha256:[0-9a-f]{64}(?: \\)?"
)


def main() -> int:
    """Print what is off; return the exit code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime: list[str] = project["project"]["dependencies"]
    dev: list[str] = project["dependency-groups"]["dev"]
    found = [
        *_check("requirements.lock", runtime),
        *_check("requirements-dev.lock", [*runtime, *dev]),
        *_check("requirements-weights.lock", []),
        *_check("requirements-node.lock", []),
        *_differences("requirements.lock", "requirements-dev.lock"),
    ]
    for finding in found:
        print(finding, file=sys.stderr)
    return 1 if found else 0


def _check(name: str, wanted: list[str]) -> list[str]:
    pins = _pins(name)
    found = [
        f"{name}:{number}: only names, versions and hashes belong here: {line[:80]}"
        for number, line in enumerate((ROOT / name).read_text().splitlines(), 1)
        if line and not _LINE.fullmatch(line)
    ]
    for text in wanted:
        requirement = Requirement(text)
        versions = pins.get(canonicalize_name(requirement.name), set())
        if not versions:
            found.append(f"{name}: {requirement.name} is missing; run make lock")
        elif not all(requirement.specifier.contains(version, prereleases=True) for version in versions):
            found.append(
                f"{name}: has {requirement.name} {versions}, asked for is {requirement.specifier}; run make lock"
            )
    return found


def _pins(name: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        pin = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", line)
        if pin:
            pins.setdefault(canonicalize_name(pin[1]), set()).add(pin[2])
    return pins


def _differences(smaller: str, larger: str) -> list[str]:
    inner, outer = _pins(smaller), _pins(larger)
    return [
        f"{larger}: has {package} {outer.get(package)}, {smaller} has {versions}; run make lock"
        for package, versions in inner.items()
        if outer.get(package) != versions
    ]


if __name__ == "__main__":
    sys.exit(main())
