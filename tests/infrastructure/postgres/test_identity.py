"""What is written is what is read; and what one tenant wrote another does not see."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.identity import (
    AccessKey,
    AuditEntry,
    AuditFilter,
    RefreshToken,
    SetupLink,
    User,
    UsernameTaken,
    UserNotFound,
)
from dynagent.core.language_models import (
    ModelChangedMeanwhile,
    ModelNameTaken,
    ModelNotFound,
    ModelParameters,
    ModelRecord,
    ProviderKey,
    ProviderKeyTaken,
)
from dynagent.core.shared.ids import new_id
from dynagent.core.shared.paging import PageRequest
from dynagent.infrastructure.postgres.database import Database
from tests.repositories import IdentityRepositories

NOW = datetime(2026, 11, 21, 12, 0, 0, 123_456, UTC)


@pytest_asyncio.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    """A transaction that is never committed."""
    async with database.sessions() as session:
        yield session


async def person(session: AsyncSession, name: str) -> IdentityRepositories:
    """Add a user and return the scope that is theirs."""
    user = User(id=new_id(), username=name, email=f"{name}@example.org", created_at=NOW, updated_at=NOW)
    await IdentityRepositories(session, user.id).users.create(user)
    return IdentityRepositories(session, user.id)


async def test_a_user_reads_as_written(session: AsyncSession) -> None:
    users = IdentityRepositories(session, new_id()).users
    user = User(
        id=new_id(),
        username="ada",
        email="ada@example.org",
        first_name="Ada",
        last_name="L.",
        role="viewer",
        disabled=True,
        sessions_valid_from=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    await users.create(user)
    assert await users.get_by_id(user.id) == user
    changed = user.changed(NOW, role="user", disabled=False, sessions_valid_from=None)
    assert await users.update(changed) == changed == await users.get_by_id(user.id)
    await users.set_password(user.id, "hash", NOW)
    found = await users.by_login("ADA@example.org")
    assert found is not None and found[1] == "hash" and found[0].has_password
    assert (await users.find("%", PageRequest())).total == 0, "a search text is taken literally"
    assert await users.delete(user.id) and await users.get_by_id(user.id) is None


async def test_nobody_is_changed_who_is_not_there_and_names_are_unique(session: AsyncSession) -> None:
    ada = await person(session, "ada")
    user = User(id=new_id(), username="eve", email="eve@example.org", created_at=NOW, updated_at=NOW)
    with pytest.raises(UserNotFound):
        await ada.users.update(user)
    with pytest.raises(UsernameTaken):
        await ada.users.create(user.model_copy(update={"username": "ada"}))


async def test_tokens_keys_links_and_entries_read_as_written(session: AsyncSession) -> None:
    ada, eve = await person(session, "ada"), await person(session, "eve")
    token = RefreshToken(
        id=new_id(),
        family_id=new_id(),
        user_id=ada.user_id,
        token_hash="t",
        issued_at=NOW,
        expires_at=NOW + timedelta(days=7),
        address="::1",
        user_agent="test",
    )
    await ada.refresh_tokens.add(token)
    used = token.used(NOW, replaced_by=new_id())
    await ada.refresh_tokens.save(used)
    assert await ada.refresh_tokens.take("t") == used == await ada.refresh_tokens.get(token.id)
    late = token.model_copy(update={"id": new_id(), "token_hash": "u", "issued_at": NOW + timedelta(days=9)})
    await ada.refresh_tokens.add(late)
    assert await ada.refresh_tokens.take("t") is None, "what expired long ago is dropped"
    await ada.refresh_tokens.add(token.model_copy(update={"id": new_id(), "token_hash": "v"}))
    assert await ada.refresh_tokens.take("u") == late
    await ada.refresh_tokens.revoke_family(token.family_id, ada.user_id, NOW)
    await ada.refresh_tokens.add(token)
    assert await ada.refresh_tokens.revoke_family(token.family_id, eve.user_id, NOW) == 0, "another's session"
    assert await ada.refresh_tokens.revoke_family(token.family_id, ada.user_id, NOW) == 1
    key = AccessKey(
        id=new_id(), user_id=ada.user_id, name="k", hint="dyn_…", key_hash="h", scopes=("a", "b"), created_at=NOW
    )
    await ada.access_keys.add(key)
    assert await ada.access_keys.list_own() == [key]
    assert await eve.access_keys.list_own() == [] and not await eve.access_keys.revoke(key.id, NOW)
    link = SetupLink(id=new_id(), token_hash="l", created_at=NOW, expires_at=NOW)
    await ada.setup_links.add(link)
    assert await ada.setup_links.take("l") == link
    entry = AuditEntry(id=new_id(), at=NOW, action="a.b", outcome="incident", actor_id=ada.user_id, details={"n": 1})
    await ada.audit.add(entry)
    found = await ada.audit.find(AuditFilter(action="a.b", actor_id=ada.user_id), PageRequest())
    assert list(found.items) == [entry]


async def test_the_audit_log_is_searched_by_noun_and_time(session: AsyncSession) -> None:
    ada = await person(session, "ada")
    moments = {"session.opened": NOW, "sessions.other": NOW, "session.closed": NOW + timedelta(hours=1)}
    for action, at in moments.items():
        await ada.audit.add(AuditEntry(id=new_id(), at=at, action=action, actor_id=ada.user_id))

    async def actions(**wanted: object) -> set[str]:
        wanted = {"actor_id": ada.user_id, **wanted}
        found = await ada.audit.find(AuditFilter.model_validate(wanted), PageRequest())
        return {entry.action for entry in found.items}

    assert await actions(action="session") == {"session.opened", "session.closed"}
    assert await actions(action="session.closed") == {"session.closed"}
    assert await actions(action="session%") == set()
    assert await actions(at_from=NOW + timedelta(minutes=1)) == {"session.closed"}
    assert await actions(at_to=NOW + timedelta(hours=1)) == {"session.opened", "sessions.other"}
    assert await actions(actor_id=new_id()) == set()


def record(user_id: str | None, name: str = "m", **fields: object) -> ModelRecord:
    """Return a model."""
    values = {"id": new_id(), "user_id": user_id, "name": name, "provider": "openai", "model_identifier": "gpt-4o"}
    return ModelRecord.model_validate({**values, "created_at": NOW, "updated_at": NOW, **fields})


async def test_a_model_reads_as_written_and_is_its_owners_only(session: AsyncSession) -> None:
    ada, eve = await person(session, "ada"), await person(session, "eve")
    key = ProviderKey(
        id=new_id(), user_id=ada.user_id, provider="openai", label="l", hint="…", sealed_key="sealed", created_at=NOW
    )
    await ada.provider_keys.add(key)
    assert await ada.provider_keys.get(key.id) == key
    assert await eve.provider_keys.get(key.id) is None and await eve.provider_keys.list_own() == []
    assert not await eve.provider_keys.remove(key.id)
    model = record(
        ada.user_id,
        sealed_key="sealed",
        key_hint="…1234",
        key_id=key.id,
        parameters=ModelParameters(temperature=0.5),
        capabilities={"tools": True},
        fallbacks=("a", "b"),
        max_rpm=7,
    )
    await ada.models.create(model)
    assert await ada.models.get_by_id(model.id) == model
    assert await eve.models.get_by_id(model.id) is None and not await eve.models.delete(model.id)
    changed = model.changed(NOW, expected_version=1, max_rpm=None, enabled=False)
    with pytest.raises(ModelNotFound):
        await eve.models.update(changed)
    assert await ada.models.update(changed) == changed == await ada.models.get_by_id(model.id)
    with pytest.raises(ModelChangedMeanwhile):
        await ada.models.update(changed)


async def test_global_models_are_written_by_administrators(session: AsyncSession) -> None:
    ada = await person(session, "ada")
    admin = IdentityRepositories(session, ada.user_id, is_admin=True)
    model = record(None, "for-all")
    with pytest.raises(ModelNotFound):
        await ada.models.create(model)
    await admin.models.create(model)
    assert await ada.models.get_by_id(model.id) == model
    with pytest.raises(ModelChangedMeanwhile):
        await ada.models.update(model.changed(NOW, expected_version=1, max_rpm=1))
    assert not await ada.models.delete(model.id) and await admin.models.delete(model.id)
    with pytest.raises(ModelNotFound):
        await admin.models.create(record(new_id(), "anothers"))


@pytest.mark.parametrize("owner", ["own", "global"])
async def test_names_are_unique_for_each_owner(session: AsyncSession, owner: str) -> None:
    ada = await person(session, "ada")
    admin = IdentityRepositories(session, ada.user_id, is_admin=True)
    user_id = ada.user_id if owner == "own" else None
    await admin.models.create(record(user_id, "same"))
    with pytest.raises(ModelNameTaken):
        await admin.models.create(record(user_id, "same"))


async def test_labels_of_keys_are_unique(session: AsyncSession) -> None:
    ada = await person(session, "ada")
    fields = {"user_id": ada.user_id, "provider": "openai", "label": "l", "hint": "…", "sealed_key": "s"}
    await ada.provider_keys.add(ProviderKey.model_validate({**fields, "id": new_id(), "created_at": NOW}))
    with pytest.raises(ProviderKeyTaken):
        await ada.provider_keys.add(ProviderKey.model_validate({**fields, "id": new_id(), "created_at": NOW}))
