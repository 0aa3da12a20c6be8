"""`dynagent examples`: against a running server, over its API."""

from typing import Any

from dynagent.cli.failures import CannotStart, run


def run_list(*, url: str, key: str | None) -> int:
    """Print the examples that there are; return the exit code."""

    async def main() -> int:
        for example in (await _asked("GET", "", url=url, key=key))["examples"]:
            print(f"{example['id']}: {example['name']} ({example['kind']}). {example['description']}")
        return 0

    return run(main)


def run_import(name: str, *, url: str, key: str | None, model: str | None) -> int:
    """Import an example and print what was made of it and how it is tried; return the exit code."""

    async def main() -> int:
        made = await _asked("POST", f"/{name}/import", url=url, key=key, body={"model": model})
        for part, id in made["agents"].items():
            print(f"agent {part}: {id}")
        for tool in made["tools"]:
            print(f"tool {tool}")
        if made["workflow_id"]:
            print(f"workflow: {made['workflow_id']}")
        print(f"dynagent: try it: {_words(made['trial'])}")
        return 0

    return run(main)


async def _asked(method: str, path: str, *, url: str, key: str | None, body: Any = None) -> dict[str, Any]:
    # A command that asks nobody imports no client.
    import httpx2

    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # No proxy of the environment may come between us and a server on this machine.
    async with httpx2.AsyncClient(base_url=url.rstrip("/"), headers=headers, timeout=60, trust_env=False) as client:
        try:
            answer = await client.request(method, f"/api/v1/examples{path}", json=body)
        except httpx2.HTTPError as error:
            words = str(error) or type(error).__name__
            raise CannotStart(f"no answer from {url} ({words}): is the server up?") from error
    found: dict[str, Any] = answer.json()
    if answer.is_error:
        raise CannotStart(f"the server answered {answer.status_code}: {found.get('detail')}")
    return found


def _words(trial: dict[str, Any]) -> str:
    if trial["kind"] == "workflow":
        return f"run the workflow {trial['workflow_id']} with the inputs {trial['inputs']}"
    if trial["kind"] == "team":
        return f"start the team: {trial['query']}"
    return f"ask the agent {trial['agent_id']}: {trial['query']}"
