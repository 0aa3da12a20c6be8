"""Accounts, keys of programs, tickets, the audit log: for their owner, or for administrators, and for nobody else."""

from datetime import timedelta

import pytest

from dynagent.core.shared.ids import new_id
from tests.presentation.api.identity.house import PASSWORD, IdentityHouse
from tests.shows import shows

ME, USERS, KEYS = "/api/v1/users/me", "/api/v1/users", "/api/v1/users/access-keys"
LINK = "/api/v1/auth/password"


async def test_one_changes_ones_own_account_and_not_ones_role(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    answer = await ada.put(ME, json={"first_name": "Ada", "email": "ada@new.example.org"})
    assert (answer.status_code, answer.json()["email"]) == (200, "ada@new.example.org")
    assert (await ada.put(ME, json={"role": "admin"})).status_code == 422
    assert (await ada.get(ME)).json()["role_label"] == "Developer"
    assert "password_hash" not in (await ada.get(ME)).text and "argon2" not in (await ada.get(ME)).text


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


@shows("RoleBody.role", "StatusBody.disabled")
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


@shows("NewPasswordBody.token", "NewPasswordBody.password")
async def test_a_password_link_lets_one_person_in_once(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    made = await root.post(USERS, json={"username": "grace", "email": "grace@example.org"})
    grace = made.json()
    assert (made.status_code, grace["has_password"]) == (201, False)
    assert (await house.login("grace")).status_code == 401
    assert (await ada.post(f"{USERS}/{grace['id']}/password-link")).status_code == 403
    first = (await root.post(f"{USERS}/{grace['id']}/password-link")).json()
    link = (await root.post(f"{USERS}/{grace['id']}/password-link")).json()
    assert link["path"] == f"/setup#password={link['token']}"
    async with house.client() as visitor:
        for token, password, code in (
            (first["token"], PASSWORD, "bad_token"),
            ("dynp_wrong", PASSWORD, "bad_token"),
            (link["token"], "grace", "bad_password"),
        ):
            answer = await visitor.post(LINK, json={"token": token, "password": password})
            assert answer.json()["error_code"] == code
        setup = {"token": link["token"], "username": "eve", "email": "eve@example.org", "password": PASSWORD}
        assert (await visitor.post("/api/v1/auth/setup", json=setup)).json()["error_code"] == "bad_token"
        used = await visitor.post(LINK, json={"token": link["token"], "password": PASSWORD})
        assert (used.status_code, used.json()["user"]["username"]) == (200, "grace")
    async with house.client(address="192.0.2.1") as thief:
        answer = await thief.post(LINK, json={"token": link["token"], "password": "a password of mine"})
        assert answer.json()["error_code"] == "bad_token"
    assert (await house.login("grace")).status_code == 200


async def test_a_password_link_ends_what_was_before_expires_and_opens_no_closed_account(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    ada_id = (await ada.get(ME)).json()["id"]
    path, body = f"{USERS}/{ada_id}/password-link", {"password": "a second long sentence"}
    link = (await root.post(path)).json()["token"]
    assert (await ada.get(ME)).status_code == 200, "a link that nobody used changes nothing"
    async with house.client() as visitor:
        assert (await visitor.post(LINK, json={**body, "token": link})).status_code == 200
        assert (await ada.get(ME)).status_code == 401
        assert [(await house.login("ada")).status_code, (await house.login("ada", body["password"])).status_code] == [
            401,
            200,
        ]
        again = await house.login("root")
        root.headers["Authorization"] = f"Bearer {again.json()['access_token']}"
        late = (await root.post(path)).json()["token"]
        house.clock.turn(24 * 3600)
        assert (await visitor.post(LINK, json={**body, "token": late})).json()["error_code"] == "bad_token"
        again = await house.login("root")
        root.headers["Authorization"] = f"Bearer {again.json()['access_token']}"
        closed = (await root.post(path)).json()["token"]
        await root.put(f"{USERS}/{ada_id}/status", json={"disabled": True})
        assert (await visitor.post(LINK, json={**body, "token": closed})).json()["error_code"] == "bad_token"
    actions = [entry["action"] for entry in (await root.get("/api/v1/audit-log")).json()["entries"]]
    assert actions.count("user.password_link_made") == 3 and actions.count("user.password_link_used") == 1


async def test_metrics_and_details_of_health_are_for_operators(house: IdentityHouse) -> None:
    guarded = IdentityHouse(house.database, metrics_token="for-prometheus-only-1")
    root, ada = await guarded.setup(), await guarded.register("ada")
    key = await root.post(KEYS, json={"name": "prometheus", "scopes": ["metrics:read"]})
    other = await root.post(KEYS, json={"name": "ci", "scopes": ["agents:read"]})
    allowed = (root.headers["Authorization"][7:], key.json()["key"], "for-prometheus-only-1")
    refused = (None, ada.headers["Authorization"][7:], other.json()["key"], "for-prometheus-only-2")
    for token, status in [*((token, 200) for token in allowed), *((token, None) for token in refused)]:
        async with guarded.client(token) as client:
            metrics, health = await client.get("/metrics"), await client.get("/health")
            assert metrics.status_code == status if status else metrics.status_code in (401, 403), token
            assert health.status_code == 200
            part = health.json()["parts"]["database"]
            assert (part["status"], part["detail"]) == ("ok", "answers" if status else "")
    local = IdentityHouse(house.database, auth_mode="local")
    async with local.client() as client:
        assert (await client.get("/metrics")).status_code == 200
        assert (await client.get("/health")).json()["parts"]["database"]["detail"] == "answers"


async def test_pages_of_the_development_server_are_let_in_in_local_mode_only(house: IdentityHouse) -> None:
    page = {"Origin": "http://localhost:3000"}
    async with house.client() as client:
        assert (await client.get("/api/v1/auth/options", headers=page)).status_code == 403
    async with IdentityHouse(house.database, auth_mode="local").client() as client:
        answer = await client.get("/api/v1/auth/options", headers=page)
        assert answer.headers["access-control-allow-origin"] == page["Origin"]


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
    for table in ("access_keys", "audit_log", "outbox", "users", "refresh_tokens"):
        rows = await house.database.pool.fetch(f"SELECT t::text AS line FROM {table} t")
        text = "\n".join(row["line"] for row in rows)
        assert key not in text and PASSWORD not in text and ada.cookies["dynagent_refresh"] not in text


@shows("AccessKeyBody.expires_at")
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


async def test_a_key_is_given_nothing_that_its_owner_may_not_do(house: IdentityHouse) -> None:
    root, ada = await house.setup(), await house.register("ada")
    possible = (await ada.get(KEYS)).json()["possible_scopes"]
    assert "agents:write" in possible and not {"users:read", "audit:read", "metrics:read"} & set(possible)
    refused = await ada.post(KEYS, json={"name": "x", "scopes": ["agents:read", "audit:read"]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/scopes")
    assert "audit:read" in (await root.get(KEYS)).json()["possible_scopes"]


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
    async with local.client(address=address) as anonymous:
        answer = await anonymous.get(ME)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "local_mode_exposed")
    async with local.client() as neighbour:
        assert (await neighbour.get(ME)).json()["username"] == "local"
    async with house.client(address=address) as anonymous:
        assert (await anonymous.get("/api/v1/auth/options")).status_code == 200


async def test_requests_of_a_user_and_of_an_address_are_counted(house: IdentityHouse) -> None:
    strict = IdentityHouse(house.database, rate_limit_per_minute=5, address_limit_per_minute=8)
    ada = await strict.register("ada")
    codes = [(await ada.get(ME)).status_code for _ in range(7)]
    assert codes == [200] * 5 + [429] * 2
    async with strict.client(address="192.0.2.9") as anonymous:
        answers = [await anonymous.get(ME, headers={"Authorization": "Bearer dyn_guess"}) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [401] * 8 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
