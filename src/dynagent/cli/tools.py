"""`dynagent tools …`: against a running server, over its API."""

from pathlib import Path
from typing import Any

from dynagent.cli.failures import CannotStart, run


def run_import(file: Path, *, url: str, key: str | None, dry_run: bool, replace: bool) -> int:
    """Hand a file of tools to a server and print what became of each; the exit code is 1 when it was refused."""

    async def main() -> int:
        # A command that asks nobody imports no client.
        import httpx2

        code = _read(file)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        body = {"code": code, "dry_run": dry_run, "replace": replace}
        # No proxy of the environment may come between us and a server on this machine.
        async with httpx2.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=60, trust_env=False) as client:
            try:
                answer = await client.post("/api/v1/tools/import", json=body)
            except httpx2.HTTPError as error:
                words = str(error) or type(error).__name__
                raise CannotStart(f"no answer from {url} ({words}): is the server up?") from error
        return _announce(file, answer)

    return run(main)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{file} cannot be read: {error}") from error


def _announce(file: Path, answer: Any) -> int:
    reported: dict[str, Any] = answer.json()
    for tool in reported.get("tools", ()):
        print(f"{file}:{tool['line']}: {tool['name']}: {tool['status']}{_why(tool)}")
    for finding in reported.get("findings", ()):
        print(f"{file}:{finding['line']}: {finding['rule']}: {finding['message']}")
    if answer.is_error:
        print(f"dynagent: {reported['detail']}")
        return 1
    return 0


def _why(tool: dict[str, Any]) -> str:
    words = [finding["message"] for finding in tool["findings"]] or [tool["reason"]]
    return f" ({'; '.join(words)})" if words[0] else ""
