"""What every field of accounts, sign-in and keys of programs does."""

from typing import Any

import httpx2

from tests.presentation.api.identity.house import PASSWORD, IdentityHouse
from tests.shows import shows

ME, USERS, KEYS = "/api/v1/users/me", "/api/v1/users", "/api/v1/users/access-keys"
GRACE: dict[str, Any] = {
    "username": "grace",
    "email": "grace@example.org",
    "password": "a long sentence of grace",
    "first_name": "Grace",
    "last_name": "Hopper",
}


@shows(
    "RegisterBody.username",
    "RegisterBody.email",
    "RegisterBody.password",
    "RegisterBody.first_name",
    "RegisterBody.last_name",
    "LoginBody.login",
    "LoginBody.password",
)
async def test_who_registers_is_known_by_the_names_and_enters_with_login_and_password(house: IdentityHouse) -> None:
    async with house.client() as visitor:
        registered = await visitor.post("/api/v1/auth/register", json=GRACE)
        assert _known(registered.json()["user"]) == _known(GRACE)
        for login, password, status in (
            (GRACE["username"], GRACE["password"], 200),
            (GRACE["email"], GRACE["password"], 200),
            (GRACE["username"], PASSWORD, 401),
            ("hopper", GRACE["password"], 401),
        ):
            sent = {"login": login, "password": password}
            assert (await visitor.post("/api/v1/auth/login", json=sent)).status_code == status, sent


@shows(
    "NewUserBody.username",
    "NewUserBody.email",
    "NewUserBody.password",
    "NewUserBody.first_name",
    "NewUserBody.last_name",
    "NewUserBody.role",
)
async def test_an_administrator_makes_an_account_that_can_be_used(house: IdentityHouse) -> None:
    root = await house.setup()
    made = (await root.post(USERS, json={**GRACE, "role": "viewer"})).json()
    assert (_known(made), made["role"]) == (_known(GRACE), "viewer")
    entered = await house.login(GRACE["username"], GRACE["password"])
    assert entered.status_code == 200
    async with house.client(entered.json()["access_token"]) as grace:
        assert (await grace.post(KEYS, json={"name": "k", "scopes": ["agents:write"]})).status_code in (403, 422)


@shows("SetupBody.token", "SetupBody.username", "SetupBody.email", "SetupBody.password")
async def test_the_first_administrator_has_the_names_and_the_password_of_the_setup(house: IdentityHouse) -> None:
    async with house.client() as thief:
        body = {"token": "dyns_wrong", "username": "root", "email": "root@example.org", "password": PASSWORD}
        assert (await thief.post("/api/v1/auth/setup", json=body)).status_code == 401
    root = await house.setup()
    me = (await root.get(ME)).json()
    assert (me["username"], me["email"]) == ("root", "root@example.org")
    assert (await house.login("root", PASSWORD)).status_code == 200


@shows("ProfileChanges.email", "ProfileChanges.first_name", "ProfileChanges.last_name")
async def test_a_profile_shows_what_was_changed_and_the_new_address_lets_in(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    changes = {"email": "ada@new.example.org", "first_name": "Ada", "last_name": "Lovelace"}
    await ada.put(ME, json=changes)
    me = (await ada.get(ME)).json()
    assert {name: me[name] for name in changes} == changes
    assert (await house.login("ada@new.example.org")).status_code == 200
    assert (await house.login("ada@example.org")).status_code == 401


@shows("PasswordBody.current_password", "PasswordBody.new_password")
async def test_a_password_is_changed_by_who_knows_the_current_one(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    new = "another long sentence"
    wrong = await _change(ada, {"current_password": "not it", "new_password": new})
    assert wrong.status_code in (401, 403, 422)
    assert (await house.login("ada", new)).status_code == 401
    assert (await _change(ada, {"current_password": PASSWORD, "new_password": new})).is_success
    assert [(await house.login("ada", word)).status_code for word in (new, PASSWORD)] == [200, 401]


@shows("AccessKeyBody.name", "AccessKeyBody.scopes")
async def test_a_key_is_listed_by_its_name_and_does_what_its_scopes_say(house: IdentityHouse) -> None:
    ada = await house.register("ada")
    made = (await ada.post(KEYS, json={"name": "nightly", "scopes": ["account:read"]})).json()
    listed = (await ada.get(KEYS)).json()["access_keys"]
    assert [(key["name"], key["scopes"]) for key in listed] == [("nightly", ["account:read"])]
    async with house.client(made["key"]) as program:
        assert (await program.get(ME)).status_code == 200
        assert (await program.put(ME, json={"first_name": "X"})).status_code == 403


def _known(account: dict[str, Any]) -> dict[str, Any]:
    return {name: account[name] for name in ("username", "email", "first_name", "last_name")}


async def _change(client: httpx2.AsyncClient, body: dict[str, str]) -> httpx2.Response:
    return await client.put(f"{ME}/password", json=body)
