"""Signing in and out: what lets one in, and everything that must not."""

import base64
import json
from datetime import timedelta

import jwt
import pytest

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.caller import LOCAL_USER_ID, SYSTEM
from tests.presentation.api.identity.house import PASSWORD, IdentityHouse, cookies_of, renew

ME = "/api/v1/users/me"


async def test_the_first_setup_makes_the_local_administrator_somebody_once(house: IdentityHouse) -> None:
    async with house.client() as anonymous:
        options = (await anonymous.get("/api/v1/auth/options")).json()
        assert options == {"sign_in_required": True, "registration_open": True, "setup_needed": True}
        body = {"token": "dyns_wrong", "username": "root", "email": "root@example.org", "password": PASSWORD}
        assert (await anonymous.post("/api/v1/auth/setup", json=body)).status_code == 401
    link = await house.bus.send(PrepareSetup(), SYSTEM)
    root = await house.setup()
    me = (await root.get(ME)).json()
    assert (me["id"], me["username"], me["role"]) == (LOCAL_USER_ID, "root", "admin")
    assert await house.bus.send(PrepareSetup(), SYSTEM) is None
    async with house.client() as anonymous:
        again = await anonymous.post("/api/v1/auth/setup", json={**body, "token": link})
        assert (again.status_code, again.json()["error_code"]) == (401, "bad_token")
        assert not (await anonymous.get("/api/v1/auth/options")).json()["setup_needed"]


async def test_a_setup_link_expires(house: IdentityHouse) -> None:
    link = await house.bus.send(PrepareSetup(), SYSTEM)
    house.clock.turn(timedelta(hours=24).total_seconds())
    body = {"token": link, "username": "root", "email": "root@example.org", "password": PASSWORD}
    async with house.client() as client:
        assert (await client.post("/api/v1/auth/setup", json=body)).status_code == 401


async def test_signing_in_by_name_or_address(house: IdentityHouse) -> None:
    await house.register("ada")
    for login in ("ada", "ADA", "ada@example.org", " Ada@Example.org "):
        answer = await house.login(login)
        assert answer.status_code == 200, answer.text
        assert answer.json()["user"]["username"] == "ada"


async def test_the_refresh_token_is_out_of_reach_of_pages_and_of_other_sites(house: IdentityHouse) -> None:
    await house.register("ada")
    answer = await house.login("ada")
    cookies = cookies_of(answer)
    refresh, csrf = cookies["dynagent_refresh"].lower(), cookies["dynagent_csrf"].lower()

    assert "httponly" in refresh and "samesite=strict" in refresh and "path=/api" in refresh
    assert "httponly" not in csrf and "samesite=strict" in csrf
    assert answer.headers["cache-control"] == "no-store"
    assert "dynr_" not in answer.text


async def test_cookies_are_secure_where_the_connection_is(house: IdentityHouse) -> None:
    await house.register("ada")
    async with house.client() as client:
        answer = await client.post("https://127.0.0.1/api/auth/login", json={"login": "ada", "password": PASSWORD})
    assert "secure" in cookies_of(answer)["dynagent_refresh"].lower()
    assert answer.headers["strict-transport-security"].startswith("max-age=")


async def test_wrong_unknown_and_disabled_answer_the_same(house: IdentityHouse) -> None:
    root = await house.setup()
    ada = await house.register("ada")
    grace = (await (await house.register("grace")).get(ME)).json()["id"]
    await root.put(f"/api/v1/users/{grace}/status", json={"disabled": True})
    answers = [await house.login("ada", "wrong password"), await house.login("nobody"), await house.login("grace")]
    answers.append(await house.login("local"))

    bodies = [{**answer.json(), "request_id": None} for answer in answers]
    assert {answer.status_code for answer in answers} == {401}
    assert all(body == bodies[0] for body in bodies)
    assert (await ada.get(ME)).status_code == 200


