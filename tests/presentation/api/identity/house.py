"""Identity alone, over HTTP and a real database: cheap hashing, a clock that tests turn, no worker."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx2

from dynagent.application.commands.identity import PrepareSetup
from dynagent.application.shared.caller import SYSTEM
from dynagent.infrastructure.postgres.database import Database
from dynagent.infrastructure.postgres.identity_sessions import PostgresPrincipals
from dynagent.infrastructure.security.identity import Identity, make_identity
from dynagent.infrastructure.security.keyring import KeyRing
from dynagent.infrastructure.security.passwords import Argon2Passwords
from dynagent.infrastructure.security.settings import AuthSettings
from dynagent.main.engine import NOUNS
from dynagent.main.noun import access_of, routers_of, tags_of
from dynagent.main.nouns.identity import bus_over
from dynagent.main.platform import door_of
from dynagent.presentation.api.app import build_app
from tests.fakes.clock import FakeClock
from tests.presentation.api.documented import DocumentedTransport
from tests.presentation.api.house import WholeFinding

PASSWORD = "a long sentence, really"
BASE = "http://127.0.0.1:8000"


class IdentityHouse:
    """One installation with `AUTH_MODE=required` unless told otherwise."""

    def __init__(self, database: Database, **settings: Any) -> None:
        wanted = {"auth_mode": "required", "registration": "open", "address_limit_per_minute": 0, **settings}
        self.clock = FakeClock()
        self.database = database
        self.identity: Identity = replace(
            make_identity(
                AuthSettings.model_validate(wanted),
                KeyRing(["s" * 40]),
                principals=PostgresPrincipals(database.pool),
            ),
            passwords=Argon2Passwords(passes=1, memory_kib=64),
        )
        self.bus = bus_over(database, self.identity, clock=self.clock, access=access_of(NOUNS))
        self.app = build_app(
            self.bus,
            routers=routers_of(NOUNS),
            tags=tags_of(NOUNS),
            health=_report,
            metrics=lambda: b"",
            door=door_of(self.identity),
        )

    def client(self, token: str | None = None, *, address: str = "127.0.0.1") -> httpx2.AsyncClient:
        """Return a client with a cookie jar of its own."""
        transport = DocumentedTransport(self.app, client=(address, 1))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx2.AsyncClient(transport=transport, base_url=BASE, headers=headers)

    async def setup(self) -> httpx2.AsyncClient:
        """Make the administrator `root` through the first setup; the client is signed in."""
        link = await self.bus.send(PrepareSetup(), SYSTEM)
        assert link is not None
        client = self.client()
        body = {"token": link, "username": "root", "email": "root@example.org", "password": PASSWORD}
        return signed_in(client, await client.post("/api/v1/auth/setup", json=body))

    async def register(self, name: str) -> httpx2.AsyncClient:
        """Make an account; the client is signed in."""
        client = self.client()
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        return signed_in(client, await client.post("/api/v1/auth/register", json=body))

    async def login(self, name: str, password: str = PASSWORD, *, address: str = "127.0.0.1") -> httpx2.Response:
        """Try to sign in."""
        async with self.client(address=address) as client:
            return await client.post("/api/v1/auth/login", json={"login": name, "password": password})


async def renew(client: httpx2.AsyncClient) -> httpx2.Response:
    """Renew a client's session, as a page would: cookie and header."""
    header = {"X-CSRF-Token": client.cookies.get("dynagent_csrf") or ""}
    answer = await client.post("/api/v1/auth/refresh-token", headers=header)
    if answer.status_code == 200:
        signed_in(client, answer)
    return answer


def signed_in(client: httpx2.AsyncClient, answer: httpx2.Response) -> httpx2.AsyncClient:
    """Have a client use the access token of an answer."""
    assert answer.status_code in (200, 201), answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def cookies_of(answer: httpx2.Response) -> Mapping[str, str]:
    """Return the Set-Cookie lines of an answer by the cookie's name."""
    lines = answer.headers.get_list("set-cookie")
    return {re.split("=", line, maxsplit=1)[0]: line for line in lines}


async def _report() -> WholeFinding:
    return WholeFinding()
