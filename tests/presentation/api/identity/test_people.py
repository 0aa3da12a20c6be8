"""Accounts, keys of programs, tickets, the audit log: for their owner, or for administrators, and for nobody else."""

from datetime import timedelta

import pytest

from dynagent.core.shared.ids import new_id
from tests.presentation.api.identity.house import PASSWORD, IdentityHouse

ME, USERS, KEYS = "/api/v1/users/me", "/api/v1/users", "/api/v1/users/access-keys"


async def test_one_changes_ones_own_account_and_not_ones_role(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    answer = await ada.put(ME, json={"first_name": "Ada", "email": "ada@new.example.org"})
    assert (answer.status_code, answer.json()["email"]) == (200, "ada@new.example.org")
    assert (await ada.put(ME, json={"role": "admin"})).status_code == 422
    assert (await ada.get(ME)).json()["role_label"] == "Developer"
    assert "password" not in (await ada.get(ME)).text


async def test_administrators_look_after_people_and_nobody_else_does(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    ada_id = (await ada.get(ME)).json()["id"]
    body = {"username": "grace", "email": "grace@example.org", "password": PASSWORD, "role": "viewer"}
    made = await root.post(USERS, json=body)
    assert (made.status_code, made.json()["role"]) == (201, "viewer")
    assert [user["username"] for user in (await root.get(f"{USERS}?search=gra")).json()["users"]] == ["grace"]
    assert (await root.get(USERS)).json()["total"] == 3
    for method, path, sent in (
        ("GET", USERS, None),
        ("POST", USERS, body),
        ("GET", f"{USERS}/{ada_id}", None),
        ("PUT", f"{USERS}/{ada_id}/role", {"role": "admin"}),
        ("PUT", f"{USERS}/{ada_id}/status", {"disabled": False}),
        ("GET", "/api/v1/audit-log", None),
    ):
        answer = await ada.request(method, path, json=sent)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "permission_denied"), path


async def test_roles_and_switches_count_from_the_next_request_on(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    ada_id = (await ada.get(ME)).json()["id"]
    assert (await root.put(f"{USERS}/{ada_id}/role", json={"role": "admin"})).status_code == 200
    assert (await ada.get(USERS)).status_code == 200
    await root.put(f"{USERS}/{ada_id}/role", json={"role": "viewer"})
    assert (await ada.get(USERS)).status_code == 403
    await root.put(f"{USERS}/{ada_id}/status", json={"disabled": True})
    assert (await ada.get(ME)).status_code == 401
    await root.put(f"{USERS}/{ada_id}/status", json={"disabled": False})
    assert (await ada.get(ME)).status_code == 401, "its sessions are over"
    assert (await house.login("ada")).status_code == 200
    assert (await root.get(f"{USERS}/{new_id()}")).status_code == 404
    assert (await root.get(f"{USERS}/nobody")).status_code == 404


async def test_the_last_administrator_stays(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    root_id, ada_id = (await root.get(ME)).json()["id"], (await ada.get(ME)).json()["id"]
    for path, body in (("role", {"role": "user"}), ("status", {"disabled": True})):
        answer = await root.put(f"{USERS}/{root_id}/{path}", json=body)
        assert (answer.status_code, answer.json()["error_code"]) == (409, "last_administrator")
    await root.put(f"{USERS}/{ada_id}/role", json={"role": "admin"})
    assert (await root.put(f"{USERS}/{root_id}/role", json={"role": "user"})).status_code == 200


async def test_a_key_is_shown_once_and_lets_a_program_do_what_it_was_given(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    made = (await ada.post(KEYS, json={"name": "ci", "scopes": ["account:read"]})).json()
    key = made["key"]
    assert key.startswith("dyn_") and made["hint"] == key[:8] + "…"
    listed = (await ada.get(KEYS)).text
    assert key not in listed and made["id"] in listed
    async with house.client(key) as program:
        me = (await program.get(ME)).json()
        assert (me["username"], me["permissions"]) == ("ada", ["account:read"])
        for method, path, body in (
            ("PUT", ME, {"first_name": "X"}),
            ("POST", KEYS, {"name": "more", "scopes": ["account:read"]}),
            ("DELETE", f"{KEYS}/{made['id']}", None),
            ("POST", "/api/v1/auth/logout-everywhere", None),
            ("PUT", f"{ME}/password", {"current_password": PASSWORD, "new_password": "another long one"}),
        ):
            assert (await program.request(method, path, json=body)).status_code == 403, path
        assert (await ada.get(KEYS)).json()["access_keys"][0]["last_used_at"] is not None
        assert (await ada.delete(f"{KEYS}/{made['id']}")).status_code == 204
        assert (await program.get(ME)).status_code == 401
    assert (await ada.delete(f"{KEYS}/{made['id']}")).status_code == 404


async def test_nothing_of_a_key_but_its_hash_is_stored(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    key = (await ada.post(KEYS, json={"name": "ci", "scopes": ["agents:read"]})).json()["key"]
    for table in ("personal_api_keys", "audit_log", "outbox", "users", "refresh_tokens"):
        rows = await house.database.pool.fetch(f"SELECT t::text AS line FROM {table} t")
        text = "\n".join(row["line"] for row in rows)
        assert key not in text and PASSWORD not in text and ada.cookies["dynagent_refresh"] not in text


async def test_a_key_expires_and_has_scopes_that_can_be_given(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    expires = (house.clock.now + timedelta(hours=1)).isoformat()
    made = (await ada.post(KEYS, json={"name": "ci", "scopes": ["account:read"], "expires_at": expires})).json()
    async with house.client(made["key"]) as program:
        assert (await program.get(ME)).status_code == 200
        house.clock.turn(3600)
        assert (await program.get(ME)).status_code == 401
    for body in ({"scopes": ["account:write"]}, {"scopes": ["no:such"]}, {"scopes": []}, {"scopes": ["users:write"]}):
        assert (await ada.post(KEYS, json={"name": "x", **body})).status_code in (401, 422)
    again = await house.login("ada")
    ada.headers["Authorization"] = f"Bearer {again.json()['access_token']}"
    past = await ada.post(KEYS, json={"name": "x", "scopes": ["account:read"], "expires_at": "2020-01-01T00:00:00Z"})
    assert past.status_code == 422


async def test_keys_of_another_user_are_not_there(house: IdentityHouse) -> None:
    ada, eve = await house.register("ada"), await house.register("eve")
    made = (await ada.post(KEYS, json={"name": "ci", "scopes": ["account:read"]})).json()
    assert (await eve.get(KEYS)).json()["access_keys"] == []
    assert (await eve.delete(f"{KEYS}/{made['id']}")).status_code == 404
    assert len((await ada.get(KEYS)).json()["access_keys"]) == 1


async def test_the_audit_log_tells_who_did_what_without_secrets(house: IdentityHouse) -> None:
    root = await house.setup()
    await house.register("ada")
    await house.login("ada", "wrong password")
    await house.login("my password by mistake", "x")
    entries = (await root.get("/api/v1/audit-log")).json()["entries"]
    assert [entry["action"] for entry in entries] == [
        "session.refused",
        "session.refused",
        "user.registered",
        "setup.completed",
    ]
    text = (await root.get("/api/v1/audit-log")).text
    assert "mistake" not in text and "wrong password" not in text
    page = (await root.get("/api/v1/audit-log?limit=1&outcome=refused")).json()
    assert (page["total"], len(page["entries"])) == (2, 1) and page["next_cursor"]
    for query, total in (("action=session", 2), ("actor_id=nobody", 0), ("at_to=2001-01-01T00:00:00Z", 0)):
        assert (await root.get(f"/api/v1/audit-log?{query}")).json()["total"] == total, query
    assert (await root.get("/api/v1/audit-log?at_from=2001-01-01")).status_code == 422, "a time has a time zone"


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"])
async def test_local_mode_answers_this_machine_only(house: IdentityHouse, address: str) -> None:
    local = IdentityHouse(house.database, auth_mode="local")
    async with local.client(address=address) as stranger:
        answer = await stranger.get(ME)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "local_mode_exposed")
    async with local.client() as neighbour:
        assert (await neighbour.get(ME)).json()["username"] == "local"
    async with house.client(address=address) as stranger:
        assert (await stranger.get("/api/v1/auth/options")).status_code == 200


async def test_requests_of_a_user_and_of_an_address_are_counted(house: IdentityHouse) -> None:
    strict = IdentityHouse(house.database, rate_limit_per_minute=5, address_limit_per_minute=8)
    ada = await strict.register("ada")
    codes = [(await ada.get(ME)).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    async with strict.client(address="192.0.2.9") as stranger:
        answers = [await stranger.get(ME, headers={"Authorization": "Bearer dyn_guess"}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
