"""People in PostgreSQL. Names and addresses are stored in the form they are compared in."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from dynagent.core.identity import (
    User,
    UsernameTaken,
    UserNotFound,
    Users,
    normal_email,
    normal_username,
    role_of,
)
from dynagent.core.shared.paging import Page, PageRequest
from dynagent.infrastructure.postgres.errors import translated
from dynagent.infrastructure.postgres.identity_tables import roles, user_roles, users
from dynagent.infrastructure.postgres.kit.pages import page_of
from dynagent.infrastructure.postgres.kit.session import execute

_ROLE_NAMES = (
    sa.select(sa.func.array_agg(roles.c.role_name))
    .join(user_roles, user_roles.c.role_id == roles.c.role_id)
    .where(user_roles.c.user_id == users.c.id)
    .scalar_subquery()
)
_SELECT = sa.select(*(column for column in users.c), _ROLE_NAMES.label("role_names"))
_ADMINS = (
    sa.select(users.c.id)
    .select_from(users.join(user_roles).join(roles))
    .where(roles.c.role_name == "admin", users.c.password_hash.is_not(None), users.c.disabled.is_(False))
)
SEEDED = {"roles": 3, "users": 1, "user_roles": 1}
"""How many rows the migrations write: the roles, and the local administrator."""
_TAKEN = {
    "uq_users_username": "somebody has this username already",
    "uq_users_email": "somebody has this e-mail address already",
}


class PostgresUsers(Users):
    """All people, in the transaction of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(self, entity: User) -> User:
        """Add a user without a password. Raises UsernameTaken."""
        await self._write(sa.insert(users).values(id=entity.id, created_at=entity.created_at, **columns_of(entity)))
        await self._give_role(entity)
        return entity

    async def get_by_id(self, id: str) -> User | None:
        """Return the user."""
        row = (await execute(self._session, _SELECT.where(users.c.id == id))).mappings().one_or_none()
        return None if row is None else read_user(row)

    async def update(self, entity: User) -> User:
        """Store the new state and role; the password stays. Raises UsernameTaken, UserNotFound."""
        await self._write(sa.update(users).where(users.c.id == entity.id).values(**columns_of(entity)))
        await execute(self._session, sa.delete(user_roles).where(user_roles.c.user_id == entity.id))
        await self._give_role(entity)
        return entity

    async def delete(self, id: str) -> bool:
        """Remove the user with sessions and keys."""
        found = await execute(self._session, sa.delete(users).where(users.c.id == id).returning(users.c.id))
        return found.scalar_one_or_none() is not None

    async def list_all(self, skip: int = 0, limit: int = 100) -> list[User]:
        """Return people, newest first."""
        found = await execute(self._session, _SELECT.order_by(users.c.id.desc()).offset(skip).limit(limit))
        return [read_user(row) for row in found.mappings()]

    async def by_login(self, login: str) -> tuple[User, str | None] | None:
        """Return the user whose name or address this is, with the password's hash."""
        name = sa.or_(users.c.username == normal_username(login), users.c.email == normal_email(login))
        # Usernames hold no @ and addresses do, so at most one row has it.
        row = (await execute(self._session, _SELECT.where(name).limit(1))).mappings().one_or_none()
        return None if row is None else (read_user(row), row["password_hash"])

    async def password_hash(self, user_id: str) -> str | None:
        """Return the hash of a user's password."""
        return (await execute(self._session, sa.select(users.c.password_hash).where(users.c.id == user_id))).scalar()

    async def set_password(self, user_id: str, password_hash: str, now: Any) -> None:
        """Store the hash of a new password."""
        changed = sa.update(users).where(users.c.id == user_id).values(password_hash=password_hash, updated_at=now)
        await self._write(changed)

    async def find(self, search: str | None, page: PageRequest) -> Page[User]:
        """Return a page of people, newest first."""
        query = _SELECT
        if search:
            text = search.strip().lower()
            named = users.c.username.contains(text, autoescape=True)
            query = query.where(sa.or_(named, users.c.email.contains(text, autoescape=True)))
        return await page_of(self._session, query, id=users.c.id, page=page, read=read_user)

    async def has_admin(self) -> bool:
        """Say whether an administrator could sign in."""
        return bool((await execute(self._session, sa.select(_ADMINS.exists()))).scalar())

    async def count_admins(self, *, except_id: str | None = None) -> int:
        """Return how many administrators could sign in, locking the role of administrators until the commit."""
        await execute(self._session, sa.select(roles.c.role_id).where(roles.c.role_name == "admin").with_for_update())
        others = _ADMINS if except_id is None else _ADMINS.where(users.c.id != except_id)
        return (await execute(self._session, sa.select(sa.func.count()).select_from(others.subquery()))).scalar() or 0

    async def _give_role(self, user: User) -> None:
        role = sa.select(sa.literal(user.id).cast(sa.Uuid), roles.c.role_id).where(roles.c.role_name == user.role)
        await execute(self._session, sa.insert(user_roles).from_select(["user_id", "role_id"], role))

    async def _write(self, statement: sa.Insert | sa.Update) -> None:
        try:
            found = await self._session.execute(statement.returning(users.c.id))
        except IntegrityError as error:
            words = next((text for name, text in _TAKEN.items() if name in str(error.orig)), None)
            if words is None:
                raise
            raise UsernameTaken(words) from None
        except (SQLAlchemyError, OSError) as error:
            raise translated(error) or error from error
        if found.scalar_one_or_none() is None:
            raise UserNotFound("there is no such user")


def read_user(row: Any) -> User:
    """Return the user of a row."""
    return User(
        id=row["id"],
        username=row["username"],
        email=row["email"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        role=role_of(row["role_names"] or ()),
        disabled=row["disabled"],
        has_password=row["password_hash"] is not None,
        sessions_valid_from=row["sessions_valid_from"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def columns_of(user: User) -> dict[str, Any]:
    """Return what an update stores of a user."""
    return {
        "username": normal_username(user.username),
        "email": normal_email(user.email),
        "first_name": user.first_name,
        "last_name": user.last_name,
        "disabled": user.disabled,
        "sessions_valid_from": user.sessions_valid_from,
        "updated_at": user.updated_at,
    }
