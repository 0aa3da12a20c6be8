"""Files in the audit log: uploaded, attached, detached, deleted, each once, with where to look at it."""

from tests.main.people import People
from tests.main.test_audit import entries


async def test_what_is_done_to_files_is_told_once(people: People) -> None:
    agent = await people.agent()
    answer = await people.client.post("/api/v1/files/upload?name=notes.txt", content=b"hello")
    file = answer.json()["id"]
    await people.client.post("/api/v1/files/upload?name=notes.txt", content=b"hello")
    for _ in range(2):
        await people.send("POST", f"/v1/agents/{agent}/files", {"file_id": file})
    assert (await people.answer_of("DELETE", f"/v1/agents/{agent}/files/{file}")).is_success
    assert (await people.answer_of("DELETE", f"/v1/files/{file}")).is_success

    lines = await entries(people, f"target_kind=file&target_id={file}")

    assert [line["action"] for line in lines] == ["file.created", "file.attached", "file.detached", "file.deleted"]
    assert {line["link"] for line in lines} == {f"/api/v1/files/{file}"}
    assert lines[1]["details"]["agent_id"] == agent
