"""Runs cases against a server: register, call, compare; returns one sentence for all that is not as it should."""

import asyncio
import json
from collections import defaultdict
from typing import Any

import httpx2

from tests.sandbox_corpus.cases import CHECKS, Case
from tests.sandbox_corpus.world import World

STATUS = {
    "tool_error": 502,
    "memory_limit": 502,
    "output_too_large": 502,
    "result_not_serialisable": 502,
    "policy_violation": 502,
    "crashed": 502,
    "protocol": 502,
    "timeout": 504,
    "cpu_limit": 504,
    "sandbox_busy": 429,
    "sandbox_unavailable": 503,
    "invalid_arguments": 422,
}
"""Error kind → HTTP status, as the API documents them."""
AT_ONCE = 4


class Runner:
    """The cases of one world against one server; `screened` is False where the server's screen lets everything pass."""

    def __init__(self, url: str, world: World, *, screened: bool = True) -> None:
        self._client = httpx2.AsyncClient(base_url=url, timeout=60)
        self._world, self._screened = world, screened
        self._names: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def run(self, cases: list[Case]) -> dict[str, str]:
        """Return case → what was wrong with it; empty when all is well."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(case: Case) -> str:
            async with self._names[case.name], gate:
                return await self._one(case)

        async with self._client:
            found = await asyncio.gather(*[one(case) for case in cases])
        return {str(case): wrong for case, wrong in zip(cases, found, strict=True) if wrong}

    async def _one(self, case: Case) -> str:
        if "{private_name}" in case.fields.get("network", "") and self._world.private_name is None:
            return ""
        answer = await self._register(case)
        try:
            wrong = await self._judged(case, answer)
        except (httpx2.HTTPError, ValueError) as error:
            wrong = f"the server did not answer: {error!r}"
        await self._client.delete(f"/api/tools/{case.name}")
        return "; ".join([*([wrong] if wrong else []), *self._world.harmed()])

    async def _register(self, case: Case) -> httpx2.Response:
        body: dict[str, Any] = {
            "name": case.name,
            "description": "A tool of the corpus",
            "code": self._filled(case.source),
            "network": [self._filled(entry) for entry in case.words("network")],
            "secrets": case.words("secrets"),
        }
        if "timeout_s" in case.fields:
            body["timeout_s"] = float(case.fields["timeout_s"])
        # Python's writer, for half surrogates.
        content = json.dumps(body).encode()
        return await self._client.post(
            "/api/tools/register", content=content, headers={"content-type": "application/json"}
        )

    async def _judged(self, case: Case, answer: httpx2.Response) -> str:
        if answer.status_code == 422:
            return self._judge_refusal(case, answer.json())
        if answer.status_code != 201:
            return f"registering answers {answer.status_code}: {answer.text[:300]}"
        if self._screened and "rejected" in case.fields:
            return "it was registered"
        if "calls_differ" in case.fields:
            results = [(await self._call(case, {})).get("result") for _ in range(int(case.fields["calls_differ"]))]
            return "" if len({json.dumps(result) for result in results}) == len(results) else f"equal: {results}"
        for arguments, expected in json.loads(case.fields.get("calls", "[]")):
            told = await self._call(case, arguments)
            if told.get("result", told) != expected or "result" not in told:
                return f"expected {expected!r}, got {_short(told)}"
        if "calls" in case.fields:
            return ""
        return self._judge_call(case, await self._call(case, case.arguments))

    def _judge_refusal(self, case: Case, problem: dict[str, Any]) -> str:
        optional = {"held", "held_or", "rejected_or_error"} & set(case.fields)
        allowed = case.words("rejected") or (["any"] if optional else [])
        if problem.get("error_code") != "tool_rejected":
            return f"refused with {problem.get('error_code')}: {_short(problem)}"
        findings = problem.get("findings") or []
        if not all(found["line"] >= 1 and found["column"] >= 0 and found["message"] for found in findings):
            return f"findings without a place: {findings}"
        rules = {found["rule"] for found in findings}
        if not allowed:
            return f"an honest source was refused: {findings}"
        if self._screened and allowed != ["any"] and not rules & set(allowed):
            return f"expected one of {allowed}, was refused for {sorted(rules)}"
        return ""

    def _judge_call(self, case: Case, told: dict[str, Any]) -> str:
        code = told.get("error_code")
        if code is not None and STATUS.get(code) != told["status"]:
            return f"{code} came with status {told['status']}: {_short(told)}"
        if "rejected" in case.fields:
            return ""  # the screen is off; what counts is that nothing was harmed
        if "held" in case.fields or "held_or" in case.fields:
            fine = told.get("result") == "held" or code in ("tool_error", *case.words("held_or"))
            return "" if fine else f"not held: {_short(told)}"
        return self._judge_result(case, told, code)

    def _judge_result(self, case: Case, told: dict[str, Any], code: str | None) -> str:
        fields = case.fields
        codes = case.words("error") + case.words("rejected_or_error")
        if codes and code is not None:
            wanted = fields.get("detail", "")
            fine = code in codes and wanted in told["detail"]
        elif "result_or" in fields or "result" in fields:
            # Numbers that JSON's readers would round come as text.
            fine = code is None and told.get("result") == json.loads(fields.get("result_or", fields.get("result", "")))
        elif "result_is" in fields:
            fine = code is None and CHECKS[fields["result_is"]](told["result"])
        else:
            fine = False
        if fine and "logs" in fields:
            fine = told["logs"] == json.loads(fields["logs"])
        expected = {name: value for name, value in fields.items() if name in ("error", "result", "result_is", "detail")}
        return "" if fine else f"expected {expected}, got {_short(told)}"

    async def _call(self, case: Case, arguments: dict[str, Any]) -> dict[str, Any]:
        answer = await self._client.post("/api/tools/execute", json={"name": case.name, "arguments": arguments})
        return answer.json()

    def _filled(self, text: str) -> str:
        for placeholder, value in self._world.values.items():
            text = text.replace(placeholder, value)
        return text


def _short(told: dict[str, Any]) -> str:
    return json.dumps(told)[:400]
