"""Keys as they are pasted, and endpoints that refuse what a kept model asks with."""

import json

from dynagent.main import Platform
from tests.fakes.http_server import Reply, Seen, stub_server
from tests.presentation.api.language_models import house
from tests.presentation.api.language_models.house import KEYS, SECRET


async def test_a_keys_white_space_is_taken_off_and_what_http_cannot_carry_is_refused(platform: Platform) -> None:
    ada = await house.register(platform, "ada")
    kept = await ada.post(KEYS, json={"provider": "openai", "api_key": f" {SECRET}\n"})
    assert kept.status_code == 201 and SECRET[-4:] in kept.text
    refused = await ada.post(KEYS, json={"provider": "openai", "api_key": f"{SECRET}\n{SECRET}"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/api_key")
    assert SECRET not in refused.text


async def test_a_kept_parameter_that_its_endpoint_refuses_is_left_out(platform: Platform) -> None:
    def serve(request: Seen) -> Reply:
        if "temperature" in json.loads(request.body):
            told = {"error": {"message": "`temperature` is deprecated for this model.", "param": None}}
            return Reply(status=400, body=json.dumps(told).encode())
        message = {"role": "assistant", "content": "fine"}
        return Reply(body=json.dumps({"choices": [{"index": 0, "message": message}]}).encode())

    ada = await house.register(platform, "ada")
    async with stub_server(serve) as server:
        await house.keep(
            ada, name="m", endpoint_url=f"http://127.0.0.1:{server.port}/v1", config_params_json={"temperature": 1.5}
        )
        agent = (await ada.post("/api/agents", json={"name": "A", "model": "m"})).json()
        run = await house.run(ada, agent["id"], "hello")
    assert (run["status"], run["result"]) == ("completed", "fine"), run
