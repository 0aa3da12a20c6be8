"""Files, uploads and attachments belong to their owner; what two requests do at once is done once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from dynagent.application.shared.caller import LOCAL_USER_ID
from dynagent.core.agents import Agent, AgentConfiguration
from dynagent.core.files import (
    FileFilter,
    FileNotFound,
    Part,
    StoredFile,
    SubjectNotFound,
    Upload,
    UploadChangedMeanwhile,
)
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.file_attachments import PostgresFileAttachments
from dynagent.infrastructure.postgres.files import PostgresFiles, PostgresObjectsInUse, PostgresUploads
from dynagent.infrastructure.postgres.files_of_runs import PostgresFilesOfRuns
from tests.conftest import ScopeFor
from tests.fakes.files import a_file
from tests.repositories import Repositories

NOW = datetime.now(UTC)
OWNER, OTHER = LOCAL_USER_ID, new_id()


def files_of(scope: Repositories, user_id: str = OWNER) -> PostgresFiles:
    return PostgresFiles(scope.session, user_id)


async def stored(scope_for: ScopeFor, **fields: Any) -> StoredFile:
    file = a_file(user_id=OWNER, **fields).model_copy(update={"scanned_at": NOW})
    async with scope_for(OWNER) as scope:
        await files_of(scope).create(file)
        await scope.uow.commit()
    return file


async def test_what_is_written_is_read(scope_for: ScopeFor) -> None:
    file = await stored(scope_for)
    upload = Upload(
        id=new_id(),
        user_id=OWNER,
        name="big",
        size=9,
        parts=(Part(key="uploads/a/1", size=4),),
        expected_hash="a" * 64,
        created_at=NOW,
        updated_at=NOW,
    )
    async with scope_for(OWNER) as scope:
        uploads = PostgresUploads(scope.session, OWNER)
        await uploads.create(upload)

        assert await files_of(scope).existing(file.id) == file
        assert await files_of(scope).of_hash(file.content_hash) == file
        assert await uploads.existing(upload.id) == upload
        assert (await uploads.count(), (await uploads.page_of_all(PageRequest())).items) == (1, [upload])
        assert (await files_of(scope).usage()).bytes >= file.size + upload.size


async def test_names_and_types_are_found_literally(scope_for: ScopeFor) -> None:
    percent = await stored(scope_for, name="100% of_it.txt", content_type="text/x-odd_type")
    await stored(scope_for, name="100 of it.txt", content_type="text/x-oddXtype")
    async with scope_for(OWNER) as scope:
        for wanted in (FileFilter(name="0% OF_"), FileFilter(content_type="text/x-odd_"), FileFilter("%", "text/x")):
            assert (await files_of(scope).find(wanted, PageRequest())).items == [percent]


async def test_others_see_and_attach_nothing(scope_for: ScopeFor, database: Database) -> None:
    file = await stored(scope_for)
    configuration = AgentConfiguration(name="A")
    own, foreign = (
        Agent.create(id=new_id(), user_id=user, configuration=configuration, now=NOW) for user in (OWNER, OTHER)
    )
    async with scope_for(OWNER) as scope:
        await scope.agents.create(own)
        await scope.uow.commit()
    async with scope_for(OTHER) as scope:
        await scope.agents.create(foreign)
        await scope.uow.commit()
        attachments = PostgresFileAttachments(scope.session, OTHER)
        with pytest.raises(FileNotFound):
            await files_of(scope, OTHER).all_existing([file.id])
        with pytest.raises(SubjectNotFound):
            await attachments.check("agent", own.id)
        assert not await attachments.attach("agent", foreign.id, file.id, at=NOW), "another's file"
        assert not await attachments.attach("agent", own.id, file.id, at=NOW), "another's agent"
        assert (await attachments.files_of("agent", own.id, PageRequest())).total == 0
        assert await attachments.uses_of(file.id) == []
    async with scope_for(OWNER) as scope:
        attachments = PostgresFileAttachments(scope.session, OWNER)
        assert await attachments.attach("agent", own.id, file.id, at=NOW)
        assert not await attachments.attach("agent", own.id, file.id, at=NOW), "twice is once"
        await scope.uow.commit()
    of_runs = PostgresFilesOfRuns(database.pool)
    assert await of_runs.of_run(OWNER, own.id, []) == [file]
    assert await of_runs.of_run(OTHER, own.id, [file.id]) == []


async def test_of_two_requests_that_go_on_at_once_one_counts(scope_for: ScopeFor) -> None:
    upload = Upload(id=new_id(), user_id=OWNER, name="a", size=9, created_at=NOW, updated_at=NOW)
    async with scope_for(OWNER) as scope:
        await PostgresUploads(scope.session, OWNER).create(upload)
        await scope.uow.commit()

    async def grow(key: str) -> bool:
        async with scope_for(OWNER) as scope:
            try:
                grown = upload.grown(Part(key=key, size=3), now=NOW + timedelta(seconds=1))
                await PostgresUploads(scope.session, OWNER).update(grown)
                await scope.uow.commit()
            except UploadChangedMeanwhile:
                return False
            return True

    assert sorted(await asyncio.gather(grow("a"), grow("b"))) == [False, True]


async def test_a_content_is_there_once_for_each_owner(scope_for: ScopeFor) -> None:
    file = await stored(scope_for)
    again = a_file(user_id=OWNER).model_copy(update={"content_hash": file.content_hash})
    async with scope_for(OWNER) as scope:
        with pytest.raises(IntegrityError):
            await files_of(scope).create(again)


async def test_the_sweep_knows_every_owners_objects_and_goes_alone(scope_for: ScopeFor, database: Database) -> None:
    file, upload_id = await stored(scope_for), new_id()
    part = Part(key=f"uploads/{upload_id}/1", size=4)
    old = NOW - timedelta(days=3)
    upload = Upload(id=upload_id, user_id=OWNER, name="a", size=9, parts=(part,), created_at=old, updated_at=old)
    async with scope_for(OWNER) as scope:
        await PostgresUploads(scope.session, OWNER).create(upload)
        await scope.uow.commit()
    in_use = PostgresObjectsInUse(database.pool)
    keys = [file.object_key, part.key, "files/x/1", f"uploads/{upload_id}/2", "uploads/not-an-id/1"]

    assert sorted(await in_use.unknown(keys)) == sorted(keys[2:])
    async with in_use.alone() as first, in_use.alone() as second:
        assert (first, second) == (True, False)
    assert await in_use.drop_idle_uploads(before=NOW - timedelta(days=1), most=10) == 1
    assert part.key in await in_use.unknown(keys)
