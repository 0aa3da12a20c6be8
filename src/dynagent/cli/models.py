"""`dynagent models …`: the models at the endpoint that the environment names."""

import json

from dynagent.cli.failures import CannotStart, run


def run_try(name: str | None, *, as_json: bool) -> int:
    """Try a model out and print what it can and cannot do; the exit code is 1 when it does not answer at all."""

    async def main() -> int:
        # A command that asks nobody imports no client.
        from dynagent.infrastructure.llm.battery import Battery, Tried
        from dynagent.infrastructure.llm.factory import InstalledModels, ModelSettings

        models = InstalledModels(ModelSettings())
        if name is not None and not models.knows(name):
            raise CannotStart(f"no endpoint has a model {name!r}: set OPENAI_API_KEY or OPENAI_BASE_URL")
        tried: list[Tried] = []
        try:
            async for item in Battery(models.get(name)).run():
                tried.append(item)
                if not as_json:
                    print(f"{'yes' if item.works else 'no ':3} {item.name:18} {item.words}", flush=True)
            left_out = sorted(models.left_out(name))
        finally:
            await models.aclose()
        if as_json:
            results = {item.name: {"works": item.works, "words": item.words} for item in tried}
            print(json.dumps({"model": name or models.default, "results": results, "left_out": left_out}))
        elif left_out:
            print(f"    refused, and left out from then on: {', '.join(left_out)}")
        return 0 if len(tried) > 1 else 1

    return run(main)