async def test_no_token_no_entry_and_the_answer_says_how(house: IdentityHouse) -> None:
    async with house.client() as anonymous:
        answer = await anonymous.get(ME)
        unread = await anonymous.post("/api/v1/users", json={"nonsense": True})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["error_code"] == "not_signed_in"
    assert unread.status_code == 401, "nothing is said about a body before it is known who sent it"


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic YTpi", "dyn_x", "Bearer dyn_unknown", "Bearer a.b.c"])
async def test_a_credential_that_is_sent_is_checked_in_local_mode_too(house: IdentityHouse, header: str) -> None:
    for mode in ("local", "required"):
        local = IdentityHouse(house.database, auth_mode=mode)
        async with local.client() as client:
            answer = await client.get(ME, headers={"Authorization": header})
            assert (answer.status_code, answer.json()["error_code"]) == (401, "bad_token")


async def test_an_access_token_lasts_a_quarter_of_an_hour(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    house.clock.turn(14 * 60)
    assert (await ada.get(ME)).status_code == 200
    house.clock.turn(61)
    assert (await ada.get(ME)).status_code == 401
    assert (await renew(ada)).status_code == 200
    assert (await ada.get(ME)).status_code == 200


async def test_forged_tokens_are_refused(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    token = ada.headers["Authorization"].removeprefix("Bearer ")
    head, body, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    admin = _part({**claims, "sub": LOCAL_USER_ID})
    unsigned = _part({"alg": "none", "typ": "JWT", "kid": jwt.get_unverified_header(token)["kid"]})
    for forged in (
        f"{head}.{admin}.{signature}",
        f"{unsigned}.{admin}.",
        f"{unsigned}.{body}.{signature}",
        f"{head}.{body}.{signature[:-3]}abc",
        f"{head}.{body}",
    ):
        async with house.client(forged) as thief:
            assert (await thief.get(ME)).status_code == 401


async def test_a_refresh_token_used_twice_ends_the_whole_session(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    stolen = dict(ada.cookies)
    assert (await renew(ada)).status_code == 200
    assert (await renew(ada)).status_code == 200
    async with house.client() as thief:
        thief.cookies.update(stolen)
        answer = await renew(thief)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "refresh_token_reused")
    assert (await renew(ada)).status_code == 401
    assert (await ada.get(ME)).status_code == 401, "the access token is void as well"
    rows = await house.database.pool.fetch("SELECT outcome FROM audit_log WHERE action = 'session.token_reused'")
    assert [row["outcome"] for row in rows] == ["incident"]


async def test_a_lost_answer_may_be_asked_for_again_a_moment_later_only(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    before = dict(ada.cookies)
    assert (await renew(ada)).status_code == 200
    lost = dict(ada.cookies)
    async with house.client() as reloaded:
        reloaded.cookies.update(before)
        assert (await renew(reloaded)).status_code == 200
        async with house.client() as other:
            other.cookies.update(lost)
            assert (await renew(other)).status_code == 401, "the lost one was taken back"
        house.clock.turn(11)
        reloaded.cookies = before
        assert (await renew(reloaded)).json()["error_code"] == "refresh_token_reused"


async def test_a_refresh_token_expires(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    house.clock.turn(timedelta(days=7).total_seconds())
    assert (await renew(ada)).status_code == 401


async def test_the_cookie_alone_renews_nothing(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    for header in ({}, {"X-CSRF-Token": "wrong"}):
        answer = await ada.post("/api/v1/auth/refresh-token", headers=header)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "cross_site_request")
    foreign = {"X-CSRF-Token": ada.cookies["dynagent_csrf"], "Origin": "https://evil.example"}
    assert (await ada.post("/api/v1/auth/refresh-token", headers=foreign)).status_code == 403
    assert (await renew(ada)).status_code == 200


async def test_signing_out_ends_this_session_and_everywhere_all(house: IdentityHouse) -> None:
    one, other = await house.register("ada"), house.client()
    login = await house.login("ada")
    other.headers["Authorization"] = f"Bearer {login.json()['access_token']}"
    assert len((await one.get("/api/v1/auth/sessions")).json()["sessions"]) == 2
    header = {"X-CSRF-Token": one.cookies["dynagent_csrf"]}
    assert (await one.post("/api/v1/auth/logout", headers=header)).status_code == 204
    assert (await one.get(ME)).status_code == 401
    assert (await other.get(ME)).status_code == 200
    assert (await other.post("/api/v1/auth/logout-everywhere")).status_code == 204
    assert (await other.get(ME)).status_code == 401
    assert (await house.login("ada")).status_code == 200


async def test_one_session_is_ended_from_another(house: IdentityHouse) -> None:
    one, eve = await house.register("ada"), await house.register("eve")
    async with house.client((await house.login("ada")).json()["access_token"]) as lost:
        sessions = (await one.get("/api/v1/auth/sessions")).json()["sessions"]
        other = next(session["id"] for session in sessions if not session["current"])
        for who, id in ((eve, other), (one, "nothing")):
            answer = await who.delete(f"/api/v1/auth/sessions/{id}")
            assert (answer.status_code, answer.json()["error_code"]) == (404, "session_not_found")
        assert (await lost.get(ME)).status_code == 200
        assert (await one.delete(f"/api/v1/auth/sessions/{other}")).status_code == 204
        assert (await lost.get(ME)).status_code == 401
    assert (await one.get(ME)).status_code == 200


async def test_a_new_password_ends_every_other_session(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    body = {"current_password": "not this one", "new_password": "another long sentence"}
    path = "/api/v1/users/me/password"
    assert (await ada.put(path, json=body)).json()["error_code"] == "wrong_credentials"
    weak = await ada.put(path, json={**body, "current_password": PASSWORD, "new_password": "password123"})
    assert weak.json()["error_code"] == "bad_password"
    changed = await ada.put(path, json={**body, "current_password": PASSWORD})
    assert changed.status_code == 200, changed.text
    assert (await ada.get(ME)).status_code == 401
    async with house.client(changed.json()["access_token"]) as again:
        assert (await again.get(ME)).status_code == 200
    assert (await house.login("ada")).status_code == 401
    assert (await house.login("ada", "another long sentence")).status_code == 200


async def test_guessing_is_slowed_down_for_known_and_unknown_names_alike(house: IdentityHouse) -> None:
    await house.register("ada")
    for name in ("ada", "nobody"):
        address = "192.0.2.1" if name == "ada" else "192.0.2.2"
        codes = [(await house.login(name, "wrong password", address=address)).status_code for _ in range(7)]
        assert codes == [401] * 5 + [429] * 2
    refused = await house.login("ada", PASSWORD, address="192.0.2.1")
    assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    assert (await house.login("ada", PASSWORD, address="192.0.2.3")).status_code == 200


async def test_strangers_cannot_use_up_what_others_need_to_get_in(house: IdentityHouse) -> None:
    await house.register("ada")
    for number in range(60):
        await house.login("ada", "wrong password", address=f"198.51.100.{number}")
    assert (await house.login("ada", address="203.0.113.1")).status_code == 429, (
        "guessing from many addresses is bounded"
    )
    assert (await house.login("ada")).status_code == 200, "but not where ada has signed in before"
    body = {"token": "x", "username": "root", "email": "root@example.org", "password": PASSWORD}
    for path in ("setup", "register"):
        for number in range(60):
            async with house.client(address=f"192.0.2.{number}") as anonymous:
                sent = body if path == "setup" else {"username": "x", "email": "no", "password": PASSWORD}
                await anonymous.post(f"/api/v1/auth/{path}", json=sent)
    assert (await (await house.setup()).get(ME)).status_code == 200
    assert (await (await house.register("grace")).get(ME)).status_code == 200


async def test_registration_can_be_closed(house: IdentityHouse) -> None:
    closed = IdentityHouse(house.database, registration="closed")
    body = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    async with closed.client() as client:
        answer = await client.post("/api/v1/auth/register", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "registration_closed")


async def test_names_and_addresses_are_unique_whatever_their_case(house: IdentityHouse) -> None:
    await house.register("ada")
    async with house.client() as client:
        for body in ({"username": "ADA", "email": "x@example.org"}, {"username": "other", "email": "ADA@example.org"}):
            answer = await client.post("/api/v1/auth/register", json={**body, "password": PASSWORD})
            assert (answer.status_code, answer.json()["error_code"]) == (409, "username_taken")


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
