"""An agent's `tools.py`: its tools are found, checked, entered in the registry together, and called."""

import json

import pytest

from tests.infrastructure.sandbox.test_toolsfile import FILE
from tests.main.people import People
from tests.shows import shows

NAMES = ["price", "shout_it", "finder", "reverse_it"]


def statuses(told: dict[str, list[dict[str, str]]]) -> list[tuple[str, str]]:
    """What became of each tool."""
    return [(tool["name"], tool["status"]) for tool in told["tools"]]


@shows("ToolsFileBody.code", "ToolsFileBody.dry_run", "ToolsFileBody.tags")
async def test_the_tools_of_a_file_are_registered_and_called(people: People) -> None:
    tried = await people.send("POST", "/tools/import", {"code": FILE, "dry_run": True})
    assert statuses(tried) == [*((name, "valid") for name in NAMES), ("plain", "skipped")]
    assert (tried["langchain_compatible"], tried["total"]) == (False, 5)
    assert (await people.send("GET", "/tools?kind=custom"))["total"] == 0

    told = await people.send("POST", "/tools/import", {"code": FILE, "tags": ["uploaded"]})

    assert statuses(told) == [*((name, "registered") for name in NAMES), ("plain", "skipped")]
    assert told["tools"][0]["parameters"]["properties"] == {"amount": {"type": "number"}}
    listed = await people.send("GET", "/tools?kind=custom&tag=uploaded")
    assert sorted(tool["name"] for tool in listed["tools"]) == sorted(NAMES)
    for name, arguments, result in (
        ("price", {"amount": 10}, 12),
        ("shout_it", {"text": "a", "times": 2}, "AA"),
        ("finder", {"text": "x"}, "nothing"),
        ("reverse_it", {"text": "abc"}, "cba"),
    ):
        assert (await people.send("POST", "/tools/execute", {"name": name, "arguments": arguments}))["result"] == result
    agent = await people.agent("price")
    run = await people.ended(await people.start(agent, "go [[tools=1]]"))
    assert run["status"] == "completed" and "Result: 2" in "".join(run["trace"])


@shows("ToolsFileBody.replace")
async def test_a_second_import_replaces_only_when_asked(people: People) -> None:
    await people.send("POST", "/tools/import", {"code": FILE})
    again = await people.answer_of("POST", "/tools/import", {"code": FILE})
    assert (again.status_code, again.json()["error_code"]) == (409, "tool_name_taken")
    assert statuses(again.json())[:4] == [(name, "taken") for name in NAMES]

    changed = FILE.replace("1.19", "1.07")
    told = await people.send("POST", "/tools/import", {"code": changed, "replace": True})

    assert statuses(told)[:4] == [("price", "updated"), *((name, "unchanged") for name in NAMES[1:])]
    assert (await people.send("GET", "/tools/price"))["version"] == 2
    edited = await people.send("PUT", "/tools/price", {"description": "Another text"})
    assert edited["version"] == 3
    source = edited["source"].replace("1.07", "1.08")
    assert (await people.send("PUT", "/tools/price", {"code": source}))["version"] == 4


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        (FILE.replace("json, math", "json, os").replace("math.ceil", "os.cpu_count"), "import_blocked"),
        (FILE.replace("return with_tax(amount)", "return eval('amount')"), "banned_name"),
        (FILE.replace("def price", "def pr"), None),
        (FILE.replace("def price", "def calculator"), None),
        (FILE.replace('"shout_it"', '"price"'), None),
    ],
)  # fmt: skip
async def test_one_bad_tool_keeps_all_of_them_out(people: People, code: str, finding: str | None) -> None:
    refused = await people.answer_of("POST", "/tools/import", {"code": code})

    assert refused.status_code in (409, 422), refused.text
    wrong = [tool for tool in refused.json()["tools"] if tool["status"] in ("rejected", "taken")]
    assert len(wrong) == 1 and wrong[0]["line"] > 1
    assert [item["rule"] for item in wrong[0]["findings"]] == ([] if finding is None else [finding])
    assert (await people.send("GET", "/tools?kind=custom"))["total"] == 0


async def test_files_without_a_tool_or_that_cannot_be_read_are_refused(people: People) -> None:
    for code in ("async def plain(text: str) -> str:\n    return text", "X = 1  # nothing here", "def broken(:\n"):
        refused = await people.answer_of("POST", "/tools/import", {"code": code})
        assert (refused.status_code, refused.json()["error_code"]) == (422, "tool_rejected"), code
    nul = await people.answer_of("POST", "/tools/import", {"code": "x = 1\ny = '\x00'\n"})
    assert [(item["rule"], item["line"]) for item in nul.json()["findings"]] == [("null_byte", 2)]


async def test_nothing_of_a_file_is_executed(people: People, capfd: pytest.CaptureFixture[str]) -> None:
    bomb = FILE + "\nwhile True: print('executed')\n"
    assert statuses(await people.send("POST", "/tools/import", {"code": bomb}))[0] == ("price", "registered")
    assert "executed" not in "".join(capfd.readouterr())
    assert "print" not in json.dumps(await people.send("GET", "/tools/price"))
